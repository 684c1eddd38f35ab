"""v1 of the simulated Personio: sign-in, employees with wrapped attributes, and errors in the vendor's words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.personio.attributes import attributes_of
from local.personio.company import Company, Credential, Employee
from local.personio.faults import Faults
from local.personio.limits import Bucket, Minute

MOST, USUAL = 100, 50


class V1:
    def __init__(self, company: Company, faults: Faults) -> None:
        self._company = company
        self._faults = faults
        self._sign_ins = Minute(60, company.clock)
        self._requests = Bucket(rate=5, burst=15, clock=company.clock)

    async def auth(self, request: Request) -> Response:
        """`POST /v1/auth` with JSON, a form or a query."""
        if not self._sign_ins.take():
            return refused(429, "Too many requests")
        given = await credential_in(request)
        token = self._company.sign_in(given.get("client_id"), given.get("client_secret"), "v1")
        if token is None:
            return refused(403, "Wrong credentials", code=0)
        scope = " ".join(sorted(s for s in self._company.tokens[token].credential.scopes if s.count(":") == 1))
        return JSONResponse({"success": True, "data": {"token": token, "expires_in": 86400, "scope": scope}})

    async def employees(self, request: Request) -> Response:
        """`GET /v1/company/employees`; with `updated_since` the whole list, whatever `limit` and `offset` say."""
        credential = self._allowed(request)
        if isinstance(credential, Response):
            return credential
        if self._faults.soft_errors:
            return refused(200, "Es ist ein Problem aufgetreten", code=0)
        query = request.query_params
        limit, offset = whole(query.get("limit", str(USUAL))), whole(query.get("offset", "0"))
        if limit is None or not 1 <= limit <= MOST:
            return refused(400, f"The limit must be between 1 and {MOST}.")
        if offset is None:
            return refused(400, "The offset must be at least 0.")
        found = sorted(self._company.employees.values(), key=lambda employee: employee.id)
        if "updated_since" in query:
            since = moment(query["updated_since"])
            if since is None:
                return refused(400, "The updated since is not a valid date.")
            found = [employee for employee in found if employee.updated_at > since]
            limit, offset = max(len(found), 1), 0
        elif "email" in query:
            found = [employee for employee in found if employee.email == query["email"]]
        only = frozenset(query.getlist("attributes[]")) or None
        listed = found[: self._faults.lists_only]
        page = [self._rendered(employee, credential, only) for employee in listed[offset : offset + limit]]
        metadata = {"total_elements": len(found), "current_page": 0, "total_pages": -(-len(found) // limit)}
        body = {"success": True, "metadata": metadata, "offset": offset, "limit": limit, "data": page}
        return self._echoed(request, body)

    async def employee(self, request: Request) -> Response:
        credential = self._allowed(request)
        if isinstance(credential, Response):
            return credential
        found = self._company.employees.get(request.path_params["id"])
        if found is None:
            return refused(404, "Es ist ein Problem aufgetreten ")
        return self._echoed(request, {"success": True, "data": self._rendered(found, credential, None)})

    async def attributes(self, request: Request) -> Response:
        """The attributes this credential may see."""
        credential = self._allowed(request)
        if isinstance(credential, Response):
            return credential
        merged: dict[str, Mapping[str, Any]] = {}
        for employee in self._company.employees.values():
            merged |= self._rendered(employee, credential, None)["attributes"]
        listed = [
            {"key": key, "label": one["label"], "type": one["type"], "universal_id": one["universal_id"], "options": []}
            for key, one in merged.items()
        ]
        return self._echoed(request, {"success": True, "data": listed})

    def _allowed(self, request: Request) -> Credential | Response:
        credential = self._company.holder(bearer_of(request), "v1")
        if credential is None:
            return refused(401, "Unauthorized", code=0)
        if "employees:read" not in credential.scopes:
            return refused(403, "Forbidden", code=0)
        return credential if self._requests.take() else refused(429, "Too many requests")

    def _echoed(self, request: Request, body: Mapping[str, Any]) -> Response:
        echo = {} if self._faults.no_echo else {"authorization": f"Bearer {bearer_of(request)}"}
        return JSONResponse(body, headers=echo)

    def _rendered(self, employee: Employee, credential: Credential, only: frozenset[str] | None) -> dict[str, Any]:
        iso = employee.id % 2 == 0 if self._faults.iso_dates is None else self._faults.iso_dates
        every = attributes_of(employee, self._company, iso)
        ticked = {
            key: value
            for key, value in every.items()
            if key == "id"
            or ((credential.attributes is None or key in credential.attributes) and (only is None or key in only))
        }
        return {"type": "Employee", "attributes": ticked}


def moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None


def refused(status: int, message: str, code: int | None = None) -> Response:
    error = {"code": status if code is None else code, "message": message}
    return JSONResponse({"success": False, "error": error}, status_code=status)


def whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None


def bearer_of(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


async def credential_in(request: Request) -> Mapping[str, Any]:
    body = (await request.body()).decode()
    if request.headers.get("content-type", "").startswith("application/json"):
        given = await request.json()
        return given if isinstance(given, dict) else {}
    return {key: values[0] for key, values in parse_qs(body or request.url.query).items()}
