"""The ASGI application: one command in, its rows or a refusal out, in pages that are asked for by the same body."""

import hashlib
import json
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.exchange import errors
from local.exchange.commands import COMMANDS, Forbidden, Run
from local.exchange.faults import AnswerLost, Throttle, WriteFault
from local.exchange.organisation import Organisation

AUDIENCE = "https://outlook.office365.com"
APP_ROLE = "Exchange.ManageAsApp"
ROLES = ("Exchange Administrator", "Exchange Recipient Administrator")
BUSY = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
PAGE = "<!DOCTYPE html><html><head><title>Service</title></head><body>Down for maintenance.</body></html>"


def exchange_app(org: Organisation) -> Starlette:
    """An application for `httpx.ASGITransport` or uvicorn: `/adminapi/beta/{tenant}/InvokeCommand`."""

    async def invoke(request: Request) -> Response:
        try:
            answer = _served(org, request, await request.body())
        except AnswerLost:
            org.log.append(("", 0))
            raise
        return answer

    return Starlette(routes=[Route("/adminapi/beta/{tenant}/InvokeCommand", _Lossy(invoke), methods=["POST"])])


class _Lossy:
    """Answers as the service does, or breaks off where an answer is lost."""

    def __init__(self, invoke: Any) -> None:
        self._invoke = invoke

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer: Response = await self._invoke(Request(scope, receive))
        except httpx.RemoteProtocolError:
            headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            raise
        await answer(scope, receive, send)


def _served(org: Organisation, request: Request, body: bytes) -> Response:
    name, given = _command(body)
    answer = _broken(org) or _refused(org, request, given) or _throttled(org.faults.take_throttle())
    if answer is None:
        answer = _done(org, request, name, given or {}, body)
    org.log.append((name, answer.status_code))
    return answer


def _command(body: bytes) -> tuple[str, dict[str, Any] | None]:
    """The command and its parameters; None for a body that holds none."""
    try:
        told = json.loads(body)["CmdletInput"]
        return str(told["CmdletName"]), dict(told.get("Parameters") or {})
    except (ValueError, KeyError, TypeError):
        return "", None


def _broken(org: Organisation) -> Response | None:
    match org.faults.breaks:
        case "html":
            return Response(PAGE, 200, media_type="text/html")
        case "lost page":
            return Response(PAGE, 404, media_type="text/html")
        case "forbidden":
            return _forbidden()
        case "unauthorised":
            return Response(status_code=401)
    return None


def _forbidden() -> Response:
    """What an unknown command is answered, and one that the role does not allow: bytes that call themselves gzip."""
    return Response(b"\0" * 64, 403, {"content-type": "application/json", "content-encoding": "gzip"})


def _refused(org: Organisation, request: Request, given: dict[str, Any] | None) -> Response | None:
    """Whoever is not signed in, or for something else; whoever has no role; and what is no command."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = org.tenant.signer.read(token.strip()) if scheme.lower() == "bearer" else None
    app = org.tenant.apps.get(known[0]) if known else None
    if known is None or app is None or known[1] <= org.tenant.clock():
        return Response(status_code=401)
    if org.tenant.signer.audience(token.strip()) != AUDIENCE or APP_ROLE not in app.permissions:
        return Response(status_code=401)
    if request.path_params["tenant"] != org.tenant.id or not app.permissions & set(ROLES):
        return _forbidden()
    org.tenant.used.setdefault(known[0], set()).update({APP_ROLE, *(app.permissions & set(ROLES))})
    if given is None or not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse(errors.bad_request("Microsoft.OData.ODataException", "The body is no command.").body(), 400)
    return None


def _throttled(throttle: Throttle | None) -> Response | None:
    if throttle is None:
        return None
    headers = {} if throttle.retry_after is None else {"Retry-After": str(throttle.retry_after)}
    if throttle.plain:
        return Response(BUSY, 429, headers, media_type="text/plain")
    return JSONResponse({"error": {"code": "TooManyRequests", "message": "Please retry later."}}, 429, headers)


def _done(org: Organisation, request: Request, name: str, given: dict[str, Any], body: bytes) -> Response:
    if name not in COMMANDS:
        return _forbidden()
    handler, parameters = COMMANDS[name]
    fault = None
    if not name.startswith("Get-"):
        org.writes += 1
        fault = org.faults.next_write_fault()
    if fault is not None and not fault.effect:
        return _struck(fault)
    run = Run(org, given, manager=ROLES[0] in _app(org, request).permissions)
    try:
        if unknown := sorted(given.keys() - parameters):
            raise errors.unknown_parameter(unknown[0])
        found = handler(run)
    except errors.ExchangeError as refusal:
        kind = {"X-ExceptionType": refusal.kind}
        return JSONResponse(refusal.body(), refusal.status, kind)
    except Forbidden:
        return _forbidden()
    if fault is not None:
        return _struck(fault)
    return _page(org, request, found, run.warnings, body)


def _app(org: Organisation, request: Request) -> Any:
    token = request.headers["authorization"].partition(" ")[2].strip()
    known = org.tenant.signer.read(token)
    return org.tenant.apps[known[0]] if known else None


def _struck(fault: WriteFault) -> Response:
    if fault.status == 0:
        raise AnswerLost("The connection was closed before an answer was complete.")
    return Response(status_code=fault.status)


def _page(
    org: Organisation, request: Request, found: list[dict[str, Any]], warnings: list[str], body: bytes
) -> Response:
    """The rows from where the link begins; a link counts for the body it was given for, and for no other."""
    seal = hashlib.sha256(body).hexdigest()[:16]
    given, _, start = request.query_params.get("$skiptoken", f"{seal}-0").partition("-")
    if given != seal:
        return JSONResponse(errors.bad_request("Microsoft.OData.ODataException", "The token is not of it.").body(), 400)
    first = int(start)
    size = min(org.faults.page, _preferred(request))
    told: dict[str, Any] = {
        "@odata.context": f"{AUDIENCE}/adminapi/beta/{org.tenant.id}/$metadata#Collection(Exchange.GenericHashTable)",
        "adminapi.warnings@odata.type": "#Collection(String)",
        "@adminapi.warnings": warnings,
        "value": [_selected(row, request) for row in found[first : first + size]],
    }
    if first + size < len(found):
        here = "https://elsewhere.example" if org.faults.elsewhere else f"{request.url.scheme}://{request.url.netloc}"
        told["@odata.nextLink"] = f"{here}{request.url.path}?$skiptoken={seal}-{first + size}"
    text = json.dumps(told)
    if org.faults.breaks == "truncated":
        text = text[: len(text) // 2]
    return Response(text, 200, media_type="application/json")


def _selected(row: dict[str, Any], request: Request) -> dict[str, Any]:
    wanted = request.query_params.get("$select", "")
    return {name: value for name, value in row.items() if not wanted or name in wanted.split(",")}


def _preferred(request: Request) -> int:
    told = request.headers.get("prefer", "").partition("odata.maxpagesize=")[2]
    return min(1000, max(1, int(told))) if told.isdecimal() else 1000
