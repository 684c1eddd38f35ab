"""A record of HR that is another one of a human: what it takes to become that, to be that, and to be parted again.

The record says in a row of its own whose it is, and is believed before anybody else: what stops half-way is gone on
with when the record is mapped again. It has nothing of its own then, and what people said of it holds for the human.
"""

from collections.abc import Iterator

from shared import codec, layout
from shared.engine.drafting import Draft
from shared.engine.parts import NOBODY
from shared.engine.records import human, named, others_of
from shared.layout import Hop
from shared.model import Link
from shared.store import Change, Delete, Put, Replace

OWN = frozenset({"asked", "desired", "permit", "release", "undone"})
"""Kinds of rows that only somebody has who has accounts of their own."""

SAID = frozenset({"block", "exception"})
"""Kinds of rows that say what people decided of somebody; they go to the human."""


async def tell_parted(draft: Draft) -> None:
    """Have those from whom this record was parted work out anew what they have without it."""
    engine, person = draft.engine, draft.person
    for key, row in draft.rows.items():
        if not key.startswith(layout.told_apart(person)) or row.data["told"]:
            continue
        other = key.removeprefix(layout.told_apart(person))
        marks = [engine.marked(hop, other, draft.cohort) for hop in (Hop.MAP, Hop.DEPENDENTS)]
        await engine.store.commit(layout.STATE, layout.bucket(other), [Delete(layout.twin(other, person)), *marks])
        for hop in (Hop.MAP, Hop.DEPENDENTS):
            await engine.ring(hop, [other])
        draft.changes.append(Replace(key, {**row.data, "told": True}, row.version))


async def is_another(draft: Draft) -> bool:
    """Whether this is another record of a human; the human knows of it then, and it keeps nothing of its own."""
    engine, person = draft.engine, draft.person
    row = draft.rows.get(layout.twin_of(person))
    if row is None or engine.policy.people is None:
        return False
    home = await human(engine, named(row))
    if home == person:  # the two were joined to each other at one moment, and one of them must be the human
        home = named(row)
        if person < home:
            draft.changes.append(Delete(row.key, row.version))
            return False
    if home != named(row):
        draft.changes.append(Replace(row.key, {**row.data, "human": home}, row.version))
    await _bring(draft, home)
    draft.changes += nothing_of_its_own(draft)
    draft.changes += [Delete(layout.hold(person, draft.source, what)) for what in (layout.SAME, layout.SAME_AS_MANY)]
    return True


async def _bring(draft: Draft, home: str) -> None:
    """Give the human what people said of this record, and have them mapped with it; its own other records follow."""
    engine, person = draft.engine, draft.person
    words = {key: row for key, row in draft.rows.items() if key.split("|")[1] in SAID}
    known = await engine.rows_of(home) if words else {}
    moved = {key.replace(person, home, 1): row.data for key, row in words.items()}
    given = [Put(key, data) for key, data in moved.items() if key not in known]
    mark = engine.marked(Hop.MAP, home, draft.cohort)
    known_of = Put(layout.twin(home, person), codec.plain())
    await engine.store.commit(layout.STATE, layout.bucket(home), [known_of, *given, mark])
    draft.changes += [Delete(key, row.version) for key, row in words.items()]
    draft.rings.append(home)
    for other in others_of(person, draft.rows):
        mark = engine.marked(Hop.MAP, other, draft.cohort)
        await engine.store.commit(layout.STATE, layout.bucket(other), [mark])
        draft.rings.append(other)
        draft.changes.append(Delete(layout.twin(person, other)))


def nothing_of_its_own(draft: Draft) -> Iterator[Change]:
    """What takes away everything that a record has which is somebody with accounts; names that were kept come free."""
    person = draft.person
    for key, row in draft.rows.items():
        match key.split("|", 3):
            case [_, kind, *_] if kind in OWN:
                yield Delete(key, row.version)
            case [_, "hold", place, *_] if place != draft.source:
                yield Delete(key)
            case [_, "lease", _]:
                yield Put(key, NOBODY)
            case [_, "link", _] if not (link := codec.LINK.load(row.data)).account and link.identifiers:
                yield Replace(key, codec.LINK.dump(Link(apart=link.apart)), row.version)
    for target in draft.engine.policy.targets:
        yield Delete(layout.mark(Hop.ADMIT, person, target))
        yield Delete(layout.mark(Hop.PROVISION, person, target))
