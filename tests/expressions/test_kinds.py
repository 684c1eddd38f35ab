"""What could never work for anybody is refused while loading, with its place and what to write instead."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.expressions import ExpressionError, compile_expression
from shared.expressions.comparison import OPERATORS, compare
from shared.expressions.kinds import IMPOSSIBLE, unordered
from shared.expressions.registry import Slot
from shared.expressions.terms import constant
from shared.expressions.values import CONVERT, Inner, Kind, is_empty
from tests.effort import effort

REFUSED = [
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


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), REFUSED, ids=[one[0] for one in REFUSED])
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


VALUES: dict[Kind, st.SearchStrategy[Inner]] = {
    Kind.NUMBER: st.integers(-(10**20), 10**20),
    Kind.AMOUNT: st.integers(-(10**20), 10**20),
    Kind.TRUTH: st.booleans(),
    Kind.DATE: st.datetimes(timezones=st.just(UTC)),
    Kind.TEXT: st.sampled_from(["", "7", "2025-07-30", "true", "abc"]),
    Kind.LIST: st.sampled_from([(), ("7",), ("2025-07-30",), ("True",), ("a", "b")]),
}


def readable(value: Inner, wanted: Kind) -> bool:
    try:
        CONVERT[wanted](value)
    except ExpressionError:
        return False
    return True


@given(st.data())
def test_the_table_holds_exactly_the_kinds_that_can_never_be_read_as_each_other(data: st.DataObject) -> None:
    made = data.draw(st.sampled_from(sorted(VALUES, key=str)))
    wanted = data.draw(st.sampled_from(sorted(CONVERT, key=str)))
    if (made, wanted) in IMPOSSIBLE:
        assert not readable(data.draw(VALUES[made]), wanted)
    else:
        some = {Kind.NUMBER: [7], Kind.AMOUNT: [7], Kind.TRUTH: [True], Kind.DATE: [datetime(2025, 7, 30, tzinfo=UTC)]}
        samples: list[Inner] = [*some.get(made, ["7", "2025-07-30", "true", ("7",), ("2025-07-30",), ("True",)])]
        assert any(readable(sample, wanted) for sample in samples)


@settings(max_examples=effort(100, 3_000))
@given(st.one_of(*VALUES.values()), st.one_of(*VALUES.values()), st.sampled_from(["<", "<=", ">", ">="]))
def test_what_has_no_order_fails_for_everybody_who_has_both(left: Inner, right: Inner, symbol: str) -> None:
    if not unordered(constant(left), constant(right)) or is_empty(left) or is_empty(right):
        return
    with pytest.raises(ExpressionError):
        compare(symbol, OPERATORS[symbol], left, right)


@pytest.mark.parametrize("made", [Kind.TEXT, Kind.LIST, Kind.ANY, Kind.RESULT])
def test_what_may_be_anything_has_an_order_with_all_but_truths(made: Kind) -> None:
    anything = Slot(lambda facts, scope: None, made=made)
    truth = Slot(lambda facts, scope: None, made=Kind.TRUTH)
    for other in (Kind.NUMBER, Kind.DATE, Kind.TEXT, Kind.AMOUNT):
        assert unordered(anything, Slot(lambda facts, scope: None, made=other)) == ""
    assert unordered(anything, truth) == "True and False have no order"
