"""Who a rule is for: what each form of a condition holds for, and that no fact of HR can make one fail."""

from datetime import date, datetime
from typing import Any

import pytest
from core_world import NAMES, VALUES
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.conditions import About, Condition
from tests.effort import effort

TODAY = date(2026, 3, 2)


def holds(condition: dict[str, Any], **facts: Any) -> bool:
    return Condition.model_validate(condition).holds(About(facts=facts, today=TODAY, contracts=(facts,)))


@pytest.mark.parametrize(
    ("test", "yes", "no"),
    [
        ("Sales", ["Sales", "SALES", "sales"], ["Sale", "Sales ", "", None]),
        ("Straße", ["STRASSE", "straße"], ["Strase"]),
        (["Sales", "Finance"], ["finance", "Sales"], ["HR", None]),
        ("1", ["1", 1, 1.0], ["01", True, "true", "1.0"]),
        (1, ["1", 1, 1.0], ["01", True]),
        ("0800", ["0800"], [800, "800"]),
        ("no", ["no", "No"], [False, "false", "n"]),
        (True, [True, "true", "TRUE"], [False, 1, "1", "yes"]),
        (False, [False, "false"], [None, 0, "", "no"]),
        (36, [36, "36", 36.0], ["36.0", 36.5, "036"]),
        (1.5, [1.5, "1.5"], [1, 2, "1,5"]),
        (date(2026, 3, 1), ["2026-03-01"], ["2026-03-02", "1-3-2026"]),
        ("Sales", [("HR", "sales")], [(), ("HR",)]),
        ({"one_of": ["a", "b"], "starts_with": "B"}, ["b", "B"], ["a", "bb"]),
        ({"starts_with": "NL"}, ["NL", "nl-12", ("BE", "nl")], ["BE", "", None, ("BE",)]),
        ({"starts_with": "tr"}, [True], [False]),
        ({"starts_with": "1"}, [12, 1.0, "1a"], [21]),
        ({"ends_with": "Manager"}, ["Sales manager", "MANAGER", ("x", "a manager")], ["Managers", "", None]),
        ({"contains": "lead"}, ["Team Lead", "leader", ("x", "misled leads")], ["lea", "", None]),
        ({"starts_with": "A", "ends_with": "a"}, ["Anna", "a"], ["Ann", "nna"]),
        ({"at_least": 8}, [8, 8.0, "8", "8.5", 40, float("inf")], [7.9, "7", None, "", "many", True, "1e3"]),
        ({"at_least": 8}, [("7", "9")], [("7", "x")]),
        ({"at_most": 8}, [8, "8", -40, "-40", float("-inf")], [8.1, "9", None, "few", False]),
        ({"at_least": 8, "at_most": 16}, [8, "12", 16], [7, 17, "17"]),
        ({"at_least": 0}, [], ["nan", float("nan"), "inf", "Infinity", "1_0", "٣", " 5"]),
        ({"at_most": 0}, [], ["nan", float("nan"), "-inf", "-Infinity"]),
        ({"at_least": "1.10"}, [1.1, "1.10", 2], [1.09]),
        ({"at_least": date(2026, 3, 1)}, ["2026-03-01", "2026-03-01T00:00:00+02:00"], ["2026-02-28", "soon", 5, True]),
        ({"at_least": "2026-03-01"}, ["2026-03-02", "9999-12-31"], ["2026-02-28"]),
        ({"at_most": "2026-03-01"}, ["2026-03-01", "0001-01-01"], ["2026-03-02", "2026-02-30", "", None]),
        ({"at_least": "today"}, ["2026-03-02", "2026-03-03", "9999-12-31"], ["2026-03-01", "soon", "", None, 5]),
        ({"at_most": "today + 30"}, ["2026-04-01", "2020-01-01"], ["2026-04-02", "9999-12-31", None]),
        (
            {"at_least": "today-90", "at_most": "today"},
            ["2025-12-02", "2026-03-02T08:00"],
            ["2025-12-01", "2026-03-03"],
        ),
        ({"at_least": "today + 99999"}, ["9999-12-31"], ["2199-01-01"]),
        ({"present": True}, ["x", 0, False, 0.0, ("",)], [None, "", ()]),
        ({"present": False}, [None, "", ()], ["x", 0, False]),
        ({"present": "no"}, [None], ["x"]),
        ({"present": True, "starts_with": "a"}, ["a"], [None, "b"]),
    ],
)
def test_a_fact_is_tested_as_it_is_meant(test: Any, yes: list[Any], no: list[Any]) -> None:
    assert [value for value in yes if not holds({"fact": test}, fact=value)] == []
    assert [value for value in no if holds({"fact": test}, fact=value)] == []


@pytest.mark.parametrize("test", ["Sales", ["Sales"], {"starts_with": "S"}, {"at_least": 0}, {"present": True}])
def test_an_absent_fact_is_as_good_as_null(test: Any) -> None:
    assert not holds({"fact": test})
    assert not holds({"fact": test}, fact=None)
    assert holds({"fact": {"present": False}})


def test_a_condition_that_asks_nothing_holds_for_everybody() -> None:
    assert holds({})
    assert holds({}, department="Sales")


def test_every_key_of_a_condition_must_hold() -> None:
    both = {"department": "Sales", "kind": ["permanent", "temporary"]}
    assert holds(both, department="sales", kind="permanent")
    assert not holds(both, department="sales", kind="external")
    assert not holds(both, department="sales")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"department": "Sales"}, True),
        ({"department": "Sales", "kind": "external"}, False),
        ({"department": "HR"}, False),
        ({"department": "HR", "hours": 36}, True),
        ({"department": "HR", "hours": 36, "kind": "external"}, False),
        ({"department": "HR", "hours": 36, "kind": "external", "cleared": True}, True),
        ({}, False),
    ],
)
def test_any_and_not_nest(facts: dict[str, Any], expected: bool) -> None:
    condition = {
        "any": [{"department": "Sales"}, {"hours": {"at_least": 32}}],
        "not": {"kind": "external", "not": {"cleared": True}},
    }
    assert holds(condition, **facts) is expected


def test_a_condition_names_every_fact_it_reads() -> None:
    condition = Condition.model_validate(
        {"a": "1", "any": [{"b": "1"}, {"not": {"c": "1"}}], "not": {"d": {"present": True}}}
    )
    assert condition.names == {"a", "b", "c", "d"}
    assert Condition().names == frozenset()


@pytest.mark.parametrize(
    "name",
    ["holds", "names", "tests", "model_config", "copy", "one_of", "__class__"],
)
def test_a_fact_may_have_any_name(name: str) -> None:
    condition = Condition.model_validate({name: "x"})
    assert condition.holds(About(facts={name: "x"}, today=TODAY))
    assert not condition.holds(About(facts={name: "y"}, today=TODAY))
    assert condition.names == {name}


@pytest.mark.parametrize(
    "wrong",
    [
        {"fact": None},
        {"fact": []},
        {"fact": {}},
        {"fact": [None]},
        {"fact": [["a"]]},
        {"fact": datetime(2026, 3, 1, 12)},  # noqa: DTZ001
        {"fact": datetime(2026, 3, 1)},  # noqa: DTZ001
        {"fact": {"one_of": []}},
        {"fact": {"starts_with": ""}},
        {"fact": {"starts_with": 5}},
        {"fact": {"at_least": "many"}},
        {"fact": {"at_least": True}},
        {"fact": {"at_least": datetime(2026, 3, 1)}},  # noqa: DTZ001
        {"fact": {"at_most": [1]}},
        {"fact": {"at_most": "nan"}},
        {"fact": {"present": "maybe"}},
        {"fact": {"contains": ""}},
        {"fact": {"ends_with": 5}},
        {"fact": {"includes": "x"}},
        {"fact": {"at_least": "tomorrow"}},
        {"fact": {"at_least": "today + x"}},
        {"fact": {"at_least": "today+100000"}},
        {"all": []},
        {"all": {"a": "b"}},
        {"any_contract": ["a"]},
        {"any_contract": "a"},
        {"any": []},
        {"any": {"a": "b"}},
        {"not": ["a"]},
    ],
)
def test_a_condition_that_says_nothing_clear_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)


@pytest.mark.parametrize(
    ("never", "said"),
    [
        ({"at_least": 5, "at_most": 4}, "at_least is beyond at_most"),
        ({"at_least": "today + 1", "at_most": "today"}, "at_least is beyond at_most"),
        ({"at_least": date(2026, 3, 2), "at_most": date(2026, 3, 1)}, "at_least is beyond at_most"),
        ({"at_least": 5, "at_most": "today"}, "both be numbers or both be days"),
        ({"one_of": ["Sales"], "starts_with": "F"}, "none of these values begins"),
        ({"present": False, "one_of": ["Sales"]}, "what is not present has no value"),
    ],
)
def test_what_can_never_hold_is_refused_and_says_why(never: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Condition.model_validate({"fact": never})


def test_a_range_may_begin_on_a_day_and_end_on_one_counted_from_today() -> None:
    assert holds({"fact": {"at_least": date(2026, 1, 1), "at_most": "today"}}, fact="2026-03-02")


def test_all_and_any_nest_beside_facts() -> None:
    condition = {"kind": "permanent", "all": [{"hours": {"at_least": 8}}, {"any": [{"site": "Ede"}, {"site": "Tiel"}]}]}
    assert holds(condition, kind="permanent", hours=8, site="Tiel")
    assert not holds(condition, kind="permanent", hours=8, site="Goes")
    assert not holds(condition, kind="permanent", hours=7, site="Tiel")
    assert not holds(condition, kind="external", hours=8, site="Tiel")


def possible(test: Any) -> bool:
    try:
        Condition.model_validate({"fact": test})
    except ValidationError:
        return False
    return True


BOUNDS = st.one_of(
    st.integers(), st.floats(allow_nan=False), st.dates(), st.integers(-40, 40).map(lambda days: f"today {days:+}")
)
SCALARS = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.dates(), st.text(max_size=8))
TESTS = st.one_of(
    SCALARS,
    st.lists(SCALARS, min_size=1, max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "one_of": st.lists(SCALARS, min_size=1, max_size=2),
            "starts_with": st.text(min_size=1, max_size=3),
            "ends_with": st.text(min_size=1, max_size=3),
            "contains": st.text(min_size=1, max_size=3),
            "at_least": BOUNDS,
            "at_most": BOUNDS,
            "present": st.booleans(),
        },
    ).filter(possible),
)
FLAT = st.dictionaries(NAMES, TESTS, max_size=2)
CONDITIONS = st.recursive(
    FLAT,
    lambda inner: st.builds(
        lambda flat, more: {**flat, **more},
        FLAT,
        st.fixed_dictionaries(
            {},
            optional={
                "all": st.lists(inner, min_size=1, max_size=2),
                "any": st.lists(inner, min_size=1, max_size=2),
                "any_contract": inner,
                "not": inner,
            },
        ),
    ),
    max_leaves=4,
)
FACTS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(CONDITIONS, FACTS)
@settings(max_examples=effort(100, 3_000))
def test_no_value_of_hr_makes_a_condition_fail_and_not_turns_its_answer_round(
    condition: dict[str, Any], facts: dict[str, Any]
) -> None:
    answer = holds(condition, **facts)
    assert holds({"not": condition}, **facts) is not answer
    assert holds({"any": [condition]}, **facts) is answer
    assert holds({"all": [condition]}, **facts) is answer
    assert holds({"any_contract": condition}, **facts) is answer  # when there is only one


@given(SCALARS, VALUES)
@settings(max_examples=effort(70, 2_000))
def test_a_value_alone_is_short_for_a_list_of_one(scalar: Any, value: Any) -> None:
    forms = [scalar, [scalar], {"one_of": [scalar]}]
    assert len({holds({"fact": form}, fact=value) for form in forms}) == 1
