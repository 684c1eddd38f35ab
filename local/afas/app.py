"""The simulated Profit as an ASGI application: routes, the token, and the faults that lie before every request."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.afas.environment import Environment, Token
from local.afas.errors import Wrong, unauthorized, unavailable
from local.afas.faults import Faults
from local.afas.gets import Gets
from local.afas.updates import Updates

ROOT = "/profitrestservices"
QUERY = 2049
PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
Answer = Callable[[Request, Token], Awaitable[Response]]


class _AnyCase:
    """The path's first part is understood in any case, as the vendor's own examples write it."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if scope["type"] == "http" and scope["path"].lower().startswith(ROOT):
            scope = {**scope, "path": ROOT + scope["path"][len(ROOT) :]}
        await self._app(scope, receive, send)


def afas_app(environment: Environment, faults: Faults | None = None) -> _AnyCase:
    """An application that answers for `environment`; `faults` may be changed while it runs."""
    switches = faults or Faults()
    gets, updates = Gets(environment, switches), Updates(environment, switches)

    def route(path: str, answer: Answer, methods: list[str]) -> Route:
        return Route(ROOT + path, guarded(environment, switches, answer), methods=methods)

    return _AnyCase(
        Starlette(
            routes=[
                route("/profitversion", gets.version, ["GET"]),
                route("/metainfo", gets.metainfo, ["GET"]),
                route("/metainfo/get/{connector}", gets.fields, ["GET"]),
                route("/connectors/{connector}", gets.rows, ["GET"]),
                route("/connectors/{connector}", updates.write, ["POST", "PUT"]),
            ]
        )
    )


def guarded(environment: Environment, faults: Faults, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """`answer`, behind the token and the faults that are switched on now."""
    served = 0

    async def answered(request: Request) -> Response:
        nonlocal served
        served += 1
        if (fault := _before(request, faults)) is not None:
            return fault
        token = _token(request, environment)
        if isinstance(token, Response):
            return token
        if faults.no_token or (faults.ends_tokens_after and served > faults.ends_tokens_after):
            return unauthorized()
        if len(request.url.query) + 1 > QUERY:
            return Response(status_code=404)
        try:
            whole = await answer(request, token)
        except Wrong as wrong:
            return wrong.answer(request)
        if faults.broken_json and whole.status_code == 200:
            return Response(bytes(whole.body)[: len(whole.body) // 2], media_type="application/json")
        return whole

    return answered


def _before(request: Request, faults: Faults) -> Response | None:
    if faults.unavailable:
        faults.unavailable -= 1
        return unavailable(faults.retry_after, faults.retry_header)
    if faults.throttled:
        faults.throttled -= 1
        headers = {"retry-after": faults.throttled_after} if faults.throttled_after else {}
        return Response(status_code=429, headers=headers)
    if faults.ip_restricted:
        return Response(status_code=403)
    return HTMLResponse(PAGE) if faults.web_page else None


def _token(request: Request, environment: Environment) -> Token | Response:
    """A token in base64. One as it was issued is refused with 500 since Profit 6, any other one with an empty 401."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme == "AfasToken" and given.startswith("<token>"):
        return JSONResponse({"externalMessage": "An unexpected error has occurred."}, status_code=500)
    token = environment.tokens.get(given) if scheme == "AfasToken" else None
    return token or unauthorized()
