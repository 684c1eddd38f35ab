"""Conditions on any contract in force, by which contract they hold, and the days on which they may turn."""

from datetime import date, timedelta
from typing import Any

import pytest
from core_world import NAMES
from hypothesis import given, settings
from hypothesis import strategies as st
from test_conditions import CONDITIONS

from shared.conditions import About, Condition
from tests.effort import effort

TODAY = date(2026, 3, 2)
EDE = {"contractId": "1", "department": "Sales", "location": "Ede", "hours": 16}
TIEL = {"contractId": "2", "department": "Finance", "location": "Tiel", "hours": 20}
GOES = {"contractId": "3", "department": "Sales", "location": "Goes", "hours": 4}


def by(condition: dict[str, Any], *contracts: dict[str, Any]) -> list[str]:
    """The ids of the contracts by which it holds; the first given speaks for the person."""
    found = Condition.model_validate(condition)
    about = About(facts=contracts[0], today=TODAY, contracts=contracts)
    assert bool(found.contracts(about)) is found.holds(about)
    return [str(one["contractId"]) for one in found.contracts(about)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, ["2"]),
        ({"department": "Finance"}, ["2"]),
        ({"department": "Sales"}, []),
        ({"any_contract": {"department": "Sales"}}, ["1", "3"]),
        ({"any_contract": {"department": "Sales", "location": "Ede"}}, ["1"]),
        ({"any_contract": {"department": "Sales", "location": "Tiel"}}, []),
        ({"any_contract": {"hours": {"at_least": 16}}}, ["2", "1"]),
        ({"department": "Finance", "any_contract": {"location": "Goes"}}, ["3"]),
        ({"all": [{"any_contract": {"location": "Ede"}}, {"any_contract": {"location": "Goes"}}]}, ["1", "3"]),
        ({"any": [{"any_contract": {"location": "Ede"}}, {"department": "Finance"}]}, ["1"]),
        ({"any": [{"any_contract": {"location": "Epe"}}, {"department": "Finance"}]}, ["2"]),
        ({"not": {"any_contract": {"location": "Epe"}}}, ["2"]),
        ({"not": {"any_contract": {"location": "Ede"}}}, []),
        ({"any_contract": {"not": {"department": "Sales"}}}, ["2"]),
    ],
)
def test_any_contract_asks_everything_of_one_contract_and_tells_which(
    condition: dict[str, Any], expected: list[str]
) -> None:
    assert by(condition, TIEL, EDE, GOES) == expected


def test_a_condition_says_where_each_fact_stands() -> None:
    condition = Condition.model_validate(
        {"a": "1", "all": [{"b": "1"}], "any": [{}, {"c": "1"}], "not": {"d": "1"}, "any_contract": {"e": "1"}}
    )
    assert {path for path, _ in condition.places()} == {
        ("a",), ("all", "0", "b"), ("any", "1", "c"), ("not", "d"), ("any_contract", "e"),
    }  # fmt: skip
    assert condition.names == set("abcde")


@pytest.mark.parametrize(
    ("test", "value", "days"),
    [
        ({"at_least": "today"}, "2026-03-10", ["2026-03-11"]),
        ({"at_most": "today"}, "2026-03-10", ["2026-03-10"]),
        ({"at_least": "today + 30"}, "2026-03-31", ["2026-03-02"]),
        ({"at_most": "today - 90"}, "2026-01-01", ["2026-04-01"]),
        ({"at_least": "today", "at_most": "today + 7"}, "2026-03-10", ["2026-03-03", "2026-03-11"]),
        ({"at_least": "today"}, ("2026-03-10", "soon", "2026-04-10"), ["2026-03-11", "2026-04-11"]),
        ({"at_least": "today"}, "9999-12-31", ["9999-12-31"]),
        ({"at_least": date(2026, 3, 10)}, "2026-03-10", []),
        ({"at_least": "today"}, None, []),
    ],
)
def test_a_day_counted_from_today_turns_on_days_that_are_known(test: Any, value: Any, days: list[str]) -> None:
    forms: list[dict[str, Any]] = [
        {"fact": test},
        {"not": {"fact": test}},
        {"any": [{"all": [{"fact": test}]}]},
        {"any_contract": {"fact": test}},
    ]
    for form in forms:
        found = Condition.model_validate(form).days({"fact": value})
        assert sorted(found) == [date.fromisoformat(day) for day in days]


DAYS = st.integers(-60, 60).map(lambda days: (TODAY + timedelta(days)).isoformat())


@given(CONDITIONS, st.dictionaries(NAMES, DAYS | st.lists(DAYS, max_size=2).map(tuple), max_size=4))
@settings(max_examples=effort(50, 1_500))
def test_between_the_days_it_names_a_condition_stays_as_it_is(condition: Any, facts: dict[str, Any]) -> None:
    found = Condition.model_validate(condition)
    turning = found.days(facts)
    before = None
    for number in range(-110, 111):
        day = TODAY + timedelta(number)
        now = found.holds(About(facts=facts, today=day, contracts=(facts,)))
        assert before is None or now is before or day in turning
        before = now
