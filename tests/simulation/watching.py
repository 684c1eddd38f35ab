"""What the saved state says of each person, followed write by write: since when, and for which version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from counting import falls_under
from customer import EMPLOYEES
from storage import SimulatedStore
from violation import Violation

from shared import codec, layout
from shared.layout import Hop
from shared.model import Account, Entitlement, Link, Person, Stage

SALES = str(Entitlement("group", "Sales"))


@dataclass
class Seen:
    """One person, as the state has them now."""

    person: Person | None = None
    version: int = 0
    stage: Stage = Stage.DORMANT
    urgent: bool = False
    left: datetime | None = None
    """Since when the saved Desired has not been ACTIVE."""
    settled: datetime | None = None
    """Since when nobody waits to be mapped."""
    mapped_on: date = date.min
    blocked_at: datetime | None = None
    """When they were last seen blocked."""
    sold: bool = False
    given: frozenset[str] = frozenset()
    """What they are to be granted, as text."""
    given_at: datetime | None = None
    """Since when it is that."""
    granted: frozenset[str] = frozenset()
    """What is known to be ours, as text."""
    remembered: frozenset[str] = frozenset()
    """What is known to be ours, or may become ours by what is about to be done."""
    lost_sales: date | None = None
    """The day on which the rules no longer gave somebody who stays the group Sales."""
    waits: bool = False
    """Whether rules could not be worked out for them."""
    department: str | None = None
    """Where they belonged when this was wanted; None when they have moved since."""
    asked: dict[str, set[str]] = field(default_factory=dict)
    """What was asked for this version, and what brought each of it in: a poll, a day, a look at the directory."""

    def blocked(self, now: datetime) -> bool:
        """Whether a block may still be carried out."""
        return self.blocked_at is not None and now - self.blocked_at < timedelta(hours=1)

    def run(self, what: str) -> str:
        """The one run in which a what or a part of it was asked; "" when there were several."""
        found = {run for one, runs in self.asked.items() if falls_under(one, what) for run in runs}
        return found.pop() if len(found) == 1 else ""


@dataclass
class Watch:
    store: SimulatedStore
    accounts: Mapping[str, Account]
    """What the directory holds."""
    seen: dict[str, Seen] = field(default_factory=lambda: {name: Seen() for name in EMPLOYEES})
    noted: int = 0

    def __post_init__(self) -> None:
        own = {name: layout.own_id("hr", name) for name in EMPLOYEES}
        self.places = {
            name: (
                (layout.STATE, layout.bucket(one)),
                layout.person(one),
                layout.desired(one, "entra"),
                layout.mark(Hop.MAP, one),
                layout.block(one),
                layout.mark(Hop.ADMIT, one, "entra"),
                layout.hold(one, "entra", "map"),
                layout.link(one, "entra"),
            )
            for name, one in own.items()
        }
        self.linked: dict[str, str] = {}
        self.known: dict[str, tuple[str, str]] = dict.fromkeys(EMPLOYEES, ("", ""))

    def versions(self) -> dict[str, int]:
        return {name: one.version for name, one in self.seen.items()}

    def note(self, now: datetime) -> None:
        """Look at what changed since the last time."""
        if self.noted == self.store.writes:
            return
        self.noted = self.store.writes
        for name, (place, person, desired, mark, block, asked, held, link) in self.places.items():
            rows, seen = self.store.rows.get(place, {}), self.seen[name]
            if block in rows:
                seen.blocked_at = now
            seen.waits = held in rows
            if link in rows and rows[link].version != self.linked.get(name):
                self.linked[name] = rows[link].version
                self._ours(seen, codec.LINK.load(rows[link].data))
            before = self.known[name]
            versions = tuple(rows[key].version if key in rows else "" for key in (person, desired))
            if versions != before:
                self.known[name] = (versions[0], versions[1])
                if versions[0] != before[0]:
                    seen.person = codec.PERSON.load(rows[person].data) if person in rows else None
                if versions[1] != before[1]:
                    self._wanted(seen, rows[desired].data, now)
            if asked in rows and int(rows[asked].data["version"]) == seen.version:
                for what in rows[asked].data["whats"]:
                    seen.asked.setdefault(what, set()).add(str(rows[asked].data["cohort"]))
            if mark in rows:
                seen.settled = None
                continue
            if seen.department != _department(seen.person):
                seen.department = None
            if seen.settled is None:
                seen.settled, seen.mapped_on = now, now.date()

    def _ours(self, seen: Seen, link: Link) -> None:
        """S18: what is newly said to be granted is there, for nobody takes it away by hand."""
        said = frozenset(map(str, link.granted))
        there = self.accounts.get(link.account)
        if there is not None and (missing := said - seen.granted - frozenset(map(str, there.entitlements))):
            raise Violation(f"S18: {sorted(missing)} is said to be granted and is not")
        seen.granted, seen.remembered = said, said | frozenset(map(str, link.granting))

    def _wanted(self, seen: Seen, data: Any, now: datetime) -> None:
        wanted = data["is"]
        if int(data["version"]) != seen.version:
            seen.department, seen.asked = _department(seen.person), {}
        seen.version, seen.stage, seen.urgent = int(data["version"]), Stage(wanted["stage"]), bool(wanted["urgent"])
        if seen.stage is Stage.ACTIVE:
            seen.left = None
        elif seen.left is None:
            seen.left = now
        given = {f"{one['kind']}:{one['name']}" for one in wanted["entitlements"]}
        if given != seen.given:
            seen.given, seen.given_at = frozenset(given), now
        if seen.stage is not Stage.ACTIVE or SALES in given:
            seen.lost_sales = None
        elif seen.sold:
            seen.lost_sales = now.date()
        seen.sold = seen.stage is Stage.ACTIVE and SALES in given


def _department(person: Person | None) -> str | None:
    return None if person is None else person.contracts[0].fields["department"]
