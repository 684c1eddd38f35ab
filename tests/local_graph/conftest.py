"""A fresh simulated tenant for every test; where the vendor's description is at hand, every answer is held to it."""

from collections.abc import AsyncIterator

import pytest

from local.graph.validation import validating
from tests.local_graph.graph_client import SPECS, World, opened


@pytest.fixture
async def world() -> AsyncIterator[World]:
    wrap = (lambda app: validating(app, SPECS, requests="accepted")) if SPECS.is_dir() else None
    async with opened(wrap) as found:
        yield found


@pytest.fixture
async def broken() -> AsyncIterator[World]:
    """Without the check: for answers that are wrong on purpose."""
    async with opened() as found:
        yield found
