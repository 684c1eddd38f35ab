"""Where somebody is in their life and what happens to them, read off a story while it is lived."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from story_world import World

from shared import codec, layout
from shared.conditions import About
from shared.contracts import facts_of, primary
from shared.lifecycle import leave_on, standing
from shared.model import Contract, Link, Person, Stage, Value
from shared.policy import SourcePolicy, Timing
from shared.store import Row

NAMES = ("givenName", "prefix", "surname")
OWN_EVENTS = {"department", "manager", "kind", "status", "leaveStart", "leaveEnd", "endReason"}
"""Facts whose change has a name of its own."""


def _about(person: Person, one: Contract, day: date) -> About:
    facts = facts_of(person, one, day)
    return About(facts=facts, today=day, contracts=(facts,))


@dataclass(frozen=True, slots=True)
class Moment:
    """What HR says on a day, what it last said of everybody it ever spoke of, and where they are."""

    day: date
    people: Mapping[str, Person]
    last: Mapping[str, Person]
    situations: Mapping[str, str]


async def moment(world: World) -> Moment:
    """The world as it stands."""
    people, last, situations = {one.hr_id: one async for one in world.hr.fetch()}, {}, {}
    for hr_id in world.hr.ever:
        rows = await world.engine.rows_of(layout.own_id("hr", hr_id))
        row = rows.get(layout.person(layout.own_id("hr", hr_id)))
        if row is not None:
            last[hr_id] = codec.PERSON.load(row.data)
            situations[hr_id] = _situation(world, rows, layout.own_id("hr", hr_id), last[hr_id])
    return Moment(world.engine.today, people, last, situations)


def _situation(world: World, rows: Mapping[str, Row], own: str, person: Person) -> str:
    found = rows.get(layout.link(own, "entra"))
    link = codec.LINK.load(found.data) if found else Link()
    if link.deleted:
        return "deleted" if link.account in world.tenant.deleted else "gone"
    policy, today = world.engine.policy, world.engine.today
    stands = standing(person, policy.sources["hr"], policy.targets["entra"].timing, today)
    if not link.account:
        return "future" if any(one.start > today for one in person.contracts) else "left"
    if stands.because == "on leave":
        return stands.because
    if stands.stage is Stage.READY:
        return "prepared"
    if stands.stage is not Stage.ACTIVE:
        return "left"
    over = any(one.end and one.end < today for one in person.contracts)
    return "grace" if over and not any(one.covers(today) for one in person.contracts) else "active"


@dataclass(frozen=True, slots=True)
class Change:
    """What HR said of somebody before and says now, what it said last of all, and the days of both."""

    before: Person | None
    after: Person | None
    last: Person | None
    source: SourcePolicy
    timing: Timing
    since: date
    today: date

    def days(self, one: Contract, person: Person) -> Timing:
        return self.timing.of(_about(person, one, self.today))

    def kept(self) -> Iterator[tuple[Contract, Contract]]:
        """The contracts that HR knew before, as they were and as they are."""
        old = {one.id: one for one in self.last.contracts} if self.last else {}
        return ((old[one.id], one) for one in (self.after.contracts if self.after else ()) if one.id in old)

    def new(self) -> Iterator[Contract]:
        old = {one.id for one in self.last.contracts} if self.last else set()
        return (one for one in (self.after.contracts if self.after else ()) if one.id not in old)

    @property
    def serves(self) -> bool:
        """Whether some contract of theirs covered the day before."""
        return self.last is not None and any(one.covers(self.since) for one in self.last.contracts)

    def passed(self, day: date) -> bool:
        """Whether that was the last day of something since."""
        return self.since <= day < self.today

    def changed(self, name: str) -> bool:
        return any(old.fields.get(name) != new.fields.get(name) for old, new in self.kept())

    def spoke(self, name: str) -> tuple[Value, Value]:
        """A fact of the contract that spoke for them, before and now."""
        pairs = ((self.before, self.since), (self.after, self.today))
        first, then = (primary(one, self.source, day) if one else None for one, day in pairs)
        return (first.fields.get(name) if first else None), (then.fields.get(name) if then else None)

    def away(self, person: Person | None, day: date) -> bool:
        some = person.contracts if person else ()
        return any(person and leave_on(self.timing, _about(person, one, day)) for one in some)

    def at_once(self, person: Person | None) -> bool:
        holds = self.timing.at_once
        some = person.contracts if person else ()
        return any(person and holds and one.end and holds.holds(_about(person, one, self.today)) for one in some)


def _ended(change: Change, *, ahead: bool) -> bool:
    """HR gives an end, or a sooner one."""
    sooner = [new.end for old, new in change.kept() if new.end and (old.end is None or new.end < old.end)]
    return any((end >= change.today) is ahead for end in sooner)


def _attributes(change: Change) -> bool:
    pairs = [(old.fields, new.fields) for old, new in change.kept()]
    pairs += [(change.before.fields, change.after.fields)] if change.before and change.after else []
    names = {name for old, new in pairs for name in {*old, *new} if old.get(name) != new.get(name)}
    return bool(names - OWN_EVENTS - set(NAMES))


def _withdrawn(change: Change) -> bool:
    later = any(old.end and (new.end is None or new.end > old.end) for old, new in change.kept())
    return later or (change.at_once(change.before) and change.after is not None and not change.at_once(change.after))


def _names(change: Change) -> bool:
    if not (change.before and change.after):
        return False
    old, new = change.before.fields, change.after.fields
    return any(old.get(name) != new.get(name) for name in NAMES)


def _announced(change: Change) -> bool:
    return change.last is not None and any(new.start > change.today or change.serves for new in change.new())


def _rehired(change: Change) -> bool:
    """Somebody who was not in service has a contract that has begun, or that an account is made for."""
    if change.last is None or change.serves or change.after is None:
        return False
    made = [(new.start, change.days(new, change.after).create_before) for new in change.new()]
    return any(start - timedelta(before) <= change.today for start, before in made)


def _over(change: Change) -> bool:
    return any(
        change.passed(old.end) or change.passed(old.end + timedelta(change.days(old, change.last).disable_after))
        for old, _ in change.kept()
        if old.end and change.last
    )


def _deleted(change: Change) -> bool:
    person = change.after or change.last
    return any(
        change.passed(one.end + timedelta(days))
        for one in (person.contracts if person else ())
        if person and one.end and (days := change.days(one, person).delete_after) is not None
    )


def _converted(change: Change) -> bool:
    old, new = change.spoke("kind")
    return None not in (old, new) and old != new


EVENTS: Mapping[str, Callable[[Change], bool]] = {
    "hired": lambda change: change.last is None,
    "first day comes": lambda change: any(change.since < old.start <= change.today for old, _ in change.kept()),
    "attributes change": _attributes,
    "department changes": lambda change: change.changed("department"),
    "manager changes": lambda change: change.changed("manager"),
    "name changes": _names,
    "leave begins": lambda c: c.away(c.after, c.today) and not c.away(c.before, c.since),
    "leave ends": lambda c: c.away(c.before, c.since) and c.after is not None and not c.away(c.after, c.today),
    "end set ahead": lambda change: _ended(change, ahead=True) and not change.at_once(change.after),
    "end set in the past": lambda change: _ended(change, ahead=False) and not change.at_once(change.after),
    "dismissed at once": lambda change: change.at_once(change.after) and not change.at_once(change.before),
    "end withdrawn or postponed": _withdrawn,
    "last day passes": _over,
    "next contract announced": _announced,
    "converted": _converted,
    "record vanishes": lambda change: change.before is not None and change.after is None,
    "record returns": lambda c: c.last is not None and c.before is None and c.after is not None,
    "day of deletion": _deleted,
    "rehired": _rehired,
}


def transitions(world: World, before: Moment, after: Moment) -> set[tuple[str, str]]:
    """Every (situation, event) of somebody between two moments."""
    policy, found = world.engine.policy, set()
    for hr_id in after.situations:
        change = Change(
            before.people.get(hr_id), after.people.get(hr_id), before.last.get(hr_id),
            policy.sources["hr"], policy.targets["entra"].timing, before.day, after.day,
        )  # fmt: skip
        situation = before.situations.get(hr_id, "no record")
        found |= {(situation, name) for name, happens in EVENTS.items() if happens(change)}
    return found
