"""Saving who differs in an answer of HR that is believed: bucket by bucket, each with a mark, in any number of turns.

Of whom a glance has news is saved the same way, and nobody is gone by it.

Hashes are invalidated before rows are saved and renewed after, so that a crash repeats work and never loses a change.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from shared import codec, layout
from shared.engine import cohorts
from shared.engine.believing import remember
from shared.engine.holding import hold
from shared.engine.ledger import write
from shared.engine.news import Heard, lines
from shared.engine.parts import Engine
from shared.engine.pieces import Answer, Bucket, sweep
from shared.engine.said import FORGOTTEN, MISSING, REJECTED, Part
from shared.engine.turns import Turn
from shared.layout import Hop
from shared.model import Person, Rejected
from shared.store import MOST, Change, Delete, Insert, Replace, Row

FEW = 8
"""People of one bucket whose rows are asked for one by one."""

TOGETHER = 30
"""People saved in one commit: each needs up to three changes, and a commit holds 100."""

OPEN = timedelta(minutes=1)
"""How often a cohort that is still being saved is said to be open; far less than anybody's patience with it."""


async def save(turn: Turn, answer: Answer) -> int:
    """Save what differs from where the last turn stopped; how many people. Raises `Conflict` when the turn was lost."""
    engine, cohort, count = turn.engine, f"poll|{turn.source}|{turn.poll.number}", 0
    opened = await cohorts.keep_open(engine, cohort)
    async for bucket in answer.parts(turn.poll.saved):
        differing = _differing(turn, bucket.part)
        if differing:
            await _save(turn, cohort, bucket, differing)
        elif bucket.rows:
            await turn.save(bucket.rows[: MOST - 1], saved=bucket.name)
        count += len(differing)
        if turn.over and answer.in_rows:
            return count
        if engine.clock() - opened >= OPEN:
            opened = await cohorts.keep_open(engine, cohort)
    await remember(engine, turn.source, turn.poll.believed, turn.poll.edition)
    if answer.in_rows:
        await sweep(turn)
    await cohorts.close(engine, cohort)
    turn.done()
    return count


async def save_glance(turn: Turn, answer: Answer) -> int:
    """Save of whom a glance has news, and nobody else; how many. Raises `Conflict`.

    All glances since one poll are one cohort, so that what a run may do at most is not counted anew by each.
    """
    cohort, count = f"glance|{turn.source}|{turn.poll.number}", 0
    async with cohorts.gathering(turn.engine, cohort):
        async for bucket in answer.parts():
            differing = {name: one.mark for name, one in bucket.part.news.items()}
            if differing:
                await _save(turn, cohort, bucket, differing)
            count += len(differing)
    turn.done()
    return count


def _differing(turn: Turn, part: Part) -> dict[str, str]:
    """HR id → the new hash of everybody who is new, different or missing."""
    gone = [] if turn.poll.nameless else part.gone
    return {name: one.mark for name, one in part.news.items()} | dict.fromkeys(gone, MISSING)


async def _save(turn: Turn, cohort: str, bucket: Bucket, differing: Mapping[str, str]) -> None:
    """Save the changed people of one bucket: forget their hashes, save them with their marks, then the new hashes.

    Somebody whose row another version wrote is left as they are, and looked at again by the next poll.
    """
    key, chunk, known = f"{layout.HASHES}{bucket.name}", bucket.chunk, bucket.part.known
    ids = {name: layout.own_id(turn.source, name) for name in differing}
    there = await _rows(turn.engine, bucket.name, list(ids.values()))
    parked = {name for name in differing if ids[name] in there and not codec.readable(there[ids[name]].data)}
    data = codec.plain(hashes={**known, **dict.fromkeys(differing, FORGOTTEN)})
    first: Change = Replace(key, data, chunk.version) if chunk else Insert(key, data)
    version = (await turn.save([first]))[key]
    saved = [name for name in differing if name not in parked]
    rest = iter(saved)
    while some := list(islice(rest, TOGETHER)):
        heard = [Heard(name, _item(bucket, name), differing[name], there.get(ids[name])) for name in some]
        await write(turn.engine, list(lines(turn.engine, turn.source, cohort, heard)))
        changes = [change for one in heard for change in _changes(turn, cohort, bucket.part, one)]
        await turn.engine.store.commit(layout.STATE, bucket.name, changes)
        await turn.sign()
    renewed = {name: differing[name] for name in saved} | dict.fromkeys(parked, FORGOTTEN)
    last = Replace(key, codec.plain(hashes={**known, **renewed}), version)
    await turn.save([last, *bucket.rows[: MOST - 2]], saved=bucket.name)
    await turn.engine.ring(Hop.MAP, [ids[name] for name in saved])


def _item(bucket: Bucket, name: str) -> Person | Rejected | None:
    said = bucket.part.said.get(name)
    return said.item if said else None


async def _rows(engine: Engine, bucket: str, people: list[str]) -> dict[str, Row]:
    """The rows of those people who have one: a few by key, many by reading the bucket once."""
    if len(people) <= FEW:
        rows = [await engine.store.get(layout.STATE, bucket, layout.person(person)) for person in people]
    else:
        rows = [row async for row in engine.store.scan(layout.STATE, bucket) if row.key.endswith("|person")]
    return {row.key.split("|")[0]: row for row in rows if row is not None}


def _changes(turn: Turn, cohort: str, part: Part, heard: Heard) -> list[Change]:
    engine, item, row = turn.engine, heard.item, heard.row
    person = layout.own_id(turn.source, heard.hr_id)
    key = layout.hold(person, turn.source, "-")
    if isinstance(item, Rejected):
        held = hold(engine, None, key, item.code, item.because, hr_id=heard.hr_id)
        return [held, *_not_missing(turn, cohort, person, row)]
    if item is None:
        if row is None:
            return [Delete(key)]
        item = replace(codec.PERSON.load(row.data), missing_since=engine.today)
    saved = codec.PERSON.dump(item, source=turn.source, cohort=cohort)
    first: Change = Replace(row.key, saved, row.version) if row else Insert(layout.person(person), saved)
    changes = [first, engine.marked(Hop.MAP, person, cohort)]
    doubtful = part.known.get(heard.hr_id, "").startswith((REJECTED, MISSING, FORGOTTEN))
    return [*changes, Delete(key)] if doubtful else changes


def _not_missing(turn: Turn, cohort: str, person: str, row: Row | None) -> list[Change]:
    """Somebody whose record cannot be used is in HR all the same, and does not count as missing any longer."""
    if row is None or (subject := codec.PERSON.load(row.data)).missing_since is None:
        return []
    saved = codec.PERSON.dump(replace(subject, missing_since=None), source=turn.source, cohort=cohort)
    return [Replace(row.key, saved, row.version), turn.engine.marked(Hop.MAP, person, cohort)]
