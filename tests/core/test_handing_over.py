"""What is kept for a while of what somebody no longer should have, so that work can be handed over."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from core_world import AMSTERDAM, SOURCE, contract, day, target
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codec import DESIRED
from shared.desired import desired, view
from shared.entitlements import handed_over
from shared.model import Desired, Entitlement, Person, Stage
from shared.policy import Policy, TargetPolicy
from tests.effort import effort

MARCH = day("2026-03-02")
SALES, FINANCE, VAULT = (Entitlement("group", name) for name in ("Sales", "Finance", "Vault"))
RULES = target(
    grants=[
        {"group": "Sales", "after": 14},
        {"group": "Dept-{department}", "after": 3, "after_leaving": 30},
        {"group": "Finance"},
        {"group": "Vault", "after": 14},
    ],
    exclusive=[{"of": [{"group": "Finance"}, {"group": "Vault"}]}],
)


def active(*given: Entitlement, **more: Any) -> Desired:
    return Desired(stage=Stage.ACTIVE, entitlements=frozenset(given), **more)


def over(old: Desired | None, new: Desired, on: date, rules: TargetPolicy = RULES) -> Desired:
    found = handed_over(old, new, rules, on)
    assert handed_over(found, new, rules, on) == found, "a second look on the same day changes it"
    assert handed_over(DESIRED.load(DESIRED.dump(found)), new, rules, on) == found, "saving it changes it"
    return found


def test_it_is_kept_for_its_days_after_the_last_on_which_it_was_wanted_and_leaves_on_the_next() -> None:
    first = over(active(SALES, FINANCE), active(), MARCH)
    assert (first.entitlements, first.kept) == (frozenset(), {SALES})
    assert first.until == {"group:Sales": day("2026-03-15")}
    last = over(first, active(), day("2026-03-15"))
    assert last == first
    assert over(last, active(), day("2026-03-16")) == active()


def test_what_is_kept_is_told_in_one_order() -> None:
    old = active(*(Entitlement("group", f"Dept-{name}") for name in "hgfedcba"))
    assert list(over(old, active(), MARCH).until) == [f"group:Dept-{name}" for name in "abcdefgh"]


def test_coming_back_ends_it_and_losing_it_again_begins_anew() -> None:
    kept = over(active(SALES), active(), MARCH)
    back = over(kept, active(SALES), day("2026-03-10"))
    assert back == active(SALES)
    assert over(back, active(), day("2026-03-20")).until == {"group:Sales": day("2026-04-02")}


def test_a_name_made_of_facts_is_kept_by_the_rule_that_could_have_given_it() -> None:
    old = active(Entitlement("group", "Dept-Sales"))
    new = active(Entitlement("group", "Dept-Finance"))
    assert over(old, new, MARCH).until == {"group:Dept-Sales": day("2026-03-04")}


def test_who_leaves_keeps_only_what_a_rule_keeps_for_leavers() -> None:
    old = active(SALES, Entitlement("group", "Dept-Sales"))
    left = over(old, Desired(stage=Stage.DORMANT), MARCH)
    assert left.until == {"group:Dept-Sales": day("2026-03-31")}
    assert over(old, Desired(stage=Stage.READY), MARCH).until == left.until, "on leave it is the same"
    assert over(left, Desired(stage=Stage.DORMANT), day("2026-04-01")).kept == frozenset()
    assert over(left, Desired(stage=Stage.ABSENT), day("2026-03-10")).kept == frozenset()


def test_nothing_is_kept_by_who_leaves_at_once() -> None:
    old = active(SALES, Entitlement("group", "Dept-Sales"))
    gone = Desired(stage=Stage.DORMANT, urgent=True)
    assert over(old, gone, MARCH) == gone
    kept = over(old, Desired(stage=Stage.DORMANT), MARCH)
    assert over(kept, gone, day("2026-03-03")) == gone


def test_what_was_given_ahead_of_a_first_day_that_never_came_is_not_kept() -> None:
    old = replace(active(SALES, Entitlement("group", "Dept-Sales")), stage=Stage.READY)
    assert over(old, Desired(stage=Stage.READY), MARCH).kept == frozenset()
    assert over(old, Desired(stage=Stage.DORMANT), MARCH).kept == frozenset()


def test_nobody_keeps_what_excludes_something_they_are_given() -> None:
    assert over(active(VAULT), active(), MARCH).kept == {VAULT}
    assert over(active(VAULT), active(FINANCE), MARCH).kept == frozenset()


def test_what_waits_for_a_person_is_kept_for_as_long_as_that_takes_and_not_for_days() -> None:
    undecided = active(kept=frozenset({VAULT}))
    assert over(active(VAULT), undecided, MARCH) == undecided


def test_a_rule_that_is_gone_keeps_nothing_any_longer() -> None:
    kept = over(active(SALES), active(), MARCH)
    assert over(kept, active(), MARCH, target(grants=[{"group": "Sales"}])).kept == frozenset()
    assert over(kept, active(), MARCH, target(grants=[{"license": "Sales", "after": 9}])).kept == frozenset()


def test_the_first_mapping_has_nothing_to_hand_over() -> None:
    assert over(None, active(SALES), MARCH) == active(SALES)


ONES = st.frozensets(st.sampled_from([SALES, FINANCE, VAULT, Entitlement("group", "Dept-X")]))
WISHES = st.builds(
    lambda stage, given, urgent: Desired(
        stage=stage, entitlements=given if stage >= Stage.READY else frozenset(), urgent=urgent and stage < Stage.READY
    ),
    st.sampled_from(Stage),
    ONES,
    st.booleans(),
)


@given(st.lists(st.tuples(WISHES, st.integers(0, 12)), min_size=1, max_size=6))
@settings(max_examples=effort(100, 3_000))
def test_only_what_was_wanted_is_kept_never_longer_than_its_days_and_never_with_what_it_excludes(life: Any) -> None:
    saved: Desired | None = None
    today, wanted_on = MARCH, dict[Entitlement, date]()
    for wish, days in life:
        found = over(saved, wish, today)
        assert found.entitlements == wish.entitlements
        assert {str(one) for one in found.kept} == found.until.keys()
        assert not found.kept & found.entitlements
        assert not (found.kept and (wish.urgent or wish.stage is Stage.ABSENT))
        assert not {FINANCE, VAULT} <= found.kept | found.entitlements or {FINANCE, VAULT} <= wish.entitlements
        for one in found.kept:
            assert today <= found.until[str(one)] <= wanted_on[one] + timedelta(30)
        wanted_on |= dict.fromkeys(found.entitlements, today + timedelta(days))
        saved, today = found, today + timedelta(days)


GRANTS: list[Any] = [
    {"group": "Sales", "when": {"x": 1}, "create": "yes"},
    {"group": "Sales"},
    {"group": "Dept-{department}", "when": {"any_contract": {"y": 1}}},
    {"group": "Vault", "ask": "it", "before": 3},
    {"group": "Finance", "when": {"any": [{"x": 1}, {"y": 1}]}, "after": 5},
]
JOBS = st.builds(
    lambda number, start, fields: contract(str(MARCH + timedelta(start)), id=str(number), **fields),
    st.integers(1, 3),
    st.integers(-9, 9),
    st.dictionaries(st.sampled_from(["x", "y", "department"]), st.sampled_from([1, "Vault", ("a", "b")]), max_size=3),
)


@given(
    st.lists(JOBS, max_size=3, unique_by=lambda one: one.id),
    st.sampled_from(list(permutations(range(5)))),
    st.sampled_from(["hold", "first"]),
)
@settings(max_examples=effort(70, 2_000))
def test_the_order_of_rules_and_contracts_decides_nothing(jobs: Any, order: Any, then: str) -> None:
    exclusive = [{"of": [{"group": "Vault"}, {"group": "Finance"}], "then": then}]

    def asked(grants: list[Any], contracts: Any) -> Desired | None:
        rules = target(grants=grants, exclusive=exclusive)
        policy = Policy(customer="Contoso", time_zone=AMSTERDAM, sources={"hr": SOURCE}, targets={"entra": rules})
        someone = Person(hr_id="7", contracts=tuple(contracts))
        found = desired(view(someone, SOURCE, policy, MARCH, seed="seed"), "entra", rules)
        assert found is not None
        assert found.reasons.keys() >= set(map(str, found.entitlements | found.kept))
        assert not {VAULT, FINANCE} <= found.entitlements
        return replace(found, reasons={}, waiting={})

    assert asked([GRANTS[number] for number in order], jobs[::-1]) == asked(GRANTS, jobs)


@pytest.mark.parametrize("days", [0, 1])
def test_no_days_and_one_day(days: int) -> None:
    rules = target(grants=[{"group": "Sales", "after": days}])
    found = over(active(SALES), active(), MARCH, rules)
    assert found.until == ({"group:Sales": MARCH} if days else {})
