"""One world for each API, and the shared reference material where it is present."""

from pathlib import Path

import pytest

from tests.connector_personio.personio_world import World

SPECS = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "personio"


@pytest.fixture(params=["v1", "v2"])
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@pytest.fixture
def v1() -> World:
    return World("v1")


@pytest.fixture
def v2() -> World:
    return World("v2")


@pytest.fixture
def specs() -> Path:
    if not SPECS.is_dir():
        pytest.skip("the vendor's specifications are not beside this project")
    return SPECS
