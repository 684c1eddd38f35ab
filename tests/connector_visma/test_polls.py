"""Visma polled by the engine: exports are waited for across turns, and nobody is missing because of a fault."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connectors.visma.read import Employees
from shared import codec, layout, queues
from shared.engine import ring_polls
from tests.connector_visma.visma_world import Time, World
from tests.engine import engine_world

detect = sys.modules["shared.engine.detect"]


@pytest.fixture(autouse=True)
def turns_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody renews the lock of a session here, so a turn ends before that does."""
    monkeypatch.setattr(detect, "SHORT", timedelta(seconds=30))


@dataclass
class Together(Time):
    """A clock that moves the engine's along."""

    engine: engine_world.Clock | None = None

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.engine:
            self.engine.now = self.now


@asynccontextmanager
async def polling() -> AsyncIterator[tuple[World, engine_world.World]]:
    async with engine_world.opened() as engine:
        world = World(time=Together(now=engine.clock.now, engine=engine.clock))
        async with world.outside() as outside:
            engine.engine = replace(engine.engine, sources={"hr": Employees(world.settings(), outside)})
            yield world, engine


async def poll(engine: engine_world.World) -> None:
    await ring_polls(engine.engine)
    await engine.work(queues.POLLS)


async def saved(engine: engine_world.World) -> dict[str, bool]:
    """Who is known, and whether they are missing in HR."""
    rows = [row async for row in engine.store.everything(layout.STATE) if row.key.endswith("|person")]
    people = [codec.PERSON.load(row.data) for row in rows]
    return {one.hr_id: one.missing_since is not None for one in people}


async def test_exports_that_take_longer_than_a_turn_are_waited_for_in_the_next() -> None:
    async with polling() as (world, engine):
        world.crowd(3)
        world.faults.looks = 40
        began = world.time.now
        await poll(engine)
        assert (world.time.now - began).total_seconds() > 5 * 30
        assert await saved(engine) == {"1": False, "2": False, "3": False}
        assert len(world.wire_end.paths("/v1/command")) == 5


async def test_a_second_poll_of_the_same_company_is_no_news() -> None:
    async with polling() as (world, engine):
        world.unit("ou", "Zorg", manager="u-1")
        for number in "123":
            world.hire(number, contract__orgunit="ou", contract__manageruserid="u-1")
        await poll(engine)
        rows = [row async for row in engine.store.everything(layout.STATE)]
        await poll(engine)
        assert [row async for row in engine.store.everything(layout.STATE)] == rows
        assert world.company.authority.sign_ins == 1


async def test_nobody_is_missing_because_of_a_stuck_job_or_a_file_that_was_cut_between_two_rows() -> None:
    async with polling() as (world, engine):
        world.crowd(6)
        await poll(engine)
        world.faults.stuck = frozenset({"employees"})
        await poll(engine)
        world.faults.stuck, world.faults.hides_length = frozenset(), True
        for spoilt in ("employees", "contracts"):
            world.faults.spoils = (
                lambda path, file, spoilt=spoilt: (  # type: ignore[misc]
                    b"".join(file.splitlines(True)[:3]) if path == spoilt else file
                )
            )
            await poll(engine)
        assert await saved(engine) == {str(number): False for number in range(1, 7)}
