"""What changed in HR: compare a complete, plausible answer with the last one and save who differs, with a mark.

Nothing is changed by an answer that cannot be believed. Hashes are invalidated before rows are saved and renewed
after, so that a crash repeats work and never loses a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from shared import codec, layout
from shared.engine.cohorts import gathering
from shared.engine.holding import hold
from shared.engine.parts import Engine
from shared.errors import Misconfigured, Reason, TryLater
from shared.guard import implausible
from shared.layout import Hop
from shared.model import Person, Rejected
from shared.records import storable
from shared.store import Change, Conflict, Delete, Insert, Replace, Row, prefixed

POLL = timedelta(minutes=30)
"""How long one poll may hold the source; a poll that lost its lease is stopped by the versions of the hashes."""

MISSING = "missing"
FORGOTTEN = "?"
REJECTED = "!"
FEW = 8
"""People of one bucket whose rows are asked for one by one."""

TOGETHER = 30
"""People saved in one commit: each needs up to three changes, and a commit holds 100."""


@dataclass(slots=True)
class Poll:
    """What one answer of HR says, beside what was known before."""

    known: Mapping[str, str]
    """HR id → hash of the last answer; "missing"; "!…" for a rejected record; "?" while it is being saved."""
    seen: set[str] = field(default_factory=set)
    news: dict[str, Person | Rejected] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


async def detect(engine: Engine, source: str) -> int:
    """Poll one source; the number of people who changed.

    Raises `TryLater`, also while somebody else is polling it, or `Misconfigured` when the answer is not to be
    believed: then nothing was changed.
    """
    lease = await _lease(engine, source)
    try:
        chunks = {row.key: row async for row in engine.store.scan(layout.SOURCES, source, *prefixed(layout.HASHES))}
        poll = Poll({hr_id: mark for row in chunks.values() for hr_id, mark in codec.known(row.data)["hashes"].items()})
        await _read(engine, source, poll)
        vanished = _believe(engine, source, poll)
        number = int(lease["number"])
        for name in vanished:
            poll.hashes[name] = MISSING
        cohort = f"poll|{source}|{number}"
        async with gathering(engine, cohort):
            for bucket, names in _by_bucket(source, poll.hashes).items():
                await _save(engine, source, cohort, poll, chunks.get(f"{layout.HASHES}{bucket}"), bucket, names)
    except Conflict as conflict:
        raise TryLater(f"another poll of {source} is ahead of this one: {conflict}", 60) from conflict
    finally:
        await _release(engine, source, lease)
    return len(poll.hashes)


async def _read(engine: Engine, source: str, poll: Poll) -> None:
    """Read the whole answer, keeping only what is new; what cannot be kept and an id that comes twice are held."""
    whole: dict[str, str] = {}
    async for item in engine.sources[source].fetch():
        item = storable(item)
        name, mark = item.hr_id, _hash(engine, item)
        if whole.setdefault(name, mark) != mark:
            item = Rejected(hr_id=name, code=Reason.DUPLICATE_ID, because="HR gave this id to different records")
            mark = whole[name] = _hash(engine, item)
        poll.news.pop(name, None)
        poll.hashes.pop(name, None)
        if poll.known.get(name) != mark:
            poll.news[name], poll.hashes[name] = item, mark
    poll.seen.update(whole)


def _hash(engine: Engine, item: Person | Rejected) -> str:
    if isinstance(item, Rejected):
        stand_in = Person(hr_id=item.hr_id, fields={"code": item.code, "because": item.because})
        return REJECTED + engine.fingerprint(stand_in)
    return engine.fingerprint(item)


def _believe(engine: Engine, source: str, poll: Poll) -> list[str]:
    """Who is missing from a believable answer. Raises `Misconfigured` for one that is not.

    While some record came without an id nobody counts as missing, because it may be theirs.
    """
    known = [name for name, mark in poll.known.items() if mark != MISSING]
    vanished = [name for name in known if name not in poll.seen]
    doubt = implausible(len(known), len(poll.seen), len(vanished), engine.policy.sources[source].plausible)
    if doubt:
        raise Misconfigured(
            f"source {source}: {doubt}; nothing was changed. Check the export, or raise plausible.most_gone for once"
        )
    return [] if "" in poll.seen else vanished


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
