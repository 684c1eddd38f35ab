"""What is hardly what was meant: told with its place, and used all the same."""

import pytest

from shared.expressions import compile_expression

ODD = [
    ('IIF("1", [a], [b])', 5, "this condition is a constant and holds", "attribute"),
    ('IIF(Not("1"), [a], [b])', 5, "this condition is a constant and never holds", "attribute"),
    ('And([a] = "1", "True")', 16, "this condition is a constant and holds", ""),
    ('Or([a] = "1", "False")', 15, "this condition is a constant and never holds", ""),
    ('CBool("1" = "2")', 11, "both sides are constants", ""),
    ('IIF("a" = ToLower("A"), [a], [b])', 9, "both sides are constants", ""),
    ('CBool([a] < "")', 11, "nothing comes before or after an empty text", '= ""'),
    ('Switch("x", "d", "x", [a])', 1, "the source is a constant", "[attribute]"),
    ('Switch([a], "d", "x", "1", "y", "2", "x", "3")', 38, "this key stands here twice", ""),
    ('Switch([a], "d", , "1", "", "2")', 25, "this key stands here twice", ""),
    ('Switch([a], "d", "", "1", , "2")', 1, "this key stands here twice", ""),
    ('Coalesce([a], "x", [b])', 15, "never empty, so what comes after it is never used", ""),
    ("Coalesce(Len([a]), [b])", 10, "never empty, so what comes after it is never used", ""),
    ('Default(Today(), "x")', 9, "never empty, so what comes after it is never used", ""),
    ("Coalesce(IsNull([a]), [b])", 10, "never empty", ""),
    ("IgnoreFlowIfNullOrEmpty(Now())", 25, "never empty, so nothing is ever left alone", ""),
    ('IIF(DateDiff("d", Now(), [a]) >= 0, "1", "2")', 31, "holds while the date is today or later", "<= 0"),
    ('IIF(DateDiff("d", Today(), CDate([a])) >= "0", "1", "2")', 40, "holds while the date is today or later", "> -1"),
    ('IIF(DateDiff("d", [a], Now()) <= 0, "1", "2")', 31, "holds while the date is today or later", ">= 0"),
]


@pytest.mark.parametrize(("text", "column", "message", "hint"), ODD, ids=[one[0] for one in ODD])
def test_what_is_odd_is_told_with_its_place(text: str, column: int, message: str, hint: str) -> None:
    (caution,) = compile_expression(text).warnings
    assert message in caution.message
    assert hint in caution.hint
    assert (caution.line, caution.column) == (1, column)
    assert str(caution).startswith(f"line 1, column {column}: ")


@pytest.mark.parametrize(
    "text",
    [
        '"constant"',
        'Join(" ", "a", "b")',
        'IIF([a] = "x", "1", "2")',
        'Switch([a], "d", "x", "1", "X", "2")',
        'Coalesce([a], ToLower([b]), "x")',
        'Coalesce("", [a])',
        "IgnoreFlowIfNullOrEmpty([a])",
        'IIF(DateDiff("d", Now(), [a]) <= 14, "1", "2")',
        'IIF(DateDiff("d", Now(), [a]) > -1, "1", "2")',
        'IIF(DateDiff("d", [a], Now()) >= 0, "1", "2")',
        'And([a] = "", [b] <> "")',
        "Default(CDate([a]), [b])",
    ],
)
def test_what_makes_sense_is_not_odd(text: str) -> None:
    assert compile_expression(text).warnings == ()


def test_cautions_stand_in_the_order_of_the_text() -> None:
    warnings = compile_expression('Join("",\n  Coalesce("a", [b]),\n  IIF("1", "x", "y"))').warnings
    assert [(one.line, one.column) for one in warnings] == [(2, 12), (3, 7)]
    assert str(warnings[1]) == (
        "line 3, column 7: this condition is a constant and holds (compare it with an attribute)"
    )
