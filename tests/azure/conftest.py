"""This area's own modules, importable by their plain names, and the loopback Azure they need."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("JOINLY_ROLE", "both")  # what function_app.py is, where a test imports it

from loopback import Loopback, loopback


@pytest.fixture
async def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A key vault over https and an identity endpoint, with this process as the app that has the identity."""
    async with loopback(tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running
