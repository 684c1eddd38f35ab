"""Names that a person gives by hand, or takes back: asked for in a row, done by the same look at the account as any.

A person's word is leave enough for these names and no others: it needs no approval and counts against no limit. Nobody
else's name can be given.
"""

from collections.abc import Mapping
from dataclasses import replace

from shared import codec, layout
from shared.attributes import Unique
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.records import human_of
from shared.errors import Misconfigured, Reason, Refused
from shared.identifiers import folded
from shared.layout import Hop
from shared.model import Candidates, Desired, Link, Stage
from shared.planning import Kinds
from shared.store import Delete, Put, Row

ASKED = "asked"
"""What names given by hand follow from."""


async def undo(engine: Engine, source: str, hr_id: str, target: str, by: str) -> Mapping[str, str]:
    """Give somebody the names back that they bore before the last rename; which ones. Raises `Refused`."""
    link = await _link(engine, await human_of(engine, source, hr_id), target)
    if not link.former:
        raise Refused(f"{hr_id} was never renamed on {target}; there is nothing to undo", Reason.REFUSED)
    await rename(engine, source, hr_id, target, link.former, by)
    return link.former


async def rename(engine: Engine, source: str, hr_id: str, target: str, names: Mapping[str, str], by: str) -> None:
    """Have somebody's account bear these names (attribute → value). `by` is who asks; it goes to the ledger.

    Raises `Refused` when they have no account that is in use, and `Misconfigured` for a name that the target could
    never hold, and for what is no name.
    """
    person = await human_of(engine, source, hr_id)
    _check(engine, target, names)
    if not (await _link(engine, person, target)).account:
        raise Refused(f"{hr_id} has no account on {target}", Reason.ACCOUNT_GONE)
    if not await _in_service(engine, person, target):
        raise Refused(f"{hr_id} is not in service on {target}; nobody signs in there")
    home, at = layout.bucket(person), engine.clock()
    await note(engine, person, target, "ask rename", by=by, attributes=sorted(names))
    asked = Put(layout.asked(person, target), codec.plain(names=dict(names), by=by, at=at.isoformat()))
    mark = engine.marked(Hop.PROVISION, person, f"by hand|{at.isoformat()}", target, attempts=0)
    await engine.store.commit(layout.STATE, home, [asked, mark])
    await engine.ring(Hop.PROVISION, [person], target)


def _check(engine: Engine, target: str, names: Mapping[str, str]) -> None:
    kinds, rules = engine.attributes[target], engine.policy.targets[target].attributes
    for name, value in sorted(names.items()):
        if name not in kinds or not kinds[name].written:
            raise Misconfigured(f"{target} has no attribute {name} that can be written")
        if why := kinds[name].misfit(value):
            raise Misconfigured(f"{name} {why}")
        if kinds[name].unique is Unique.NO and not (name in rules and rules[name].value.tried):
            raise Misconfigured(f"{name} is no name; correct it in HR or in the policy")


async def _in_service(engine: Engine, person: str, target: str) -> bool:
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.desired(person, target))
    return row is not None and codec.DESIRED.load(row.data).stage >= Stage.READY


async def _link(engine: Engine, person: str, target: str) -> Link:
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.link(person, target))
    return codec.LINK.load(row.data) if row else Link()


def with_asked(desired: Desired, asked: Row, kinds: Kinds) -> Desired:
    """What is desired, with these names in place of those that the policy would try, and no other name touched."""
    names = {name: Candidates(values=(value,)) for name, value in asked.data["names"].items()}
    left = names.keys() | {name for name, kind in kinds.items() if kind.unique is Unique.ADDRESSES}
    attributes, changing, lacking = (
        {name: value for name, value in values.items() if name not in left}
        for values in (desired.attributes, desired.changing, desired.lacking)
    )
    return replace(
        desired,
        attributes=attributes,
        changing=changing,
        lacking=lacking,
        candidates=names,
        basis=f"{ASKED}={asked.data['at']}",
    )


def begun(link: Link) -> Link:
    """The link as if its names followed from an earlier word."""
    return replace(link, basis=f"{ASKED}=earlier")


def given(asked: Row, link: Link) -> bool:
    """Whether the account bears what was asked for."""
    return all(folded(link.identifiers.get(name, "")) == folded(value) for name, value in asked.data["names"].items())


def done(asked: Row) -> Delete:
    return Delete(asked.key, asked.version)
