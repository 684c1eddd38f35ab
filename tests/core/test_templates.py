"""Names made of facts: kept letter for letter, never cut, and none at all where a fact is missing."""

from typing import Any

import pytest
from core_world import VALUES
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.facts import text_of
from shared.templates import LONGEST, MOST, Unusable, template
from tests.effort import effort


@pytest.mark.parametrize(
    ("text", "facts", "names"),
    [
        ("All staff", {}, ["All staff"]),
        ("Dept-{department}", {"department": "Sales"}, ["Dept-Sales"]),
        ("Dept-{department}", {"department": "R&D / Ää, 'O''N' #1 {x}"}, ["Dept-R&D / Ää, 'O''N' #1 {x}"]),
        ("Dept-{department}", {"department": " Sales "}, ["Dept- Sales "]),
        ("{company}-{department}", {"company": "NL", "department": 12}, ["NL-12"]),
        ("{a}{b}", {"a": True, "b": 1.0}, ["true1"]),
        ("Dept-{department}", {}, []),
        ("Dept-{department}", {"department": None}, []),
        ("Dept-{department}", {"department": ""}, []),
        ("Dept-{department}", {"department": "  "}, []),
        ("Dept-{department}", {"department": ()}, []),
        ("{company}-{department}", {"company": "NL"}, []),
        ("Skill {skill}", {"skill": ("A", "", "B", "A")}, ["Skill A", "Skill B"]),
        ("{skill}/{skill}", {"skill": ("A", "B")}, ["A/A", "B/B"]),
        ("{a}-{b}", {"a": ("1", "2"), "b": ("x", "y")}, ["1-x", "1-y", "2-x", "2-y"]),
        ("{{literally}} {a}", {"a": "1"}, ["{literally} 1"]),
        ("Team {cost center}", {"cost center": "7"}, ["Team 7"]),
    ],
)  # fmt: skip
def test_places_are_filled_with_facts(text: str, facts: dict[str, Any], names: list[str]) -> None:
    assert list(template(text).filled(facts)) == names


@pytest.mark.parametrize("text", ["{", "}", "a {b", "a} b", "{{a}", "{a}}", "{a{b}}"])
def test_a_brace_that_stands_alone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a brace stands alone"):
        template(text)


def test_a_place_must_name_a_fact() -> None:
    with pytest.raises(ValueError, match="no fact is named"):
        template("Dept-{}")


def test_a_name_that_would_be_too_long_is_never_cut() -> None:
    assert template("{a}").filled({"a": "x" * LONGEST}) == ("x" * LONGEST,)
    with pytest.raises(Unusable, match="a name of more than 256 characters") as refused:
        template("{a}").filled({"a": "secret" + "x" * LONGEST})
    assert "secret" not in str(refused.value)


def test_a_list_gives_no_more_names_than_somebody_could_have() -> None:
    numbers = tuple(map(str, range(MOST)))
    assert len(template("{a}").filled({"a": numbers})) == MOST
    with pytest.raises(Unusable, match="more than 100 names"):
        template("{a}-{b}").filled({"a": numbers * 1000, "b": numbers})


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("Finance", ["Finance"], ["finance", "Finance 2", ""]),
        ("Dept-{department}", ["Dept-Sales", "Dept-Dept-"], ["Dept-", "dept-Sales", "Sales"]),
        ("{a}-{b}", ["x-y", "x--y", "--x"], ["-y", "x-", "x"]),
        ("{a} {b} team", ["x y team", "a b c team team"], ["x team", " y team", "x y"]),
        ("{a}{b}", ["xy"], ["x", ""]),
    ],
)
def test_what_a_template_may_give_is_recognised(text: str, yes: list[str], no: list[str]) -> None:
    assert [name for name in yes if not template(text).may_give(name)] == []
    assert [name for name in no if template(text).may_give(name)] == []


TEXTS = st.text(alphabet="ab-{}", max_size=3).map(lambda text: text.replace("{", "{{").replace("}", "}}"))


@given(st.lists(TEXTS, min_size=3, max_size=3), VALUES, VALUES)
@settings(max_examples=effort(70, 2_000))
def test_whatever_a_template_gives_it_recognises_and_holds_every_fact(texts: list[str], one: Any, two: Any) -> None:
    made = template(f"{texts[0]}{{one}}{texts[1]}{{two}}{texts[2]}")
    try:
        names = made.filled({"one": one, "two": two})
    except Unusable:
        return
    assert all(made.may_give(name) for name in names)
    if isinstance(one, str) and isinstance(two, str) and names:
        assert names == (made.texts[0] + text_of(one) + made.texts[1] + two + made.texts[2],)
