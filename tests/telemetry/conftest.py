"""This area's own modules, importable by their plain names, and a listener that keeps everything it is told."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "azure"))

from listener import Listener

from shared.telemetry import listen


@pytest.fixture
def heard() -> Iterator[Listener]:
    """Everything this process tells while a test runs, through OpenTelemetry's own SDK."""
    listener = Listener()
    listen(listener.tracer, listener.meter)
    yield listener
    listen(None, None)
    listener.close()
