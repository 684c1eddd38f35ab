"""Some seeded histories in the checks; a hundred thousand by their own command, `make simulate SEEDS=100000`."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from bugs import PLANTED
from run import FEW_BUCKETS, FOUND
from world import World

from shared import layout
from tests.effort import effort

STORED = json.loads((Path(__file__).parent / "planted.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def few_buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(layout, "BUCKETS", FEW_BUCKETS)
    return


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, effort(50, 4_000), 50))
def test_no_history_breaks_an_invariant(first: int) -> None:
    faults: dict[str, int] = {}
    together: list[int] = []
    for seed in range(first, first + 50):
        world = World(seed)
        world.run()
        faults |= world.faults.seen
        together += world.target.together
    assert together, "nobody was granted anything together with others"
    assert len(faults) >= 10, "the machine room behaved too well to prove anything"


def test_a_seed_tells_the_same_story_every_time() -> None:
    first, second = World(5), World(5)
    first.run()
    second.run()
    assert first.target.writes == second.target.writes
    assert first.faults.seen == second.faults.seen


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    seed = STORED[bug]
    with PLANTED[bug](), pytest.raises(FOUND):
        World(seed).run()


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLANTED)
def test_the_seed_that_finds_a_planted_bug_is_quiet_without_it(bug: str) -> None:
    World(STORED[bug]).run()
