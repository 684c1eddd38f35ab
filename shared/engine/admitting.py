"""The one place where limits are applied: when a cohort is mapped, decide once per target, reserve, then permit.

Reservations are saved before any permit is written, and reserving the same again counts once, so that a crash repeats
the decision and never doubles it.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from shared import codec, consent, layout
from shared.engine import gate, seats
from shared.engine.asking import Asked, asked
from shared.engine.cohorts import incomplete
from shared.engine.holding import hold, of_person, state_of
from shared.engine.ledger import ADMITTED_LINE, write
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.errors import Reason, TryLater
from shared.flow import together
from shared.guard import Decision, admit
from shared.holds import State
from shared.layout import Hop
from shared.ledger import ADMITTED, Entry, operation
from shared.limiting import Brakes, pressing
from shared.model import Verb
from shared.pacing import Pace, spread
from shared.packs import common, neighbours, spared
from shared.store import Change, Conflict, Delete, Row, prefixed
from shared.telemetry import carried, catalogue, continuing, door, linked, spanning

FEW = 20
"""Writes of one cohort that go at once: single changes never queue behind bulk work."""

TOGETHER = 16
"""Decisions that are saved at the same time; each is a row or two and a doorbell of its own."""

AT_ONCE = frozenset({Verb.DISABLE, Verb.DELETE})
"""What is never spread over time."""

WORDS = {
    Reason.ADOPTION: "an existing account would be adopted",
    Reason.ENTITLEMENT: "the policy gives it only after a yes",
    Reason.LIMIT: "the limit of the policy is reached",
    Reason.RENAME: "they would sign in and be mailed under another name",
}
FACTS = {
    Reason.NO_SEAT: "waits until a seat is free",
    Reason.OBSERVED: "is only observed",
}
"""What no yes can change."""


@door(catalogue.ADMIT)
async def admit_all(engine: Engine) -> None:
    """Decide everything that is ready. Raises `TryLater` when somebody else is deciding for the same target."""
    marks: dict[str, list[Row]] = {}
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.marks(Hop.ADMIT))):
            target = row.key.split("|")[3]
            if codec.readable(row.data) and target in engine.policy.targets:
                marks.setdefault(target, []).append(row)
    if not marks:
        return
    waiting, population = await incomplete(engine), await _population(engine)
    for target, rows in sorted(marks.items()):
        rows.sort(key=lambda one: (str(one.data["at"]), one.key))
        await _target(engine, target, rows, waiting, population)


async def _population(engine: Engine) -> int:
    """The people HR knows, of all sources."""
    count = 0
    for source in engine.policy.sources:
        async for row in engine.store.scan(layout.SOURCES, source, *prefixed(layout.HASHES)):
            count += len(row.data["hashes"]) if codec.readable(row.data) else 0
    return count


async def _sizes(engine: Engine, target: str) -> Mapping[str, int]:
    """How many people belong to each department, as keyed hashes."""
    sizes: dict[str, int] = {}
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.MEMBERS)):
            department = row.data["departments"].get(target, "") if codec.readable(row.data) else ""
            sizes[department] = sizes.get(department, 0) + 1
    return sizes


async def _brakes(engine: Engine, target: str, population: int) -> Brakes:
    rules = engine.policy.targets[target]
    if rules.departments is None:
        return Brakes(limits=rules.limits, population=population)
    sizes = await _sizes(engine, target)
    return Brakes(limits=rules.limits, population=population, departments=rules.departments.limits, sizes=sizes)


async def _target(engine: Engine, target: str, rows: list[Row], waiting: frozenset[str], population: int) -> None:
    """Decide what is complete, and urgent disables at once while the allowance of what is urgent has room for them.

    The rest of an urgent person's plan is asked again once they are disabled, and decided with the cohort.
    """
    now, rules = engine.clock(), engine.policy.targets[target]
    ready = [asked(row, rules) for row in rows if row.data["cohort"] not in waiting]
    early = [asked(row, rules, Verb.DISABLE) for row in rows if row.data["cohort"] in waiting and row.data["urgent"]]
    if not ready and not early:
        return
    brakes, found = await _brakes(engine, target, population), await gate.read(engine, target)
    fit = pressing([one.request for one in early], found.before, brakes, now)
    some = [*(one for one in early if one.request.use in fit), *ready]
    stock = await seats.stock(engine, target, [one.request for one in some], found.seats)
    decision = admit([one.request for one in some], found.before, brakes, now, stock)
    bulk = _bulk(some)
    packs = _packs(engine, target, some, bulk, decision)
    starts, pace = _starts(engine, target, some, bulk, packs, found.pace)
    reserved = [replace(one, at=starts[one.person]) for one in decision.reserved]
    seated = [(what, person, starts[person]) for what, person in decision.seated]
    try:
        await gate.reserve(engine, target, found, pace, reserved, seated)
    except Conflict as conflict:
        raise TryLater(f"somebody else is deciding for {target}", 5) from conflict
    decided = list(zip(some, decision.permitted, decision.held, strict=True))
    await write(engine, [_line(engine, target, *one) for one in decided], ADMITTED_LINE)
    settled = partial(_tell, engine, target, starts, packs)
    for first in range(0, len(decided), TOGETHER):
        failed = await together([settled(*each) for each in decided[first : first + TOGETHER]])
        for failure in filter(None, failed):
            raise failure


def _packs(
    engine: Engine, target: str, some: list[Asked], bulk: frozenset[str], decision: Decision
) -> Mapping[str, frozenset[str]]:
    """What each of a bulk is granted together with others of it, by person."""
    if not engine.packs.get(target):
        return {}
    wanted = {
        one.request.person: [what for what, under in one.packs.items() if under in permitted]
        for one, permitted in zip(some, decision.permitted, strict=True)
        if one.request.person in bulk
    }
    return dict(zip(wanted, common(list(wanted.values())), strict=True))


def _starts(
    engine: Engine,
    target: str,
    some: list[Asked],
    bulk: frozenset[str],
    packs: Mapping[str, frozenset[str]],
    before: Pace,
) -> tuple[Mapping[str, datetime], Pace]:
    """When each begins, and the budget after it: what is granted together costs one write, and so those who are granted
    the same begin one after the other.
    """
    now, people = engine.clock(), [one for one in some if one.request.person in bulk]
    wanted = [packs.get(one.request.person, frozenset()) for one in people]
    order = neighbours(wanted)
    saved = spared([wanted[place] for place in order], engine.packs.get(target, {}))
    counts = [sum(people[place].request.whats.values()) - less for place, less in zip(order, saved, strict=True)]
    times, pace = spread(before, counts, now)
    begin = {people[place].request.person: at for place, at in zip(order, times, strict=True)}
    return {one.request.person: begin.get(one.request.person, now) for one in some}, pace


def _line(engine: Engine, target: str, one: Asked, permitted: Collection[str], held: Mapping[str, Reason]) -> Entry:
    """What the ledger says of one decision."""
    person = one.request.person
    decided: dict[str, object] = {
        "permitted": sorted(permitted),
        "held": dict(sorted(held.items())),
    }
    return Entry(
        at=engine.clock(),
        person=person,
        place=target,
        verb=ADMITTED,
        operation=operation(person, target, ADMITTED, one.mark.version, *sorted(held)),
        account=one.account,
        cause=one.request.cohort,
        version=one.request.version,
        policy=engine.policy_hash,
        beside={name: said for name, said in decided.items() if said},
    )


def _bulk(some: list[Asked]) -> frozenset[str]:
    """Whose work is sent at its reserved time; leavers and small cohorts are not kept waiting by it."""
    writes: dict[str, int] = {}
    for one in some:
        writes[one.request.cohort] = writes.get(one.request.cohort, 0) + sum(one.request.whats.values())
    return frozenset(
        one.request.person
        for one in some
        if writes[one.request.cohort] > FEW and not AT_ONCE & one.request.whats.keys()
    )


async def _tell(
    engine: Engine,
    target: str,
    starts: Mapping[str, datetime],
    packs: Mapping[str, frozenset[str]],
    one: Asked,
    permitted: frozenset[str],
    held: Mapping[str, Reason],
) -> None:
    """Save the decision about one person, in a span of the trace that brought them here."""
    person, here = one.request.person, linked(carried())
    said = {catalogue.PERSON: person, catalogue.TARGET: target}
    with continuing([str(one.mark.data.get("trace", ""))]), spanning(catalogue.DECIDE.name, said, links=here):
        await _settle(engine, target, one, permitted, held, starts[person], packs.get(person, frozenset()))


async def _settle(
    engine: Engine,
    target: str,
    one: Asked,
    permitted: frozenset[str],
    held: Mapping[str, Reason],
    start: datetime,
    packs: frozenset[str],
) -> None:
    """Turn one decision into permit, holds and the next mark, in the commit that removes this hop's mark.

    `packs` is what they are granted together with others.
    """
    request, person, now = one.request, one.request.person, engine.clock()
    rows = await engine.rows_of(person)
    if any(not codec.readable(row.data) for key, row in rows.items() if key == layout.permit(person, target)):
        return  # another version's; the mark stays until that version comes by
    if stands := {what: reason for what, reason in _answered(engine, target, one, rows).items() if what in permitted}:
        permitted, held = permitted - stands.keys(), {**held, **stands}
        await write(engine, [_line(engine, target, one, permitted, held)], ADMITTED_LINE)
    changes: list[Change] = [Delete(one.mark.key, one.mark.version)]
    if permitted:
        key = layout.permit(person, target)
        starts = {what: max(start, engine.earliest(target, what)) for what in permitted}
        start = min(starts.values())
        changes.append(permit(key, rows.get(key), request.version, starts, now))
        beside: dict[str, object] = {"packs": sorted(packs)} if packs else {}
        due = start.isoformat()
        mark = engine.marked(Hop.PROVISION, person, request.cohort, target, attempts=0, due=due, **beside)
        changes.append(mark)
    for what in sorted(request.whats):
        key = layout.hold(person, target, what)
        if what in stands:
            continue
        if what in held:
            changes.append(hold(engine, rows.get(key), key, **_hold(one, what, held[what])))
        elif key in rows:
            changes.append(Delete(key, rows[key].version))
    try:
        await engine.store.commit(layout.STATE, layout.bucket(person), changes)
    except Conflict:
        return  # a newer Desired has a mark of its own; for an answer that was given meanwhile this one stays
    if permitted:
        await engine.ring(Hop.PROVISION, [person], target, start if start > now else None)


def _answered(engine: Engine, target: str, one: Asked, rows: Mapping[str, Row]) -> Mapping[str, Reason]:
    """What somebody has said no or not now to, and why it was asked: whoever asks the same again is told the same,
    whatever room there is by now. A worker that looked before the answer asks so.
    """
    return {
        each.what: Reason(each.reason)
        for each in of_person(engine, one.request.person, rows)
        if (each.place, each.version, each.account) == (target, one.request.version, one.account)
        and state_of(engine, each) in (State.REJECTED, State.SNOOZED)
    }


def _hold(one: Asked, what: str, reason: Reason) -> dict[str, Any]:
    """The row of one what that waits; what no yes can change has no version to say yes to."""
    beside: dict[str, Any] = {"cohort": one.request.cohort, "account": one.account}
    if reason in FACTS:
        return {"reason": reason, "because": f"{what} {FACTS[reason]}", **beside}
    approvers = [role for entitlement, role in one.asking.items() if consent.granted(entitlement) == what]
    if reason is Reason.ENTITLEMENT:
        beside["approver"] = approvers[0]
    because = f"{what} waits for approval: {WORDS[reason]}"
    return {"reason": reason, "because": because, "version": one.request.version, **beside}
