"""A world of Nmbrs for each test."""

import pytest

from tests.connector_nmbrs.nmbrs_world import World


@pytest.fixture
def world() -> World:
    return World()
