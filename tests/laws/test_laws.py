"""Ten thousand plans in the checks; a million by their own command, `make laws PLANS=1000000`.

JOINLY_PLANS says how many.
"""

import os

import pytest

from tests.effort import effort
from tests.laws import lives, planning
from tests.laws.plans import case
from tests.laws.run import checked, told

PLANS = int(os.environ.get("JOINLY_PLANS", effort(10_000, 100_000)))
AT_ONCE = 1_000


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, PLANS, AT_ONCE))
def test_every_law_holds_for_every_plan(first: int) -> None:
    checked(first, min(AT_ONCE, PLANS - first))


def test_a_seed_is_the_same_plan_and_the_same_life_every_time() -> None:
    assert case(7) == case(7) != case(8)
    assert lives.life(7) == lives.life(7) != lives.life(8)


def test_a_broken_law_names_itself_and_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_is_ever_planned(one: planning.Told) -> None:
        assert not one.actions

    monkeypatch.setattr(planning, "LAWS", (nothing_is_ever_planned,))
    count, failure = told(0, 20)
    assert count == 20
    assert "not so in plan 0: nothing is ever planned" in failure
