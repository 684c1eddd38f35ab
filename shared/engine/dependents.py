"""Whom an account points to: references become account ids, and whoever comes or goes has the others mapped again."""

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import replace

from shared import codec, layout
from shared.contracts import facts_of, primary
from shared.engine.parts import Engine
from shared.engine.sponsors import addressed, as_known, names_of
from shared.expressions import Facts
from shared.externals import ADDRESS
from shared.layout import Hop
from shared.model import Desired, Link, Value
from shared.store import Conflict, Delete, Put, prefixed

UNKNOWN = "\0"
"""Stands for an account that does not exist yet; it never leaves this module."""


async def resolve(
    engine: Engine, person: str, source: str, target: str, new: Desired, told: Collection[str]
) -> tuple[Desired, set[str]]:
    """`new` with its references as account ids, and the people they point to.

    A reference whose account does not exist yet is absent, and changes nothing; one to oneself counts as none. Each of
    those people who was not `told` before is told before their account is looked up, so that an account made in between
    is not missed.
    """
    leads: set[str] = set()
    references = engine.references(target)
    resolved: list[dict[str, Value]] = []
    for values in (new.attributes, new.changing, new.lacking):
        pointing = {name: values[name] for name in references & values.keys()}
        accounts = {
            name: await _account(engine, person, source, target, id, told, leads) for name, id in pointing.items()
        }
        found = {name: accounts.get(name, value) for name, value in values.items()}
        resolved.append({name: value for name, value in found.items() if value is not UNKNOWN})
    attributes, changing, lacking = resolved
    return replace(new, attributes=attributes, changing=changing, lacking=lacking), leads


async def _account(
    engine: Engine, person: str, source: str, target: str, hr_id: Value, told: Collection[str], leads: set[str]
) -> Value:
    """The account of whom a reference names, None for nobody, and `UNKNOWN` for one who has no account yet."""
    lead = layout.own_id(engine.policy.pointed_from(source), str(hr_id)) if hr_id else person
    if lead == person:
        return None
    leads.add(lead)
    await tell(engine, person, lead, told)
    row = await engine.store.get(layout.STATE, layout.bucket(lead), layout.link(lead, target))
    link = codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()
    return link.account if link.account and not link.deleted else UNKNOWN


async def tell(engine: Engine, person: str, lead: str, told: Collection[str]) -> None:
    """Have `lead` remember that `person` points to them, before they are looked up."""
    if lead not in told:
        change = Put(layout.dependent(lead, person), codec.plain())
        await engine.store.commit(layout.STATE, layout.bucket(lead), [change])


def manager_of(source: str, person: str, facts: Facts) -> str:
    """Our id of the manager whom HR names; "" for nobody, and for oneself."""
    hr_id = facts.get("manager")
    lead = layout.own_id(source, str(hr_id)) if hr_id else person
    return "" if lead == person else lead


async def facts_today(engine: Engine, person: str) -> Facts | None:
    """What rules see of somebody today; None for nobody, and for somebody HR does not hold."""
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)) if person else None
    if row is None or not codec.readable(row.data):
        return None
    name = str(row.data["source"])
    if (source := engine.policy.sources.get(name)) is None:
        return None
    rows = await engine.rows_of(person) if source.external else {row.key: row}
    someone = await as_known(engine, name, person, rows)
    return facts_of(someone, primary(someone, source, engine.today), engine.today)


async def forget(engine: Engine, person: str, leads: Iterable[str]) -> None:
    """These people need not be told any longer; being told once too often would do no harm."""
    for lead in sorted(leads):
        row = [Delete(layout.dependent(lead, person))]
        await engine.store.commit(layout.STATE, layout.bucket(lead), row)


async def _known_as(engine: Engine, person: str) -> list[str]:
    """The ids under which others may point to somebody: their own, and where there are externals each address."""
    names = names_of(engine, person, await engine.rows_of(person)) if engine.policy.sponsoring else frozenset[str]()
    return [person, *(addressed(name) for name in sorted(names) if ADDRESS in name)]


async def _pointing(engine: Engine, person: str) -> AsyncIterator[str]:
    first, last = prefixed(layout.dependents(person))
    async for row in engine.store.scan(layout.STATE, layout.bucket(person), first, last):
        yield row.key.removeprefix(first)


async def ring_dependents(engine: Engine, person: str) -> None:
    """Have everybody mapped again who points to `person`, because that account came or went."""
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.DEPENDENTS, person))
    if mark is None:
        return
    cohort = str(codec.known(mark.data)["cohort"])
    others = [other for one in await _known_as(engine, person) async for other in _pointing(engine, one)]
    for other in others:
        change = engine.marked(Hop.MAP, other, cohort)
        await engine.store.commit(layout.STATE, layout.bucket(other), [change])
    await engine.ring(Hop.MAP, others)
    try:
        await engine.store.commit(layout.STATE, home, [Delete(mark.key, mark.version)])
    except Conflict:
        await engine.ring(Hop.DEPENDENTS, [person])
