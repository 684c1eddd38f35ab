"""Both forms of a deployment's policies, behind one fixture; the emulator is started once a run."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest

from local.azurite import Azurite
from shared.policies import Policies, Shelf
from shared.policy_blobs import BlobShelf
from shared.policy_folder import FolderShelf
from tests.emulator import emulator

Opener: TypeAlias = Callable[[], AbstractAsyncContextManager[Shelf]]


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with emulator() as running:
        yield running


@pytest.fixture(params=["folder", "blobs"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens another shelf on the same texts, as somebody else would."""
    if request.param == "folder":
        return lambda: nullcontext(FolderShelf(tmp_path / "policies"))
    running: Azurite = request.getfixturevalue("azurite")
    container = f"c{uuid4().hex}"
    return lambda: BlobShelf.from_connection_string(running.connection_string, container)


@pytest.fixture
async def shelf(opener: Opener) -> AsyncIterator[Shelf]:
    async with opener() as opened:
        yield opened


@pytest.fixture
def policies(shelf: Shelf) -> Policies:
    return Policies(shelf)
