"""A deployment for each test, with what it needs of Azure started once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployed_world import Outside, World, first_run, furnished, outside

from shared.cli import deployment
from tests.emulator import emulator


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with emulator() as azurite, outside(tmp_path_factory.mktemp("outside"), azurite) as running:
        first_run(running)
        yield running


@pytest.fixture
def world(there: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "JOINLY_DEBUG", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    made = furnished(there, tmp_path / "example")
    monkeypatch.setattr(deployment, "connect", made.connect)
    return made
