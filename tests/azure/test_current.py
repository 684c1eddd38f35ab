"""A new policy is seen within a minute, built once, and nobody who is at work loses what they work with."""

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from shared.azure.current import SECONDS, Current
from shared.errors import Misconfigured, TryLater


class Policies:
    def __init__(self) -> None:
        self.hash, self.asked, self.trouble = "one", 0, None

    async def active(self) -> Any:
        self.asked += 1
        await asyncio.sleep(0)
        if self.trouble is not None:
            raise self.trouble
        return SimpleNamespace(hash=self.hash)


class World:
    def __init__(self) -> None:
        self.now, self.policies = 100.0, Policies()
        self.built: list[str] = []
        self.closed: list[str] = []
        self.refused: set[str] = set()
        self.current = Current(self.policies.active, self.build, lambda: self.now)

    async def build(self, found: Any, stack: AsyncExitStack) -> Any:
        stack.callback(self.closed.append, found.hash)
        if found.hash in self.refused:
            raise Misconfigured("not for this tenant")
        self.built.append(found.hash)
        return SimpleNamespace(policy_hash=found.hash)

    async def used(self) -> str:
        async with self.current.engine() as engine:
            return engine.policy_hash


@pytest.fixture
def world() -> World:
    return World()


async def test_the_policy_is_asked_for_once_a_minute_at_most_and_the_same_one_is_not_built_again(world: World) -> None:
    for _ in range(3):
        assert set(await asyncio.gather(*(world.used() for _ in range(5)))) == {"one"}
    assert (world.policies.asked, world.built) == (1, ["one"])
    world.now += SECONDS
    await world.used()
    assert (world.policies.asked, world.built, world.closed) == (2, ["one"], [])


async def test_a_new_policy_is_seen_after_a_minute_and_the_old_engine_is_closed(world: World) -> None:
    await world.used()
    world.policies.hash = "two"
    world.now += SECONDS - 0.1
    assert await world.used() == "one"
    world.now += 0.1
    assert set(await asyncio.gather(*(world.used() for _ in range(5)))) == {"two"}
    assert (world.built, world.closed) == (["one", "two"], ["one"])


async def test_who_is_at_work_finishes_with_the_old_policy_and_it_closes_with_the_last_of_them(world: World) -> None:
    async with AsyncExitStack() as first:
        early = await first.enter_async_context(world.current.engine())
        async with world.current.engine() as same:
            assert same is early
            world.policies.hash = "two"
            world.now += SECONDS
            assert await world.used() == "two"
            assert (early.policy_hash, world.closed) == ("one", [])
        assert world.closed == []
    assert world.closed == ["one"]
    await world.current.close()
    assert world.closed == ["one", "two"]


async def test_while_nobody_can_say_which_policy_is_active_the_last_one_counts(world: World) -> None:
    await world.used()
    world.now += SECONDS
    world.policies.trouble = TryLater("the storage account is busy")
    assert [await world.used() for _ in range(3)] == ["one"] * 3
    assert world.policies.asked == 2, "and it is not asked by everybody who comes"
    world.policies.trouble, world.policies.hash = None, "two"
    world.now += SECONDS
    assert await world.used() == "two"


async def test_without_any_policy_yet_there_is_nothing_to_work_with(world: World) -> None:
    world.policies.trouble = TryLater("the storage account is busy")
    with pytest.raises(TryLater):
        await world.used()
    world.policies.trouble = None
    assert await world.used() == "one"


@pytest.mark.parametrize("how", ["it cannot be read", "it cannot be built"])
async def test_a_new_policy_that_cannot_be_used_stops_the_work_and_the_old_one_does_not_take_its_place(
    world: World, how: str
) -> None:
    await world.used()
    world.now += SECONDS
    world.policies.hash = "two"
    if how == "it cannot be built":
        world.refused = {"two"}
    else:
        world.policies.trouble = Misconfigured("the policy two has mistakes")
    for _ in range(2):
        with pytest.raises(Misconfigured):
            await world.used()
    world.refused, world.policies.trouble = set(), None
    assert await world.used() == "two"
    assert world.built == ["one", "two"]
    assert world.closed.count("one") == 1


async def test_closing_leaves_those_at_work_what_they_have_until_they_are_done(world: World) -> None:
    async with world.current.engine():
        await world.current.close()
        assert world.closed == []
    assert world.closed == ["one"]
