"""Organization units: the way from the top to each, and who leads it. Pure; a tree that bites its own tail is cut.

A unit may have several rows, one for each time that something about it was so: the one of today counts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from connectors._values import Unusable
from connectors.visma.reduce import day
from connectors.visma.table import Cells

DEEPEST = 50
"""Levels of an organization that are believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    name: str
    parent: str
    manager: str
    """The user who leads it, or ""."""
    start: date


class Units:
    """All units by id, as they are on one day."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units

    def path(self, unit: str) -> tuple[str, ...]:
        """The names of the units from the top down to this one."""
        return tuple(reversed([one.name for one in self._upwards(unit) if one.name]))

    def managers(self, unit: str) -> Iterator[str]:
        """Who leads this unit and those above it, as far as somebody does."""
        return (one.manager for one in self._upwards(unit) if one.manager)

    def _upwards(self, unit: str) -> Iterator[Unit]:
        seen = set[str]()
        while unit in self._units and unit not in seen and len(seen) < DEEPEST:
            seen.add(unit)
            yield self._units[unit]
            unit = self._units[unit].parent


def units(rows: Iterable[Cells], today: date) -> Units:
    """From the rows of the export; one whose days cannot be read holds at any time."""
    found: dict[str, tuple[bool, Unit]] = {}
    for row in rows:
        first, last = _day(row["startdate"]) or date.min, _day(row["enddate"]) or date.max
        name = " ".join(row["orgname"].split())
        unit = Unit(name=name, parent=row["orgunitparentid"], manager=row["manageruserid"], start=first)
        current, known = first <= today <= last, found.get(row["orgunitid"])
        if known is None or (current, unit.start) > (known[0], known[1].start):
            found[row["orgunitid"]] = current, unit
    return Units({id: unit for id, (_, unit) in found.items()})


def _day(cell: str) -> date | None:
    try:
        return day("", cell)
    except Unusable:
        return None
