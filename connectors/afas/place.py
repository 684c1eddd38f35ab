"""Where a reading of Profit can be taken up, as text and back: positions, counts and ids, nothing else of anybody."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.afas.listing import Page
from connectors.afas.profit import SYSTEM
from shared.errors import Anew

MANY = 2_000
"""Leaders who are looked out for, at most: all of them stand in the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the first `given` rows of employees, the last of which is known by `mark` and is of the employee `last`.

    `people` employees were shown so far, and `hidden` others were met in employments; `unseen` are the leaders of units
    who are still to come.
    """

    given: int = 0
    mark: str = ""
    last: str = ""
    people: int = 0
    hidden: int = 0
    unseen: tuple[str, ...] = ()

    @classmethod
    def at(cls, cursor: str) -> "Place":
        """Raises `Anew` for a text that this version does not know."""
        try:
            found = json.loads(cursor)
        except ValueError:
            found = None
        match found:
            case [int(given), str(mark), str(last), int(people), int(hidden), [*unseen]]:
                return cls(given, mark, last, people, hidden, tuple(str(one) for one in unseen))
        raise Anew(f"{SYSTEM}: the place to go on from was written by another version; it is read from the beginning")

    @property
    def cursor(self) -> str:
        return json.dumps([self.given, self.mark, self.last, self.people, self.hidden, list(self.unseen)])

    def looking_for(self, leaders: Iterable[str]) -> "Place":
        return replace(self, unseen=tuple(sorted(leaders)[:MANY]))

    def after(self, page: Page, shown: Iterable[str], strangers: int) -> "Place":
        """The place behind `page`, on which the employees `shown` were, and so many others in their employments."""
        there = [one for one in shown if one]
        left = set(self.unseen).difference(there)
        return Place(
            given=page.given,
            mark=page.mark,
            last=there[-1] if there else self.last,
            people=self.people + len(there),
            hidden=self.hidden + strangers,
            unseen=tuple(sorted(left)),
        )
