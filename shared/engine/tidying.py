"""Names that a worker reserved before it died, and that nobody bears: given back a day later, if nothing changed."""

from datetime import timedelta

from shared import codec, layout
from shared.engine.identifiers import HOLDING, unused
from shared.engine.parts import Engine
from shared.identifiers import folded
from shared.model import Link
from shared.store import Conflict

UNUSED = timedelta(days=1)
"""How long a name may be reserved without being borne; far longer than any worker lives."""


async def tidy(engine: Engine) -> int:
    """Give back what is reserved and not borne; how many names. It reads all links and the whole ledger: once a day."""
    borne, unknown = await _borne(engine)
    count = 0
    async for row in engine.store.everything(layout.IDENTIFIERS):
        if not codec.readable(row.data) or "is" not in row.data:
            continue
        holding = HOLDING.load(row.data)
        ours = holding.owner not in ("", *unknown)
        reserved = ours and not holding.account and holding.until is None
        if not reserved or engine.clock() - holding.since < UNUSED or (holding.owner, row.key) in borne:
            continue
        try:
            await engine.store.commit(layout.IDENTIFIERS, row.partition, [unused(engine, row, holding)])
        except Conflict:
            continue  # somebody reserved it anew
        count += 1
    return count


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
