"""Who is meant where an external's record names a sponsor: by the id HR uses, or by an address of their account.

Whoever names an address is kept under an id of that address, so that they are looked at again when somebody gets it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shared import codec, layout
from shared.attributes import Unique
from shared.engine import extensions
from shared.engine.answering import as_decided
from shared.engine.identifiers import HOLDING, place
from shared.engine.parts import Engine
from shared.engine.records import human, others_of
from shared.engine.records import named as human_named
from shared.externals import ADDRESS, Sponsor, by_id, extended, last_day, named, standing, unsponsored
from shared.identifiers import folded
from shared.model import Link, Person, Stage
from shared.policy import External
from shared.store import Row

SIGNED_IN_BY = frozenset({Unique.ACCOUNTS, Unique.ADDRESSES})
"""What only one person can have, and so tells who signs in."""


def names_of(engine: Engine, person: str, rows: Mapping[str, Row]) -> frozenset[str]:
    """The names by which a person with these rows signs in: the ids of their accounts, and the names these bear."""
    found: set[str] = set()
    for target in engine.policy.targets:
        row = rows.get(layout.link(person, target))
        link = codec.LINK.load(row.data) if row is not None and codec.readable(row.data) else Link()
        if link.account and not link.deleted:
            borne = {**link.written, **link.identifiers}
            found |= {link.account, *(str(borne[name]) for name in _unique(engine, target) if borne.get(name))}
    return frozenset(found)


def _unique(engine: Engine, target: str) -> list[str]:
    return sorted(name for name, kind in engine.attributes[target].items() if kind.unique in SIGNED_IN_BY)


async def as_known(engine: Engine, source: str, person: str, rows: Mapping[str, Row]) -> Person:
    """Somebody as they count: whoever is not in HR with the end that was extended, and their sponsor by HR's id.

    Another record of a human counts for nothing while nobody answers for it and the human is not in service.
    """
    subject, rules = codec.PERSON.load(rows[layout.person(person)].data), engine.policy.sources[source].external
    if rules is None:
        return subject
    sponsor, word = await sponsor_of(engine, rules, named(subject, rules)), extensions.of(person, rows)
    found = extended(by_id(subject, rules, sponsor), word)
    alone = layout.twin_of(person) not in rows or engine.policy.people is None
    if alone or not unsponsored(found, sponsor, standing(word, subject), rules, engine.today):
        return found
    return found if await begun(engine, person, rows) else replace(found, contracts=())


async def begun(engine: Engine, person: str, rows: Mapping[str, Row]) -> bool:
    """Whether the human of a record with these rows was to have an open account, or one made ready, when last asked."""
    home = human_named(rows.get(layout.twin_of(person))) if engine.policy.people is not None else ""
    if home not in ("", person):
        rows, person = await engine.rows_of(home), home
    saved = [rows.get(layout.desired(person, target)) for target in engine.policy.targets]
    wanted = [codec.DESIRED.load(row.data) for row in saved if row is not None and codec.readable(row.data)]
    return any(one.stage >= Stage.READY for one in wanted)


def addressed(address: str) -> str:
    """The id under which those are kept who name this address."""
    return layout.own_id(ADDRESS, folded(address))


async def sponsor_of(engine: Engine, rules: External, name: str) -> Sponsor:
    """Whoever is called `name`, as known today; nobody for "". Somebody of another source answers for nobody."""
    if not name:
        return Sponsor(id="", hr_id="", last=None)
    if ADDRESS not in name:
        person = layout.own_id(rules.sponsors_in, name)
        return await _known(engine, rules, person) or Sponsor(id=person, hr_id=name, last=date.min)
    owner = await _owner(engine, name)
    found = await _known(engine, rules, owner) if owner else None
    return found or Sponsor(id=addressed(name), hr_id="", last=date.min)


async def _known(engine: Engine, rules: External, person: str) -> Sponsor | None:
    """Somebody who may answer; of a human with several records the last day of all counts."""
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person))
    if row is None or not codec.readable(row.data) or row.data["source"] != rules.sponsors_in:
        return None
    home = await human(engine, person)
    rows = await engine.rows_of(home)
    beside = others_of(home, rows) if engine.policy.people is not None else []
    each = [rows, *[await engine.rows_of(one) for one in beside]]
    days = [_last_day(engine, one, theirs) for one, theirs in zip([home, *beside], each, strict=True)]
    last = None if None in days else max(day for day in days if day is not None)
    return Sponsor(id=home, hr_id=codec.PERSON.load(row.data).hr_id, last=last)


def _last_day(engine: Engine, person: str, rows: Mapping[str, Row]) -> date | None:
    """The last day that one record says; the first day there is, for one that is not known."""
    row = rows.get(layout.person(person))
    rules = engine.policy.sources.get(str(row.data["source"])) if row is not None and codec.readable(row.data) else None
    if row is None or rules is None:
        return date.min
    subject = codec.PERSON.load(row.data)
    return last_day(subject, as_decided(rules, subject, rows.get(layout.leaves(person))), engine.today)


async def _owner(engine: Engine, address: str) -> str:
    """Our id of whoever has this address now; "" for nobody we know."""
    for target in engine.policy.targets:
        for attribute in _unique(engine, target):
            row = await engine.store.get(layout.IDENTIFIERS, *place(engine, target, attribute, address))
            if row is not None and codec.readable(row.data):
                holding = HOLDING.load(row.data)
                if holding.owner and holding.until is None:
                    return holding.owner
    return ""
