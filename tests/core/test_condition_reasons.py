"""Why a condition does not hold, in words: something is said exactly when it does not, and no secret value with it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.condition_reasons import described, failing
from shared.conditions import About, Condition

FACTS = {"department": "Sales", "hours": 24, "kind": None}
OTHER = {"department": "IT", "hours": 8, "kind": "external"}
ANNA = About(facts=FACTS, today=date(2026, 3, 2), contracts=(FACTS, OTHER))
NAMES = st.sampled_from(["department", "hours", "kind"])
TESTS = st.sampled_from(
    ["Sales", ["Care", "IT"], {"starts_with": "S"}, {"at_least": 8}, {"at_most": 8}, {"present": False}]
)
CONDITIONS = st.recursive(
    st.dictionaries(NAMES, TESTS, max_size=2),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "any": st.lists(inner, min_size=1, max_size=3),
            "all": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "any_contract": inner,
            "hours": TESTS,
        },
    ),
    max_leaves=6,
)


@given(CONDITIONS)
def test_something_is_said_exactly_when_it_does_not_hold(given_: object) -> None:
    condition = Condition.model_validate(given_)
    assert bool(failing(condition, ANNA)) is not condition.holds(ANNA)


@given(CONDITIONS)
def test_no_secret_value_is_told(given_: object) -> None:
    condition = Condition.model_validate(given_)
    facts = {"department": "Board-7", "hours": 24, "kind": None}
    about = About(facts=facts, today=date(2026, 3, 2), contracts=(facts,))
    assert "Board-7" not in failing(condition, about, {"department"})


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"department": "Care"}, "department is Sales, and must be Care"),
        ({"department": ["Care", "IT"]}, "department is Sales, and must be Care or IT"),
        ({"hours": {"at_least": 32}}, "hours is 24, and must be at least 32"),
        ({"kind": "external"}, "kind is absent, and must be external"),
        ({"kind": {"present": True}}, "kind is absent, and must be present"),
        ({"not": {"department": "Sales"}}, "it is not for whom department is Sales"),
        ({"all": [{"hours": 24}, {"department": "IT"}]}, "department is Sales, and must be IT"),
        (
            {"any_contract": {"department": "IT", "hours": 24}},
            "no contract in force is one of which department is IT and hours is 24",
        ),
        ({"kind": {"at_least": "today + 30"}}, "kind is absent, and must be at least today + 30"),
        (
            {"any": [{"department": "Care"}, {"hours": {"at_most": 8}}]},
            "none of these is so: department is Sales, and must be Care; hours is 24, and must be at most 8",
        ),
    ],
)
def test_the_first_thing_that_is_not_so_is_named(given_: object, said: str) -> None:
    assert failing(Condition.model_validate(given_), ANNA) == said


def test_a_condition_is_described_as_it_is_asked() -> None:
    given_ = {"department": ["Care", "IT"], "not": {"kind": "external"}, "any": [{"hours": {"at_least": 8}}, {}]}
    assert described(Condition.model_validate(given_)) == (
        "department is Care or IT and (hours is at least 8 or anybody) and not (kind is external)"
    )
