"""Records that have time slices: several rows under one id, each true from a day on; pure.

Of overlapping slices the one that began last counts, which is right whether the last day of one is the first of the
next or the day before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Slices(Generic[T]):
    """What is known under each id, by the day on which it begins; a record without slices begins at no day."""

    _of: dict[str, dict[date, T]] = field(default_factory=dict)

    def add(self, own_id: str, begins: date | None, record: T) -> None:
        self._of.setdefault(own_id, {})[begins or date.min] = record

    def on(self, own_id: str, today: date) -> T | None:
        """The slice of that day; before the first one begins, the first."""
        found = self._of.get(own_id)
        return found[begin(found, today)] if found else None

    def all(self, own_id: str) -> list[T]:
        """Every slice of one id, in the order in which they begin."""
        found = self._of.get(own_id, {})
        return [found[begins] for begins in sorted(found)]

    def ids(self) -> Iterator[str]:
        return iter(self._of)


def begin(found: dict[date, T], today: date) -> date:
    """The first day of the slice that counts on a day."""
    return max((one for one in found if one <= today), default=min(found))
