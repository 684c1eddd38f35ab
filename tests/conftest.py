"""What holds for all tests: how many examples a law is tried on, and what coverage is not measured for."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.effort import THOROUGH, effort

settings.register_profile(
    "joinly",
    max_examples=effort(40, 1_000),
    deadline=None,  # a machine that is busy with other tests is not slow code
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("joinly")

WHOLE = frozenset(
    {
        *("cli", "conformance", "deployed", "docs", "fuzz", "laws", "local_functions", "local_graph", "mutation"),
        *("scaffold", "simulation", "stories_runner"),
    }
)
"""Folders whose tests drive whole histories, or what is not part of what is measured."""

CONNECTORS = "connector_"
"""How the folders begin whose tests are of what talks to one system: the thorough checks measure that too."""


@pytest.fixture(scope="session", autouse=True)
def nobodys_turn() -> Iterator[None]:
    """`joinly run` looks at another part of all accounts each hour. What a test sees must not depend on when it is run,
    and it is never the turn of the example's people while commands are tried in this process.
    """

    async def patrol(engine: object) -> int:
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.cli.drive.patrol", patrol)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long, tries a law on many examples or lives through a whole history runs code that plain tests have
    covered; to measure it there as well would double its time. The thorough checks have that time.
    """
    if THOROUGH:
        return
    here = Path(__file__).parent
    for item in items:
        law = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        folder = item.path.relative_to(here).parts[0]
        if law or item.get_closest_marker("slow") or folder in WHOLE or folder.startswith(CONNECTORS):
            item.add_marker("no_cover")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays; that garbage collections looked at it again took a fifth of all tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
