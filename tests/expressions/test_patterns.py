"""Customers write .NET patterns; RE2 runs them. What is rewritten, what is refused, and how long matching takes."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.expressions import ExpressionError
from shared.expressions.dotnet import translate
from shared.expressions.patterns import compile_pattern
from tests.effort import effort

REFUSED = [
    ("(?=x)", "looking ahead (?=…) at character 1"),
    ("ab(?!x)", "looking ahead (?!…) at character 3"),
    ("(?<=x)y", "looking behind (?<=…) at character 1"),
    ("(?<!x)y", "looking behind (?<!…) at character 1"),
    ("(?>x)", "atomic group"),
    ("(?(a)b|c)", "conditional group"),
    ("(?<a-b>x)", "a group of an unknown kind at character 1"),
    ("(?<1>x)", "a group of an unknown kind"),
    ("(?n)x", "a group of an unknown kind"),
    ("(?<g>a)|(?'g'b)", "a second group named g at character 9"),
    ("(?#never closed", "comment without an end"),
    (r"(a)\1", r"a backreference at character 4"),
    (r"(?<a>x)\k<a>", "a backreference at character 8"),
    (r"\Gx", r"the escape \G"),
    (r"x\_", r"the escape \_"),
    ("x\\", "the escape \\"),
    ("[a-z-[aeiou]]", "a class minus a class at character 5"),
    ("a[bc", "a class without a closing bracket at character 2"),
    (r"[\A]", r"the escape \A"),
    ("a**", "bad repetition operator"),
    ("(a", "missing )"),
    ("a{2000}", "invalid repetition size"),
    ("(a?){1000}(a?){999}aa", "counts to more than 2000 characters"),
    ("(?:(?i:ab)[cd](?<g>e)){400}x{401}", "counts to more than 2000 characters"),
    (r"\p{IsGreek}", "invalid character class range"),
    ("x" * 1_001, "longer than 1000"),
    ("\ud800", "half a character"),
]


@pytest.mark.parametrize(("pattern", "message"), REFUSED)
def test_what_cannot_be_matched_in_linear_time_is_refused_with_its_position(pattern: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_pattern(pattern)
    assert message in str(caught.value)


MATCHED = [
    (r"\d{2}", "٤2", True),
    (r"\D+", "a٤", False),
    (r"\w+", "Zoë_1", True),
    (r"[\w-]+", "Zoë-Łos", True),
    (r"\W+", " .-é", False),
    (r"[\W_]+", "_ .-", True),
    (r"[^\W]+", "é", True),
    (r"\s+", " \u00a0\u2003\v", True),
    (r"[\S]+", "é—1", True),
    (r"\S", "\u00a0", False),
    (r"[\D]", "5", False),
    (r"[]x]+", "]x", True),
    (r"[^]x]+", "ab", True),
    (r"[[:alpha:]]", "b]", False),
    (r"[[:]+", "[:", True),
    (r"[\b]", "\x08", True),
    (r"\u00e9\xe9\e\051", "éé\x1b)", True),
    (r"[\u00e0-\u00ef]+", "éè", True),
    (r"\ \@\-\é", " @-é", True),
    (r"\p{Lu}\p{Ll}", "Éa", True),
    (r"(?i)ab(?-i:C)", "ABC", True),
    (r"(?i)ab(?-i:C)", "ABc", False),
    (r"(?:a|b)+(?# letters)c", "abac", True),
    (r"\Aab\z", "ab", True),
    (r"ab\Z", "ab", True),
    (r"(?'x'a)(?P<y>b)", "ab", True),
    (r"\t\n\r\f\v\a", "\t\n\r\f\v\a", True),
    (".", "\n", False),
    ("a.c", "aéc", True),
]


@pytest.mark.parametrize(("pattern", "text", "whole"), MATCHED)
def test_dotnet_escapes_mean_what_they_mean_in_dotnet(pattern: str, text: str, whole: bool) -> None:
    assert compile_pattern(pattern).whole(text) is whole


def test_named_groups_are_numbered_after_the_unnamed_ones() -> None:
    pattern = compile_pattern("(?<first>a)(b)(?<second>c)(d)")
    assert {name: pattern.groups[name] for name in "01234"} == {"0": 0, "1": 2, "2": 4, "3": 1, "4": 3}
    assert pattern.replace("abcd", pattern.template("$1$2-$3$4-${first}${second}")) == "bd-ac-ac"


@pytest.mark.parametrize("template", ["${nope}", "$9", "$`", "$'", "$+", "$_"])
def test_a_template_that_names_what_is_not_there_is_refused(template: str) -> None:
    with pytest.raises(ExpressionError):
        compile_pattern("(a)").template(template)


def test_a_dollar_that_names_nothing_is_a_dollar() -> None:
    pattern = compile_pattern("a")
    assert pattern.replace("xay", pattern.template("$ $$ $x")) == "x$ $ $xy"


def test_a_group_that_took_no_part_counts_as_empty() -> None:
    pattern = compile_pattern("(?<a>x)|(?<b>y)")
    assert pattern.replace("xy", pattern.template("[${a}|${b}]")) == "[x|][|y]"
    assert pattern.replace_group("xy", pattern.group("a"), "Q") == "Qy"


def test_a_pattern_that_ruins_backtracking_engines_is_matched() -> None:
    """An engine that tracks back would not end before the universe does."""
    pattern = compile_pattern("(a+)+$|(a|aa)+b|(.*)*c")
    assert pattern.whole("a" * 9_000 + "!") is False
    assert pattern.replace("a" * 9_000 + "!", ("x",)) == "a" * 9_000 + "!"


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("abc", 3),
        (r"(?i)a\d[b-f]|^$", 3),
        ("a{3}", 3),
        ("a{2,5}?b{3,}", 8),
        ("(?:ab){3}(?<g>a|b){4}(?#none){2}", 22),
        ("((a?){10}b){10}", 110),
        ("a{0}b{,5}", 5),
        ("a{2}{3})", 6),
    ],
)
def test_a_pattern_is_as_long_as_it_is_when_its_counts_are_written_out(pattern: str, pieces: int) -> None:
    assert translate(pattern).pieces == pieces


@pytest.mark.parametrize("pattern", ["(a?){1000}(a?){1000}", "(?:.?){1000}(?:.?){999}x"])
def test_a_pattern_that_counts_as_far_as_it_may_is_matched_in_bounded_time(pattern: str) -> None:
    compiled = compile_pattern(pattern)
    started = time.process_time()
    compiled.replace("a" * 10_000, ("x",))
    assert time.process_time() - started < 5


ATOMS = st.sampled_from(
    ["a", "b", "é", ".", "[ab]", "[^a]", "(?:a|é)", "(b)", "^", "$", r"\b", "x*", "a?", "b+?", "a{1,2}"]
)


@given(st.lists(ATOMS, min_size=1, max_size=5).map("".join), st.text("abéx 1", max_size=12))
def test_replacing_agrees_with_pythons_own_engine(pattern: str, text: str) -> None:
    ascii_boundaries = re.compile(pattern.replace(r"\b", r"(?a:\b)"))
    expected = ascii_boundaries.sub("<>", text)
    assert compile_pattern(pattern).replace(text, ("<>",)) == expected


PLAIN = "ab-z09 _.,;:'/()@#+*!?<>="
EASY_PATTERNS = st.builds(
    lambda negated, body, more: f"[{negated}{body}]{more}",
    st.sampled_from(["", "^"]),
    st.text(PLAIN, min_size=1, max_size=6),
    st.sampled_from(["", "+"]),
)


@settings(max_examples=effort(170, 5_000))
@given(EASY_PATTERNS, st.text(PLAIN + "éß\n\U0001f600xY", max_size=20), st.sampled_from(["", "-", "\\1", "$", "\\"]))
def test_an_easy_pattern_is_replaced_by_either_engine_alike(pattern: str, text: str, new: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except ExpressionError:
        return
    assert compiled.swap(text, new) == compiled.replace(text, (new,))


@pytest.mark.parametrize(
    ("pattern", "easy"), [("[ -]+", True), ("[^0-9]", True), ("[+--]", False), ("[[a]", False), ("a+", False)]
)
def test_only_one_class_of_plain_characters_is_easy(pattern: str, easy: bool) -> None:
    assert (compile_pattern(pattern).easy is not None) is easy


def test_an_easy_pattern_is_bounded_and_refuses_half_a_character_too() -> None:
    easy = compile_pattern("[a]")
    with pytest.raises(ExpressionError, match="longer than 10000"):
        easy.swap("a" * 200, "b" * 100)
    with pytest.raises(ExpressionError, match="longer than 10000"):
        easy.swap("a" * 10_001, "b")
    with pytest.raises(ExpressionError, match="half a character"):
        easy.swap("\ud800", "b")
    assert easy.swap("b" * 10_001, "c") == "b" * 10_001
