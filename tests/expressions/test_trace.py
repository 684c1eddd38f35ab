"""Why an expression answers what it answers: the parts that were evaluated, in order, with what they gave."""

from datetime import UTC, datetime

import pytest

from shared.expressions import ABSENT, IGNORE_ATTRIBUTE, Facts, Scope, Step, compile_expression
from shared.expressions.trace import MOST_STEPS

SCOPE = Scope(now=datetime(2025, 7, 30, 12, tzinfo=UTC))


def explained(text: str, facts: Facts) -> Step:
    return compile_expression(text).explain(facts, SCOPE)


def lines(step: Step, depth: int = 0) -> list[str]:
    """One line for each step, as deep as it stands."""
    inner = [line for child in step.children for line in lines(child, depth + 1)]
    return [f"{'. ' * depth}{step.text} → {step.error or step.value}", *inner]


def test_every_part_is_shown_in_the_order_of_evaluation() -> None:
    step = explained('ToLower(Join(".", [given], Left([family], 3)))', {"given": "Anna", "family": "Visser"})
    assert lines(step) == [
        'ToLower(Join(".", [given], Left([family], 3))) → anna.vis',
        '. Join(".", [given], Left([family], 3)) → Anna.Vis',
        ". . [given] → Anna",
        ". . Left([family], 3) → Vis",
        ". . . [family] → Visser",
    ]


def test_a_branch_that_is_not_taken_does_not_appear() -> None:
    step = explained('IIF([a] = "1", ToUpper([b]), CDate([c]))', {"a": "1", "b": "x", "c": "no date"})
    assert [child.text for child in step.children] == ['[a] = "1"', "ToUpper([b])"]
    step = explained('Switch([a], [b], "1", [c], "2", [d])', {"a": "2", "d": "x"})
    assert [child.text for child in step.children] == ["[a]", "[d]"]
    step = explained("Coalesce([a], [b], [c])", {"b": "x"})
    assert [child.text for child in step.children] == ["[a]", "[b]"]


def test_values_inside_are_shown_as_the_language_shows_them() -> None:
    step = explained("IIF(CDate([d]) > Now(), [n], [n] = 3)", {"d": "2025-07-31", "n": 3.0})
    assert lines(step)[1:] == [
        ". CDate([d]) > Now() → True",
        ". . CDate([d]) → 7/31/2025 12:00:00 AM",
        ". . . [d] → 2025-07-31",
        ". . Now() → 7/30/2025 12:00:00 PM",
        ". [n] → 3",
    ]
    assert explained("IIF([n] = 1, 1, 2)", {"n": 10**40}).children[0].children[0].value == "(is too large a number)"


@pytest.mark.parametrize(
    ("text", "facts", "value"),
    [
        ('"constant"', {}, "constant"),
        ('ToLower("CONSTANT")', {}, "constant"),
        ("[a]", {"a": 12}, 12),
        ("[a]", {}, ABSENT),
        ("IgnoreAttributeFlow", {}, IGNORE_ATTRIBUTE),
    ],
)
def test_what_has_no_parts_is_one_step(text: str, facts: Facts, value: object) -> None:
    assert explained(text, facts) == Step(text, value)


def test_an_error_stands_where_it_happened_and_on_all_that_needed_it() -> None:
    step = explained('Append("x", Left([a], [b]))', {"a": "text", "b": "many"})
    assert step.value is None
    assert step.error == "line 1, column 23: [b] is not a whole number"
    (left,) = step.children
    assert [(child.text, child.value, bool(child.error)) for child in left.children] == [
        ("[a]", "text", False),
        ("[b]", "many", True),
    ]
    assert left.error == step.error


def test_an_answer_that_is_too_long_is_an_error_of_the_whole() -> None:
    step = explained("CStr([a])", {"a": "x" * 10_001})
    assert step.error == "line 1, column 1: the answer is longer than 10000 characters"


def test_the_number_of_steps_is_bounded_and_the_answer_is_not_changed_by_that() -> None:
    text = "Join(" + ",".join(["[a]"] * 1_900) + ")"
    step = explained(text, {"a": "x"})
    assert step.value == "x" * (1_899 + 1_898)
    assert len(step.children) == MOST_STEPS - 1


def test_explaining_twice_gives_the_same_and_changes_no_fact() -> None:
    facts = {"a": "x", "b": ("y", "z")}
    expression = compile_expression('Join(", ", [a], Guid(), [b])')
    assert expression.explain(facts, SCOPE) == expression.explain(facts, SCOPE)
    assert facts == {"a": "x", "b": ("y", "z")}
