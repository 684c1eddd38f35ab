"""A large answer of HR, kept piece by piece until it is whole and saved; and any answer, bucket by bucket.

A piece is saved in one commit with how far the poll is, or not at all. It holds personal data like any person's row.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.said import SAID, Part, Said, as_data, size
from shared.engine.turns import OLD, POLL, Poll, Turn, take
from shared.store import MOST, Change, Conflict, Delete, Insert, Row, prefixed

ROW = 250_000
"""Characters of one row, about; 480,000 are the most (`shared.rows`)."""


async def keep(turn: Turn, part: Part, cursor: str, whole: bool = False, **beside: Any) -> None:
    """Keep what was read since the last piece, and that it is read up to `cursor`, and what is to be known `beside`.

    Raises `Conflict`.
    """
    index = turn.poll.pieces
    rows = [
        Insert(layout.piece(turn.poll.number, bucket, index, number), codec.plain(said=data))
        for bucket, said in _by_bucket(turn.source, part.said).items()
        for number, data in enumerate(_rows(said))
    ]
    await turn.save(rows, cursor=cursor, whole=whole, pieces=index + 1, **beside)


def _by_bucket(source: str, said: Mapping[str, Said]) -> dict[str, dict[str, Said]]:
    found: dict[str, dict[str, Said]] = {}
    for name, one in said.items():
        found.setdefault(layout.bucket(layout.own_id(source, name)), {})[name] = one
    return found


def _rows(said: Mapping[str, Said]) -> Iterator[dict[str, Any]]:
    """What one bucket takes, in as many rows as it needs."""
    weight, some = 0, dict[str, Said]()
    for hr_id, one in said.items():
        more = size(hr_id, one)
        if some and weight + more > ROW:
            yield as_data(some)
            weight, some = 0, {}
        weight += more
        some[hr_id] = one
    yield as_data(some)


async def hashes(turn: Turn) -> dict[str, Row]:
    """What HR last said of everybody, as rows of hashes by key."""
    rows = turn.engine.store.scan(layout.SOURCES, turn.source, *prefixed(layout.HASHES))
    return {row.key: row async for row in rows}


def marks(chunks: Mapping[str, Row]) -> dict[str, str]:
    """The same by HR id."""
    return {hr_id: mark for row in chunks.values() for hr_id, mark in codec.known(row.data)["hashes"].items()}


@dataclass(slots=True)
class Answer:
    """A whole answer of HR, as it can be gone through bucket by bucket, and again."""

    turn: Turn
    chunks: Mapping[str, Row]
    """The hashes of the last answer, by key."""
    last: Part | None
    """All of it; None when it is kept in rows."""

    @property
    def in_rows(self) -> bool:
        return self.last is None

    async def parts(self, after: str = "") -> AsyncIterator["Bucket"]:
        """What it says of the people of each bucket after that one; only buckets that have any.

        From rows they come in order of name; from memory in the order of the news, where heads often come first.
        """
        held = _by_bucket(self.turn.source, self.last.news | self.last.said) if self.last else {}
        for name in (*held, *(one for one in layout.buckets() if one > after and one not in held)):
            chunk = self.chunks.get(f"{layout.HASHES}{name}")
            part = Part(codec.known(chunk.data)["hashes"] if chunk else {}, held.get(name, {}))
            rows = [] if self.last else await self._kept(name, part)
            if part.known or part.said or rows:
                yield Bucket(name, chunk, part, rows)

    async def _kept(self, bucket: str, part: Part) -> list[Delete]:
        engine, rows = self.turn.engine, []
        first, last = prefixed(layout.pieces(self.turn.poll.number, bucket))
        async for row in engine.store.scan(layout.SOURCES, self.turn.source, first, last):
            rows.append(Delete(row.key, row.version))
            for hr_id, said in SAID.validate_python(codec.known(row.data)["said"]).items():
                part.hear(engine, hr_id, said)
        return rows


@dataclass(slots=True)
class Bucket:
    """The people of one partition of the state in an answer of HR."""

    name: str
    chunk: Row | None
    part: Part
    rows: list[Delete] = field(default_factory=list)
    """The pieces that say it, as they are removed when it is saved."""


async def sweep(turn: Turn) -> None:
    """Remove all pieces that are kept of the source. Raises `Conflict`."""
    rows = turn.engine.store.scan(layout.SOURCES, turn.source, *prefixed(layout.PIECES))
    gone = [Delete(row.key, row.version) async for row in rows]
    for some in _lots(gone):
        await turn.save(some)
    turn.poll = replace(turn.poll, litter=False)


async def forget(engine: Engine, source: str) -> None:
    """Give up an answer that is not saved yet, and remove what is kept of it. Raises `TryLater` while it is read."""
    async for _ in engine.store.scan(layout.SOURCES, source, *prefixed(layout.PIECES)):
        break
    else:
        return
    turn = await take(engine, source)
    try:
        await sweep(turn)
    finally:
        await turn.end()


async def remove_old(engine: Engine) -> None:
    """Remove what nobody will go on with: of polls that began too long ago, also of sources that are read no longer."""
    polls: dict[str, Poll | None] = {}
    async for row in engine.store.everything(layout.SOURCES):
        if not row.key.startswith(layout.PIECES):
            continue
        if row.partition not in polls:
            lease = await engine.store.get(layout.SOURCES, row.partition, layout.LEASE)
            polls[row.partition] = POLL.load(lease.data) if lease and codec.readable(lease.data) else None
        poll = polls[row.partition]
        if poll is None or not poll.left or engine.clock() - poll.began >= OLD:
            with suppress(Conflict):  # somebody else removed it
                await engine.store.commit(layout.SOURCES, row.partition, [Delete(row.key, row.version)])


def _lots(changes: list[Delete]) -> Iterator[list[Change]]:
    rest = iter(changes)
    while some := list(islice(rest, MOST - 1)):
        yield list(some)
