"""Nmbrs over its REST API: every list is asked for once for a whole company, 100 employees to a page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.nmbrs.companies import Company, Debtor, chosen, chosen_debtors
from connectors.nmbrs.periods import Calendar
from connectors.nmbrs.problems import judging
from connectors.nmbrs.reduce import SYSTEM, identity
from connectors.nmbrs.rows import EMPLOYEES, Kept, Listing
from connectors.nmbrs.settings import Settings
from connectors.nmbrs.signin import scopes
from shared.answers import rows
from shared.connector import Outside
from shared.errors import Anew
from shared.flow import Bucket, closing
from shared.paging import Told, by_page
from shared.rest import NONE, Manners, Params, Rest, segment
from shared.signing import Bearer, Both, Fixed

LIMIT = 100
"""Employees to a page, at most; 101 is refused."""
TRIES = 3
"""How often a list is read that changes while it is read."""
TYPES = ("newHire", "payroll", "formerPayroll")
EXTERNALS = ("external", "formerExternal")
"""What is read of; applicants are not."""

Read = TypeVar("Read")


class RestApi:
    """Lists of Nmbrs. Constructing does no I/O."""

    width = 3

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        key = settings.secrets[2]
        self._rest = Rest(
            SYSTEM,
            settings.base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=Both(
                (
                    Bearer(outside.token, "the consent (joinly connect)"),
                    Fixed("X-Subscription-Key", (key,), str, outside.secret, outside.forget),
                )
            ),
            manners=Manners(wait=15.0, pause=2.0),
            pace=Bucket(every=1 / settings.calls_per_second, burst=5, clock=outside.clock, sleep=outside.sleep),
            judge_first=judging(scopes(settings)),
        )

    async def companies(self) -> list[Company]:
        """The chosen companies with their calendars, debtor by debtor: `/api/companies` refuses (40306) whoever
        consented for several.
        """
        debtors = [Debtor.of(row) for row in await self._list("/api/debtors", "/api/debtors")]
        found: list[Company] = []
        for debtor in chosen_debtors(debtors, self._settings):
            path, route = f"/api/debtors/{segment(debtor.id)}/companies", "/api/debtors/{id}/companies"
            found += [Company.of(row, debtor) for row in await self._list(path, route)]
        return [replace(one, calendar=await self._calendar(one)) for one in chosen(found, self._settings)]

    async def listing(self, company: Company, listing: Listing, only: str = "") -> Kept:
        """One list of a company, to its end, reduced page by page; of one employee, where it can be asked for that."""
        types = TYPES + (EXTERNALS if self._settings.externals else ())
        asked = {"employeeType": ",".join(types)} if listing is EMPLOYEES else NONE
        path, route = _where(company, listing)

        async def read() -> Kept:
            found = Kept()
            async for page in self._pages(path, route, {**asked, "employeeId": only} if only else asked):
                found.keep(listing, page, self._settings)
            return found

        return await _steadily(read)

    async def changed(self, company: Company, listing: Listing, since: datetime, most: int) -> set[str]:
        """Of whom a list has had something new since then: all of them, or more than `most`."""
        path, route = _where(company, listing)
        moment, found = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", set[str]()
        async with closing(self._pages(path, route, {listing.since: moment})) as pages:
            async for page in pages:
                found.update(identity(row.get("employeeId")) for row in page)
                if len(found) > most:
                    break
        return found

    async def departments(self, debtor: Debtor) -> list[Mapping[str, Any]]:
        """The departments of a debtor with who heads them."""
        path, route = f"/api/debtors/{segment(debtor.id)}/departments", "/api/debtors/{id}/departments"
        return await self._list(path, route)

    async def _calendar(self, company: Company) -> Calendar:
        path, route = f"/api/companies/{segment(company.id)}/period", "/api/companies/{id}/period"
        found = await self._rest.find(path, route=route)
        return Calendar.of(next(iter(_rows(found)), {}))

    async def _list(self, path: str, route: str) -> list[Mapping[str, Any]]:
        async def read() -> list[Mapping[str, Any]]:
            return [row async for page in self._pages(path, route, NONE) for row in page]

        return await _steadily(read)

    async def _pages(self, path: str, route: str, params: Params) -> AsyncIterator[list[Mapping[str, Any]]]:
        pages = by_page(self._rest, path, _rows, _told, limit=LIMIT, params=params, route=route)
        async for page in pages:
            yield _rows(page)


def _where(company: Company, listing: Listing) -> tuple[str, str]:
    """The path of one list of a company, and its route."""
    tail = f"/employees/{listing.path}".rstrip("/")
    return f"/api/companies/{segment(company.id)}{tail}", f"/api/companies/{{id}}{tail}"


async def _steadily(read: Callable[[], Awaitable[Read]]) -> Read:
    """What it reads. Raises `Anew` when that changes again and again while it is read."""
    for _ in range(TRIES - 1):
        try:
            return await read()
        except Anew:
            continue
    return await read()


def _rows(page: Any) -> list[Mapping[str, Any]]:
    """The records of a page; `data` is always a list, also of one record, and 204 is a list of none."""
    return [] if page is None else rows(SYSTEM, page, "data")


def _told(page: Any) -> Told:
    found = page.get("pagination") if isinstance(page, Mapping) else None
    said = found if isinstance(found, Mapping) else {}
    numbers = [said.get(key) for key in ("totalRecords", "totalPages")]
    return Told(*(one if isinstance(one, int) and not isinstance(one, bool) else None for one in numbers))
