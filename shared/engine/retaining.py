"""What the policy keeps for so long only: people who have gone are taken out, and old lines of the ledger lose whose
they are. It is done in portions, and what is left over is left to the next day.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from shared import codec, layout, ledger
from shared.engine.erasing import Known, erase_all, known_as, may_go, pseudonymise
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.records import links, others_of
from shared.errors import Refused
from shared.retention import outlived
from shared.store import Conflict, Row
from shared.telemetry import catalogue, door

PEOPLE = 100
"""People taken out in one go, at most: the names and accounts of all are looked through for them, once."""

PARTS = 8
"""Parts of the ledger, of which one is looked through each day."""

ERASED = "erased-"
"""What lines begin with that say no longer whose they are."""

BY = "policy"
"""Who decided it."""


@door(catalogue.RETENTION)
async def retain(engine: Engine) -> int:
    """Take out what has been kept for long enough; how many rows. Raises `TryLater`; the next day goes on."""
    return await _people(engine) + await _lines(engine)


async def _people(engine: Engine) -> int:
    days = engine.policy.retention.people
    if days is None:
        return 0
    gone: dict[str, Known] = {}
    async for person, rows in _everybody(engine):
        if len(gone) >= PEOPLE:
            break
        gone |= await _gone(engine, person, rows, days)
    if not gone:
        return 0
    because = f"they left more than {days} days ago"
    await note(engine, "erased", "", "erase", by=BY, because=because, people=len(gone), day=engine.today.isoformat())
    with suppress(Conflict):  # one of them is back, and the others are taken out the next time
        return await erase_all(engine, gone)
    return 0


async def _everybody(engine: Engine) -> AsyncIterator[tuple[str, Mapping[str, Row]]]:
    """Everybody with a record of their own, and their rows."""
    for bucket in layout.buckets():
        people: dict[str, dict[str, Row]] = {}
        async for row in engine.store.scan(layout.STATE, bucket):
            people.setdefault(row.key.split("|", 1)[0], {})[row.key] = row
        for person, rows in people.items():
            if layout.person(person) in rows and layout.twin_of(person) not in rows:
                yield person, rows


async def _gone(engine: Engine, person: str, rows: Mapping[str, Row], days: int) -> dict[str, Known]:
    """All records of a human who may go, as they are known; none while one of them may not."""
    together = {person: rows}
    for other in others_of(person, rows) if engine.policy.people is not None else ():
        together[other] = await engine.rows_of(other)
    found = {}
    for one, theirs in together.items():
        known = await known_as(engine, one, "", "")
        if not _outlived(engine, one, theirs, days):
            return {}
        try:
            await may_go(engine, one, known)
        except Refused:
            return {}
        found[one] = known
    return found


def _outlived(engine: Engine, person: str, rows: Mapping[str, Row], days: int) -> bool:
    """Whether everything of this record can be read and has been kept for long enough."""
    row = rows.get(layout.person(person))
    if row is None or not all(codec.readable(one.data) for one in rows.values()):
        return False
    accounts = [link for target, link in links(rows).items() if target not in engine.policy.records]
    return outlived(codec.PERSON.load(row.data), accounts, days, engine.today)


async def _lines(engine: Engine) -> int:
    days = engine.policy.retention.ledger
    if days is None:
        return 0
    count, part, until = 0, engine.today.toordinal() % PARTS, engine.clock() - timedelta(days=days)
    for bucket in layout.buckets():
        if int(bucket, 16) % PARTS == part:
            for person, lines in (await _old(engine, bucket, until)).items():
                with suppress(Conflict):  # they are being taken out as a whole
                    count += await pseudonymise(engine, person, lines)
    return count


async def _old(engine: Engine, bucket: str, until: datetime) -> Mapping[str, list[Row]]:
    """The lines before `until` of a part of all people, by person."""
    found: dict[str, list[Row]] = {}
    async for row in engine.store.scan(layout.LEDGER, bucket):
        if not row.key.startswith(ERASED) and codec.readable(row.data) and ledger.load(row.key, row.data).at < until:
            found.setdefault(row.key.split("|", 1)[0], []).append(row)
    return found
