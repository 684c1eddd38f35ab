"""Whom the people of one source name as their manager: nobody, somebody unknown, who has left, or each other. Pure.

Each person is looked at a fixed number of times, however deep the tree and however long a circle.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.quality.findings import Finding, Kind, Severity

FACT = "manager"
NAMED = 10
"""People of a circle who are named."""


@dataclass(frozen=True, slots=True)
class Led:
    """Somebody in service or to come. `manager` is whom the contract that speaks names, "" for nobody; None where HR
    says nothing about managers. `also` are those whom other contracts name.
    """

    manager: str | None
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Managers:
    """Everybody of one source."""

    source: str
    severity: Severity = Severity.CORRECT
    """How bad a doubtful manager is: as bad as what the policy does with it."""
    people: dict[str, Led] = field(default_factory=dict)
    """Those in service or to come, by HR id."""
    known: set[str] = field(default_factory=set)
    """Everybody, also those who have left and whose record cannot be used."""

    def findings(self, others: "Managers | None" = None) -> Iterator[Finding]:
        """`others` are the people among whom managers are looked up, where they are those of another source."""
        among = others or self
        head, told = self._head(), bool(self._above())
        for hr_id, led in self.people.items():
            if told and led.manager in ("", hr_id) and hr_id != head:
                what = f"{FACT} is empty" if led.manager == "" else "they are named as their own manager"
                yield self._finding(Kind.NO_MANAGER, hr_id, what, "choose a manager, if there is one")
            for manager in sorted({led.manager or "", *led.also} - {"", hr_id}):
                if manager not in among.known:
                    what, do = f"{FACT} names an id that HR does not hold", "choose the manager again"
                    yield self._finding(Kind.UNKNOWN_MANAGER, hr_id, what, do, manager)
                elif manager not in among.people:
                    what, do = "the manager has left, or their record cannot be used", "choose another manager"
                    yield self._finding(Kind.MANAGER_LEFT, hr_id, what, do, manager)
        for circle in self._circles():
            what = f"{len(circle)} people are each other's managers in a circle"
            first, *rest = circle[:NAMED]
            yield self._finding(Kind.CYCLE, first, what, "choose another manager for one of them", *rest)

    def _finding(self, kind: Kind, hr_id: str, what: str, do: str, *others: str) -> Finding:
        return Finding(
            kind=kind,
            severity=Severity.LOOK if kind is Kind.NO_MANAGER else self.severity,
            source=self.source,
            hr_id=hr_id,
            facts=(FACT,),
            what=what,
            do=do,
            others=others,
        )

    def _above(self) -> Mapping[str, str]:
        """Person → manager, where that is another one of these people."""
        return {
            hr_id: led.manager
            for hr_id, led in self.people.items()
            if led.manager and led.manager != hr_id and led.manager in self.people
        }

    def _head(self) -> str:
        """Whoever has nobody above them and most people below: of them no manager is expected. "" where nobody has."""
        above, size = self._above(), dict.fromkeys(self.people, 1)
        waiting = dict.fromkeys(self.people, 0)
        for one in above.values():
            waiting[one] += 1
        free = [one for one, count in waiting.items() if not count]
        while free:
            one = free.pop()
            if (manager := above.get(one)) is not None:
                size[manager] += size[one]
                waiting[manager] -= 1
                if not waiting[manager]:
                    free.append(manager)
        tops = [one for one, led in self.people.items() if led.manager in ("", one) and size[one] > 1]
        return min(tops, key=lambda one: (-size[one], one), default="")

    def _circles(self) -> Iterator[list[str]]:
        above, seen = self._above(), dict[str, int]()
        for number, start in enumerate(sorted(above)):
            way, one = list[str](), start
            while one in above and one not in seen:
                seen[one] = number
                way.append(one)
                one = above[one]
            if seen.get(one) == number:
                circle = way[way.index(one) :]
                least = circle.index(min(circle))
                yield circle[least:] + circle[:least]
