"""What is refused while loading, where, and with which advice."""

import pytest

from shared.expressions import ExpressionError, compile_expression

KNOWN = {"givenName", "familyName", "startDate"}

REFUSED = [
    ("", 1, 1, "empty", '""'),
    ("   ", 1, 1, "empty", '""'),
    ('"never closed', 1, 1, "no closing quote", '\\"'),
    ('Join(" ", [a', 1, 11, "no closing bracket", "[givenName]"),
    ("[]", 1, 1, "no name", "[givenName]"),
    ("[ ]", 1, 1, "no name", "[givenName]"),
    ("ToLower([a]", 1, 12, "closing parenthesis is missing", ""),
    ("ToLower([a]))", 1, 13, ") is not expected", ""),
    ("[a] =", 1, 6, "something is missing", ""),
    ("[a] [b]", 1, 5, "[b] is not expected", ""),
    ("[a] = [b] = [c]", 1, 11, "= is not expected", ""),
    ("[a] & [b]", 1, 5, "not joined with &", "Join"),
    ("[a] + [b]", 1, 5, "no arithmetic", "DateAdd"),
    ("ToLower(“a”)", 1, 9, "straight quotes", '"text"'),
    ("ToLower('a')", 1, 9, "double quotes", '"text"'),
    ("[a] != 3", 1, 5, "no operator !", "<>"),
    ("Join(1; 2)", 1, 7, "commas", "comma"),
    ("[a] ~ 3", 1, 5, "means nothing", ""),
    ("tolower([givenName])", 1, 1, "no function tolower", "did you mean ToLower?"),
    ("NormaliseDiacritics([givenName])", 1, 1, "no function", "did you mean NormalizeDiacritics?"),
    ("LCase([givenName])", 1, 1, "no function", "use ToLower"),
    ("CertIssuer([givenName])", 1, 1, "no function", "binary"),
    ("RandomNum(5, 4)", 1, 1, "has an end before its start", ""),
    ('ReplaceChars([givenName], "ab:c")', 1, 27, "not a list of characters", "å:a"),
    ('DNComponent("CN=x", 0)', 1, 1, "a number below 1", "count from 1"),
    ('DNComponentRev("CN=x", 1, "OU")', 1, 27, "is no option", "DC"),
    ('ConvertFromUTF8Hex("5A6")', 1, 1, "hexadecimal", ""),
    ('ConvertFromBase64("QQ==", "UTF7")', 1, 27, "not an encoding", "UTF8"),
    ('InStrRev("abc", "a", 0)', 1, 1, "before the first character", "count from 1"),
    ('CNum("many")', 1, 1, "not given a number", ""),
    ("Frobnicate()", 1, 1, "no function Frobnicate", ""),
    ("ToLower([givenname])", 1, 9, "no attribute [givenname]", "did you mean [givenName]?"),
    ("DefaultDomain()", 1, 1, "no attribute [defaultDomain]", ""),
    ("ToLower(\n  [startDat])", 2, 3, "no attribute", "did you mean [startDate]?"),
    ('Join(" ",\n  Mid([givenName], 1))', 2, 3, "Mid does not take 2 arguments", "Mid(source, start, length)"),
    ("Guid(1)", 1, 1, "does not take 1 arguments", "Guid()"),
    ('Switch([givenName], "a", "b")', 1, 1, "does not take 3", "Switch(source, default, key, value, …)"),
    ('Switch([givenName], "a", "b", "c", "d")', 1, 1, "does not take 5", ""),
    ('SelectUniqueValue("a")', 1, 1, "does not take 1", "rule1, rule2"),
    ("Mid([givenName], , 2)", 1, 1, "the start of Mid is missing", ""),
    ('Left([givenName], "three")', 1, 19, "this constant is not a whole number", ""),
    ("Left([givenName], 1.5)", 1, 19, "not a whole number", ""),
    ('CDate("30-07-2025")', 1, 7, "not a date", "2025-07-30"),
    ('CDate("2025-02-30")', 1, 7, "no such day", "2025-07-30"),
    ('DateAdd("q", 1, [startDate])', 1, 9, "the interval of DateAdd is not an interval", "yyyy"),
    ('DateAdd([givenName], 1, "2025-01-01")', 1, 9, "must be a constant", "quotes"),
    ('DateAdd("yyyy", 9000, "2025-01-01")', 1, 1, "leaves the years", ""),
    ('DateFormat([startDate], "d")', 1, 25, "not a custom date format", "yyyy-MM-dd"),
    ('DateFormat([startDate], "")', 1, 25, "not a custom date format", "yyyy-MM-dd"),
    ('DateFormat([startDate], "yyyy g")', 1, 25, "uses g", ""),
    ('DateFormat([startDate], "yyyy \'open")', 1, 25, "at character 6", ""),
    ('FormatDateTime([startDate], , "dd-MM", "yyyy")', 1, 31, "needs a year", ""),
    ('FormatDateTime([startDate], , "yyyy d yyyy", "yyyy")', 1, 31, "each part once", ""),
    ('FormatDateTime([startDate], "yyyy-MM", "yyyy")', 1, 1, "does not take 3", "outputFormat"),
    ('FormatDateTime([startDate], "Whatever", , "yyyy-MM")', 1, 29, "DateTimeStyles", "empty"),
    ('ToLower([givenName], "dutch!")', 1, 22, "not the name of a culture", "nl-NL"),
    ('Transliterate([givenName], "xx")', 1, 28, "without a spelling", "da, de, el"),
    ('SelectUniqueValue("a", SelectUniqueValue("b", "c"))', 1, 24, "only be the outermost", ""),
    ('ToLower(SelectUniqueValue("b", "c"))', 1, 9, "only be the outermost", ""),
    ('Join("", IgnoreAttributeFlow)', 1, 10, "answer of the expression", ""),
    ('Join("", IIF([givenName] = "a", IgnoreObjectFlow, "b"))', 1, 33, "answer of the expression", ""),
    ("ToLower(IgnoreFlowIfNullOrEmpty([givenName]))", 1, 9, "answer of the expression", ""),
    ("givenName", 1, 1, "neither a function", "[givenName]"),
    ("Left([givenName], vbFoo)", 1, 19, "neither a function", ""),
    ("RandomString(300)", 1, 1, "between 1 and 256", ""),
    ("RandomString(4, 3, 3)", 1, 1, "shorter than its minima", ""),
    ("RandomString(4, -1)", 1, 1, "shorter than its minima", ""),
    ('RandomString(4, 1, 0, 0, 0, "0123456789")', 1, 1, "avoids every character", ""),
    (
        'RandomString(4, 0, 0, 0, 0, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")',
        1,
        1,
        "no character",
        "",
    ),
    ("Nope(\u2028\n", 1, 6, "closing parenthesis", ""),
    ("RandomString([givenName])", 1, 14, "must be a constant", ""),
    ('Replace([givenName], , , , "a", , )', 1, 1, "does not have a form", "oldValue and replacementValue"),
    ('Replace("abc", "", , , "a", , )', 1, 1, "empty oldValue", ""),
    ('PadLeft("a", 3, "xy")', 1, 1, "one character", ""),
    ('PadRight("a", 10001, "x")', 1, 1, "longer than 10000", ""),
    ('Mid("abc", 0, 1)', 1, 1, "before the first character", "count from 1"),
    ('InStr("abc", "a", 0)', 1, 1, "before the first character", "count from 1"),
    ('Item("abc", 0)', 1, 1, "below 1", "count from 1"),
    ('Item("abc", 2)', 1, 1, "past the last one", "ItemOrNull"),
    ('Split("abc", "")', 1, 1, "empty delimiter", ""),
    ('ConvertFromBase64("%%%")', 1, 1, "base64", ""),
    ("DateFromNum(9223372036854775807)", 1, 1, "leaves the years", ""),
    (f"Left([givenName], {'9' * 31})", 1, 19, "at most 30 digits", ""),
    (f"Left([givenName], &H{'F' * 25})", 1, 19, "at most 24 digits", ""),
    (f"[startDate] = {'9' * 28}.99", 1, 15, "too large to have decimals", ""),
    ("[" + "x" * 10_000 + "]", 1, 1, "at most 10000", ""),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), REFUSED, ids=[case[0][:50] for case in REFUSED])
def test_what_can_never_work_is_refused_with_its_place(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, KNOWN)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"line {line}, column {column}: ")


def test_without_known_attributes_every_name_may_be_read() -> None:
    assert compile_expression("Join([sep], [a], IIF([b] = 1, [c], [a]))").names == {"sep", "a", "b", "c"}


def test_nesting_is_allowed_up_to_64_levels_and_refused_beyond() -> None:
    def nested(depth: int) -> str:
        return "Trim(" * depth + "[a]" + ")" * depth

    assert compile_expression(nested(64)).names == {"a"}
    with pytest.raises(ExpressionError, match="deeper than 64"):
        compile_expression(nested(65))
    with pytest.raises(ExpressionError, match="deeper than 64"):
        compile_expression(nested(1500))


def test_ten_thousand_characters_are_allowed() -> None:
    text = f'Append([a], "{"x" * (10_000 - 15)}")'
    assert len(text) == 10_000
    assert compile_expression(text)


def test_a_long_hostile_text_is_refused() -> None:
    for text in ('"' + "\\" * 9_999, "[" * 10_000, "(" * 10_000, "Join(" + "," * 9_000, '"' * 9_999):
        with pytest.raises(ExpressionError):
            compile_expression(text)


def test_a_constant_branch_that_can_never_work_is_refused_although_it_may_not_be_taken() -> None:
    with pytest.raises(ExpressionError, match="not a date"):
        compile_expression('IIF([a] = "x", CDate("soon"), [b])')


def test_two_thousand_parts_are_allowed_and_refused_beyond() -> None:
    def joined(parts: int) -> str:
        return f"Join({','.join(['[a]'] * parts)})"

    assert compile_expression(joined(1_999)).names == {"a"}
    with pytest.raises(ExpressionError, match="has 2001 parts; at most 2000 are allowed"):
        compile_expression(joined(2_000))


def test_the_place_of_an_attribute_can_be_asked() -> None:
    expression = compile_expression('Join(" ",\n  [a], ToLower([b]))')
    assert expression.place_of("b") == (2, 16)
    assert expression.place_of("c") == (1, 1)
