"""Both forms of the state, behind one fixture; the emulator is started once a run."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.embedded.store import SqliteStore
from shared.store import Store
from shared.tables import TableStore
from tests.emulator import emulator

Opener: TypeAlias = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with emulator() as running:
        yield running


@pytest.fixture(params=["sqlite", "tables"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens another store on the same rows, as another worker would."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "state.db")
    running: Azurite = request.getfixturevalue("azurite")
    return lambda: TableStore.from_connection_string(running.connection_string)


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    async with opener() as opened:
        yield opened


@pytest.fixture
def table() -> str:
    """A name nobody else uses."""
    return f"t{uuid4().hex}"
