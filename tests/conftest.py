"""What holds for all tests: how many examples a law is tried on, and what coverage is not measured for."""

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import effort

settings.register_profile(
    "joinly",
    max_examples=effort(60, 1_000),
    deadline=None,  # a machine that is busy with other tests is not slow code
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("joinly")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long tries code that quick tests have covered; to measure it there as well would double its time."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker("no_cover")
