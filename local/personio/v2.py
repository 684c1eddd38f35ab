"""v2 of the simulated Personio: form sign-in, cursor pages, employments per person, and problem+json errors."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.personio.company import Company, Credential, Employee
from local.personio.faults import Faults
from local.personio.limits import Bucket, Minute
from local.personio.problems import Problems
from local.personio.shapes import HOST, employment_shape, person_shape, status_of
from local.personio.v1 import bearer_of, whole

MOST, USUAL = 50, 10
LISTS = {"legal-entities": "subcompany", "cost-centers": "cost-center", "workplaces": "office"}
MOMENTS = frozenset({"created_at", "updated_at"})


class V2:
    def __init__(self, company: Company, faults: Faults) -> None:
        self._company = company
        self._faults = faults
        self._sign_ins = Minute(150, company.clock)
        self._problems = Problems(company.clock)
        self._buckets: dict[str, Bucket] = {}

    async def token(self, request: Request) -> Response:
        """`POST /v2/auth/token`, a form only (RFC 6749 §4.4); every refusal is a 400."""
        if not self._sign_ins.take():
            return Response(status_code=429)
        if not is_form(request):
            text = 'The content type of the request must be "application/x-www-form-urlencoded".'
            return self._problems.oauth("invalid_request", text, "oauth2.invalid_request.invalid_request_content_type")
        form = {key: values[0] for key, values in parse_qs((await request.body()).decode()).items()}
        missing = [key for key in ("grant_type", "client_id", "client_secret") if key not in form]
        if missing:
            text = "The request has missing or invalid required parameters."
            answer = "oauth2.invalid_request.required_parameters_missing"
            return self._problems.oauth("invalid_request", text, answer, {"missing_parameters": missing})
        if form["grant_type"] != "client_credentials":
            return self._problems.oauth(
                "unsupported_grant_type", "The grant type is not supported.", "oauth2.unsupported_grant_type"
            )
        token = self._company.sign_in(form["client_id"], form["client_secret"], "v2")
        if token is None:
            text = (
                "The credentials were not correct. Make sure you are providing the right client_id and client_secret."
            )
            return self._problems.oauth("unauthorized_client", text, "invalid_grant")
        scopes = sorted(s for s in self._company.tokens[token].credential.scopes if s.startswith("personio:"))
        body = {"access_token": token, "expires_in": 86400, "token_type": "Bearer", "scope": " ".join(scopes)}
        return JSONResponse(body)

    async def revoke(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        self._company.tokens.pop(form.get("token", [""])[0], None)
        return Response()

    async def persons(self, request: Request) -> Response:
        credential = self._allowed(request, "persons", rate=30, burst=100)
        if isinstance(credential, Response):
            return credential
        for key in request.query_params:
            field, dot, operator = key.partition(".")
            if dot and (field not in MOMENTS or operator not in {"gt", "lt"}):
                return self._problems.problem(
                    400, "Bad request", "Provided filter encoding is invalid.", "common.bad_request"
                )
        try:
            found = self._found(request)
        except ValueError:
            return self._problems.invalid("Provided request parameters are invalid.")
        return self._page(request, found, lambda one: person_shape(one, credential, self._today()), "/v2/persons")

    async def person(self, request: Request) -> Response:
        credential = self._allowed(request, "persons", rate=30, burst=100)
        if isinstance(credential, Response):
            return credential
        found = self._employee(request)
        return (
            self._problems.not_found()
            if found is None
            else JSONResponse(person_shape(found, credential, self._today()))
        )

    async def employments(self, request: Request) -> Response:
        """Newest first. The link to the next page has the path of the official example, which is wrong."""
        credential = self._allowed(request, "persons", rate=30, burst=100, endpoint="employments")
        if isinstance(credential, Response):
            return credential
        found = self._employee(request)
        if found is None:
            return self._problems.not_found()
        person = found
        newest_first = list(reversed(found.employments))
        return self._page(
            request,
            newest_first,
            lambda job: employment_shape(person, job, self._company, self._faults),
            "/v2/employments",
        )

    async def org_unit(self, request: Request) -> Response:
        credential = self._allowed(request, "org-units", rate=30, burst=100)
        if isinstance(credential, Response):
            return credential
        kind = request.query_params.get("type", "")
        if kind not in {"team", "department"}:
            return self._problems.invalid("Provided request parameters are invalid.")
        name = self._company.unit_named(kind, request.path_params["id"])
        if name is None:
            return self._problems.not_found()
        return JSONResponse({"id": request.path_params["id"], "type": kind, "name": name, "abbreviation": None})

    async def unit_list(self, request: Request) -> Response:
        """`/v2/legal-entities`, `/v2/cost-centers` and `/v2/workplaces`."""
        kind = request.path_params["kind"]
        if kind not in LISTS or (kind == "workplaces" and self._faults.no_workplaces):
            path = request.url.path
            return self._problems.problem(404, "Not Found", f"The endpoint with {path} was not found.", "api.not_found")
        credential = self._allowed(request, kind, rate=30, burst=100)
        if isinstance(credential, Response):
            return credential
        listed = self._company.units(LISTS[kind])
        page = self._page(request, listed, lambda pair: {"id": pair[0], "name": pair[1]}, request.url.path)
        return bare(page) if self._faults.bare_lists else page

    def _allowed(
        self, request: Request, scope: str, *, rate: float, burst: int, endpoint: str = ""
    ) -> Credential | Response:
        credential = self._company.holder(bearer_of(request), "v2")
        if credential is None:
            return self._problems.problem(401, "Unauthorized", "Unauthorized Request", "common.unauthorized")
        bucket = self._buckets.setdefault(endpoint or scope, Bucket(rate=rate, burst=burst, clock=self._company.clock))
        taken = bucket.take()
        request.state.limits = {
            "x-ratelimit-replenish-rate": f"{rate:g}",
            "x-ratelimit-burst-capacity": str(burst),
            "x-ratelimit-requested-tokens": "1",
            "x-ratelimit-remaining": str(int(bucket.remaining)),
        }
        if not taken:
            return Response(status_code=429, headers=request.state.limits)
        if f"personio:{scope}:read" in credential.scopes:
            return credential
        if self._faults.unauthorized_for_scope:
            return self._problems.problem(401, "Unauthorized", "Unauthorized Request", "common.unauthorized")
        text = "Client scope insufficient to access resource"
        return self._problems.problem(403, "Insufficient access scope", text, "common.forbidden")

    def _page(self, request: Request, found: Sequence[Any], render: Callable[[Any], Any], next_path: str) -> Response:
        limit = whole(request.query_params.get("limit", str(USUAL)))
        if limit is None or not 1 <= limit <= MOST:
            return self._problems.invalid("Provided value for limit is not valid")
        cursor = request.query_params.get("cursor")
        offset = 0 if cursor is None else opened(cursor, request.url.path)
        if offset is None:
            return self._problems.invalid("Provided request parameters are invalid.")
        links = {"self": {"href": f"{HOST}{next_path}"}}
        following = self._following(cursor, request.url.path, offset + limit, len(found))
        if following is not None:
            links["next"] = {"href": f"{self._faults.next_host}{next_path}{following}"}
        body = {"_data": [render(one) for one in found[offset : offset + limit]], "_meta": {"links": links}}
        return JSONResponse(body, headers=request.state.limits)

    def _following(self, cursor: str | None, path: str, position: int, length: int) -> str | None:
        if self._faults.self_looping_next and cursor is not None:
            return f"?cursor={quote(cursor)}"
        if self._faults.bare_next and cursor is None:
            return ""
        return f"?cursor={quote(sealed(path, position))}" if position < length else None

    def _found(self, request: Request) -> Sequence[Employee]:
        """Who matches; everybody, unasked, where nothing is filtered by."""
        everyone = list(self._company.employees.values())
        filtered = request.query_params.keys() - {"limit", "cursor"}
        return [one for one in everyone if self._matches(one, request)] if filtered else everyone

    def _matches(self, one: Employee, request: Request) -> bool:
        query = request.query_params
        named = all(query.get(key, getattr(one, key)) == getattr(one, key) for key in ("first_name", "last_name"))
        listed = ("id" not in query or str(one.id) in query["id"].split(",")) and (
            "email" not in query or one.email in query["email"].split(",")
        )
        moments = [
            (getattr(one, field), operator, moment(query[f"{field}.{operator}"]))
            for field in sorted(MOMENTS)
            for operator in ("gt", "lt")
            if f"{field}.{operator}" in query
        ]
        timely = all(at > bound if operator == "gt" else at < bound for at, operator, bound in moments)
        status = status_of(one, self._today())
        return named and listed and timely and query.get("status", status) == status

    def _today(self) -> date:
        return self._company.clock().date()

    def _employee(self, request: Request) -> Employee | None:
        return self._company.employees.get(whole(request.path_params["id"]) or 0)


def bare(page: Response) -> Response:
    """The same page as a few lists are known to write it: names without underscore, links without a host."""
    body = json.loads(bytes(page.body))
    if "_data" not in body:
        return page
    links = {name: {"href": one["href"].removeprefix(HOST)} for name, one in body["_meta"]["links"].items()}
    return JSONResponse({"data": body["_data"], "meta": {"links": links}})


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def sealed(path: str, position: int) -> str:
    return "cur_" + base64.urlsafe_b64encode(f"{position}:{path}".encode()).decode().rstrip("=")


def opened(cursor: str, path: str) -> int | None:
    """The position inside a cursor, or None when it was not given for this list."""
    inside = cursor.removeprefix("cur_")
    try:
        position, _, of = base64.urlsafe_b64decode(inside + "=" * (-len(inside) % 4)).decode().partition(":")
    except ValueError:
        return None
    return whole(position) if of == path else None
