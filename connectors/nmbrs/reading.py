"""Reading Nmbrs, over either API: first the work mail of everybody, then company by company all that belongs together.

Each company is read whole before anybody of it is given, because its lists are paged apart from each other. It can be
taken up after each company and, of a large one, after some hundred people; then that company's lists are read again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from connectors._values import Unusable
from connectors.nmbrs.about import About
from connectors.nmbrs.companies import Company, Debtor
from connectors.nmbrs.managers import Known, Mails, heads
from connectors.nmbrs.people import kind, person, personal
from connectors.nmbrs.place import Place
from connectors.nmbrs.reduce import SYSTEM, inside
from connectors.nmbrs.rows import APPLICANTS, EMPLOYED, EMPLOYEES, EXTERNAL, FORMER, Kept, Listing, histories, joined
from connectors.nmbrs.rows import personal as personal_listing
from connectors.nmbrs.settings import Settings
from shared.connector import Outside, Reached
from shared.errors import Misconfigured
from shared.flow import closing, side_by_side
from shared.model import Person, Rejected, Value

PIECE = 500
"""People after which a reading can be taken up within a company."""
TOLD_APART = timedelta(days=400)
"""How long ago a change is still a contract of its own: nothing that a policy keeps for a while lasts longer."""
HOME = ZoneInfo("Europe/Amsterdam")
"""Where Nmbrs' days begin."""

Lists = list[tuple[Listing, Kept]]
Read = Callable[[Listing], Awaitable[Kept]]
"""Gives one list of a company, whole or of one employee."""


class Api(Protocol):
    """Either API, as lists of companies."""

    @property
    def width(self) -> int:
        """Lists that may be read at the same time."""
        ...

    async def companies(self) -> list[Company]:
        """Those that are to be read, in order of id."""
        ...

    async def listing(self, company: Company, listing: Listing) -> Kept:
        """One list of a company, to its end."""
        ...

    async def departments(self, debtor: Debtor) -> list[Mapping[str, Any]]:
        """The departments of a debtor with who heads them."""
        ...


class Employees:
    """Everybody of the chosen companies. Constructing does no I/O.

    Cost over REST: a request for the debtors, one for each debtor and for each company, and for every 100 employees of
    a company 8, or 10 where there are several; one more for each of cost centres, leave and extra fields. 1,000 people
    of one company cost 83.
    """

    def __init__(self, settings: Settings, outside: Outside, api: Api) -> None:
        self._settings, self._api, self._clock = settings, api, outside.clock

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once, in order of company and id.

        Raises `Misconfigured` when a company shows nobody's name or no dates, for then nobody who left would be seen.
        """
        place = Place.at(since) if since else Place()
        companies = await self._api.companies()
        run = await self.begin(companies)
        for company in companies:
            if place.is_past(company.id):
                continue
            lists, about = await run.read(company)
            left = [hr_id for hr_id in run.wanted(lists, about) if company.id != place.company or hr_id > place.hr_id]
            for count, hr_id in enumerate(left, 1):
                yield person(joined(hr_id, lists), about)
                if count % PIECE == 0:
                    yield Reached(Place(company.id, hr_id).cursor)
            yield Reached(Place(company.id).cursor)

    async def begin(self, companies: Sequence[Company]) -> "Run":
        """What a reading begins with: who there is in these companies, and their work mail."""
        run = Run(self._settings, self._api, self._clock().astimezone(HOME).date())
        await run.meet(companies)
        return run


class Run:
    """One reading: everybody's work mail, the departments of each debtor, and what was read of the one company."""

    def __init__(self, settings: Settings, api: Api, today: date) -> None:
        self._settings, self._api, self._today = settings, api, today
        self._mails = Mails()
        self._departments: dict[str, list[Mapping[str, Any]]] = {}
        self._met: Lists = []
        """Who there is and what they are called, of the one company where there is only one."""

    @property
    def _both(self) -> tuple[Listing, Listing]:
        """Who there is, and what they are called."""
        return EMPLOYEES, personal_listing(self._settings)

    async def meet(self, companies: Sequence[Company]) -> None:
        """Learn who has which work mail in every company, for anybody may have a manager of another one."""
        for company in companies:
            met, about = await self._who(company), self._about(company)
            for hr_id in self.wanted(met, about):
                what, mail = _kind_and_mail(joined(hr_id, met), about)
                self._mails.add(mail, Known(hr_id, what in EMPLOYED, company.id, company.debtor.id))
            self._met = met if len(companies) == 1 else []

    async def read(self, company: Company) -> tuple[Lists, About]:
        """All lists of a company. Raises `Misconfigured` when it shows nobody's name or no dates."""
        lists = self._met or await self._who(company)
        more = histories(self._settings)
        async with closing(side_by_side(more, partial(self._api.listing, company), self._api.width)) as found:
            lists = [*lists, *zip(more, [kept async for kept in found], strict=True)]
        _require_dated(company, next(kept for listing, kept in lists if listing.key == "employments"))
        return lists, replace(self._about(company), department_managers=await self._heads(company))

    async def one(self, company: Company, hr_id: str, read: Read) -> Person | Rejected | None:
        """One employee, of lists that `read` gives; None for one who is not read, or whose days are not shown."""
        lists = [*(self._met or [(listing, await read(listing)) for listing in self._both])]
        lists += [(listing, await read(listing)) for listing in histories(self._settings)]
        about, row = replace(self._about(company), department_managers=await self._heads(company)), joined(hr_id, lists)
        return person(row, about) if self._counts(hr_id, lists, about) and _shown(row) else None

    def wanted(self, lists: Lists, about: About) -> list[str]:
        """The ids of those who are read, in order. The list of employees says who there is, of the types it was asked
        for; somebody who is missing from it and has personal information came or moved while it was read.
        """
        (_, listed), (_, informed), *_ = lists
        found = {hr_id for hr_id in listed.keys() | informed.keys() if self._counts(hr_id, lists, about)}
        return sorted(found)

    def _counts(self, hr_id: str, lists: Lists, about: About) -> bool:
        what, _ = _kind_and_mail(joined(hr_id, lists[:2]), about)
        is_one = what not in APPLICANTS if hr_id in lists[0][1] else what in EMPLOYED | FORMER
        return is_one and (self._settings.externals or what not in EXTERNAL)

    async def _who(self, company: Company) -> Lists:
        who = [(listing, await self._api.listing(company, listing)) for listing in self._both]
        _require_named(company, who)
        return who

    async def _heads(self, company: Company) -> Mapping[str, Value]:
        if not self._settings.department_managers:
            return {}
        if company.debtor.id not in self._departments:
            self._departments[company.debtor.id] = await self._api.departments(company.debtor)
        return heads(self._departments[company.debtor.id], self._mails, company)

    def _about(self, company: Company) -> About:
        return About(
            company=company,
            today=self._today,
            since=self._today - TOLD_APART,
            manager=lambda mail: self._mails.holder(mail, company),
            fields=self._settings.fields,
            name_usage=self._settings.name_usage,
            leave=self._settings.leave,
        )


def _kind_and_mail(row: Mapping[str, Any], about: About) -> tuple[str, Any]:
    """What somebody is and their work mail; nothing of whoever cannot be read, for `person` says why."""
    try:
        now = personal(row, about)
        return kind(row, now), inside(now, "contactInfo").get("businessEmail")
    except Unusable:
        return "", None


def _require_named(company: Company, who: Lists) -> None:
    """Raise `Misconfigured` when not one of the people of a company has a name."""
    (_, listed), (_, informed) = who
    basics = chain(listed.values(), (one.get("basicInfo") for one in _histories_in(informed)))
    named = (bool(basic.get("lastName")) for basic in basics if isinstance(basic, Mapping))
    if next(named, True) or any(named):
        return
    raise _unshown(company, ["lastName"])


def _require_dated(company: Company, employments: Kept) -> None:
    """Raise `Misconfigured` when no employment of a company shows dates: then nobody who left would ever be seen."""
    missing, some = ["startDate", "endDate"], False
    for one in _histories_in(employments):
        missing, some = [key for key in missing if key not in one], True
        if not missing:
            return
    if some:
        raise _unshown(company, missing)


def _shown(row: Mapping[str, Any]) -> bool:
    """Whether all employments of one employee show both days."""
    jobs = row.get("employments")
    return all({"startDate", "endDate"} <= job.keys() for job in (jobs or ()) if isinstance(job, Mapping))


def _unshown(company: Company, names: Sequence[str]) -> Misconfigured:
    return Misconfigured(
        f"{SYSTEM}: the login is not shown {' and '.join(names)} of anybody in company "
        f"{company.number or company.id}; ask for its user template to be changed in Nmbrs"
    )


def _histories_in(found: Kept) -> Iterator[Mapping[str, Any]]:
    """Every row of every history of one list."""
    for history in found.values():
        yield from (one for one in (history if isinstance(history, list) else ()) if isinstance(one, Mapping))
