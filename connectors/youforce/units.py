"""The tree of organisation units and who manages each, on a day: circles end, and a unit above that is missing ends it.

Managers come from roles (Beaufort: role assignments with the customer's role code) or from the units (Business).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors.youforce.slices import Slices


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation unit, or one time slice of it. `manager` is a person's HR id, "" for none."""

    id: str
    code: str | None
    name: str | None
    above: str = ""
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody manages a unit from one day to another, both inclusive."""

    person: str
    begins: date
    ends: date | None = None

    def covers(self, today: date) -> bool:
        return self.begins <= today and (self.ends is None or today <= self.ends)


@dataclass(frozen=True, slots=True)
class Chart:
    """`roles` by the unit's id or code; None when managers stand on the units. `upwards` says that a unit without a
    manager has the one above.
    """

    units: Slices[Unit] = field(default_factory=Slices)
    roles: Mapping[str, Sequence[Role]] | None = None
    upwards: bool = True

    def unit(self, unit: str, today: date) -> Unit | None:
        return self.units.on(unit, today)

    def path(self, unit: str, today: date) -> tuple[str, ...]:
        """The codes of a unit and of all above it, the unit first."""
        return tuple(one.code or one.id for one in self._upwards(unit, today))

    def manager(self, unit: str, person: str, today: date) -> str | None:
        """Who manages somebody of that unit: never themselves, and None for nobody."""
        for one in self._upwards(unit, today):
            found = self._of(one, today)
            if found and found != person:
                return found
            if not self.upwards:
                break
        return None

    def _of(self, unit: Unit, today: date) -> str:
        """Of several roles of a day the one that began last; of those, of the person with the highest number."""
        if self.roles is None:
            return unit.manager
        roles = [role for key in {unit.id, unit.code} for role in self.roles.get(key or "", ()) if role.covers(today)]
        return max(roles, key=lambda role: (role.begins, order(role.person))).person if roles else ""

    def _upwards(self, unit: str, today: date) -> Iterator[Unit]:
        met = set[str]()
        while (one := self.units.on(unit, today)) and unit not in met:
            met.add(unit)
            yield one
            unit = one.above


def order(hr_id: str) -> tuple[int, str]:
    """Ids in their order: numbers, as text."""
    return len(hr_id), hr_id
