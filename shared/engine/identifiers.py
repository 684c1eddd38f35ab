"""The identifier ledger: every name ever issued or seen, with its holder, from when to when, and from when it is free.

A name is taken by inserting its row, so that of any number of workers one gets it. Several are taken in one order and
given back when one of them cannot be had. Nothing here is ever deleted but what was reserved and never used.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared import codec, layout
from shared.attributes import Attribute, Unique
from shared.engine.parts import Engine
from shared.identifiers import Holding, folded, space
from shared.model import Account
from shared.store import MOST, Change, Conflict, Delete, Insert, Put, Replace, Row

Place = tuple[str, str]
"""The partition and the key of a name."""

FURTHEST = "furthest"
"""In the partition of a signature: how far its numbers have gone."""

FRESH = timedelta(hours=1)
"""How long a reservation is taken as it is; an older one is renewed, so that nobody tidies it away meanwhile."""

TRIES = 3

MANY = 50
"""Names of one partition that are tried one by one; all of a partition costs about as many requests."""

HOLDING = codec.Codec(Holding)


def place(engine: Engine, target: str, attribute: str, value: str) -> Place:
    kind = engine.attributes[target].get(attribute, Attribute(name=attribute))
    key = folded(value)
    return layout.drawer(space(target, kind), key), key


async def reserve(
    engine: Engine, target: str, person: str, account: str, names: Mapping[str, str], kept: Collection[str]
) -> str:
    """Take all of `names` (attribute → value) for `person`, or none: "" or the attribute that cannot be had.

    What is given back when one cannot be had is everything that is not `kept`, folded values that are in use.
    """
    wanted: dict[Place, list[str]] = {}
    for attribute, value in sorted(names.items()):
        wanted.setdefault(place(engine, target, attribute, value), []).append(attribute)
    taken: list[Place] = []
    for where in sorted(wanted):
        if not await _take(engine, where, person, account, wanted[where]):
            await _give_back(engine, [one for one in taken if one[1] not in kept], person)
            return wanted[where][0]
        taken.append(where)
    return ""


async def _take(engine: Engine, where: Place, person: str, account: str, attributes: list[str]) -> bool:
    partition, key = where
    mine = Holding(owner=person, attributes=tuple(attributes), since=engine.clock())
    change: Insert | Replace = Insert(key, HOLDING.dump(mine))
    for _ in range(TRIES):
        try:
            await engine.store.commit(layout.IDENTIFIERS, partition, [change])
        except Conflict:
            row = await engine.store.get(layout.IDENTIFIERS, partition, key)
            if row is None:
                change = Insert(key, HOLDING.dump(mine))
                continue
            holding = HOLDING.load(row.data)
            if holding.owner == person and holding.until is None and engine.clock() - holding.since < FRESH:
                return True
            if not holding.open_to(person, account, engine.clock()):
                return False
            change = Replace(key, HOLDING.dump(_anew(holding, mine)), row.version)
        else:
            return True
    return False


def _anew(holding: Holding, mine: Holding) -> Holding:
    """`mine` in place of `holding`, with what is to be known of it when it is given back unused."""
    if holding.owner not in ("", mine.owner):
        return mine
    return replace(mine, account="" if holding.until else holding.account, free_from=holding.free_from)


async def abandon(engine: Engine, target: str, person: str, names: Mapping[str, str], kept: Collection[str]) -> None:
    """Give back what `person` reserved and never used; folded values that are `kept` stay."""
    places = {place(engine, target, attribute, value) for attribute, value in names.items()}
    await _give_back(engine, [one for one in sorted(places) if one[1] not in kept], person)


async def _give_back(engine: Engine, places: Iterable[Place], person: str) -> None:
    for partition, key in places:
        row = await engine.store.get(layout.IDENTIFIERS, partition, key)
        if row is None or (holding := HOLDING.load(row.data)).owner != person or holding.until is not None:
            continue
        with suppress(Conflict):  # it was taken anew by another worker of the same person, who will use it
            await engine.store.commit(layout.IDENTIFIERS, partition, [unused(engine, row, holding)])


def unused(engine: Engine, row: Row, holding: Holding) -> Delete | Replace:
    """The end of a reservation: as if it had never been, or again kept for as long as an old name is."""
    if holding.free_from is None:
        return Delete(row.key, row.version)
    return Replace(row.key, HOLDING.dump(replace(holding, until=engine.clock())), row.version)


async def retire(
    engine: Engine, target: str, person: str, names: Collection[tuple[str, str]], used_for: timedelta
) -> None:
    """Say that `person` uses these names only for `used_for` longer; the policy says when they are free."""
    await _end(engine, target, names, used_for, lambda holding: holding.owner == person)


async def vanished(engine: Engine, target: str, account: Account) -> None:
    """An account is gone from the directory: what a stranger bore is no longer used, and free after the quarantine."""
    names = [(kind.name, value) for kind in _unique(engine, target) for value in _texts(account, kind.name)]
    await _end(engine, target, names, timedelta(), lambda one: not one.owner and one.account == account.id)


async def _end(
    engine: Engine,
    target: str,
    names: Collection[tuple[str, str]],
    used_for: timedelta,
    meant: Callable[[Holding], bool],
) -> None:
    until = engine.clock() + used_for
    free_from = until + timedelta(days=engine.policy.targets[target].names.quarantine)
    for partition, key in sorted({place(engine, target, attribute, value) for attribute, value in names}):
        row = await engine.store.get(layout.IDENTIFIERS, partition, key)
        if row is None or not meant(holding := HOLDING.load(row.data)) or holding.until is not None:
            continue
        data = HOLDING.dump(replace(holding, until=until, free_from=free_from))
        with suppress(Conflict):  # it was taken anew meanwhile, and stays in use
            await engine.store.commit(layout.IDENTIFIERS, partition, [Replace(key, data, row.version)])


async def foreign(engine: Engine, target: str, person: str, attribute: str, value: str, account: str) -> None:
    """Record that an account of somebody we do not know holds the name that `person` has had or tried.

    Nobody would tell us that an account we cannot see is gone, so that the name is tried again after the quarantine.
    Somebody else of ours who holds it meanwhile keeps it: whoever stalled knows less than they do.
    """
    partition, key = place(engine, target, attribute, value)
    row = await engine.store.get(layout.IDENTIFIERS, partition, key)
    if row is not None and HOLDING.load(row.data).owner not in ("", person):
        return
    now = engine.clock()
    holding = Holding(owner="", account=account, attributes=(attribute,), since=now)
    if not account:
        days = max(1, engine.policy.targets[target].names.quarantine)
        holding = replace(holding, until=now, free_from=now + timedelta(days=days))
    data = HOLDING.dump(holding)
    with suppress(Conflict):  # somebody took it anew meanwhile, and keeps it
        change: Change = Replace(key, data, row.version) if row else Insert(key, data)
        await engine.store.commit(layout.IDENTIFIERS, partition, [change])


async def furthest(engine: Engine, target: str, signature: str) -> int:
    """The highest count given out for numbered names of one signature, and 0 when there is none."""
    row = await engine.store.get(layout.IDENTIFIERS, *_furthest(target, signature))
    return int(row.data["count"]) if row is not None and codec.readable(row.data) else 0


async def reached(engine: Engine, target: str, signature: str, count: int) -> None:
    partition, key = _furthest(target, signature)
    await engine.store.commit(layout.IDENTIFIERS, partition, [Put(key, codec.plain(count=count))])


def _furthest(target: str, signature: str) -> Place:
    return layout.drawer(f"{FURTHEST}|{target}", signature), signature


async def observe(engine: Engine, target: str, accounts: Iterable[Account], owners: Mapping[str, str]) -> None:
    """Record the names that accounts of a directory bear, unless somebody holds them; `owners` says whose are ours."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for account in accounts:
        for kind in _unique(engine, target):
            seen = Holding(
                owner=owners.get(account.id, ""), account=account.id, attributes=(kind.name,), since=engine.clock()
            )
            for value in _texts(account, kind.name):
                partition, key = place(engine, target, kind.name, value)
                found.setdefault(partition, {}).setdefault(key, HOLDING.dump(seen))
    for partition, rows in found.items():
        await _insert_missing(engine, partition, rows)


def _unique(engine: Engine, target: str) -> list[Attribute]:
    return [kind for kind in engine.attributes[target].values() if kind.unique is not Unique.NO]


def _texts(account: Account, attribute: str) -> list[str]:
    value = account.attributes.get(attribute)
    return [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, str) and one]


async def _insert_missing(engine: Engine, partition: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """All together while none is known, which is how a first round finds them; else one by one.

    Of many, those that are known are found by reading the partition once.
    """
    left = dict(rows)
    if len(left) > MANY:
        async for row in engine.store.scan(layout.IDENTIFIERS, partition):
            left.pop(row.key, None)
    items = list(left.items())
    for start in range(0, len(items), MOST):
        some = items[start : start + MOST]
        try:
            await engine.store.commit(layout.IDENTIFIERS, partition, [Insert(key, data) for key, data in some])
        except Conflict:
            for key, data in some:
                with suppress(Conflict):
                    await engine.store.commit(layout.IDENTIFIERS, partition, [Insert(key, data)])
