"""The world these tests live in, importable by name; few partitions, because every door reads all of them."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from engine_world import World, opened

from shared import layout

Open = Callable[..., Awaitable[World]]


@pytest.fixture(autouse=True)
def few_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BUCKETS", 2)


@pytest.fixture
async def open_world() -> AsyncIterator[Open]:
    """Opens a world with the policy `engine_world.policy(…)` of the given arguments."""
    async with AsyncExitStack() as stack:

        async def open_one(**given: Any) -> World:
            return await stack.enter_async_context(opened(**given))

        yield open_one


@pytest.fixture
async def world(open_world: Open) -> World:
    return await open_world()
