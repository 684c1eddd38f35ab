"""A place to run the example in: new, or as it is after the first run, which is done once for all tests."""

import os
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from cli_world import Place, Said, new_place, run_once, small_place

from shared.cli import policy_text


@pytest.fixture(autouse=True)
def _no_habits(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine's owner prefers must not change a result."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "JOINLY_DEBUG", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _one_text_is_read_once() -> Iterator[None]:
    """A process reads its policy once; hundreds of commands are called in this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy_text, "load", cache(policy_text.load))
        yield


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The example with sixteen people, never run."""
    return small_place(tmp_path / "example")


@pytest.fixture(scope="session")
def for_all_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of these tests have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def small_first(for_all_workers: Path) -> Place:
    """The example with sixteen people after its first run, not to be touched."""
    there, said = run_once(for_all_workers / "small", small_place)
    assert said.code == 0
    return there


@pytest.fixture
def kept(small_first: Place, tmp_path: Path) -> Place:
    """The example with sixteen people after its first run, to do with as one likes."""
    shutil.copytree(small_first.folder, tmp_path / "example")
    return Place(tmp_path / "example")


@pytest.fixture(scope="session")
def first(for_all_workers: Path) -> tuple[Place, Said]:
    """The example after its first run, not to be touched, and what that run said."""
    return run_once(for_all_workers / "first", new_place, "--json")


@pytest.fixture
def ran(first: tuple[Place, Said], tmp_path: Path) -> Place:
    """The example after its first run, to do with as one likes."""
    shutil.copytree(first[0].folder, tmp_path / "example")
    return Place(tmp_path / "example")
