"""One world for each standard set of GetConnectors, and the shared reference material where it is present."""

from pathlib import Path

import pytest

from tests.connector_afas.afas_world import World

SPECS = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "afas"


@pytest.fixture(params=["t4e", "profit"])
def either(request: pytest.FixtureRequest) -> World:
    """A world whatever the standard set."""
    return World(standard=request.param)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def specs() -> Path:
    if not SPECS.is_dir():
        pytest.skip("the vendor's specifications are not beside this project")
    return SPECS
