"""The simulated Youforce or YouServe as an ASGI application: sign-in, lists, questions by id, and write-back."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.authorization import authorization_app
from local.authorization.authority import Family
from local.youforce.company import PRIVATE, Company, Mutation, Record
from local.youforce.faults import Faults
from local.youforce.limits import Limits
from local.youforce.paging import page

PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
BEAUFORT = frozenset(
    {"persons", "employments", "assignments", "jobProfiles", "costAllocations", "organizationUnits", "roleAssignments"}
)
BUSINESS = frozenset(
    {"employees", "employments", "jobProfiles", "organizationUnits", "roleAssignments", "companies", "costCenter"}
    | {"classification"}
)
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]{2,}")
FILTERS = ("personCode", "personId", "organizationUnit", "shortName")
Answer = Callable[[Request, Family], Awaitable[Response]]


def youforce_app(company: Company, faults: Faults | None = None, limits: Limits | None = None) -> Starlette:
    """An application that answers for `company`; `faults` may be changed while it runs."""
    server = Server(company, faults or Faults(), limits or Limits(company.clock))

    def data(path: str, answer: Answer, scope: str, methods: Sequence[str] = ("GET",)) -> Route:
        return Route(path, server.guarded(answer, scope), methods=list(methods))

    token = "/connect/token" if company.system == "beaufort" else "/authentication/token"
    basic = "Youforce-IAM:Get_Basic"
    return Starlette(
        routes=[
            Route(token, server.token, methods=["POST"]),
            data("/iam/v1.0/users(employeeId={code})", server.user, basic),
            data(
                "/iam/v1.0/users(employeeId={code})/identity",
                server.identity,
                "Youforce-IAM:Update_Identity",
                ["PATCH"],
            ),
            data("/iam/v1.0/ContactDetails/{code}", server.contact, "Youforce-IAM:Write_Basic", ["POST"]),
            data("/iam/v1.0/valueList/{name}", server.listed, basic),
            data("/iam/v1.0/{name}", server.listed, basic),
            data("/iam/v1.0/{name}/{code}", server.one, basic),
            data("/extensions/v1.0/iam/{name}", server.extensions, "Youforce-Extensions:Get_Basic"),
        ]
    )


def problem(status: int, message: str) -> Response:
    """*Assumed*: how the vendor's error bodies look. «Too Many Requests» stands in that of a 429."""
    return JSONResponse({"statusCode": status, "message": message}, status)


class Server:
    def __init__(self, company: Company, faults: Faults, limits: Limits) -> None:
        self._company, self._faults, self._limits = company, faults, limits
        self._sign_in = authorization_app(company.authority)

    async def token(self, request: Request) -> Response:
        if not self._limits.sign_ins.take():
            return problem(429, "Too Many Requests")
        found: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            found.append(message)

        await self._sign_in({**request.scope, "path": "/token", "raw_path": b"/token"}, request.receive, send)
        body = b"".join(message.get("body", b"") for message in found[1:])
        return Response(body, found[0]["status"], media_type="application/json")

    def guarded(self, answer: Answer, scope: str) -> Callable[[Request], Awaitable[Response]]:
        """`answer`, behind the faults that are switched on now, the limits, the sign-in and the scope."""

        async def answered(request: Request) -> Response:
            faults = self._faults
            faults.served += 1
            if faults.ends_tokens_after and faults.served > faults.ends_tokens_after:
                faults.ends_tokens_after = 0
                self._company.authority.end_accesses()
            if faults.throttled:
                faults.throttled -= 1
                return _throttled(faults)
            if not self._limits.take():
                return problem(429, "Too Many Requests")
            if faults.bad_gateway:
                faults.bad_gateway -= 1
                return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)
            return await self._answered(request, answer, scope)

        return answered

    async def _answered(self, request: Request, answer: Answer, scope: str) -> Response:
        limits, faults = self._limits, self._faults
        limits.under_way += 1
        limits.most_under_way = max(limits.most_under_way, limits.under_way)
        try:
            if faults.blocked:
                return HTMLResponse("<html><body><h1>403 Forbidden</h1></body></html>", status_code=403)
            if faults.web_page:
                return HTMLResponse(PAGE)
            if faults.plain_text:
                return PlainTextResponse("Service is being upgraded")
            family = self._family(request)
            if isinstance(family, Response):
                return family
            if self._company.system == "beaufort" and scope not in family.scopes:
                return problem(403, "Forbidden")
            whole = await answer(request, family)
            if faults.broken_json and whole.status_code == 200:
                return Response(bytes(whole.body)[: len(whole.body) // 2], media_type="application/json")
            return whole
        finally:
            limits.under_way -= 1

    def _family(self, request: Request) -> Family | Response:
        """Whose token it is, or the refusal: it must be good, and for this tenant."""
        kind, _, access = request.headers.get("authorization", "").partition(" ")
        family = self._company.authority.holder(access) if kind == "Bearer" else None
        if family is None:
            return problem(401, "Unauthorized")
        if self._company.system == "beaufort":
            return family if family.tenant == self._company.tenant else problem(403, "Forbidden")
        if not request.headers.get("x-client-id") or not request.headers.get("x-raet-tenant-id"):
            return problem(400, "Bad Request")
        mine = request.headers["x-client-id"] == family.client
        return (
            family
            if mine and request.headers["x-raet-tenant-id"] == self._company.tenant
            else problem(403, "Forbidden")
        )

    async def listed(self, request: Request, family: Family) -> Response:
        name = request.path_params["name"]
        names = BEAUFORT if self._company.system == "beaufort" else BUSINESS
        if name not in {*names, name.lower() if name.lower() == "organizationunits" else ""}:
            return problem(404, "Not Found")
        return self._page(request, name, family)

    async def extensions(self, request: Request, family: Family) -> Response:
        name = f"{request.path_params['name']}Extensions"
        if self._company.system != "beaufort" or name not in {"personsExtensions", "employmentsExtensions"}:
            return problem(404, "Not Found")
        return self._page(request, name, family, "values")

    def _page(self, request: Request, name: str, family: Family, key: str = "value") -> Response:
        query = request.query_params
        found = (one for one in self._company.shown(name, query.get("pageToken", "")) if _matches(one, query))
        if self._faults.lists_only and name in {"persons", "employees"}:
            found = (one for one in islice(self._company.shown(name), self._faults.lists_only))
        rows, link = page(found, request.url.path, query, self._faults)
        key = "values" if self._faults.values else key
        body: dict[str, Any] = {key: [self._shown(row, family) for row in rows]}
        return JSONResponse(body | ({"nextLink": link} if link else {}))

    def _shown(self, row: Mapping[str, Any], family: Family) -> dict[str, Any]:
        """Properties without a value are left out, and `deceased` unless it is true; private data has its own scope."""
        shown = {key: value for key, value in row.items() if value not in (None, "", [], False) or key == "isActive"}
        for name in ("emailAddresses", "phoneNumbers"):
            if name in shown and PRIVATE not in family.scopes:
                shown[name] = [one for one in shown[name] if one["type"] != "Private"]
        return {key: value for key, value in shown.items() if value != [] and key not in self._faults.hides}

    async def one(self, request: Request, family: Family) -> Response:
        """By id only the time slices that are valid today are shown: whoever is still to come is not found."""
        found = list(self._company.slices_today(request.path_params["name"], request.path_params["code"]))
        return JSONResponse(self._shown(found[-1], family)) if found else problem(404, "Not Found")

    async def user(self, request: Request, family: Family) -> Response:
        user = self._company.users.get(request.path_params["code"])
        if user is None:
            return problem(404, "Not Found")
        identity = {"identityId": user.identity} if user.identity else {}
        return JSONResponse({"id": user.id, "employeeId": request.path_params["code"], **identity})

    async def identity(self, request: Request, family: Family) -> Response:
        user, body = self._company.users.get(request.path_params["code"]), await _json(request)
        if user is None:
            return problem(404, "Not Found")
        if not isinstance(body.get("id"), str) or not body["id"].strip():
            return problem(400, "Bad Request")
        user.identity, user.writes = body["id"], user.writes + 1
        return Response(status_code=204)

    async def contact(self, request: Request, family: Family) -> Response:
        """Stored and looked over now; in HR core only when it has been processed."""
        code, body = request.path_params["code"], await _json(request)
        given = {key: body[key] for key in ("emailAddress", "phoneNumber") if isinstance(body.get(key), str)}
        if self._company.system != "beaufort" or not any(True for _ in self._company.slices_today("persons", code)):
            return problem(404, "Not Found")
        mail, phone = given.get("emailAddress", ""), given.get("phoneNumber", "")
        if not given or (mail and not ADDRESS.fullmatch(mail)) or any(letter.isalpha() for letter in phone):
            return problem(400, "Bad Request")
        due = self._company.clock() + self._company.processing
        self._company.mutations.append(Mutation(person=code, body=given, due=due))
        ticket = f"{len(self._company.mutations):032x}"
        return JSONResponse({"ticketId": ticket, "contactDetails": {"personCode": code, **given}})


def _matches(record: Record, query: QueryParams) -> bool:
    """Filters, and `from` and `to` (UTC, both or none) for what changed between them."""
    mine = all(str(record.row.get(key)) == query[key] for key in FILTERS if key in query)
    if not mine or not {"from", "to"} <= query.keys():
        return mine
    return query["from"] <= f"{record.changed:%Y-%m-%dT%H:%M:%S.000Z}" <= query["to"]


async def _json(request: Request) -> Mapping[str, Any]:
    try:
        found = await request.json()
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _throttled(faults: Faults) -> Response:
    headers = {"Retry-After": faults.retry_after} if faults.retry_after else None
    return JSONResponse({"message": "Too Many Requests"}, 429, headers)
