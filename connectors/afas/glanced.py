"""Profit where its GetConnectors show when a row was changed: it can be asked whom it has changed since a moment.

`Gewijzigd op` does not move when only a joined table changed (help.afas.nl, App_Cnnct_View_Audit), and whoever was
deleted is in no answer.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from connectors.afas.listing import Row, by_key, of_one, pages
from connectors.afas.settings import People, Settings, Work
from connectors.afas.source import AMSTERDAM, Employees, Run
from shared.connector import Outside, Reached
from shared.flow import closing
from shared.model import Person, Rejected

NOT_BEFORE = "2"
"""Profit's operator ≥."""


class Glanced:
    """Reads everybody as `Employees` does. A glance is a request for each GetConnector that shows when, and when
    somebody was changed those with which a reading begins and two or three for each of them.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        self._everyone = Employees(settings, outside)
        self._profit = self._everyone.profit

    def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        return self._everyone.fetch(since)

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        """Everybody of whom a row was changed; each is then asked for by number."""
        changed, moment = set[str](), f"{since.astimezone(AMSTERDAM):%Y-%m-%dT%H:%M:%S}"
        for view, column in self._settings.dated:
            answer = pages(self._profit, view, self._settings.take, bounds=[(column, NOT_BEFORE, moment)])
            async with closing(answer) as some:
                async for page in some:
                    changed.update(hr_id for hr_id in by_key(view, page.rows) if hr_id)
                    if len(changed) > most:
                        return
        if not changed:
            return
        run = await self._everyone.begin()
        for hr_id in sorted(changed):
            if (one := await self._one(run, hr_id)) is not None:
                yield one

    async def _one(self, run: Run, hr_id: str) -> Person | Rejected | None:
        """One employee; None for one who is not shown, or is left out."""
        settings = self._settings
        people = await self._rows(settings.people, hr_id, settings.employments.columns if run.in_one else ())
        if not people:
            return None
        employments = people if run.in_one else await self._rows(settings.employments, hr_id)
        rows = [by_key(settings.people, people)[hr_id], by_key(settings.employments, employments).get(hr_id, [])]
        if settings.contracts == "positions" and settings.positions:
            positions = await self._rows(settings.positions, hr_id)
            rows.append(by_key(settings.positions, positions).get(hr_id, []))
        return run.reader.person(hr_id, *rows)

    async def _rows(self, view: People | Work, hr_id: str, also: Sequence[str] = ()) -> list[Row]:
        return await of_one(self._profit, view, hr_id, self._settings.take, also)
