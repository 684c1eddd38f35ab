"""The simulated Acme as an ASGI application: signing in, and the list of employees."""

from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.scaffold.acme.simulator.company import LIFETIME, Company, Employee, Faults

MOST = 100


def acme_app(company: Company, faults: Faults | None = None) -> Starlette:
    """An application that answers for `company`; `faults` may be changed while it runs."""
    switches = faults or Faults()

    async def token(request: Request) -> Response:
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        found = company.sign_in(form.get("client_id", ""), form.get("client_secret", ""))
        if found is None:
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse(
            {"access_token": found, "token_type": "Bearer", "expires_in": int(LIFETIME.total_seconds())}
        )

    async def employees(request: Request) -> Response:
        """`GET /api/employees?offset&limit`, sorted by id."""
        if not company.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return problem(401, "The token is unknown or has ended.")
        if "employees.read" not in company.scopes:
            return problem(403, "The client may not read employees.")
        limit, offset = (
            whole(request.query_params.get(key, usual)) for key, usual in (("limit", "50"), ("offset", "0"))
        )
        if limit is None or offset is None or not 1 <= limit <= MOST:
            return problem(400, f"limit is 1 to {MOST}, offset at least 0.")
        everyone = sorted(company.employees.values(), key=lambda one: one.id)
        listed = everyone[: switches.lists_only][offset : offset + limit]
        return JSONResponse({"items": [shape(one, switches) for one in listed], "total": len(everyone)})

    return Starlette(
        routes=[Route("/oauth/token", token, methods=["POST"]), Route("/api/employees", employees, methods=["GET"])]
    )


def shape(one: Employee, faults: Faults) -> dict[str, Any]:
    """An employee as the vendor sends one."""
    whole: dict[str, Any] = {
        "id": one.id,
        "firstName": one.first_name,
        "lastName": one.last_name,
        "email": one.email,
        "startDate": one.start.isoformat() if one.start else None,
        "endDate": one.end.isoformat() if one.end else None,
        "department": one.department,
        "jobTitle": one.title,
        "managerId": one.manager,
        "extra": one.extra,
    }
    return {key: value for key, value in whole.items() if key not in faults.withheld}


def problem(status: int, detail: str) -> Response:
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
