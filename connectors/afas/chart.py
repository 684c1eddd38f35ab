"""The organisation chart: units, what stands above each, and who leads. Pure.

Whoever leads their own unit is led from the unit above. Where a chart goes round in a circle nothing is said: that is
no reason to take anybody's manager away.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors._values import Unusable, day, identity
from connectors.afas.listing import Row
from connectors.afas.settings import Units


@dataclass(frozen=True, slots=True)
class Unit:
    name: str
    above: str
    manager: str
    """The number of the employee who leads it; "" for nobody."""
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """All units, by their number."""

    units: Mapping[str, Unit] = field(default_factory=dict)

    def path(self, unit: str) -> tuple[str, ...]:
        """The numbers of a unit and of all above it, the unit first; a circle ends where it began."""
        return tuple(number for number, _ in self._upwards(unit))

    def manager(self, unit: str, employee: str) -> str | None:
        """Who leads an employee of that unit: "" for nobody, None when the chart does not say."""
        above = [one for _, one in self._upwards(unit)]
        for one in above:
            if one.manager and one.manager != employee:
                return one.manager
        return "" if above and not above[-1].above else None

    @property
    def managers(self) -> frozenset[str]:
        return frozenset(unit.manager for unit in self.units.values() if unit.manager)

    def _upwards(self, number: str) -> Iterator[tuple[str, Unit]]:
        met = set[str]()
        while number in self.units and number not in met:
            met.add(number)
            yield number, self.units[number]
            number = self.units[number].above


def chart(rows: Iterable[Row], layout: Units, today: date) -> Chart:
    """The chart of that day; of several rows of a unit the one that began last and has not ended."""
    found: dict[str, Unit] = {}
    for row in rows:
        number = identity(row.get(layout.key))
        start, end = _day(row, layout.period.start), _day(row, layout.period.end)
        if not number or (start and start > today) or (end and end < today):
            continue
        known = found.get(number)
        if known is None or (known.start or date.min) <= (start or date.min):
            above, manager = identity(row.get(layout.above)), identity(row.get(layout.manager))
            name = row.get(layout.name)
            found[number] = Unit(name.strip() if isinstance(name, str) else "", above, manager, start)
    return Chart(found)


def _day(row: Row, column: str | None) -> date | None:
    try:
        return day(column, row.get(column)) if column else None
    except Unusable:
        return None
