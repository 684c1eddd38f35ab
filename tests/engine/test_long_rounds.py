"""A directory so large that following it takes longer than one process may run: read in batches, and gone on with."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from engine_world import World, killed_at

from shared import codec, layout
from shared import engine as production
from shared.engine import drift
from shared.errors import TryLater
from shared.model import Account, Link
from shared.store import Change, Insert, Put

Open = Callable[..., Awaitable[World]]
BATCH = 40
"""What the tests save in one commit."""


@pytest.fixture(autouse=True)
def two_pages_are_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "PLENTY", 4)


def account(number: int, **attributes: Any) -> Account:
    named = {"userPrincipalName": f"n{number}", "employeeId": str(number), **attributes}
    return Account(id=f"a{number}", enabled=True, attributes=named)


async def linked(world: World, accounts: Sequence[Account]) -> None:
    """They are ours, and as we left them."""
    claims: dict[tuple[str, str], list[Change]] = {}
    for one in accounts:
        person = layout.own_id("hr", str(one.attributes["employeeId"]))
        link = Link(account=one.id, enabled=True, written={"employeeId": one.attributes["employeeId"]})
        home, drawer = layout.bucket(person), layout.drawer("entra", one.id)
        claims.setdefault((layout.STATE, home), []).append(Put(layout.link(person, "entra"), codec.LINK.dump(link)))
        claims.setdefault((layout.ACCOUNTS, drawer), []).append(Insert(one.id, codec.plain(owner=person)))
        world.directory.holds(one)
    for (table, partition), changes in claims.items():
        for start in range(0, len(changes), BATCH):
            await world.store.commit(table, partition, changes[start : start + BATCH])


async def followed(world: World) -> int:
    """Follow until the round is complete; how many are not as we left them."""
    count, token = 0, ""
    while not token:
        count += await production.follow(world.engine, "entra")
        row = await world.store.get(layout.SOURCES, "directory|entra", layout.TOKEN)
        token = "" if row is None or row.data["is"]["following"] else row.data["is"]["token"]
    return count


async def mirrored(world: World) -> set[str]:
    return {row.key async for row in world.store.everything(layout.DIRECTORY)}


# ── how much it asks of the state ────────────────────────────────────────────────────────────────────────────────


async def asked(world: World, accounts: Iterable[int], monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The requests that a full round over so many linked accounts costs, by what they are."""
    monkeypatch.setattr(drift, "PLENTY", 10_000)
    await linked(world, [account(number) for number in accounts])
    found: Counter[str] = Counter()
    inner = world.store

    class Counting:
        async def get(self, *given: str) -> Any:
            found["get"] += 1
            return await inner.get(*given)

        def scan(self, *given: str) -> Any:
            found["scan"] += 1
            return inner.scan(*given)

        async def commit(self, table: str, *given: Any) -> Any:
            found[f"commit {table}"] += 1
            return await inner.commit(table, *given)

    engine = world.engine
    object.__setattr__(engine, "store", Counting())
    assert await production.follow(engine, "entra") == 0
    return found


@pytest.mark.parametrize("number", [200, 400])
async def test_a_full_round_reads_by_partition_and_not_by_account(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    found = await asked(world, range(number), monkeypatch)
    assert found["get"] == 1, "how far it was followed before"
    assert found["scan"] == 4 * layout.BUCKETS, "owners, links, names, and who is not there any more"
    assert found["commit directory"] <= number / drift.TOGETHER + layout.BUCKETS
    assert found["commit identifiers"] <= number / 100 + layout.BUCKETS


async def test_another_full_round_writes_no_name_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await asked(world, range(200), monkeypatch)
    await world.store.commit(layout.SOURCES, "directory|entra", [Put(layout.TOKEN, drift.ROUND.dump(drift.Round()))])
    found = await asked(world, [], monkeypatch)
    assert found["commit identifiers"] == 0
    assert found["get"] == 1


# ── in several calls ─────────────────────────────────────────────────────────────────────────────────────────────


def slow(world: World, number: int = 12) -> list[Account]:
    """Two accounts to a page, and a page takes longer than a call."""
    world.directory.page, world.directory.passes = 2, lambda: world.clock.passes(drift.SHORT)
    return [account(one) for one in range(number)]


async def test_a_round_that_takes_too_long_is_gone_on_with_by_the_next_call(world: World) -> None:
    everybody = slow(world)
    await linked(world, everybody)
    assert await followed(world) == 0
    assert world.directory.followed == ["", *(f"0+{done}" for done in (2, 4, 6, 8, 10))]
    assert await mirrored(world) == {one.id for one in everybody}


async def test_who_is_gone_is_looked_at_at_the_end_of_a_full_round_and_nobody_before(world: World) -> None:
    everybody = slow(world)
    await linked(world, everybody)
    await followed(world)
    del world.directory.accounts["a5"]
    world.directory.log = [one for one in world.directory.log if one != "a5"]
    await world.store.commit(
        layout.SOURCES, "directory|entra", [Put(layout.TOKEN, drift.ROUND.dump(drift.Round(number=1)))]
    )
    counts = [await production.follow(world.engine, "entra") for _ in range(6)]
    assert counts == [0, 0, 0, 0, 0, 1]
    assert "a5" not in await mirrored(world)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_killed_at_any_commit_the_round_ends_as_if_nothing_had_happened(open_world: Open, moment: str) -> None:
    number, killed = 0, True
    while killed and number < 100:
        number += 1
        world = await open_world()
        everybody = slow(world)
        await linked(world, everybody)
        await followed(world)
        world.directory.changed_by_hand("a3", attributes={"employeeId": "changed"})
        del world.directory.accounts["a5"]
        world.directory.log.append("a5")
        world.store.killed = False
        await killed_at(world, moment, number, lambda: followed(world))  # noqa: B023 - it is called at once
        killed = world.store.killed
        await followed(world)
        marks = {row.key.split("|")[2] async for row in world.store.everything(layout.STATE) if "mark|" in row.key}
        assert marks == {layout.own_id("hr", "3"), layout.own_id("hr", "5")}, number
        assert await mirrored(world) == {one.id for one in everybody} - {"a5"}, number
    assert 5 < number < 100


async def test_two_who_follow_at_once_do_not_lead_each_other_back(world: World) -> None:
    """One that stalled saves no place that the other has left behind."""
    await linked(world, slow(world))
    away = True

    async def another(table: str, changes: Sequence[Change]) -> None:
        nonlocal away
        if away and table == layout.SOURCES:
            away = False
            await followed(world)

    world.store.before = another
    with pytest.raises(TryLater, match="is being followed by somebody else"):
        await production.follow(world.engine, "entra")
    world.store.before = None
    row = await world.store.get(layout.SOURCES, "directory|entra", layout.TOKEN)
    assert row is not None
    assert row.data["is"]["token"] == str(len(world.directory.log))


async def test_a_place_that_is_too_old_begins_another_full_round(world: World) -> None:
    await linked(world, slow(world))
    await production.follow(world.engine, "entra")
    old = drift.Round(number=1, following="", full=True)
    await world.store.commit(layout.SOURCES, "directory|entra", [Put(layout.TOKEN, drift.ROUND.dump(old))])
    world.clock.passes(timedelta(days=40))
    await followed(world)
    rows = [row async for row in world.store.everything(layout.DIRECTORY)]
    assert {row.data["round"] for row in rows} == {2}
