"""The one place where limits are applied: when a cohort is mapped, decide once per target, reserve, then permit.

Reservations are saved before any permit is written, and reserving the same again counts once, so that a crash repeats
the decision and never doubles it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared import codec, layout
from shared.engine.cohorts import incomplete
from shared.engine.gate import decide, reserve
from shared.engine.holding import hold
from shared.engine.ledger import ADMITTED_LINE, write
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.errors import Reason, TryLater
from shared.guard import Request, asks
from shared.layout import Hop
from shared.ledger import ADMITTED, Entry, operation
from shared.model import Verb
from shared.pacing import spread
from shared.policy import TargetPolicy
from shared.store import Change, Conflict, Delete, Row, prefixed

FEW = 20
"""Writes of one cohort that go at once: single changes never queue behind bulk work."""

URGENT = frozenset({Verb.DISABLE, Verb.DELETE})

WORDS = {
    Reason.LIMIT: "the limit of the policy is reached",
    Reason.ADOPTION: "an existing account would be adopted",
    Reason.RENAME: "they would sign in and be mailed under another name",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One mark that asks for leave, and what it asks."""

    mark: Row
    request: Request

    @property
    def account(self) -> str:
        return str(self.mark.data.get("account", ""))


async def admit_all(engine: Engine) -> None:
    """Decide everything that is ready. Raises `TryLater` when somebody else is deciding for the same target."""
    asked: dict[str, list[Asked]] = {}
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.marks(Hop.ADMIT))):
            target = row.key.split("|")[3]
            if codec.readable(row.data) and target in engine.policy.targets:
                asked.setdefault(target, []).append(_asked(row, engine.policy.targets[target]))
    if not asked:
        return
    waiting, population = await incomplete(engine), await _population(engine)
    for target, some in sorted(asked.items()):
        ready = sorted(
            (one for one in some if one.request.cohort not in waiting),
            key=lambda one: (str(one.mark.data["at"]), one.mark.key),
        )
        await _target(engine, target, ready, population)


def _asked(row: Row, policy: TargetPolicy) -> Asked:
    verbs = {Verb(verb): int(count) for verb, count in row.data["verbs"].items()}
    request = Request(
        person=row.key.split("|")[2],
        version=int(row.data["version"]),
        cohort=str(row.data["cohort"]),
        verbs=verbs,
        asks=asks(verbs, policy.adopt, policy.names.rename),
    )
    return Asked(row, request)


async def _population(engine: Engine) -> int:
    """The people HR knows, of all sources."""
    count = 0
    for source in engine.policy.sources:
        async for row in engine.store.scan(layout.SOURCES, source, *prefixed(layout.HASHES)):
            count += len(row.data["hashes"]) if codec.readable(row.data) else 0
    return count


async def _target(engine: Engine, target: str, asked: list[Asked], population: int) -> None:
    if not asked:
        return
    now, limits = engine.clock(), engine.policy.targets[target].limits
    decision, pace, gate = await decide(engine, target, [one.request for one in asked], limits, population)
    bulk = _bulk(asked)
    times, pace = spread(pace, [sum(one.request.verbs.values()) if one in bulk else 0 for one in asked], now)
    starts = {one.request.person: at if one in bulk else now for one, at in zip(asked, times, strict=True)}
    reserved = [replace(one, at=starts[one.person]) for one in decision.reserved]
    try:
        await reserve(engine, target, gate, pace, reserved)
    except Conflict as conflict:
        raise TryLater(f"somebody else is deciding for {target}", 5) from conflict
    decided = zip(asked, decision.permitted, decision.held, strict=True)
    await write(engine, [_line(engine, target, *one) for one in decided], ADMITTED_LINE)
    for one, permitted, held in zip(asked, decision.permitted, decision.held, strict=True):
        await _settle(engine, target, one, permitted, held, starts[one.request.person], now)


def _line(engine: Engine, target: str, asked: Asked, permitted: Collection[str], held: Mapping[Verb, Reason]) -> Entry:
    """What the ledger says of one decision."""
    person = asked.request.person
    decided: dict[str, object] = {
        "permitted": sorted(map(str, permitted)),
        "held": {str(what): reason for what, reason in sorted(held.items())},
    }
    return Entry(
        at=engine.clock(),
        person=person,
        place=target,
        verb=ADMITTED,
        operation=operation(person, target, ADMITTED, asked.mark.version),
        account=asked.account,
        cause=asked.request.cohort,
        version=asked.request.version,
        policy=engine.policy_hash,
        beside={name: said for name, said in decided.items() if said},
    )


def _bulk(asked: list[Asked]) -> list[Asked]:
    """What is sent at its reserved time; leavers and small cohorts are not kept waiting by it."""
    writes: dict[str, int] = {}
    for one in asked:
        writes[one.request.cohort] = writes.get(one.request.cohort, 0) + sum(one.request.verbs.values())
    return [one for one in asked if writes[one.request.cohort] > FEW and not URGENT & one.request.verbs.keys()]


async def _settle(
    engine: Engine,
    target: str,
    asked: Asked,
    permitted: frozenset[Verb],
    held: Mapping[Verb, Reason],
    start: datetime,
    now: datetime,
) -> None:
    """Turn one decision into permit, holds and the next mark, in the commit that removes this hop's mark."""
    request, person = asked.request, asked.request.person
    rows = await engine.rows_of(person)
    if any(not codec.readable(row.data) for key, row in rows.items() if key == layout.permit(person, target)):
        return  # another version's; the mark stays until that version comes by
    changes: list[Change] = [Delete(asked.mark.key, asked.mark.version)]
    if permitted:
        key = layout.permit(person, target)
        starts = {verb: max(start, engine.earliest(target, verb)) for verb in permitted}
        start = min(starts.values())
        changes.append(permit(key, rows.get(key), request.version, starts, now))
        mark = engine.marked(Hop.PROVISION, person, request.cohort, target, attempts=0, due=start.isoformat())
        changes.append(mark)
    for verb in sorted(request.verbs):
        key = layout.hold(person, target, verb)
        if verb in held:
            beside = {"version": request.version, "cohort": request.cohort, "account": asked.account}
            because = f"{verb} waits for approval: {WORDS[held[verb]]}"
            changes.append(hold(engine, rows.get(key), key, held[verb], because, **beside))
        elif key in rows:
            changes.append(Delete(key))
    try:
        await engine.store.commit(layout.STATE, layout.bucket(person), changes)
    except Conflict:
        return  # a newer Desired has a mark of its own
    if permitted:
        await engine.ring(Hop.PROVISION, [person], target, start if start > now else None)
