"""One world for each system."""

import pytest

from tests.connector_youforce.youforce_world import World


@pytest.fixture(params=["beaufort", "business"])
def world(request: pytest.FixtureRequest) -> World:
    return World(request.param)


@pytest.fixture
def beaufort() -> World:
    return World("beaufort")


@pytest.fixture
def business() -> World:
    return World("business")
