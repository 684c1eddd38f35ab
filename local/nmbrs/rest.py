"""The REST API of the simulated Nmbrs: who may ask, for what, and lists page by page."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.nmbrs.environment import Company, Debtor, Employee, Environment, Info
from local.nmbrs.faults import Faults
from local.nmbrs.problems import no_key, problem
from local.nmbrs.shapes import Row, Shapes

USUAL, MOST = 20, 100
SCOPE = {
    "personalinfo": "employee.info",
    "employments": "employee.employment",
    "contracts": "employee.employment",
    "schedules": "employee.employment",
    "departments": "employee.info",
    "functions": "employee.info",
    "managers": "employee.info",
    "costcenters": "employee.payment",
    "parentalleave": "employee.leave",
    "extraFields": "employee.info",
}
"""Company-wide list → the scope that opens it, or its `.read`; the names mislead, and are the vendor's own."""
TYPES = frozenset(
    {"applicant", "newHire", "payroll", "formerPayroll", "external", "formerExternal", "rejectedApplicant"}
)

Item = TypeVar("Item")


class Refusal(Exception):
    """The request is answered with this."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Rest:
    def __init__(self, environment: Environment, faults: Faults) -> None:
        self._environment, self._faults = environment, faults

    async def debtors(self, request: Request) -> Response:
        """`GET /api/debtors`, which the scope of companies opens."""
        self._allow(request, "company.info")
        return self._page(request, self._environment.seen(), lambda debtor: self._shapes(debtor).debtor(debtor))

    async def companies(self, request: Request) -> Response:
        """`GET /api/companies`; a consent for several debtors is refused."""
        self._allow(request, "company.info")
        seen = self._environment.seen()
        if len(seen) > 1:
            return problem(40306)
        return self._page(request, [row for debtor in seen for row in self._companies(debtor)], dict)

    async def companies_of(self, request: Request) -> Response:
        self._allow(request, "company.info")
        return self._page(request, self._companies(self._debtor(request)), dict)

    async def departments(self, request: Request) -> Response:
        self._allow(request, "employee.orgstructure")
        debtor = self._debtor(request)
        return self._page(request, list(debtor.departments.values()), self._shapes(debtor).unit)

    async def period(self, request: Request) -> Response:
        self._allow(request, "company.info")
        debtor, company = self._company(request)
        return self._page(request, [company] if company.period else [], self._shapes(debtor).period)

    async def employees(self, request: Request) -> Response:
        """`GET /api/companies/{id}/employees`: what they are in the company's current period."""
        self._allow(request, "employee.info")
        debtor, company = self._company(request)
        wanted = frozenset(request.query_params.get("employeeType", ",".join(TYPES)).split(","))
        if not wanted <= TYPES:
            return problem(40033, "employeeType")
        everyone = [(employee, current(employee, company)) for employee in self._of(request, company)]
        found = [(employee, now) for employee, now in everyone if now.type in wanted]
        return self._page(request, found, lambda pair: self._shapes(debtor).employee(*pair))

    async def history(self, request: Request) -> Response:
        """The company-wide lists, each in an order of its own."""
        path = request.path_params["list"]
        if path not in SCOPE:
            return JSONResponse({"statusCode": 404, "message": "Resource not found"}, 404)
        self._allow(request, SCOPE[path])
        debtor, company = self._company(request)
        shapes = self._shapes(debtor)
        since = _since(request, path)
        everyone = [employee for employee in self._of(request, company) if shapes.holds(employee, path)]
        found = [employee for employee in everyone if since is None or shapes.newest(employee, path) >= since]
        found.sort(key=lambda employee: order(path, employee.id))
        return self._page(request, found, lambda employee: shapes.history(employee, path))

    def _of(self, request: Request, company: Company) -> Iterable[Employee]:
        """One employee or all; an unknown one is nobody, and no error. Extra fields are always everybody's."""
        heedless = request.url.path.endswith("/extraFields")
        only = None if heedless else request.query_params.get("employeeId")
        every = list(company.employees.values())
        return every if only is None else [employee for employee in every if employee.id == only]

    def _companies(self, debtor: Debtor) -> list[Row]:
        return [self._shapes(debtor).company(company) for company in self._environment.companies_of(debtor)]

    def _shapes(self, debtor: Debtor) -> Shapes:
        return Shapes(debtor, self._faults.zoneless)

    def _allow(self, request: Request, scope: str) -> None:
        """Raises `Refusal` unless key, token and scope are good; the gateway looks at the key before anything."""
        key = request.headers.get("x-subscription-key", "")
        if key not in self._environment.keys:
            raise Refusal(no_key(bool(key)))
        kind, _, access = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not access:
            raise Refusal(problem(40101))
        family = self._environment.authority.holder(access)
        if family is None:
            raise Refusal(problem(40102))
        if not {scope, f"{scope}.read"} & set(family.scopes):
            raise Refusal(problem(40301))
        if self._faults.disabled:
            raise Refusal(problem(40304))

    def _debtor(self, request: Request) -> Debtor:
        wanted = uuid(request.path_params["id"], "debtorId")
        for debtor in self._environment.seen():
            if debtor.id == wanted:
                return debtor
        raise Refusal(problem(40303))

    def _company(self, request: Request) -> tuple[Debtor, Company]:
        """A company that nobody may see and one that is not there are answered alike."""
        found = self._environment.company_with(uuid(request.path_params["id"], "companyId"))
        if found is None:
            raise Refusal(problem(40303))
        return found

    def _page(self, request: Request, rows: list[Item], write: Callable[[Item], Row]) -> Response:
        number, size = whole(request, "pageNumber", 1), whole(request, "pageSize", USUAL)
        if number is None or size is None or size > MOST:
            return problem(40033, "pageNumber" if number is None else "pageSize")
        faults, path = self._faults, request.url.path
        size = min(size, faults.most)
        begin = 0 if faults.deaf else (number - 1) * size
        pages = -(-len(rows) // size)
        shown = rows[begin : begin + size]
        if faults.cut_short and path.endswith(faults.cut_short):
            shown = rows[: len(rows) // 2][begin : begin + size]
        if faults.no_content and not rows:
            return Response(status_code=204)
        where = f"https://api.nmbrsapp.com{path}?pageSize={size}&pageNumber="
        told: Row = {
            "pageNumber": number,
            "pageSize": size,
            "firstPage": f"{where}1",
            "lastPage": f"{where}{max(pages, 1)}",
            "totalPages": pages,
            "totalRecords": len(rows),
            "nextPage": f"{where}{number + 1}" if number < pages else None,
            "previousPage": f"{where}{number - 1}" if number > 1 else None,
        }
        if faults.no_totals:
            told = {key: value for key, value in told.items() if not key.startswith("total")}
        body: Row = {"data": without([write(one) for one in shown], self._environment.hidden)}
        return JSONResponse(body if faults.no_pagination else {"pagination": told, **body})


@cache
def order(path: str, id: str) -> bytes:
    """Where somebody stands in a list: in each one somewhere else, and always at the same place."""
    return hashlib.blake2b(f"{path}{id}".encode(), digest_size=8).digest()


def current(employee: Employee, company: Company) -> Info:
    """Personal information as of the company's current period."""
    until = company.period or (9999, 0)
    begun = [info for info in employee.info if (info.period or (0, 0)) <= until]
    return max(begun or employee.info, key=lambda info: (info.period or (0, 0), info.made))


def _since(request: Request, path: str) -> str | None:
    """From when on a row must be made, or an employment changed, as a moment in UTC without its zone."""
    names = {"employments": ("createdFrom", "changedFrom"), "extraFields": ()}.get(path, ("createdFrom",))
    given = [request.query_params[name] for name in names if name in request.query_params]
    try:
        moments = [datetime.fromisoformat(text).astimezone(UTC) for text in given]
    except ValueError:
        raise Refusal(problem(40033, "createdFrom")) from None
    return max((f"{moment:%Y-%m-%dT%H:%M:%S}" for moment in moments), default=None)


def without(value: Any, hidden: set[str]) -> Any:
    """`value` less the keys that the user template hides."""
    if isinstance(value, list):
        return [without(one, hidden) for one in value]
    if isinstance(value, dict):
        return {key: without(inside, hidden) for key, inside in value.items() if key not in hidden}
    return value


def uuid(text: str, name: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Refusal(problem(40033, name)) from None


def whole(request: Request, name: str, usual: int) -> int | None:
    text = request.query_params.get(name, str(usual))
    return int(text) if text.isascii() and text.isdecimal() and int(text) >= 1 else None
