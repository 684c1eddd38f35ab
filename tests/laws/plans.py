"""A random account in any state and what policy may want of it, from a seed; the same seed is the same on any day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeVar

from shared.model import Account, Desired, Entitlement, Link, Series, Stage, Value
from shared.model import Candidates as Tried
from tests.core.planning_world import E3, MODES, SALES, STAFF, World

One = TypeVar("One")

VALUES: Sequence[Value] = ("x", "y", ("p", "q"), ("q", "p"), "", (), None)
ADDRESSES: Sequence[Value] = ("x@a", "X@a", "y@a", "", None)
NAMES: Sequence[Value] = ("ann", "Ann", "bob", "bob2", "anne2", "a2", "zed", "", None)
BASES = ("", "n=1", "n=2", "m=1", "m=1 n=1", "m=2 n=2", "n=?")
TAKEN = ("ann", "bob", "anne2", "a")
ENTITLEMENTS = (SALES, STAFF, E3)
SERIES: Sequence[Mapping[str, Tried]] = (
    {},
    {"name": Tried(values=("ann",), series=Series(stem="ann"))},
    {"name": Tried(values=("bob", "zed"), series=Series(stem="bob"))},
    {
        "name": Tried(values=("ann", "", "bob"), series=Series(stem="bob")),
        "logon": Tried(values=("annelies", "a"), series=Series(stem="annelies")),
    },
)
"""Names that never run out; `logon` has room for five characters."""


@dataclass(frozen=True, slots=True)
class Case:
    """One account and what is wanted of it."""

    world: World
    desired: Desired


def case(seed: int) -> Case:
    dice = Random(seed)
    return Case(_world(dice), _wish(dice))


def reordered(one: Case, dice: Random) -> Case:
    """The same case, told in another order: of attributes, of names to try, of entitlements and of lists."""
    world, desired = one.world, one.desired
    wish = replace(
        desired,
        **{mode: _mixed(getattr(desired, mode), dice) for mode in MODES},
        candidates=_mixed(desired.candidates, dice),
        entitlements=_set(desired.entitlements, dice),
        kept=_set(desired.kept, dice),
    )
    link = replace(
        world.link,
        written=_mixed(world.link.written, dice),
        told=_mixed(world.link.told, dice),
        granted=_set(world.link.granted, dice),
    )
    live, binned = (account and _told(account, dice) for account in (world.live, world.binned))
    return Case(replace(world, link=link, live=live, binned=binned), wish)


def _told(account: Account, dice: Random) -> Account:
    entitlements = _set(account.entitlements, dice)
    return replace(account, attributes=_mixed(account.attributes, dice), entitlements=entitlements)


def _mixed(values: Mapping[str, One], dice: Random) -> dict[str, One]:
    return dict(dice.sample([*values.items()], len(values)))


def _set(entitlements: frozenset[Entitlement], dice: Random) -> frozenset[Entitlement]:
    return frozenset(dice.sample(sorted(entitlements), len(entitlements)))


def _some(dice: Random, of: Sequence[One]) -> frozenset[One]:
    chosen = dice.getrandbits(len(of))
    return frozenset(one for number, one in enumerate(of) if chosen >> number & 1)


def _attributes(dice: Random) -> dict[str, Value]:
    pools = {"a": VALUES, "b": VALUES, "manager": VALUES, "mail": ADDRESSES, "name": NAMES, "logon": NAMES}
    return {name: dice.choice(values) for name, values in pools.items() if dice.getrandbits(1)}


def _wish(dice: Random) -> Desired:
    """Any that policy can have: values, names and entitlements from READY on, and beside them what is only kept."""
    stage = dice.choice([*Stage, Stage.ACTIVE])
    by_mode: dict[str, dict[str, Value]] = {mode: {} for mode in MODES}
    for name in ("a", "b", "manager", "mail") if stage >= Stage.READY else ():
        if dice.getrandbits(1):
            mode = dice.choice(MODES[:3] if name == "manager" else MODES)
            by_mode[mode][name] = dice.choice(ADDRESSES if name == "mail" else VALUES)
    names = dice.choice(SERIES) if stage >= Stage.READY else {}
    given = _some(dice, ENTITLEMENTS) if stage >= Stage.READY else frozenset()
    return Desired(
        stage=stage,
        keys={"id": "7"},
        **by_mode,
        candidates=names,
        basis=dice.choice(BASES) if names else "",
        entitlements=given,
        kept=_some(dice, ENTITLEMENTS) - given if stage is not Stage.ABSENT else frozenset(),
        creatable=_some(dice, ENTITLEMENTS) & given,
        apart=dice.choice([(), (frozenset({SALES, STAFF}),)]),
        because="why",
    )


def _account(dice: Random) -> Account:
    enabled = bool(dice.getrandbits(1))
    return Account(id="acc", enabled=enabled, attributes=_attributes(dice), entitlements=_some(dice, ENTITLEMENTS))


def _world(dice: Random) -> World:
    """Nobody yet, a stranger's account, one of ours in any state, or one of ours in the bin."""
    kind, taken = dice.choice(["nobody", "stranger", "ours", "ours", "binned"]), _some(dice, TAKEN)
    if kind == "nobody":
        return World(Link(identifiers=dice.choice([{}, {"name": "ann"}])), None, taken=taken)
    account = _account(dice)
    if kind == "stranger":
        return World(Link(), account, taken=taken)
    known: dict[str, Any] = {name: bool(dice.getrandbits(1)) for name in ("enabled", "disabling", "deleting")}
    link = Link(
        account="acc",
        deleted=kind == "binned",
        written=_attributes(dice),
        told=_attributes(dice),
        basis=dice.choice(BASES),
        granted=_some(dice, ENTITLEMENTS),
        **known,
    )
    return World(link, None, account, taken) if kind == "binned" else World(link, account, taken=taken)
