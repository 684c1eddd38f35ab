"""The simulated Personio as an ASGI application: routes, and the faults that lie before every data request."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.personio.company import Company
from local.personio.faults import Faults
from local.personio.v1 import V1
from local.personio.v2 import V2

PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
Answer = Callable[[Request], Awaitable[Response]]


def personio_app(company: Company, faults: Faults | None = None) -> Starlette:
    """An application that answers for `company`; `faults` may be changed while it runs."""
    switches = faults or Faults()
    v1, v2 = V1(company, switches), V2(company, switches)

    def data(path: str, answer: Answer) -> Route:
        return Route(path, faulty(company, switches, answer), methods=["GET"])

    return Starlette(
        routes=[
            Route("/v1/auth", v1.auth, methods=["POST"]),
            data("/v1/company/employees", v1.employees),
            data("/v1/company/employees/attributes", v1.attributes),
            data("/v1/company/employees/{id:int}", v1.employee),
            Route("/v2/auth/token", v2.token, methods=["POST"]),
            Route("/v2/auth/revoke", v2.revoke, methods=["POST"]),
            data("/v2/persons", v2.persons),
            data("/v2/persons/{id}", v2.person),
            data("/v2/persons/{id}/employments", v2.employments),
            data("/v2/org-units/{id}", v2.org_unit),
            data("/v2/{kind:str}", v2.unit_list),
        ]
    )


def faulty(company: Company, faults: Faults, answer: Answer) -> Answer:
    """`answer`, behind the faults that are switched on now."""

    async def answered(request: Request) -> Response:
        faults.served += 1
        if faults.ends_tokens_after and faults.served > faults.ends_tokens_after:
            faults.ends_tokens_after = 0
            company.end_tokens()
        if faults.throttled:
            faults.throttled -= 1
            return Response(status_code=429, headers={"retry-after": faults.retry_after} if faults.retry_after else {})
        if faults.hits_gateway(request.url.path):
            return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
        if faults.web_page:
            return HTMLResponse(PAGE)
        if faults.plain_text:
            return PlainTextResponse("Service is being upgraded")
        whole = await answer(request)
        if faults.broken_json and whole.status_code == 200:
            return Response(bytes(whole.body)[: len(whole.body) // 2], media_type="application/json")
        return whole

    return answered
