"""This area's own modules, importable by their plain names, and a listener that keeps everything it is told."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "azure"))
os.environ.setdefault("JOINLY_ROLE", "both")  # what function_app.py is, where a test imports it

from ingestion import Ingestion, ingestion
from listener import Listener
from loopback import Loopback, loopback

from local.azurite import Azurite
from shared.azure import telemetry
from shared.telemetry import listen
from shared.telemetry.logs import LOG
from tests.emulator import emulator


@pytest.fixture
def heard() -> Iterator[Listener]:
    """Everything this process tells while a test runs, through OpenTelemetry's own SDK."""
    listener = Listener()
    listen(listener.tracer, listener.meter)
    yield listener
    listen(None, None)
    listener.close()


@pytest.fixture
def azurite() -> Iterator[Azurite]:
    """An empty one: what another test left behind would be somebody who is missing from HR."""
    with emulator() as running:
        yield running


@pytest.fixture
async def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A key vault over https and an identity endpoint, with this process as the app that has the identity."""
    async with loopback(tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
async def insights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Ingestion]:
    """The end that everything goes to while a test runs; what waits to be sent lies in the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in telemetry.QUIET:
        monkeypatch.setenv(name, "true")
    handlers, level = list(LOG.handlers), LOG.level
    async with ingestion() as end:
        monkeypatch.setenv(telemetry.CONNECTION, end.connection_string)
        monkeypatch.setenv("JOINLY_ROLE", "both")
        monkeypatch.delenv("JOINLY_IDENTITY", raising=False)
        yield end
        listen(None, None)
        LOG.handlers, LOG.level = handlers, level
        telemetry._begun.cache_clear()
