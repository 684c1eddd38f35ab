"""One target's gate: the reservations of a week and its write budget, changed only under the version of one row."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice

from shared import codec, layout
from shared.engine.parts import Engine
from shared.guard import WEEK, Decision, Request, Reservation, admit
from shared.model import Verb
from shared.pacing import Pace
from shared.policy import Limit
from shared.store import MOST, Change, Conflict, Delete, Insert, Put, Replace, Row, prefixed


async def decide(
    engine: Engine, target: str, requests: Sequence[Request], limits: Mapping[Verb, Limit], population: int
) -> tuple[Decision, Pace, Row | None]:
    """The decision on what has come in, by what was reserved before; with the budget and the gate as they were read."""
    gate = await engine.store.get(layout.GATES, target, layout.GATE)
    before = [
        _reservation(row)
        async for row in engine.store.scan(layout.GATES, target, *prefixed(layout.USES))
        if codec.readable(row.data)
    ]
    decision = admit(requests, before, limits, population, engine.clock())
    return decision, Pace(codec.moment(gate.data["free_at"])) if gate else Pace(), gate


async def reserve(engine: Engine, target: str, gate: Row | None, pace: Pace, reserved: Sequence[Reservation]) -> None:
    """Save reservations and budget under the gate's version. Raises `Conflict` when somebody decided meanwhile."""
    data = codec.plain(free_at=pace.free_at.isoformat())
    uses: list[Change] = [Put(_use(one), codec.plain(at=one.at.isoformat(), cohort=one.cohort)) for one in reserved]
    rest, version = iter(uses), gate.version if gate else ""
    while True:
        some = list(islice(rest, MOST - 1))
        first: Change = Replace(layout.GATE, data, version) if version else Insert(layout.GATE, data)
        version = (await engine.store.commit(layout.GATES, target, [first, *some]))[layout.GATE]
        if len(some) < MOST - 1:
            return


async def forget(engine: Engine, target: str) -> None:
    """Remove reservations that no limit counts any more."""
    old = [
        Delete(row.key, row.version)
        async for row in engine.store.scan(layout.GATES, target, *prefixed(layout.USES))
        if codec.readable(row.data) and engine.clock() - codec.moment(row.data["at"]) >= WEEK
    ]
    for start in range(0, len(old), MOST):
        with suppress(Conflict):  # it is in use again, or somebody else forgets too; the next sweep comes by
            await engine.store.commit(layout.GATES, target, old[start : start + MOST])


def _use(one: Reservation) -> str:
    return f"{layout.USES}{one.verb}|{one.person}|{one.version}"


def _reservation(row: Row) -> Reservation:
    _, verb, person, version = row.key.split("|")
    at = codec.moment(row.data["at"])
    return Reservation(verb=Verb(verb), person=person, version=int(version), cohort=str(row.data["cohort"]), at=at)
