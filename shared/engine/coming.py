"""Everybody's calendar: what the coming days bring to each of them as HR is known now. Nothing is written."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import groupby

from shared import codec, layout
from shared.calendar import Coming, Lead, Someone, coming
from shared.engine.dependents import manager_of
from shared.engine.extending import ANSWERED_FOR, questions
from shared.engine.parts import Engine
from shared.engine.sponsors import as_known
from shared.expressions import Facts
from shared.model import Link, Person
from shared.store import Row


async def foresee(engine: Engine, until: date, hr_id: str = "") -> AsyncIterator[tuple[str, Coming]]:
    """(our id, what is coming) up to and including `until`, person by person; of everybody, or of one HR id."""
    managers = await _people(engine) if engine.policy.manager_names else {}
    async for person, rows in _one(engine, hr_id) if hr_id else _everybody(engine):
        if (found := await _someone(engine, person, rows)) is not None:
            source, someone = found
            for day, asked in await questions(engine, source, person, rows, until):
                yield person, Coming(day=day, target=source, asks=asked.because)
            lead = _lead(engine.policy.pointed_from(source), person, managers)
            for one in coming(someone, engine.policy, engine.attributes, lead, engine.today, until):
                yield person, one


async def _everybody(engine: Engine) -> AsyncIterator[tuple[str, dict[str, Row]]]:
    """Each person's rows; the state is read once, one partition at a time."""
    for bucket in layout.buckets():
        rows = [row async for row in engine.store.scan(layout.STATE, bucket) if codec.readable(row.data)]
        for person, some in groupby(rows, key=lambda row: row.key.partition("|")[0]):
            yield person, {row.key: row for row in some}


async def _one(engine: Engine, hr_id: str) -> AsyncIterator[tuple[str, dict[str, Row]]]:
    for source in engine.policy.sources:
        person = layout.own_id(source, hr_id)
        yield person, await engine.rows_of(person)


async def _someone(engine: Engine, person: str, rows: dict[str, Row]) -> tuple[str, Someone] | None:
    """Their source, and what is known of them; None for rows that are nobody's, or of a source that is no more, and
    for whom nothing is begun because nobody answers for them.
    """
    row = rows.get(layout.person(person))
    if row is None or row.data["source"] not in engine.policy.sources:
        return None
    source = str(row.data["source"])
    if layout.hold(person, source, ANSWERED_FOR) in rows:
        return None
    links: dict[str, Link] = {}
    for target in engine.policy.targets:
        if (link := rows.get(layout.link(person, target))) is not None:
            links[target] = codec.LINK.load(link.data)
    rules = engine.policy.sources[source]
    return source, Someone(
        id=person,
        person=await as_known(engine, source, person, rows),
        rules=rules,
        links=links,
    )


async def _people(engine: Engine) -> dict[str, Person]:
    """Everybody by our id, for rules that read what is known of a manager."""
    found: dict[str, Person] = {}
    async for person, rows in _everybody(engine):
        if (row := rows.get(layout.person(person))) is not None:
            found[person] = codec.PERSON.load(row.data)
    return found


def _lead(source: str, person: str, people: dict[str, Person]) -> Lead:
    def lead(facts: Facts) -> Person | None:
        return people.get(manager_of(source, person, facts))

    return lead
