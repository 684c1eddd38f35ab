"""A fresh simulated organisation, and a plain HTTP client of it, for every test."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

sys.path.insert(0, str(Path(__file__).parent))

from exchange_client import Client, opened


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    async with opened() as found:
        yield found
