"""The simulated Nmbrs as an ASGI application: routes, and the faults that lie before every request for data."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from local.authorization import Faults as SignInFaults
from local.authorization import authorization_app
from local.nmbrs.environment import Environment
from local.nmbrs.faults import Faults
from local.nmbrs.problems import page, problem
from local.nmbrs.rest import Refusal, Rest
from local.nmbrs.soap import Soap

Answer = Callable[[Request], Awaitable[Response]]
EVERY, BURST = timedelta(seconds=0.1), 20
"""Ten requests a second, twenty at once; the vendor's own number is not published."""


def nmbrs_app(environment: Environment, faults: Faults | None = None, sign_in: SignInFaults | None = None) -> Starlette:
    """An application that answers for `environment`; both kinds of faults may be changed while it runs."""
    switches = faults or Faults()
    rest, soap, pace = Rest(environment, switches), Soap(environment, switches), Pace(environment)

    def data(path: str, answer: Answer, method: str = "GET") -> Route:
        return Route(path, faulty(environment, switches, pace, answer), methods=[method])

    return Starlette(
        routes=[
            Mount("/connect", authorization_app(environment.authority, sign_in)),
            data("/api/debtors", rest.debtors),
            data("/api/debtors/{id}/companies", rest.companies_of),
            data("/api/debtors/{id}/departments", rest.departments),
            data("/api/companies", rest.companies),
            data("/api/companies/{id}/period", rest.period),
            data("/api/companies/{id}/employees", rest.employees),
            data("/api/companies/{id}/employees/{list}", rest.history),
            data("/soap/v3/{service}.asmx", soap.answer, "POST"),
        ]
    )


class Pace:
    """Whether one more request is let through now."""

    def __init__(self, environment: Environment) -> None:
        self._clock = environment.clock
        self._next = environment.clock()

    def takes(self) -> bool:
        now = self._clock()
        if self._next - now > EVERY * BURST:
            return False
        self._next = max(self._next, now) + EVERY
        return True


def faulty(environment: Environment, faults: Faults, pace: Pace, answer: Answer) -> Answer:
    """`answer`, behind the faults that are switched on now."""

    async def answered(request: Request) -> Response:
        faults.served += 1
        if faults.ends_tokens_after and faults.served > faults.ends_tokens_after:
            faults.ends_tokens_after = 0
            environment.authority.end_accesses()
        if early := before(faults, pace):
            return early
        if faults.between:
            faults.between(request.url.path, int(request.query_params.get("pageNumber", "1")))
        try:
            whole = await answer(request)
        except Refusal as refusal:
            return refusal.response
        if faults.broken_json and whole.status_code == 200:
            return Response(bytes(whole.body)[: len(whole.body) // 2], media_type="application/json")
        return whole

    return answered


def before(faults: Faults, pace: Pace) -> Response | None:
    """What is answered without a look at the request."""
    if faults.blocked:
        return page(403, "403 Forbidden")
    if faults.quota:
        return problem(42909)
    if faults.throttled:
        faults.throttled -= 1
        return problem(42908, headers={"retry-after": faults.retry_after} if faults.retry_after else None)
    if not pace.takes():
        return problem(42908)
    if faults.failing:
        faults.failing -= 1
        return problem(50001)
    if faults.bad_gateway:
        faults.bad_gateway -= 1
        return page(502, "502 Bad Gateway")
    if faults.web_page:
        return HTMLResponse("<!DOCTYPE html><html><body>Please sign in.</body></html>")
    if faults.plain_text:
        return PlainTextResponse("Service is being upgraded")
    return Response() if faults.empty_body else None
