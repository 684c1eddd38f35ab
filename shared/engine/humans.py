"""Which human a record of HR belongs to, and the whole of what HR says of one human, as the state has it.

Where the policy does not speak of people with several records, each record is a human, and nothing more is read.
"""

from collections.abc import Mapping

from shared import codec, layout
from shared.engine.answering import as_decided
from shared.engine.parts import Engine
from shared.engine.records import named
from shared.humans import Record, together
from shared.lifecycle import gone_from
from shared.model import Person
from shared.store import Row


async def human(engine: Engine, person: str) -> str:
    """Our id of the human that this record is one of."""
    if engine.policy.people is None:
        return person
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.twin_of(person))
    return named(row) or person


async def human_of(engine: Engine, source: str, hr_id: str) -> str:
    """The same for whom HR calls so."""
    return await human(engine, layout.own_id(source, hr_id))


async def records(engine: Engine, source: str, hr_id: str) -> list[str]:
    """Our ids of every record of the human whom HR calls so: the other ones, and the first one last."""
    home = await human_of(engine, source, hr_id)
    if engine.policy.people is None:
        return [home]
    prefix, rows = layout.twins(home), await engine.rows_of(home)
    return [*(key.removeprefix(prefix) for key in rows if key.startswith(prefix)), home]


async def others(engine: Engine, person: str, rows: Mapping[str, Row]) -> list[Record | None]:
    """The human's other records, in order of our ids; None for one that has not been read since the state was lost.

    There are none where the policy does not speak of them.
    """
    if engine.policy.people is None:
        return []
    prefix, found = layout.twins(person), []
    for other in [key.removeprefix(prefix) for key in rows if key.startswith(prefix)]:
        theirs = await engine.rows_of(other)
        if named(theirs.get(layout.twin_of(other))) == person:
            found.append(record_of(engine, other, theirs))
    return found


def record_of(engine: Engine, person: str, rows: Mapping[str, Row]) -> Record | None:
    """What HR says in one record; None when it is not known, or its source is no more."""
    row = rows.get(layout.person(person))
    if row is None or not codec.readable(row.data) or row.data["source"] not in engine.policy.sources:
        return None
    subject, source = codec.PERSON.load(row.data), str(row.data["source"])
    rules = as_decided(engine.policy.sources[source], subject, rows.get(layout.leaves(person)))
    return Record(source=source, person=subject, gone_from=gone_from(subject, rules))


async def whole(engine: Engine, person: str, rows: Mapping[str, Row]) -> Person | None:
    """Everything HR says of a human, as one; None for somebody it does not hold."""
    if (first := record_of(engine, person, rows)) is None:
        return None
    known = [one for one in await others(engine, person, rows) if one is not None]
    return together(first, known, engine.today)
