"""Whom the policy asks: roles as the names people sign in with, as HR and the directory know them at this moment."""

from collections.abc import Mapping

from shared import codec, layout
from shared.approvals import barred, roles, with_deputies
from shared.attributes import Unique
from shared.engine.dependents import manager_today
from shared.engine.parts import Engine
from shared.errors import Refused
from shared.holds import Held
from shared.model import Link
from shared.policy import MANAGER, OWNER
from shared.store import Row

SIGNED_IN_BY = frozenset({Unique.ACCOUNTS, Unique.ADDRESSES})
"""What only one person can have, and so tells who signs in."""


async def entitled(engine: Engine, held: Held) -> frozenset[str] | None:
    """The names of those who may answer, deputies too; None when the policy leaves it to anybody."""
    rules, asked = engine.policy.approvals, roles(held, engine.policy.approvals)
    if not asked:
        return None
    people: set[str] = set()
    for role in asked:
        if role == MANAGER:
            people |= await _manager(engine, held.person)
        elif role == OWNER:
            people |= {name for thing, some in rules.owners.items() if held.what.endswith(f":{thing}") for name in some}
        else:
            people |= set(rules.approvers.get(role, ()))
    return with_deputies(people, rules, engine.today)


async def _manager(engine: Engine, person: str) -> frozenset[str]:
    """The names of the manager whom HR gives today; none when there is none."""
    lead = await manager_today(engine, person)
    return names_of(engine, lead, await engine.rows_of(lead)) if lead else frozenset()


def names_of(engine: Engine, person: str, rows: Mapping[str, Row]) -> frozenset[str]:
    """The names by which a person with these rows signs in: the ids of their accounts, and the names these bear."""
    found: set[str] = set()
    for target in engine.policy.targets:
        row = rows.get(layout.link(person, target))
        link = codec.LINK.load(row.data) if row is not None and codec.readable(row.data) else Link()
        if link.account and not link.deleted:
            unique = {name for name, kind in engine.attributes[target].items() if kind.unique in SIGNED_IN_BY}
            borne = {**link.written, **link.identifiers}
            found |= {link.account, *(str(borne[name]) for name in unique & borne.keys() if borne[name])}
    return frozenset(found)


async def may(engine: Engine, held: Held, by: str, *, own: bool) -> None:
    """Raises `Refused` when `by` may not answer; about themselves they may only with `own`."""
    themselves = frozenset() if own else names_of(engine, held.person, await engine.rows_of(held.person))
    if why := barred(by, roles(held, engine.policy.approvals), await entitled(engine, held), themselves):
        raise Refused(f"you may not answer what waits for {held.hr_id} ({held.reason}, {held.what}): {why}")
