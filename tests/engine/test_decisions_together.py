"""The decisions about a bulk are saved several at a time, and one that cannot be saved keeps no other from it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from engine_world import World, person

from shared import layout
from shared.engine import admitting
from shared.errors import TryLater
from shared.layout import Hop
from shared.store import Change

Open = Callable[..., Awaitable[World]]
MANY = [str(number) for number in range(100, 150)]


class Watched:
    """A store that tells of each decision before it is saved."""

    def __init__(self, world: World, told: Callable[[str], Awaitable[None]]) -> None:
        self._inner, self._told = world.store, told
        world.engine = replace(world.engine, store=self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        for change in changes:
            if change.key.startswith(layout.marks(Hop.PROVISION)):
                await self._told(change.key)
        return await self._inner.commit(table, partition, changes)


@pytest.fixture
async def world(open_world: Open) -> World:
    return await open_world(grants=[])


async def test_the_decisions_about_many_are_saved_several_at_a_time(world: World) -> None:
    under_way: set[str] = set()
    most = 0

    async def told(mark: str) -> None:
        nonlocal most
        under_way.add(mark)
        most = max(most, len(under_way))
        for _ in range(50):
            await asyncio.sleep(0)
        under_way.remove(mark)

    Watched(world, told)
    await world.hears(*map(person, MANY))
    assert most == admitting.TOGETHER
    assert world.directory.enabled() == set(MANY)


async def test_a_decision_that_cannot_be_saved_keeps_no_other_from_it(world: World) -> None:
    unlucky = layout.mark(Hop.PROVISION, layout.own_id("hr", MANY[3]), "entra")
    refused: list[str] = []

    async def told(mark: str) -> None:
        if mark == unlucky and not refused:
            refused.append(mark)
            raise TryLater("the store is busy", 1)

    Watched(world, told)
    await world.hears(*map(person, MANY[:10]))
    assert world.directory.enabled() == {*MANY[:10]} - {MANY[3]}
    await world.hours(1)
    assert world.directory.enabled() == set(MANY[:10])
