"""Seats of licences: counted before they are given, first come by first day, and given by themselves once one is free.

Whoever is created ahead of the first day and would find no seat then is held before, so that one can be bought in time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from shared import codec, layout
from shared.consent import observed, takes_part
from shared.desired import View, desired, view
from shared.engine import gate
from shared.engine.asking import kept, question
from shared.engine.parts import Engine
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.guard import NO_STOCK, Seats, Wish, unseated
from shared.layout import Hop
from shared.limiting import Request
from shared.model import Desired, Stage, Verb
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row
from shared.whats import entitled, runs_out


@dataclass(frozen=True, slots=True)
class Waiting:
    """One seat that somebody waits for: since it was asked, or because a first day comes. The rows are as read."""

    wish: Wish
    mapped: Row
    desired: Row
    hold: Row | None
    coming: bool


async def stock(
    engine: Engine, target: str, requests: Sequence[Request], reserved: frozenset[tuple[str, str]]
) -> Seats:
    """What is left of what these requests want, less what is reserved; the target is asked only when it matters."""
    wanted = {what for one in requests for what in one.whats if what not in one.asks and runs_out(what)}
    return await _seats(engine, target, reserved) if wanted else NO_STOCK


async def _seats(engine: Engine, target: str, reserved: frozenset[tuple[str, str]]) -> Seats:
    """A target that does not answer keeps nobody waiting: it refuses what is too much itself."""
    try:
        free = await engine.targets[target].stock()
    except (TryLater, Misconfigured, Refused):
        return NO_STOCK
    whats = [what for what, _ in reserved]
    by_what = {entitled(Verb.GRANT, one): count for one, count in free.items()}
    return Seats(left={what: count - whats.count(what) for what, count in by_what.items()}, reserved=reserved)


def coming(engine: Engine, seen: View, target: str, new: Desired | None, *, seed: str) -> tuple[str, ...]:
    """The seats that somebody who is created ahead of the first day will need on that day."""
    person, policy = seen.person, engine.policy
    first = min((one.start for one in person.contracts if one.start > seen.today), default=None)
    if new is None or new.stage is not Stage.READY or first is None:
        return ()
    later = view(person, seen.rules, policy, first, seed=seed, manager=seen.scope.manager)
    try:
        then = desired(later, target, policy.targets[target])
    except Refused:
        return ()  # it is held on the day itself
    rules = policy.targets[target]
    outside = not takes_part(person.hr_id, later.about, rules.pilot)
    granted = (entitled(Verb.GRANT, one) for one in sorted(then.entitlements)) if then else ()
    return tuple(what for what in granted if runs_out(what) and not observed(what, rules, outside=outside))


async def reseat(engine: Engine) -> int:
    """Look again at everybody who waits for a seat or will need one: ask for whom there is one, and hold who will lack
    one; how many were asked for.
    """
    count = 0
    for target, waiting in sorted((await _waiting(engine)).items()):
        found = await _seats(engine, target, await gate.reserved_seats(engine, target))
        lacking = unseated([one.wish for one in waiting], found)
        for one in waiting:
            changes = _changes(engine, target, one, lacks=one.wish in lacking)
            with suppress(Conflict):  # they were mapped anew, or have asked already
                if changes:
                    await engine.store.commit(layout.STATE, one.mapped.partition, changes)
                    count += not one.coming
    if count:
        await engine.ring(Hop.ADMIT, ["all"])
    return count


def _changes(engine: Engine, target: str, one: Waiting, *, lacks: bool) -> list[Change]:
    """What becomes of one who waits, provided that nobody maps them meanwhile."""
    wish, unchanged = one.wish, Replace(one.mapped.key, one.mapped.data, one.mapped.version)
    if not one.coming:
        return [] if lacks else [unchanged, _asked_again(engine, target, one)]
    if not lacks:
        return [unchanged, Delete(one.hold.key, one.hold.version)] if one.hold else []
    because = f"{wish.what}: no seat will be left on their first day"
    data = codec.plain(reason=Reason.NO_SEAT, because=because, coming=True)
    return [] if one.hold else [unchanged, Put(layout.hold(wish.person, target, wish.what), data)]


def _asked_again(engine: Engine, target: str, one: Waiting) -> Insert:
    wanted = codec.DESIRED.load(one.desired.data)
    known = kept(one.mapped, target)
    beside = question(int(one.desired.data["version"]), {one.wish.what: 1}, wanted, known)
    mark = engine.marked(Hop.ADMIT, one.wish.person, engine.trickle("seats"), target, **beside)
    return Insert(mark.key, mark.data)


async def _waiting(engine: Engine) -> Mapping[str, list[Waiting]]:
    """Who waits, by target. It reads everything that is kept of everybody."""
    found: dict[str, list[Waiting]] = {}
    for bucket in layout.buckets():
        rows = {row.key: row async for row in engine.store.scan(layout.STATE, bucket) if codec.readable(row.data)}
        for person, target, what, coming in sorted({*_asked(rows), *_coming(rows)}):
            mapped, desired = rows.get(layout.mapped(person)), rows.get(layout.desired(person, target))
            if target in engine.policy.targets and mapped is not None and desired is not None:
                wish = Wish(kept(mapped, target).start, person, what)
                hold = rows.get(layout.hold(person, target, what))
                found.setdefault(target, []).append(Waiting(wish, mapped, desired, hold, coming))
    return found


def _asked(rows: Mapping[str, Row]) -> Iterator[tuple[str, str, str, bool]]:
    """Whoever was to be given a licence and got no seat."""
    for key, row in rows.items():
        match key.split("|"):
            case [person, "hold", target, what] if row.data["reason"] == Reason.NO_SEAT and "coming" not in row.data:
                yield person, target, what, False


def _coming(rows: Mapping[str, Row]) -> Iterator[tuple[str, str, str, bool]]:
    """Whoever will be given one on a first day that is still to come."""
    for key, row in rows.items():
        if key.endswith("|mapped"):
            for target, known in row.data.get("traits", {}).items():
                for what in known["coming"]:
                    yield key.split("|")[0], target, what, True
