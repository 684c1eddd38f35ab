"""Everybody's calendar: what the coming days bring to each of them as HR is known now. Nothing is written."""

from collections.abc import AsyncIterator
from datetime import date
from itertools import groupby

from shared import codec, layout
from shared.calendar import Coming, Lead, Someone, coming
from shared.desired import View
from shared.engine import blocking, exceptions
from shared.engine.extending import ANSWERED_FOR, questions
from shared.engine.humans import record_of, whole
from shared.engine.parts import Engine
from shared.engine.records import human_of, named
from shared.humans import Record
from shared.model import Desired, Link, Person
from shared.store import Row


async def foresee(engine: Engine, until: date, hr_id: str = "") -> AsyncIterator[tuple[str, Coming]]:
    """(our id, what is coming) up to and including `until`, person by person; of everybody, or of one HR id."""
    managers = await _people(engine) if engine.policy.manager_names else {}
    async for person, rows in _one(engine, hr_id) if hr_id else _everybody(engine):
        if (record := await record_of(engine, person, rows)) is None:
            continue
        if layout.hold(person, record.source, ANSWERED_FOR) in rows:
            continue  # nothing is begun, because nobody answers for them
        for day, asked in await questions(engine, record.source, person, rows, until):
            yield person, Coming(day=day, target=record.source, asks=asked.because)
        if engine.policy.people is None or layout.twin_of(person) not in rows:
            someone, lead = await _someone(engine, person, rows, record), _lead(engine, record.source, person, managers)
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
        person = await human_of(engine, source, hr_id)
        yield person, await engine.rows_of(person)


async def _someone(engine: Engine, person: str, rows: dict[str, Row], record: Record) -> Someone:
    """What is known of somebody whose first record this is."""
    links: dict[str, Link] = {}
    wanted: dict[str, Desired] = {}
    for target in engine.policy.targets:
        if (link := rows.get(layout.link(person, target))) is not None:
            links[target] = codec.LINK.load(link.data)
        if (saved := rows.get(layout.desired(person, target))) is not None:
            wanted[target] = codec.DESIRED.load(saved.data)
    subject, rules = await whole(engine, person, rows) or record.person, engine.policy.sources[record.source]
    return Someone(
        id=person,
        person=subject,
        rules=rules,
        links=links,
        wanted=wanted,
        exemptions=exceptions.of(person, rows),
        block=blocking.of(person, rows),
    )


async def _people(engine: Engine) -> dict[str, Person]:
    """Everybody by our id, for rules that read what is known of a manager."""
    found: dict[str, Person] = {}
    humans: dict[str, str] = {}
    async for person, rows in _everybody(engine):
        if (subject := await whole(engine, person, rows)) is not None:
            found[person] = subject
            humans[person] = named(rows.get(layout.twin_of(person))) or person
    return {person: found.get(human, found[person]) for person, human in humans.items()}


def _lead(engine: Engine, source: str, person: str, people: dict[str, Person]) -> Lead:
    def lead(seen: View) -> Person | None:
        hr_id = seen.facts.get("manager")
        own = layout.own_id(engine.policy.pointed_from(seen.source or source), str(hr_id)) if hr_id else person
        return None if own == person else people.get(own)

    return lead
