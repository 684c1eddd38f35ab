"""Storage's emulator for tests, and where it cannot be installed a skip that says why."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.azurite import Azurite, NpmUnreachable, install


def installed() -> None:
    """Installs it where it was not; skips the test when the registry cannot be reached."""
    try:
        install()
    except NpmUnreachable as reason:
        pytest.skip(str(reason))


@contextmanager
def emulator() -> Iterator[Azurite]:
    """An empty one of its own."""
    installed()
    with Azurite() as running:
        yield running
