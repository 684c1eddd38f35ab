"""What changed in HR: compare a complete, plausible answer with the last one and save who differs, with a mark.

Nothing is changed by an answer that cannot be believed. Hashes are invalidated before rows are saved and renewed
after, so that a crash repeats work and never loses a change.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any

from shared import codec, layout
from shared.engine.believing import believe, remember
from shared.engine.cohorts import gathering
from shared.engine.holding import hold
from shared.engine.ledger import write
from shared.engine.news import Heard, lines
from shared.engine.parts import Engine
from shared.engine.reading import FORGOTTEN, MISSING, REJECTED, Poll, read
from shared.errors import Misconfigured, TryLater
from shared.layout import Hop
from shared.model import Rejected
from shared.store import Change, Conflict, Delete, Insert, Replace, Row, prefixed
from shared.telemetry import catalogue, door, tell

POLL = timedelta(minutes=30)
"""How long one poll may hold the source; a poll that lost its lease is stopped by the versions of the hashes."""

FEW = 8
"""People of one bucket whose rows are asked for one by one."""

TOGETHER = 30
"""People saved in one commit: each needs up to three changes, and a commit holds 100."""


async def poll(engine: Engine, source: str) -> int:
    """Answer one doorbell of a source; the number of people who changed. Raises what `detect` does."""
    if source not in engine.sources:
        raise Misconfigured(f"the policy has no source {source}; it is not read any longer")
    return await detect(engine, source)


@door(catalogue.POLL, catalogue.SOURCE)
async def detect(engine: Engine, source: str) -> int:
    """Poll one source; the number of people who changed.

    Raises `TryLater`, also while somebody else is polling it, or `Misconfigured` when the answer is not to be
    believed: then nothing was changed.
    """
    lease = await _lease(engine, source)
    try:
        chunks = {row.key: row async for row in engine.store.scan(layout.SOURCES, source, *prefixed(layout.HASHES))}
        known = {hr_id: mark for row in chunks.values() for hr_id, mark in codec.known(row.data)["hashes"].items()}
        poll = await read(engine, source, known)
        vanished = await believe(engine, source, poll)
        number = int(lease["number"])
        for name in vanished:
            poll.hashes[name] = MISSING
        cohort = f"poll|{source}|{number}"
        async with gathering(engine, cohort):
            for bucket, names in _by_bucket(source, poll.hashes).items():
                await _save(engine, source, cohort, poll, chunks.get(f"{layout.HASHES}{bucket}"), bucket, names)
            await remember(engine, source, poll)
        tell(catalogue.CHANGES, len(poll.hashes), {catalogue.SOURCE: source})
    except Conflict as conflict:
        raise TryLater(f"another poll of {source} is ahead of this one: {conflict}", 60) from conflict
    finally:
        await _release(engine, source, lease)
    return len(poll.hashes)


def _by_bucket(source: str, names: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(layout.bucket(layout.own_id(source, name)), []).append(name)
    return found


async def _save(
    engine: Engine, source: str, cohort: str, poll: Poll, chunk: Row | None, bucket: str, names: list[str]
) -> None:
    """Save the changed people of one bucket: forget their hashes, save them with their marks, then the new hashes.

    Somebody whose row another version wrote is left as they are, and looked at again by the next poll.
    """
    key = f"{layout.HASHES}{bucket}"
    hashes: dict[str, str] = dict(chunk.data["hashes"]) if chunk else {}
    ids = {name: layout.own_id(source, name) for name in names}
    there = await _rows(engine, bucket, [ids[name] for name in names])
    parked = {name for name in names if ids[name] in there and not codec.readable(there[ids[name]].data)}
    data = codec.plain(hashes={**hashes, **dict.fromkeys(names, FORGOTTEN)})
    first: Change = Replace(key, data, chunk.version) if chunk else Insert(key, data)
    version = (await engine.store.commit(layout.SOURCES, source, [first]))[key]
    saved = [name for name in names if name not in parked]
    rest = iter(saved)
    while some := list(islice(rest, TOGETHER)):
        changes = [
            change
            for name in some
            for change in _changes(engine, source, cohort, poll, name, ids[name], there.get(ids[name]))
        ]
        heard = [Heard(name, poll.news.get(name), poll.hashes[name], there.get(ids[name])) for name in some]
        await write(engine, list(lines(engine, source, cohort, heard)))
        await engine.store.commit(layout.STATE, bucket, changes)
    renewed = codec.plain(
        hashes={**hashes, **{name: poll.hashes[name] for name in saved}, **dict.fromkeys(parked, FORGOTTEN)}
    )
    await engine.store.commit(layout.SOURCES, source, [Replace(key, renewed, version)])
    await engine.ring(Hop.MAP, [ids[name] for name in saved])


async def _rows(engine: Engine, bucket: str, people: list[str]) -> dict[str, Row]:
    """The rows of those people who have one: a few by key, many by reading the bucket once."""
    if len(people) <= FEW:
        rows = [await engine.store.get(layout.STATE, bucket, layout.person(person)) for person in people]
    else:
        rows = [row async for row in engine.store.scan(layout.STATE, bucket) if row.key.endswith("|person")]
    return {row.key.split("|")[0]: row for row in rows if row is not None}


def _changes(
    engine: Engine, source: str, cohort: str, poll: Poll, name: str, person: str, row: Row | None
) -> list[Change]:
    item = poll.news.get(name)
    key = layout.hold(person, source, "-")
    if isinstance(item, Rejected):
        held = hold(engine, None, key, item.code, item.because, hr_id=name)
        return [held, *_not_missing(engine, source, cohort, person, row)]
    if item is None:
        if row is None:
            return [Delete(key)]
        item = replace(codec.PERSON.load(row.data), missing_since=engine.today)
    saved = codec.PERSON.dump(item, source=source, cohort=cohort)
    first: Change = Replace(row.key, saved, row.version) if row else Insert(layout.person(person), saved)
    changes = [first, engine.marked(Hop.MAP, person, cohort)]
    doubtful = poll.known.get(name, "").startswith((REJECTED, MISSING, FORGOTTEN))
    return [*changes, Delete(key)] if doubtful else changes


def _not_missing(engine: Engine, source: str, cohort: str, person: str, row: Row | None) -> list[Change]:
    """Somebody whose record cannot be used is in HR all the same, and does not count as missing any longer."""
    if row is None or (subject := codec.PERSON.load(row.data)).missing_since is None:
        return []
    saved = codec.PERSON.dump(replace(subject, missing_since=None), source=source, cohort=cohort)
    return [Replace(row.key, saved, row.version), engine.marked(Hop.MAP, person, cohort)]


async def _lease(engine: Engine, source: str) -> dict[str, Any]:
    """Take the source for ourselves. Raises `TryLater` when somebody else has it."""
    row = await engine.store.get(layout.SOURCES, source, layout.LEASE)
    now = engine.clock()
    if row is not None and codec.moment(row.data["until"]) > now:
        wait = (codec.moment(row.data["until"]) - now).total_seconds()
        raise TryLater(f"source {source} is being read by somebody else", wait)
    number = int(row.data["number"]) + 1 if row else 1
    lease = codec.plain(owner=engine.unique(), until=(now + POLL).isoformat(), number=number)
    change: Change = Replace(layout.LEASE, lease, row.version) if row else Insert(layout.LEASE, lease)
    try:
        version = (await engine.store.commit(layout.SOURCES, source, [change]))[layout.LEASE]
    except Conflict as conflict:
        raise TryLater(f"source {source} is being read by somebody else", 60) from conflict
    return {**lease, "version": version}


async def _release(engine: Engine, source: str, lease: dict[str, Any]) -> None:
    free = {**lease, "until": engine.clock().isoformat()}
    version = str(free.pop("version"))
    try:
        await engine.store.commit(layout.SOURCES, source, [Replace(layout.LEASE, free, version)])
    except Conflict:
        return  # somebody took over after it ran out; it is theirs now
