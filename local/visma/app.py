"""The simulated Visma.net HRM as an ASGI application: sign-in, commands, queries, and the storage where files lie.

What is *verified* and what *assumed* stands in README.md beside this file.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from local.authorization import Faults as SignInFaults
from local.authorization import authorization_app
from local.authorization.authority import Family
from local.visma.company import KINDS, Company
from local.visma.faults import Faults

PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
CONTACTS = "hrmanalytics:nlhrm:exportcontactinformation"
Answer = Callable[[Request, Family], Awaitable[Response]]


def visma_app(company: Company, faults: Faults | None = None, sign_in: SignInFaults | None = None) -> Starlette:
    """An application that answers for `company` on all its hosts; faults may be changed while it runs."""
    service = Service(company, faults or Faults())
    return Starlette(
        routes=[
            Route("/v1/command/nl/hrm/{path:path}", service.guarded(service.command), methods=["POST"]),
            Route("/v1/query/nl/hrm/{path:path}/{job}", service.guarded(service.query), methods=["GET"]),
            Route("/exports/{job}/{number:int}.csv", service.file, methods=["GET"]),
            Mount("/", authorization_app(company.authority, sign_in)),
        ]
    )


class Service:
    def __init__(self, company: Company, faults: Faults) -> None:
        self._company, self._faults = company, faults

    def guarded(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """`answer`, behind what is asked of every request to the API."""

        async def answered(request: Request) -> Response:
            faults = self._faults
            faults.served += 1
            if faults.ends_tokens_after and faults.served > faults.ends_tokens_after:
                faults.ends_tokens_after = 0
                self._company.authority.end_accesses()
            if faults.throttled:
                faults.throttled -= 1
                headers = {"retry-after": faults.retry_after} if faults.retry_after else None
                return JSONResponse({"message": "Too Many Requests"}, 429, headers)
            if faults.blocked:
                return JSONResponse({"message": "Forbidden"}, 403)
            if faults.elsewhere:
                return JSONResponse({"title": "Not Found", "status": 404}, 404)
            if faults.web_page:
                return HTMLResponse(PAGE)
            kind, _, access = request.headers.get("authorization", "").partition(" ")
            family = self._company.authority.holder(access) if kind == "Bearer" else None
            if family is None or family.tenant != self._company.tenant:
                return _unauthorized()
            whole = await answer(request, family)
            if faults.broken_json:
                return Response(bytes(whole.body)[: len(whole.body) // 2], media_type="application/json")
            return whole

        return answered

    async def command(self, request: Request, family: Family) -> Response:
        """Start an export. `fields=!a,b` leaves columns out, `fields=a,b` asks for no others."""
        path = request.path_params["path"]
        kind = KINDS.get(path)
        if kind is None:
            return JSONResponse({"title": "Not Found", "status": 404}, 404)
        if kind.scope not in family.scopes:
            return _unauthorized()
        body = await request.body()
        try:
            asked = (await request.json()) if body else {}
        except ValueError:
            return _bad("the body is not JSON")
        if callback := asked.get("callbackAddress") if isinstance(asked, dict) else None:
            self._company.callbacks.append(callback)
        text = request.query_params.get("fields", "")
        names = frozenset(filter(None, text.removeprefix("!").split(",")))
        if (self._faults.refuses_fields and names) or not names <= {*kind.columns, *self._company.more[path]}:
            return _bad("fields holds a name that is no column")
        without, only = (names, frozenset[str]()) if text.startswith("!") else (frozenset[str](), names)
        return JSONResponse({"jobId": self._company.start(path, without, only, CONTACTS in family.scopes)})

    async def query(self, request: Request, family: Family) -> Response:
        path, id, faults = request.path_params["path"], request.path_params["job"], self._faults
        kind, job = KINDS.get(path), self._company.jobs.get(id)
        if kind is None or job is None or job.path != path or faults.forgets_jobs:
            return JSONResponse({"title": "Not Found", "status": 404}, 404)
        if kind.scope not in family.scopes:
            return _unauthorized()
        job.looked += 1
        files: list[str] | None = None
        status = "InProgress"
        if path in faults.failed:
            status = "Failed"
        elif path not in faults.stuck and job.looked > faults.looks:
            status, files = "Completed", self._company.addresses(id)
        name = "fileUris" if faults.renamed_files else kind.files
        body: dict[str, Any] = {"changeTimestampBefore": None} if kind.delta else {}
        return JSONResponse({**body, name: files, "status": status})

    async def file(self, request: Request) -> Response:
        """A file by the address that carries its own permission; storage bears no other beside it."""
        faults, id, number = self._faults, request.path_params["job"], request.path_params["number"]
        if "authorization" in request.headers:
            return _storage(400, "InvalidAuthenticationInfo")
        if faults.no_files_at:
            faults.no_files_at -= 1
            return _storage(503, "ServerBusy")
        asked, job = request.query_params, self._company.jobs.get(id)
        good = self._company.opens(id, number, asked.get("se", ""), asked.get("sig", ""))
        if faults.dead_links:
            faults.dead_links -= 1
            good = False
        if not good:
            return _storage(403, "AuthenticationFailed")
        if job is None or number >= len(job.files):
            return _storage(404, "BlobNotFound")
        whole = job.files[number]
        sent = faults.spoils(job.path, whole)
        cut = whole.startswith(sent)
        headers = {} if faults.hides_length else {"content-length": str(len(whole) if cut else len(sent))}
        return StreamingResponse(_chunks(sent), 200, headers, media_type="text/csv")


async def _chunks(whole: bytes) -> Any:
    for start in range(0, len(whole), 65_536):
        yield whole[start : start + 65_536]


def _unauthorized() -> Response:
    return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})


def _bad(detail: str) -> Response:
    return JSONResponse({"title": "Bad Request", "status": 400, "detail": detail}, 400)


def _storage(status: int, code: str) -> Response:
    return Response(
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>',
        status,
        media_type="application/xml",
    )
