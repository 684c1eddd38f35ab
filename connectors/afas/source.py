"""Everyone in Profit: a page of employees, then the employments and positions of just those, and so on to the end.

So an answer of any size needs the memory of one page and can be taken up behind each. Profit hides rows from a user
without saying so: who is met elsewhere and not among the employees is held, and many of them are no answer at all.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from connectors._values import Unusable
from connectors.afas.chart import Chart, chart
from connectors.afas.listing import Page, Row, by_key, pages
from connectors.afas.metainfo import offered
from connectors.afas.people import WITHOUT_ID, Reader
from connectors.afas.place import Place
from connectors.afas.profit import SYSTEM, Profit
from connectors.afas.settings import Settings, Work
from shared.connector import Outside, Reached
from shared.errors import Misconfigured, Reason
from shared.flow import closing
from shared.model import Person, Rejected

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FEW = 3
"""So many may be hidden whatever the percentage: a leader who left is still on the chart."""


class Employees:
    """Reads the GetConnectors that the settings name.

    Cost: 1,000 people are 2 requests for employees, 2 or 3 each for employments and positions, 2 for the organisation
    chart, and one for the metainfo of everything and of each.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        self.profit = Profit(settings, outside)
        self._clock = outside.clock

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once, in Profit's own order; it can be taken up after every page of employees.

        Raises `Misconfigured` when a GetConnector or field is missing, or when employees are plainly hidden; `Anew`
        when rows have moved.
        """
        place = Place.at(since) if since else Place()
        run = await self.begin()
        if not since and run.reader.chart is not None:
            place = place.looking_for(run.reader.chart.managers)
        layout = self._settings.people
        also = self._settings.employments.columns if run.in_one else ()
        answer = pages(self.profit, layout, self._settings.take, also=also, given=place.given, mark=place.mark)
        async with closing(answer) as everything:
            async for page in everything:
                given, place = await run.page(page, place)
                for one in given:
                    yield one
                if not page.last:
                    yield Reached(place.cursor)
        for leader in place.unseen:
            yield self._unseen(leader)
        self._judge(place)

    async def begin(self) -> "Run":
        """What a reading begins with: what there is to be read, held against the settings, and the chart."""
        kinds = await offered(self.profit, self._settings.views, self._settings.dated)
        units = await self._chart(self._clock().astimezone(AMSTERDAM).date())
        return Run(self.profit, self._settings, Reader(self._settings, kinds, units))

    async def _chart(self, today: date) -> Chart | None:
        layout = self._settings.units
        if layout is None:
            return None
        rows = [row async for page in pages(self.profit, layout, self._settings.take) for row in page.rows]
        return chart(rows, layout, today)

    def _unseen(self, leader: str) -> Rejected:
        return Unusable(
            f"leads a unit of the organisation chart and is not in {self._settings.people.connector}; choose another "
            "leader in Profit if they left, or look at what the token's user may see.",
            Reason.MISSING_DATA,
        ).rejects(leader)

    def _judge(self, place: Place) -> None:
        """Raises `Misconfigured` when it shows that employees are hidden from the token's user."""
        name, hidden = self._settings.people.connector, place.hidden + len(place.unseen)
        why = "look at what the token's user may see and at the filter of the GetConnector"
        if place.people < self._settings.at_least:
            raise Misconfigured(
                f"{SYSTEM}: {name} shows {place.people} employees, and at_least says {self._settings.at_least}; {why}"
            )
        if hidden > FEW and hidden * 100 > place.people * self._settings.most_hidden:
            raise Misconfigured(
                f"{SYSTEM}: {hidden} employees have employments or lead a unit, and {name} does not show them; {why}"
            )


@dataclass(frozen=True, slots=True)
class Run:
    """One reading: what is asked for beside each page of employees."""

    profit: Profit
    settings: Settings
    reader: Reader

    @property
    def in_one(self) -> bool:
        """Whether employees and employments are rows of one GetConnector."""
        return self.settings.employments.connector == self.settings.people.connector

    async def page(self, page: Page, place: Place) -> tuple[Sequence[Person | Rejected], Place]:
        """Everybody on a page, and whoever has employments and should be on it; with the place behind it."""
        rows = by_key(self.settings.people, page.rows)
        shown = [hr_id for hr_id in rows if hr_id]
        last = "" if page.last else next(reversed(shown), place.last)
        employments = await self._work(self.settings.employments, page, place.last, last)
        positions: Mapping[str, list[Row]] = {}
        if self.settings.contracts == "positions" and self.settings.positions:
            positions = await self._work(self.settings.positions, page, place.last, last)
        strangers = [hr_id for hr_id in employments if hr_id and hr_id not in rows]
        found: list[Person | Rejected] = [WITHOUT_ID for _ in rows.get("", ())]
        for hr_id in shown:
            one = self.reader.person(hr_id, rows[hr_id], employments.get(hr_id, ()), positions.get(hr_id, ()))
            found += [one] if one is not None else []
        found += [self._stranger(hr_id) for hr_id in strangers]
        return found, place.after(page, shown, len(strangers))

    async def _work(self, layout: Work, page: Page, first: str, last: str) -> Mapping[str, list[Row]]:
        """The rows of everybody behind `first`, up to and with `last`, by employee; "" is no bound."""
        if layout.connector == self.settings.people.connector:
            return by_key(layout, page.rows)
        bounds = [(layout.key, "4", first)] if first else []
        bounds += [(layout.key, "3", last)] if last else []
        answer = pages(self.profit, layout, self.settings.take, bounds=bounds, until=last)
        return by_key(layout, [row async for some in answer for row in some.rows])

    def _stranger(self, hr_id: str) -> Rejected:
        return Unusable(
            f"has an employment in {self.settings.employments.connector} and is not in "
            f"{self.settings.people.connector}; give both the same filter, and look at what the token's user may see.",
            Reason.MISSING_DATA,
        ).rejects(hr_id)
