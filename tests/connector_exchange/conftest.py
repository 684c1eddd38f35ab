"""A fresh simulated organisation, and the connector in front of it, for every test."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from exchange_world import World, opened


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as found:
        yield found
