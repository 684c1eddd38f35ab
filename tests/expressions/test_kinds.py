"""What could never work for anybody is refused while loading, with its place and what to write instead."""

import pytest

from shared.expressions import ExpressionError, compile_expression

IMPOSSIBLE = [
    ("Left([a], Now())", 1, 11, "the answer of Now is a date, and here a whole number is wanted", "DateDiff"),
    ("Left([a], [b] = 1)", 1, 15, "the comparison is True or False, and here a whole number is wanted", "IIF(…, 1, 0)"),
    ("Item([a], IsNull([b]))", 1, 11, "the answer of IsNull is True or False", "IIF(…, 1, 0)"),
    (
        'DateAdd("d", 1, Len([a]))',
        1,
        17,
        "the answer of Len is a whole number, and here a date is wanted",
        "DateFromNum",
    ),
    ('DateAdd("d", 1, DateDiff("d", [a], [b]))', 1, 17, "the answer of DateDiff is a whole number", "DateFromNum"),
    ('DateFormat(Not([a]), "yyyy")', 1, 12, "the answer of Not is True or False, and here a date is wanted", "IIF"),
    ('DateFormat(Count([a]), "yyyy")', 1, 12, "a date is wanted", "DateFromNum"),
    ("IIF(CDate([a]), 1, 2)", 1, 5, "the answer of CDate is a date, and here True or False is wanted", "IsPresent"),
    ("And([a], Today())", 1, 10, "and here True or False is wanted", "IsPresent"),
    ('Left([a], "abc")', 1, 11, "this constant is not a whole number", ""),
    ("CDate(5)", 1, 7, "this constant is not a date", "2025-07-30"),
    ('Not("perhaps")', 1, 5, "this constant is neither true nor false", "compare it"),
    ("[a] < ([b] = 1)", 1, 7, "( is not expected", ""),
    ("IsNull([a]) < 3", 1, 13, "True and False have no order", ""),
    ("CDate([a]) > 3", 1, 12, "values of these two kinds have no order", ""),
    ('CDate([a]) <= "soon"', 1, 12, "values of these two kinds have no order", ""),
    ('Len([a]) >= "many"', 1, 10, "values of these two kinds have no order", ""),
    ("Now() < Len([a])", 1, 7, "values of these two kinds have no order", ""),
    ('DateAdd("d", 1, IIF([a] = "x", "soon", [b]))', 1, 32, "this constant is not a date", "2025-07-30"),
    ('DateAdd("d", 1, Switch([a], [b], "x", Len([c])))', 1, 39, "a date is wanted", "DateFromNum"),
    ('Left([a], Coalesce([b], Default([c], "none")))', 1, 38, "this constant is not a whole number", ""),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), IMPOSSIBLE, ids=[one[0] for one in IMPOSSIBLE])
def test_what_could_never_work_is_refused(text: str, line: int, column: int, message: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "Left([a], ToLower([b]))",
        'DateAdd("d", 1, Join("-", [a], [b]))',
        "IIF(Len([a]), 1, 2)",
        'IIF(Split([a], ","), 1, 2)',
        "ToUpper(Now())",
        'Join(", ", [a] = 1, Now(), Len([b]))',
        'CDate([a]) < "2025-01-01"',
        "CDate([a]) >= [b]",
        'Len([a]) < "3"',
        '[a] < "abc"',
        'DateDiff("d", [a], [b]) <= 14',
        "DateFromNum(NumFromDate([a]))",
        'DateAdd("d", 1, Switch([a], [a], "", "9999-01-01"))',
        'DateAdd("d", 1, IIF([a] = "", "", [a]))',
        "Item([a], 1) = 7",
        "IsNull([a]) = IsNull([b])",
        'Item([a], 1) < Split("a,b", ",")',
    ],
)
def test_what_may_work_for_somebody_is_not_refused(text: str) -> None:
    assert compile_expression(text).source == text
