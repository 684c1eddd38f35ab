"""One target's gate: the reservations of a week and its write budget, changed only under the version of one row.

Seats are reserved here too, until the licence is granted or the permit for it has run out.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.permits import LASTS
from shared.limiting import WEEK, Reservation
from shared.pacing import Pace
from shared.store import MOST, Change, Conflict, Delete, Insert, Put, Replace, Row, prefixed


@dataclass(frozen=True, slots=True)
class Gate:
    """A gate as it was read."""

    row: Row | None
    pace: Pace
    before: tuple[Reservation, ...]
    seats: frozenset[tuple[str, str]]
    """(what, person) for each seat that is reserved and not taken yet."""


async def read(engine: Engine, target: str) -> Gate:
    row = await engine.store.get(layout.GATES, target, layout.GATE)
    before = tuple([_reservation(one) async for one in _rows(engine, target, layout.USES)])
    return Gate(row, _pace(row), before, await reserved_seats(engine, target))


async def pace(engine: Engine, target: str) -> Pace:
    """What is left of the write budget."""
    return _pace(await engine.store.get(layout.GATES, target, layout.GATE))


def _pace(row: Row | None) -> Pace:
    return Pace(codec.moment(row.data["free_at"])) if row else Pace()


async def reserved_seats(engine: Engine, target: str) -> frozenset[tuple[str, str]]:
    """(what, person) for each seat that somebody may still take."""
    found = set()
    async for row in _rows(engine, target, layout.SEATS):
        if codec.moment(row.data["until"]) > engine.clock():
            _, what, person = row.key.split("|")
            found.add((what, person))
    return frozenset(found)


async def reserve(
    engine: Engine,
    target: str,
    gate: Gate,
    pace: Pace,
    reserved: Sequence[Reservation],
    seated: Sequence[tuple[str, str, datetime]] = (),
) -> None:
    """Save reservations, seats (what, person, from when) and budget under the gate's version.

    Raises `Conflict` when somebody decided meanwhile.
    """
    data = codec.plain(free_at=pace.free_at.isoformat())
    rest, version = iter([*_uses(reserved), *_seats(seated)]), gate.row.version if gate.row else ""
    while True:
        some = list(islice(rest, MOST - 1))
        first: Change = Replace(layout.GATE, data, version) if version else Insert(layout.GATE, data)
        version = (await engine.store.commit(layout.GATES, target, [first, *some]))[layout.GATE]
        if len(some) < MOST - 1:
            return


async def seat_is_taken(engine: Engine, target: str, what: str, person: str) -> None:
    """The licence is granted, and the target itself counts the seat from now on."""
    await engine.store.commit(layout.GATES, target, [Delete(layout.seat(what, person))])


async def forget(engine: Engine, target: str) -> None:
    """Remove reservations that no limit counts any more, and seats that nobody took in time."""
    now = engine.clock()
    old = [
        Delete(row.key, row.version)
        async for row in _rows(engine, target, layout.USES)
        if now - codec.moment(row.data["at"]) >= WEEK
    ]
    old += [
        Delete(row.key, row.version)
        async for row in _rows(engine, target, layout.SEATS)
        if codec.moment(row.data["until"]) <= now
    ]
    for start in range(0, len(old), MOST):
        with suppress(Conflict):  # it is in use again, or somebody else forgets too; the next sweep comes by
            await engine.store.commit(layout.GATES, target, old[start : start + MOST])


async def _rows(engine: Engine, target: str, prefix: str) -> AsyncIterator[Row]:
    async for row in engine.store.scan(layout.GATES, target, *prefixed(prefix)):
        if codec.readable(row.data):
            yield row


def _uses(reserved: Sequence[Reservation]) -> Iterator[Change]:
    for one in reserved:
        key = f"{layout.USES}{one.what}|{one.person}|{one.version}"
        yield Put(key, codec.plain(at=one.at.isoformat(), cohort=one.cohort, department=one.department))


def _seats(seated: Sequence[tuple[str, str, datetime]]) -> Iterator[Change]:
    for what, person, start in seated:
        yield Put(layout.seat(what, person), codec.plain(until=(start + LASTS).isoformat()))


def _reservation(row: Row) -> Reservation:
    _, what, person, version = row.key.split("|")
    at, cohort, department = codec.moment(row.data["at"]), str(row.data["cohort"]), str(row.data.get("department", ""))
    return Reservation(what=what, person=person, version=int(version), cohort=cohort, at=at, department=department)
