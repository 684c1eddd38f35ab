"""What an expression answers besides values, what it refuses while evaluating, and what its errors never hold."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.expressions import (
    ABSENT,
    IGNORE_ATTRIBUTE,
    IGNORE_OBJECT,
    Candidates,
    ExpressionError,
    Scope,
    compile_expression,
    first_free,
)
from shared.model import Series

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
SCOPE = Scope(now=NOW)
SECRET = "Xq7-person-value"


def test_a_bare_attribute_that_is_absent_is_not_null() -> None:
    bare = compile_expression("[mail]")
    assert bare({}, SCOPE) is ABSENT
    assert bare({"mail": None}, SCOPE) is None
    assert bare({"mail": ""}, SCOPE) == ""
    assert bare({"mail": False}, SCOPE) is False


def test_inside_an_expression_an_absent_attribute_is_null() -> None:
    assert compile_expression("ToLower([mail])")({}, SCOPE) is None
    assert compile_expression('IIF(IsNull([mail]), "none", [mail])')({}, SCOPE) == "none"


def test_the_two_ways_to_ignore_are_told_apart() -> None:
    assert compile_expression("IgnoreAttributeFlow")({}, SCOPE) is IGNORE_ATTRIBUTE
    assert compile_expression("IgnoreObjectFlow")({}, SCOPE) is IGNORE_OBJECT
    nested = compile_expression('IIF([a] = "1", IgnoreFlowIfNullOrEmpty(Switch([b], "", "x", IgnoreObjectFlow)), "w")')
    assert nested({"a": "1"}, SCOPE) is IGNORE_ATTRIBUTE
    assert nested({"a": "1", "b": "x"}, SCOPE) is IGNORE_OBJECT
    assert nested({"a": "2"}, SCOPE) == "w"


def test_the_first_free_candidate_is_found_without_regard_to_case() -> None:
    candidates = Candidates(values=("Ida.Smit", "", "I.Smit"))
    assert first_free(candidates, []) == "Ida.Smit"
    assert first_free(candidates, {"IDA.SMIT"}) == "I.Smit"
    assert first_free(candidates, ("ida.smit", "i.smit")) is None
    assert first_free(Candidates(), []) is None


def test_a_series_follows_the_rules_until_a_value_is_free_or_too_many_were_tried() -> None:
    series = Series(stem="i.smit", first=2, digits=2, ending="@x.nl")
    assert first_free(Candidates(values=("", "i.smit@x.nl"), series=series), ["i.smit@x.nl"]) == "i.smit02@x.nl"
    assert first_free(Candidates(series=series), ["I.SMIT02@x.nl", "i.smit03@x.nl"]) == "i.smit04@x.nl"
    assert first_free(Candidates(series=series), {f"i.smit{n:02d}@x.nl" for n in range(100_002)}) is None


def test_every_rule_keeps_its_place_so_that_attributes_can_be_tried_in_step() -> None:
    rules = compile_expression("SelectUniqueValue([a], [b], [c], [d])")
    assert rules({"a": "x", "b": "", "c": "X", "d": None}, SCOPE) == Candidates(values=("x", "", "X", ""))
    assert rules({}, SCOPE) == Candidates(values=("", "", "", ""))


def test_an_expression_says_what_it_needs() -> None:
    plain = compile_expression("[a]")
    assert (plain.seeded, plain.tried, plain.warnings) == (False, False, ())
    assert (plain.manager_names, plain.tables) == (frozenset(), frozenset())
    assert compile_expression("SelectUniqueValue([a], Guid())").seeded
    assert compile_expression("SelectUniqueValue([a], [b])").tried
    assert not compile_expression("ToLower([a])").tried


def test_generated_values_follow_from_the_seed_and_the_place_of_the_call() -> None:
    pair = compile_expression('Join("|", Guid(), Guid(), RandomString(12, 3, 2, 2, 1, "?,"))')
    first, second, text = str(pair({}, Scope(now=NOW, seed="p1/mail"))).split("|", 2)
    assert pair({}, Scope(now=NOW, seed="p1/mail")) == f"{first}|{second}|{text}"
    assert first != second
    assert pair({}, Scope(now=NOW, seed="p2/mail")) != pair({}, Scope(now=NOW, seed="p1/mail"))
    assert len(first) == 36
    assert first[14] == "4"
    assert first[19] in "89ab"
    assert len(text) == 12


@pytest.mark.parametrize("seed", [f"person-{number}" for number in range(40)])
def test_a_random_text_has_so_many_of_each_kind(seed: str) -> None:
    text = str(compile_expression('RandomString(11, 2, 2, 3, 1, "?,Il0O")')({}, Scope(now=NOW, seed=seed)))
    assert len(text) == 11
    assert sum(c.isdigit() for c in text) >= 2
    assert sum(c.isupper() for c in text) >= 3
    assert sum(c.islower() for c in text) >= 1
    assert sum(not c.isalnum() for c in text) >= 2
    assert not set(text) & set("?,Il0O")


def test_a_random_text_without_minima_has_letters_and_digits() -> None:
    assert str(compile_expression("RandomString(200)")({}, SCOPE)).isalnum()
    assert str(compile_expression("RandomString(3, 3, 0, 0, 0, )")({}, SCOPE)).isdigit()


def test_now_is_utc_and_today_is_the_civil_date_of_the_zone() -> None:
    late = datetime(2025, 7, 30, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert compile_expression("Now()")({}, Scope(now=late)) == "7/31/2025 4:30:00 AM"
    assert compile_expression("Today()")({}, Scope(now=late)) == "7/30/2025 12:00:00 AM"
    assert compile_expression("Now()")({}, Scope(now=datetime(2025, 7, 30, 1))) == "7/30/2025 1:00:00 AM"  # noqa: DTZ001


def test_a_zone_that_leads_outside_the_calendar_is_an_error() -> None:
    edge = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    with pytest.raises(ExpressionError, match="outside the years"):
        compile_expression("Now()")({}, Scope(now=edge))


FAILING = [
    ("CDate([x])", SECRET, "[x] is not a date that can be read"),
    ("CDate([x])", 12, "[x] is not a date"),
    ("CDate([x])", "2025-13-01", "no such day"),
    ("CDate([x])", "13/1/2025", "no such day"),
    ("CDate([x])", "1/1/2025 13:00:00 PM", "no such day or time"),
    ("CDate([x])", "2025-01-01T00:00:00+15:00", "no such day or time"),
    ("CDate([x])", "9999-12-31T23:59:59-08:00", "no such day or time"),
    ('DateFormat([x], "yyyy-MM")', "2025-02-30", "no such day"),
    ('DateAdd("yyyy", [x], Now())', "90000", "leaves the years 1 to 9999"),
    ('DateAdd("d", [x], Now())', "9" * 30, "leaves the years 1 to 9999"),
    ("DateFromNum([x])", "9" * 25, "leaves the years 1 to 9999"),
    ('FormatDateTime([x], , "dd-MM-yyyy", "yyyy")', SECRET, "not a date in the format"),
    ('FormatDateTime([x], , "dd-MM-yyyy", "yyyy")', "31-02-2025", "not a date that exists"),
    ("Left([x], [x])", SECRET, "[x] is not a whole number"),
    ("Left([x], [y])", SECRET, "[y] is not a whole number"),
    ("Left(ToLower([x]), ToLower([x]))", SECRET, "the answer of ToLower is not a whole number"),
    ("IIF([x], 1, 2)", SECRET, "[x] is neither true nor false"),
    ("IIF(ToLower([x]), 1, 2)", SECRET, "the answer of ToLower is neither true nor false"),
    ("[x] > 3", SECRET, "> cannot order values of different kinds"),
    ("[x] > 3", True, "> cannot order true and false"),
    ('ToLower([x]) = "a"', (SECRET, "b"), "[x] has several values where one is expected"),
    ("ToLower([x])", (SECRET, "b"), "[x] has several values where one is expected"),
    ("Item([x], 3)", (SECRET, "b"), "Item asks for a value past the last one"),
    ("ConvertFromBase64([x])", SECRET, "was not given text in base64"),
    ("ConvertToUTF8Hex([x])", SECRET + "\ud800", "half a character"),
    ('Replace([x], , "a", , "b", , )', SECRET + "\ud800", "half a character"),
    ('Replace([z], , "a(?<q>b)", "q", , [x], )', SECRET + "\ud800", "half a character"),
    ('Matches([x], "a")', SECRET + "\ud800", "half a character"),
    ('PadLeft("a", 3, [x])', SECRET, "one character"),
    ('PadLeft("a", [x])', "20000", "longer than 10000"),
    ('Replace("abc", [y], , , [x], , )', SECRET, "empty oldValue"),
    ('IIF([x] = "", "", Error("no mail address"))', SECRET, "Error says: no mail address"),
    ('Join("@", [x], DefaultDomain())', SECRET, "needs the fact defaultDomain"),
    ("CStr([x])", 10**40, "[x] is too large a number"),
    ("CStr([x])", float("nan"), "[x] is too large a number"),
    ("CStr([x])", float("inf"), "[x] is too large a number"),
    ("BitAnd([x], 1)", 1.5, "[x] is not a whole number"),
    ("[x]", "a" * 10_001, "[x] is longer than 10000"),
    ("[x]", ("a",) * 1_001, "[x] has more than 1000 values"),
    ('SelectUniqueValue([x], "b")', "a" * 10_001, "the answer is longer than 10000"),
    ("[x]", ("a" * 10_001,), "[x] is longer than 10000"),
    ("CStr([x])", "a" * 10_001, "the answer is longer than 10000"),
    ('Append([x], "b")', "a" * 10_000, "Append makes a text longer than 10000"),
    ('Join("", [x], [x])', "a" * 6_000, "Join makes a text longer"),
    ("ConvertToUTF8Hex([x])", "a" * 6_000, "makes a text longer"),
    ('Replace([x], "a", , , [x], , )', "a" * 1_000, "Replace makes a text longer"),
    ('Replace([x], , "a", , [x], , )', "a" * 1_000, "Replace makes a text longer"),
    ('Replace([x], , "(?<g>a)", "g", [x], , )', "a" * 1_000, "Replace makes a text longer"),
    ('Replace([x], , ".", , "$&$&", , )', "é" * 6_000, "Replace makes a text longer"),
    ('Switch([x], "a", "b", "c")', ("a", "b"), "[x] has several values"),
]


@pytest.mark.parametrize(
    ("text", "value", "message"), FAILING, ids=[f"{text} {i}" for i, (text, *_) in enumerate(FAILING)]
)
def test_what_cannot_be_evaluated_is_an_error_that_names_the_attribute_and_never_the_value(
    text: str, value: object, message: str
) -> None:
    expression = compile_expression(text)
    with pytest.raises(ExpressionError) as caught:
        expression({"x": value}, SCOPE)
    assert message in caught.value.message
    assert caught.value.line == 1
    shown = f"{caught.value} {caught.value!r} {caught.value.hint}"
    assert SECRET not in shown
    assert SECRET.lower() not in shown


def test_the_place_of_an_error_is_where_it_went_wrong() -> None:
    expression = compile_expression('Join(" ",\n  [a],\n  FormatDateTime(CDate([when]), , , "yyyy"))')
    with pytest.raises(ExpressionError) as caught:
        expression({"a": "x", "when": "tomorrow"}, SCOPE)
    assert (caught.value.line, caught.value.column) == (3, 24)


def test_an_exponential_blow_up_is_stopped_before_it_grows() -> None:
    text = "[x]"
    for _ in range(30):
        text = f'Replace({text}, "a", , , "aaaaaaaaaa", , )'
    with pytest.raises(ExpressionError, match="longer than 10000"):
        compile_expression(text)({"x": "a"}, SCOPE)


def test_expressions_with_one_source_are_equal_and_show_their_source() -> None:
    one, same, other = (compile_expression(text) for text in ("[a]", "[a]", "[b]"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != "[a]"
    assert repr(one) == "Expression('[a]')"
    assert one.source == "[a]"


def test_an_error_without_a_place_prints_its_message_alone() -> None:
    assert str(ExpressionError("nothing")) == "nothing"
    assert str(ExpressionError("nothing", hint="write something")) == "nothing (write something)"
