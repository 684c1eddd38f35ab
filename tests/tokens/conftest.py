"""A vendor that keeps RFC 6749 to the letter, over HTTP on loopback."""

from collections.abc import AsyncIterator

import pytest

from tests.tokens.tokens_world import World, world


@pytest.fixture
async def vendor() -> AsyncIterator[World]:
    async with world() as running:
        yield running
