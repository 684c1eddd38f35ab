"""Whom an account points to: references become account ids, and whoever comes or goes has the others mapped again."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from shared import codec, layout
from shared.engine.parts import Engine
from shared.layout import Hop
from shared.model import Desired, Link
from shared.store import Conflict, Delete, Put, prefixed


async def resolve(
    engine: Engine, person: str, source: str, target: str, new: Desired, told: Collection[str]
) -> tuple[Desired, set[str]]:
    """`new` with its references as account ids, and the people they point to.

    A reference whose account does not exist yet is absent, and changes nothing; one to oneself counts as none. Each of
    those people who was not `told` before is told before their account is looked up, so that an account made in between
    is not missed.
    """
    attributes, leads = dict(new.attributes), set()
    for name in engine.references[target] & attributes.keys():
        hr_id = attributes.pop(name)
        lead = layout.own_id(source, str(hr_id)) if hr_id else person
        if lead == person:
            attributes[name] = None
            continue
        leads.add(lead)
        home = layout.bucket(lead)
        if lead not in told:
            await engine.store.commit(layout.STATE, home, [Put(layout.dependent(lead, person), codec.plain())])
        row = await engine.store.get(layout.STATE, home, layout.link(lead, target))
        link = codec.LINK.load(row.data) if row and codec.readable(row.data) else Link()
        if link.account and not link.deleted:
            attributes[name] = link.account
    return replace(new, attributes=attributes), leads


async def forget(engine: Engine, person: str, leads: Iterable[str]) -> None:
    """These people need not be told any longer; being told once too often would do no harm."""
    for lead in sorted(leads):
        row = [Delete(layout.dependent(lead, person))]
        await engine.store.commit(layout.STATE, layout.bucket(lead), row)


async def ring_dependents(engine: Engine, person: str) -> None:
    """Have everybody mapped again who points to `person`, because that account came or went."""
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.DEPENDENTS, person))
    if mark is None:
        return
    cohort = str(codec.known(mark.data)["cohort"])
    first, last = prefixed(layout.dependents(person))
    others = [row.key.removeprefix(first) async for row in engine.store.scan(layout.STATE, home, first, last)]
    for other in others:
        change = engine.marked(Hop.MAP, other, cohort)
        await engine.store.commit(layout.STATE, layout.bucket(other), [change])
    await engine.ring(Hop.MAP, others)
    try:
        await engine.store.commit(layout.STATE, home, [Delete(mark.key, mark.version)])
    except Conflict:
        await engine.ring(Hop.DEPENDENTS, [person])
