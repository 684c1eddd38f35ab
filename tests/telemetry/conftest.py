"""This area's own modules, importable by their plain names, and a listener that keeps everything it is told."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "azure"))

from listener import Listener
from loopback import Loopback, loopback

from local.azurite import Azurite, NpmUnreachable, install
from shared.telemetry import listen


@pytest.fixture
def heard() -> Iterator[Listener]:
    """Everything this process tells while a test runs, through OpenTelemetry's own SDK."""
    listener = Listener()
    listen(listener.tracer, listener.meter)
    yield listener
    listen(None, None)
    listener.close()


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    try:
        install()
    except NpmUnreachable as reason:
        pytest.skip(str(reason))
    with Azurite() as running:
        yield running


@pytest.fixture
async def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Loopback]:
    """A key vault over https and an identity endpoint, with this process as the app that has the identity."""
    async with loopback(tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running
