"""Nmbrs over REST, asked whom it has changed: those of whom some list has a new row, each then asked for by id.

Whoever has no row in a list has none, or it is withheld from the login; which of the two shows only in the whole list.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from connectors.nmbrs.companies import Company
from connectors.nmbrs.reading import Employees, Read
from connectors.nmbrs.rest import RestApi
from connectors.nmbrs.rows import Kept, Listing, histories, personal
from connectors.nmbrs.settings import Settings
from shared.connector import Outside, Reached
from shared.model import Person, Rejected


class Glanced:
    """Reads everybody as `Employees` does. A glance is the requests for debtors, companies and periods and one for each
    list of each company; when somebody was changed, everybody's mail is read, and those lists of them.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings, self._api = settings, RestApi(settings, outside)
        self._everyone = Employees(settings, outside, self._api)

    def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        return self._everyone.fetch(since)

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        """Of whom something is new. What was corrected without a new row is told by the whole read."""
        companies, changed, count = await self._api.companies(), list[tuple[Company, list[str]]](), 0
        for company in companies:
            some = await self._changed(company, since, most - count)
            changed.append((company, sorted(some)))
            count += len(some)
            if count > most:
                return
        if not count:
            return
        run = await self._everyone.begin(companies)
        for company, ids in changed:
            lists = _Lists(self._api, company)
            for hr_id in ids:
                if (one := await run.one(company, hr_id, lists.of(hr_id))) is not None:
                    yield one

    async def _changed(self, company: Company, since: datetime, most: int) -> set[str]:
        """All of them, or more than `most`."""
        found = set[str]()
        for listing in (personal(self._settings), *histories(self._settings)):
            if listing.since and len(found) <= most:
                found |= await self._api.changed(company, listing, since, most)
        return found


class _Lists:
    """The lists of one company as far as they were read: of one employee after the other, or once and for all."""

    def __init__(self, api: RestApi, company: Company) -> None:
        self._api, self._company = api, company
        self._whole: dict[str, Kept] = {}

    def of(self, hr_id: str) -> Read:
        async def read(listing: Listing) -> Kept:
            if listing.path not in self._whole and listing.of_one:
                mine = await self._api.listing(self._company, listing, hr_id)
                if hr_id in mine:
                    return mine
            if listing.path not in self._whole:
                self._whole[listing.path] = await self._api.listing(self._company, listing)
            return self._whole[listing.path]

        return read
