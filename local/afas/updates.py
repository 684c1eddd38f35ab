"""The writing half: UpdateConnectors, nested as the vendor does, which change the given fields only; 201 is yes."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.afas.environment import Employee, Environment, Token, User
from local.afas.errors import Wrong, unauthorized
from local.afas.faults import Faults

UPDATES = ("KnPerson", "KnEmployee", "KnUser")


class Updates:
    """Everything that is written. A body that is no JSON, or nested otherwise, is answered with 400."""

    def __init__(self, environment: Environment, faults: Faults) -> None:
        self._environment, self._faults = environment, faults

    async def write(self, request: Request, token: Token) -> Response:
        name = request.path_params["connector"]
        if name not in UPDATES or not token.offers(name):
            return unauthorized()
        try:
            body = await request.json()
        except ValueError:
            return JSONResponse({"message": "Invalid json"}, status_code=400)
        match name, body:
            case "KnPerson", {"KnPerson": {"Element": {"Fields": dict(fields)}}}:
                answer = self._person(fields)
            case "KnEmployee", {"AfasEmployee": {"Element": {"@EmId": str(id), "Objects": objects}}}:
                answer = self._employee(id, objects)
            case "KnUser", {"KnUser": {"Element": {"@UsId": str(id), "Fields": dict(fields)}}}:
                answer = self._user(id, fields)
            case _:
                return JSONResponse({"message": "Invalid json"}, status_code=400)
        if self._faults.lost:
            self._faults.lost -= 1
            raise ConnectionError("the answer was lost")
        return answer

    def _person(self, fields: Mapping[str, Any]) -> Response:
        """MatchPer 0 finds the person by BcCo; nothing else is simulated, because nothing else is sent."""
        if str(fields.get("MatchPer")) != "0":
            raise Wrong("mandatory", "MatchPer")
        found = self._environment.person(str(fields.get("BcCo")))
        if found is None:
            raise Wrong("value", "BcCo")
        self._change(found, fields)
        self._environment.writes.append(("KnPerson", found.person_id))
        keys = {"BcCo": found.person_id, "BcId": found.person_id}
        return JSONResponse({"results": {"KnPerson": keys}}, status_code=201)

    def _employee(self, id: str, objects: Any) -> Response:
        """The person within an employee; `Objects` is a list of objects with one key each, or one object."""
        parts = objects if isinstance(objects, list) else [objects]
        employee = self._environment.employees.get(id)
        if employee is None:
            raise Wrong("value", "EmId")
        for part in parts:
            match part:
                case {"KnPerson": {"Element": {"Fields": dict(fields)}}}:
                    self._change(employee, fields)
        self._environment.writes.append(("KnEmployee", id))
        return JSONResponse({"results": {"AfasEmployee": {"EmId": id}}}, status_code=201)

    def _change(self, employee: Employee, fields: Mapping[str, Any]) -> None:
        if "EmAd" in fields:
            value = str(fields["EmAd"]) or None
            others = (one for one in self._environment.employees.values() if one is not employee)
            if value and any((one.email or "").casefold() == value.casefold() for one in others):
                raise Wrong("taken", "EmAd")
            employee.email = value
        if "TeNr" in fields:
            employee.phone = str(fields["TeNr"]) or None

    def _user(self, id: str, fields: Mapping[str, Any]) -> Response:
        """MtCd says what is done: 1 changes, 0 and 2 block, 6 takes the block away. An answer has no body."""
        for name in ("MtCd", "Nm"):
            if fields.get(name) in (None, ""):
                raise Wrong("mandatory", name)
        user = self._environment.user(id)
        if user is None:
            raise Wrong("value", "UsId")
        match str(fields["MtCd"]):
            case "0" | "2":
                user.blocked = True
            case "6":
                user.blocked = False
            case "1":
                self._change_user(user, fields)
            case _:
                raise Wrong("unexpected")
        self._environment.writes.append(("KnUser", id))
        return Response(status_code=201)

    def _change_user(self, user: User, fields: Mapping[str, Any]) -> None:
        everyone = [one for employee in self._environment.employees.values() for one in employee.users]
        upn = str(fields.get("Upn") or "")
        if upn and any((one.upn or "").casefold() == upn.casefold() for one in everyone if one is not user):
            raise Wrong("taken", "Upn")
        user.description = str(fields["Nm"])
        if "Upn" in fields:
            user.upn = upn or None
        if "EmAd" in fields:
            user.email = str(fields["EmAd"]) or None
