"""How Profit says no: an empty 401, and business errors as 500 with a short text, a number and a reference."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

ENGLISH: Mapping[str, str] = {
    "unexpected": "An unexpected error has occurred.",
    "field": "Connector field '{}' not found",
    "denied": "GetConnector not supported for this app or the user is not authorized",
    "blocked": "This GetConnector (definition) is blocked",
    "space": "Out of String space",
    "slow": "The maximum duration for performing the assignment has been exceeded.",
    "value": "The entered value for '{}' does not exist.",
    "taken": "'{}' is already in use.",
    "mandatory": "'{}' is mandatory.",
}
DUTCH: Mapping[str, str] = {
    "unexpected": "Er is een onverwachte fout opgetreden.",
    "field": "Connectorveld '{}' niet gevonden",
    "denied": "GetConnector wordt niet ondersteund voor deze app of de gebruiker is niet geautoriseerd",
    "blocked": "Deze GetConnector (definitie) is geblokkeerd",
    "space": "Out of String space",
    "slow": "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken.",
    "value": "De ingevoerde waarde bij '{}' bestaat niet.",
    "taken": "'{}' is al in gebruik.",
    "mandatory": "'{}' is verplicht.",
}
NUMBERS: Mapping[str, int] = {"unexpected": -2147180999, "value": -2147220469}


class Wrong(Exception):
    """A business error, by its name and what it is about."""

    def __init__(self, name: str, about: str = "") -> None:
        super().__init__(name)
        self.name, self.about = name, about

    def answer(self, request: Request) -> Response:
        """In the language that is asked for; Dutch when none is."""
        texts = ENGLISH if request.headers.get("accept-language", "nl-nl").lower().startswith("en") else DUTCH
        body = {
            "externalMessage": texts[self.name].format(self.about),
            "errorNumber": NUMBERS.get(self.name, -2147217400),
            "profitLogReference": "3A4CA18A611A4E07B429AC6BAFC6B8D1",
        }
        return JSONResponse(body, status_code=500)


def unauthorized() -> Response:
    return Response(status_code=401)


def unavailable(seconds: int, header: bool) -> Response:
    body = {"error": {"code": "503", "message": "Service temporarily unavailable due to scheduled maintenance."}}
    return JSONResponse(
        {**body, "retry_after": seconds},
        status_code=503,
        headers={"retry-after": str(seconds)} if header else {},
    )
