"""Names that nobody will miss: reserved by a worker that died, or nobody's and free again. The ledger forgets them."""

from datetime import datetime, timedelta

from shared import codec, layout
from shared.engine import cohorts, pieces
from shared.engine.identifiers import HOLDING, unused
from shared.engine.members import forget_waiting
from shared.engine.parts import Engine
from shared.identifiers import Holding, folded
from shared.model import Link
from shared.store import Change, Conflict, Delete, Row

UNUSED = timedelta(days=1)
"""How long a name may be reserved without being borne; far longer than any worker lives."""


async def tidy(engine: Engine) -> int:
    """Give back what is reserved and not borne, and forget what is nobody's and free; how many names.

    It reads all links and the whole ledger: once a day.
    """
    await pieces.remove_old(engine)
    await cohorts.remove_old(engine)
    await forget_waiting(engine)
    borne, unknown = await _borne(engine)
    count = 0
    async for row in engine.store.everything(layout.IDENTIFIERS):
        if not codec.readable(row.data) or "is" not in row.data:
            continue
        holding = HOLDING.load(row.data)
        if _nobodys(holding, engine.clock()):
            count += await _gone(engine, row, Delete(row.key, row.version))
            continue
        ours = holding.owner not in ("", *unknown)
        reserved = ours and not holding.account and holding.until is None
        if not reserved or engine.clock() - holding.since < UNUSED or (holding.owner, row.key) in borne:
            continue
        count += await _gone(engine, row, unused(engine, row, holding))
    return count


def _nobodys(holding: Holding, now: datetime) -> bool:
    """Whether it belongs to nobody any more, be it erased or never known, and anybody may have it."""
    return not holding.owner and not holding.account and holding.free_from is not None and holding.free_from <= now


async def _gone(engine: Engine, row: Row, change: Change) -> int:
    """1 when the row was let go of; 0 when somebody took the name anew meanwhile."""
    try:
        await engine.store.commit(layout.IDENTIFIERS, row.partition, [change])
    except Conflict:
        return 0
    return 1


async def _borne(engine: Engine) -> tuple[set[tuple[str, str]], set[str]]:
    """(person, folded name) of every name that some link remembers, be it used, issued or only intended; and the people
    of whom a link is another version's, which may remember any name.
    """
    found: set[tuple[str, str]] = set()
    unknown: set[str] = set()
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket):
            match row.key.split("|"):
                case [person, "link", _] if codec.readable(row.data):
                    found |= {(person, folded(name)) for name in _names(codec.LINK.load(row.data))}
                case [person, "link", _]:
                    unknown.add(person)
    return found, unknown


def _names(link: Link) -> list[str]:
    values = (*link.identifiers.values(), *link.written.values(), *link.intended.values())
    return [value for value in values if isinstance(value, str)]
