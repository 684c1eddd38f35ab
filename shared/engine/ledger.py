"""The ledger's pen: lines are added, never changed; told again after a crash, a line is the same line.

A line is written before what it tells of is saved, so that nothing is ever saved that no line tells of.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared import codec, layout, ledger
from shared.engine.parts import Engine
from shared.ledger import Entry, Outcome
from shared.store import MOST, Conflict, Insert, prefixed

MAPPED_LINE, ADMITTED_LINE, WORD_LINE = 1, 2, 3
"""The order of lines of one moment, after what HR said: what follows from what, where no clock tells them apart."""

OWN = frozenset({"account", "because", "cause", "contract", "entitlement", "reason", "rule", "version"})
"""What somebody's word may hold that has a place of its own in a line."""


async def note(engine: Engine, person: str, target: str, what: str, *, by: str, **beside: Any) -> None:
    """Say who decided `what` about somebody; `beside` holds ids, codes and names of attributes, never their values.

    `target` is "" for a decision about the person as a whole.
    """
    own = {name: beside.pop(name) for name in OWN & beside.keys()}
    names = beside.pop("attributes", ())
    entry = Entry(
        at=engine.clock(),
        person=person,
        place=target,
        verb=what,
        operation=ledger.operation(person, target, what, by, sorted(own.items()), names, sorted(beside.items())),
        attributes=names if isinstance(names, Mapping) else dict.fromkeys(names, ""),
        by=by,
        policy=engine.policy_hash,
        beside=beside,
        **own,
    )
    await write(engine, [entry], WORD_LINE)


async def write(engine: Engine, entries: Sequence[Entry], number: int = 0) -> None:
    """Add these lines, those of one partition together; `number` orders them among others of the same moment."""
    homes: dict[str, list[Insert]] = {}
    for entry in entries:
        line = Insert(ledger.key(entry, number), ledger.row(entry))
        homes.setdefault(layout.bucket(entry.person), []).append(line)
    for home, lines in homes.items():
        apart = list({line.key: line for line in lines}.values())
        for start in range(0, len(apart), MOST):
            await _add(engine, home, apart[start : start + MOST])


async def _add(engine: Engine, home: str, lines: Sequence[Insert]) -> None:
    """A line that stands there already is the same line, told again."""
    try:
        await engine.store.commit(layout.LEDGER, home, lines)
    except Conflict:
        if len(lines) > 1:
            for line in lines:
                await _add(engine, home, [line])


async def lines_of(engine: Engine, person: str, since: datetime | None = None) -> AsyncIterator[Entry]:
    """Everything the ledger tells of one person, in order of time, each line once."""
    first, last = prefixed(layout.of(person))
    if since is not None:
        first += since.isoformat(timespec="microseconds")
    rows = engine.store.scan(layout.LEDGER, layout.bucket(person), first, last)
    told: set[tuple[str, str]] = set()
    async for row in rows:
        if codec.readable(row.data) and _new(told, entry := ledger.load(row.key, row.data)):
            yield entry


async def all_lines(
    engine: Engine, since: datetime | None = None, until: datetime | None = None
) -> AsyncIterator[Entry]:
    """The whole ledger between two moments, person by person, each line once; only one person's are held in memory."""
    told: set[tuple[str, str]] = set()
    person = ""
    async for row in engine.store.everything(layout.LEDGER):
        if not codec.readable(row.data):
            continue
        entry = ledger.load(row.key, row.data)
        if entry.person != person:
            person, told = entry.person, set()
        if not _new(told, entry) or (since and entry.at < since) or (until and entry.at >= until):
            continue
        yield entry


def _new(told: set[tuple[str, str]], entry: Entry) -> bool:
    """Whether nothing said so before: a crash may have a line told twice, at two moments."""
    one = (entry.operation, Outcome.DONE if entry.outcome == Outcome.FOUND else entry.outcome)
    known = one in told
    told.add(one)
    return not known
