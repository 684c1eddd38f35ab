"""The one place where limits are applied: when a cohort is mapped, decide once per target, reserve, then permit.

Reservations are saved under the version of one gate row before any permit is written; reserving the same again counts
once, so that a crash repeats the decision and never doubles it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.errors import Reason, TryLater
from shared.guard import WEEK, Decision, Request, Reservation, admit, asks
from shared.layout import Hop
from shared.model import Verb
from shared.pacing import Pace, spread
from shared.store import MOST, Change, Conflict, Delete, Insert, Put, Replace, Row, prefixed

PATIENCE = timedelta(minutes=10)
"""How long a cohort waits for members that are not mapped; one that is stuck must not hold up the others."""


async def admit_all(engine: Engine) -> None:
    """Decide everything that is ready. Raises `TryLater` when somebody else is deciding for the same target."""
    open_cohorts = await _unmapped(engine)
    ready: dict[str, list[Row]] = {}
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.marks(Hop.ADMIT))):
            if codec.known(row.data)["cohort"] not in open_cohorts:
                ready.setdefault(row.key.split("|")[3], []).append(row)
    for target, rows in sorted(ready.items()):
        if target in engine.policy.targets:
            await _target(engine, target, sorted(rows, key=lambda row: (str(row.data["at"]), row.key)))


async def _unmapped(engine: Engine) -> set[str]:
    """Cohorts some of whose members are still to be mapped."""
    found = set()
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.marks(Hop.MAP))):
            if engine.clock() - codec.moment(row.data["at"]) < PATIENCE:
                found.add(str(row.data["cohort"]))
    return found


async def _target(engine: Engine, target: str, rows: Sequence[Row]) -> None:
    policy, now = engine.policy.targets[target], engine.clock()
    requests = [_request(row, policy.adopt) for row in rows]
    gate = await engine.store.get(layout.GATES, target, "gate")
    before = [_reservation(row) async for row in engine.store.scan(layout.GATES, target, *prefixed("use|"))]
    decision = admit(requests, before, policy.limits, await _population(engine), now)
    pace = Pace(codec.moment(gate.data["free_at"])) if gate else Pace()
    writes = [sum(request.verbs.values()) for request in requests]
    times, pace = spread(pace, writes, now)
    try:
        await _reserve(engine, target, gate, pace, decision, before)
    except Conflict as conflict:
        raise TryLater(f"somebody else is deciding for {target}", 5) from conflict
    for row, request, permitted, held, at in zip(rows, requests, decision.permitted, decision.held, times, strict=True):
        await _permit(engine, target, row, request, permitted, held, at, now)


def _request(row: Row, adopt: Any) -> Request:
    verbs = {Verb(verb): int(count) for verb, count in row.data["verbs"].items()}
    return Request(
        person=row.key.split("|")[2],
        version=int(row.data["version"]),
        cohort=str(row.data["cohort"]),
        verbs=verbs,
        asks=asks(verbs, adopt),
    )


def _reservation(row: Row) -> Reservation:
    _, verb, person, version = row.key.split("|")
    at = codec.moment(codec.known(row.data)["at"])
    return Reservation(verb=Verb(verb), person=person, version=int(version), cohort=str(row.data["cohort"]), at=at)


async def _population(engine: Engine) -> int:
    """The people HR knows, of all sources."""
    count = 0
    for source in engine.policy.sources:
        async for row in engine.store.scan(layout.SOURCES, source, *prefixed("hash|")):
            count += len(row.data["hashes"])
    return count


async def _reserve(
    engine: Engine,
    target: str,
    gate: Row | None,
    pace: Pace,
    decision: Decision,
    before: Iterable[Reservation],
) -> None:
    """Save the reservations under the gate's version, and forget those that no longer count."""
    data = codec.plain(free_at=pace.free_at.isoformat())
    uses: dict[str, Change] = {_use(one): Delete(_use(one)) for one in before if engine.clock() - one.at >= WEEK}
    uses |= {
        _use(one): Put(_use(one), codec.plain(at=one.at.isoformat(), cohort=one.cohort)) for one in decision.reserved
    }
    rest, version = iter(uses.values()), gate.version if gate else ""
    while True:
        some = list(islice(rest, MOST - 1))
        first: Change = Replace("gate", data, version) if version else Insert("gate", data)
        version = (await engine.store.commit(layout.GATES, target, [first, *some]))["gate"]
        if len(some) < MOST - 1:
            return


def _use(one: Reservation) -> str:
    return f"use|{one.verb}|{one.person}|{one.version}"


async def _permit(
    engine: Engine,
    target: str,
    mark: Row,
    request: Request,
    permitted: frozenset[Verb],
    held: Mapping[Verb, Reason],
    at: datetime,
    now: datetime,
) -> None:
    """Turn one decision into permit, holds and the next mark, in the commit that removes this hop's mark."""
    person, home = request.person, layout.bucket(request.person)
    changes: list[Change] = [Delete(mark.key, mark.version)]
    if permitted:
        key = layout.permit(person, target)
        row = await engine.store.get(layout.STATE, home, key)
        changes.append(permit(key, row, request.version, permitted, now))
        changes.append(engine.marked(Hop.PROVISION, person, request.cohort, target, attempts=0))
    for verb in sorted(request.verbs):
        key = layout.hold(person, target, verb)
        if verb in held:
            because = f"{verb} waits for approval: " + (
                "the limit of the policy is reached" if held[verb] is Reason.LIMIT else "an existing account is adopted"
            )
            data = codec.plain(reason=held[verb], because=because, version=request.version, cohort=request.cohort)
            changes.append(Put(key, data))
        else:
            changes.append(Delete(key))
    try:
        await engine.store.commit(layout.STATE, home, changes)
    except Conflict:
        return  # a newer Desired has a mark of its own
    if permitted:
        await engine.ring(Hop.PROVISION, [person], target, at if at > now else None)
