"""One world for each test."""

import pytest

from tests.connector_visma.visma_world import World


@pytest.fixture
def world() -> World:
    return World()
