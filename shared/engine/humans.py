"""Which human a record of HR belongs to, and the whole of what HR says of one human, as the state has it.

Where the policy does not speak of people with several records, each record is a human, and nothing more is read.
"""

from collections.abc import Mapping

from shared import codec, layout
from shared.engine.answering import as_decided
from shared.engine.parts import Engine
from shared.engine.records import human_of, named, others_of
from shared.engine.sponsors import as_known
from shared.humans import Record
from shared.lifecycle import gone_from
from shared.model import Person
from shared.precedence import blended
from shared.store import Row


async def records(engine: Engine, source: str, hr_id: str) -> list[str]:
    """Our ids of every record of the human whom HR calls so: the other ones, and the first one last."""
    home = await human_of(engine, source, hr_id)
    return [*others_of(home, await engine.rows_of(home)), home] if engine.policy.people is not None else [home]


async def others(engine: Engine, person: str, rows: Mapping[str, Row]) -> list[Record | None]:
    """The human's other records, in order of our ids; None for one that has not been read since the state was lost.

    There are none where the policy does not speak of them.
    """
    if engine.policy.people is None:
        return []
    found = []
    for other in others_of(person, rows):
        theirs = await engine.rows_of(other)
        if named(theirs.get(layout.twin_of(other))) == person:
            found.append(await record_of(engine, other, theirs))
    return found


async def record_of(engine: Engine, person: str, rows: Mapping[str, Row]) -> Record | None:
    """What HR says in one record, as it counts; None when it is not known, or its source is no more."""
    row = rows.get(layout.person(person))
    if row is None or not codec.readable(row.data) or row.data["source"] not in engine.policy.sources:
        return None
    source = str(row.data["source"])
    subject = await as_known(engine, source, person, rows)
    rules = as_decided(engine.policy.sources[source], subject, rows.get(layout.leaves(person)))
    return Record(source=source, person=subject, gone_from=gone_from(subject, rules))


async def whole(engine: Engine, person: str, rows: Mapping[str, Row]) -> Person | None:
    """Everything HR says of a human, as one; None for somebody it does not hold."""
    known = await known_records(engine, person, rows)
    return blended(known[0], known[1:], engine.policy, engine.today) if known else None


async def known_records(engine: Engine, person: str, rows: Mapping[str, Row]) -> list[Record]:
    """Every record of a human that has been read, the first one first; none for somebody HR does not hold."""
    if (first := await record_of(engine, person, rows)) is None:
        return []
    return [first, *[one for one in await others(engine, person, rows) if one is not None]]
