"""Whom the policy asks: roles as the names people sign in with, as HR and the directory know them at this moment."""

from shared import codec, layout
from shared.approvals import barred, roles, with_deputies
from shared.engine.dependents import manager_today
from shared.engine.parts import Engine
from shared.engine.records import human
from shared.engine.sponsors import names_of, sponsor_of
from shared.errors import Refused
from shared.externals import named
from shared.holds import Held
from shared.policy import MANAGER, OWNER, SPONSOR


class NotAsked(Refused):
    """Somebody answers who may not."""


async def entitled(engine: Engine, held: Held) -> frozenset[str] | None:
    """The names of those who may answer, deputies too; None when the policy leaves it to anybody."""
    rules, asked = engine.policy.approvals, roles(held, engine.policy.approvals)
    if not asked:
        return None
    people: set[str] = set()
    for role in asked:
        if role == MANAGER:
            people |= await _manager(engine, held.person)
        elif role == SPONSOR:
            people |= await _sponsor(engine, held.person)
        elif role == OWNER:
            people |= {name for thing, some in rules.owners.items() if held.what.endswith(f":{thing}") for name in some}
        else:
            people |= set(rules.approvers.get(role, ()))
    return with_deputies(people, rules, engine.today)


async def _manager(engine: Engine, person: str) -> frozenset[str]:
    """The names of the manager whom HR gives today; none when there is none."""
    lead = await manager_today(engine, person)
    return names_of(engine, lead, await engine.rows_of(lead)) if lead else frozenset()


async def _sponsor(engine: Engine, person: str) -> frozenset[str]:
    """The names of whoever answers for somebody that is not in HR; none for everybody else."""
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person))
    source = engine.policy.sources.get(str(row.data["source"])) if row is not None else None
    if row is None or source is None or source.external is None:
        return frozenset()
    found = await sponsor_of(engine, source.external, named(codec.PERSON.load(row.data), source.external))
    return await _names(engine, found.id)


async def _names(engine: Engine, person: str) -> frozenset[str]:
    """The names by which the human of a record signs in."""
    home = await human(engine, person)
    return names_of(engine, home, await engine.rows_of(home))


async def may(engine: Engine, held: Held, by: str, *, own: bool) -> None:
    """Raises `Refused` when `by` may not answer; about themselves they may only with `own`."""
    themselves = frozenset() if own else await _names(engine, held.person)
    if why := barred(by, roles(held, engine.policy.approvals), await entitled(engine, held), themselves):
        raise NotAsked(f"you may not answer what waits for {held.hr_id} ({held.reason}, {held.what}): {why}")
