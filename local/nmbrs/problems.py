"""Refusals in the vendor's words: problem details after RFC 7807 with a number, and those of the gateway before it."""

from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

DOCS = "https://developer.nmbrs.com/api/docs/errors"
KNOWN: dict[int, tuple[str, str, str]] = {
    40033: ("validationError", "Parameter_Invalid", "Invalid parameter."),
    40101: ("authenticationError", "Missing_Token", "Token is missing on the authentication"),
    40102: ("authenticationError", "Invalid_Token", "Token is invalid."),
    40301: ("authenticationError", "Insufficient_Scope", "The token does not have the required scope."),
    40303: (
        "authenticationError",
        "Unauthorized_AccessData",
        "You do not have access for the debtor or company you are trying to reach. Contact the administrator of the "
        "environment and review access rights by tags/filters for your login on Template User.",
    ),
    40304: (
        "authenticationError",
        "Invalid_Subscription",
        "This environment is disabled, there is no valid subscription.",
    ),
    40306: (
        "authenticationError",
        "Multiple_Debtor_Consents",
        "Not possible to use this call for multiple debtor consents. Consider using GetCompaniesByDebtor endpoint "
        "instead.",
    ),
    42908: ("throttlingError", "Rate_Limit", "Too many requests."),
    42909: ("throttlingError", "Quota_Exceeded", "The quota of your subscription is exceeded."),
    50001: ("apiError", "Unkown", "An unexpected error has occurred."),
}
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def problem(code: int, *invalid: str, headers: dict[str, str] | None = None) -> Response:
    """`invalid` are the names of parameters that cannot be used."""
    kind, title, detail = KNOWN[code]
    body: dict[str, Any] = {
        "type": kind,
        "httpStatus": code // 100,
        "code": code,
        "title": title,
        "detail": detail,
        "docUrl": DOCS,
    }
    if invalid:
        body["invalid-params"] = [{"name": name, "reason": "The parameter is invalid."} for name in invalid]
    return JSONResponse(body, code // 100, headers)


def no_key(given: bool) -> Response:
    """What the gateway says of a missing or wrong subscription key, in its own form."""
    why = "invalid subscription key. Make sure to provide a valid key for an active subscription."
    missing = "missing subscription key. Make sure to include subscription key when making requests to an API."
    return JSONResponse({"statusCode": 401, "message": f"Access denied due to {why if given else missing}"}, 401)


def page(status: int, title: str) -> Response:
    return HTMLResponse(PAGE.format(title), status)
