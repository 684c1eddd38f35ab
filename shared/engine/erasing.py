"""Everything that is kept of one person: shown to them when they ask, and taken out when it is no longer needed.

What must stay is kept without saying whose it was: the lines of the ledger under a pseudonym and without values, and
names for as long as nobody else may have them.
"""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared import codec, layout
from shared.engine import likeness
from shared.engine.humans import records
from shared.engine.identifiers import HOLDING
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.pieces import forget
from shared.engine.said import MISSING
from shared.errors import Reason, Refused
from shared.store import MOST, Change, Conflict, Delete, Insert, Replace, Row, prefixed

STAYS = frozenset({"schema", "verb", "by", "outcome", "cause", "version", "policy", "entitlement"})
"""What a line of the ledger still says of somebody who was erased."""

PERSONAL = (layout.STATE, layout.IDENTIFIERS, layout.ACCOUNTS, layout.LEDGER, layout.DIRECTORY)
"""Tables in which something may be theirs."""

TOGETHER = 40


@dataclass(frozen=True, slots=True)
class Known:
    """One record of somebody: by which source and HR id it is known, and the version of its row, "" without one."""

    source: str
    hr_id: str
    version: str


async def about(engine: Engine, source: str, hr_id: str) -> Mapping[str, Any]:
    """Everything kept of somebody, by table and key, with every value: it is theirs. Raises `Refused` for nobody."""
    found: dict[str, dict[str, Any]] = {table: {} for table in PERSONAL}
    people = await records(engine, source, hr_id)
    for person in people:
        accounts = [row async for row in _accounts(engine, {person})]
        mirrors = [await _mirror(engine, row) for row in accounts]
        found[layout.STATE] |= {key: row.data for key, row in (await engine.rows_of(person)).items()}
        found[layout.IDENTIFIERS] |= {row.key: row.data async for row in _names(engine, {person})}
        found[layout.ACCOUNTS] |= {row.key: row.data for row in accounts}
        found[layout.LEDGER] |= {row.key: row.data async for row in _lines(engine, person)}
        found[layout.DIRECTORY] |= {row.key: row.data for row in mirrors if row is not None}
    if not any(found.values()):
        raise Refused(f"nothing is kept of {hr_id}", Reason.REFUSED)
    return {"person": people[-1], **found}


async def erase(engine: Engine, source: str, hr_id: str, by: str, because: str) -> int:
    """Take out what is kept of somebody whom HR no longer holds and who has no account left; how many rows.

    Being stopped half-way, it goes on when asked again. Raises `Refused`.
    """
    await about(engine, source, hr_id)
    people = {person: await known_as(engine, person, source, hr_id) for person in await records(engine, source, hr_id)}
    for person, known in people.items():
        await may_go(engine, person, known)
    await note(engine, "erased", "", "erase", by=by, because=because)
    return await erase_all(engine, people)


async def known_as(engine: Engine, person: str, source: str, hr_id: str) -> Known:
    """How one record is known; by what was given where it is not there any longer."""
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person))
    if row is None:
        return Known(source, hr_id, "")
    return Known(str(row.data["source"]), codec.PERSON.load(row.data).hr_id, row.version)


async def erase_all(engine: Engine, people: Mapping[str, Known]) -> int:
    """Take out what is kept of these people; how many rows. Raises `Conflict` when one of them is back.

    HR's last word on them goes first, so that they are news if it names them again, and who they are goes last, so that
    whatever stops this is gone on with.
    """
    for source in {known.source for known in people.values()}:
        await forget(engine, source)
    for person, known in people.items():
        await _forget_hash(engine, person, known)
    names = [row async for row in _names(engine, people)]
    for row in names:
        await engine.store.commit(layout.IDENTIFIERS, row.partition, [_nobodys(engine, row)])
    accounts = [row async for row in _accounts(engine, people)]
    for row in accounts:
        if mirror := await _mirror(engine, row):
            await engine.store.commit(layout.DIRECTORY, mirror.partition, [Delete(mirror.key)])
        await engine.store.commit(layout.ACCOUNTS, row.partition, [Delete(row.key)])
    count = len(names) + len(accounts)
    for person, known in people.items():
        mapped = await engine.store.get(layout.STATE, layout.bucket(person), layout.mapped(person))
        stood = [*mapped.data.get("likes", ()), *mapped.data.get("owns", ())] if mapped else []
        await likeness.leave(engine, person, stood)
        count += await pseudonymise(engine, person, [row async for row in _lines(engine, person)])
        count += await _forget_rows(engine, person, known)
    return count


async def may_go(engine: Engine, person: str, known: Known) -> None:
    """Raises `Refused` for somebody whom HR holds or who has an account; a record of HR's own is none."""
    hr_id, rows = known.hr_id, await engine.rows_of(person)
    chunk = await _chunk(engine, known.source, layout.bucket(person))
    mark = chunk.data["hashes"].get(hr_id) if chunk else None
    if mark not in (None, MISSING):
        raise Refused(f"HR still holds {hr_id}; they would be back after the next poll. Remove them there first")
    for key, row in rows.items():
        match key.split("|"):
            case [_, "link", target] if (
                target not in engine.policy.records and (link := codec.LINK.load(row.data)).account and not link.deleted
            ):
                raise Refused(
                    f"{hr_id} still has account {link.account} on {target}; delete it, or cut the link, before that"
                )


async def pseudonymise(engine: Engine, person: str, lines: Sequence[Row]) -> int:
    """Have these lines of the ledger, all of one person, say no longer whose they are; how many."""
    pseudonym, home = f"erased-{engine.unique()}", layout.bucket(person)
    for start in range(0, len(lines), TOGETHER):
        changes: list[Change] = []
        for row in lines[start : start + TOGETHER]:
            kept = {name: value for name, value in row.data.items() if name in STAYS}
            changes += [Insert(row.key.replace(person, pseudonym, 1), kept), Delete(row.key, row.version)]
        await engine.store.commit(layout.LEDGER, home, changes)
    return len(lines)


def _nobodys(engine: Engine, row: Row) -> Change:
    """The name as nobody's: still kept from others for as long as it was to be, and then forgotten."""
    holding = HOLDING.load(row.data)
    now = engine.clock()
    ended = replace(holding, owner="", account="", until=holding.until or now, free_from=holding.free_from or now)
    return Replace(row.key, HOLDING.dump(ended), row.version)


async def _forget_hash(engine: Engine, person: str, known: Known) -> None:
    """Forget what HR last said. Raises `Conflict` when it names them again, or said so since they were known."""
    home, key = layout.bucket(person), layout.person(person)
    chunk = await _chunk(engine, known.source, home)
    row = await engine.store.get(layout.STATE, home, key)
    hashes = dict(chunk.data["hashes"]) if chunk else {}
    if hashes.pop(known.hr_id, MISSING) != MISSING or (row.version if row else "") != known.version:
        raise Conflict(layout.STATE, home, key)
    if chunk is not None and len(hashes) < len(chunk.data["hashes"]):
        forgotten = Replace(chunk.key, codec.plain(hashes=hashes), chunk.version)
        await engine.store.commit(layout.SOURCES, known.source, [forgotten])


async def _forget_rows(engine: Engine, person: str, known: Known) -> int:
    """Take the person's rows and marks out of the state, the person itself last, and as it was known."""
    home = layout.bucket(person)
    theirs = [row async for row in engine.store.scan(layout.STATE, home) if person in row.key.split("|")[:3]]
    theirs.sort(key=lambda row: row.key == layout.person(person))
    for start in range(0, len(theirs), MOST):
        some = theirs[start : start + MOST]
        await engine.store.commit(layout.STATE, home, [Delete(row.key, _version(row, person, known)) for row in some])
    return len(theirs)


def _version(row: Row, person: str, known: Known) -> str:
    return known.version if row.key == layout.person(person) else row.version


async def _chunk(engine: Engine, source: str, bucket: str) -> Row | None:
    return await engine.store.get(layout.SOURCES, source, f"{layout.HASHES}{bucket}")


async def _names(engine: Engine, people: Container[str]) -> AsyncIterator[Row]:
    async for row in engine.store.everything(layout.IDENTIFIERS):
        if codec.readable(row.data) and "is" in row.data and HOLDING.load(row.data).owner in people:
            yield row


async def _accounts(engine: Engine, people: Container[str]) -> AsyncIterator[Row]:
    async for row in engine.store.everything(layout.ACCOUNTS):
        if row.data.get("owner") in people:
            yield row


async def _lines(engine: Engine, person: str) -> AsyncIterator[Row]:
    async for row in engine.store.scan(layout.LEDGER, layout.bucket(person), *prefixed(layout.of(person))):
        yield row


async def _mirror(engine: Engine, claim: Row) -> Row | None:
    """What the mirror of the directory holds of an account."""
    return await engine.store.get(layout.DIRECTORY, claim.partition, claim.key)
