"""YAML as policies are written in it: what is text stays text, nothing is read twice, and nothing can blow up."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.strict_yaml import DEEPEST, LONGEST, MOST, NotYaml, read
from tests.effort import effort


def faults(text: str) -> list[str]:
    with pytest.raises(NotYaml) as refused:
        read(text)
    return [f"{line}:{column}: {what}" for line, column, what in refused.value.faults]


def faults_if_any(text: str) -> tuple[tuple[int, int, str], ...]:
    try:
        read(text)
    except NotYaml as refused:
        return refused.faults or ((-1, -1, "refused without a word"),)
    return ()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((word, word) for word in ("no", "No", "off", "on", "yes", "y", "n", "Nee", "NULLE")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False")),
        *((word, None) for word in ("null", "Null", "~", "")),
        *((quoted, quoted[1:-1]) for quoted in ('"true"', "'null'", '"12"', "'~'", '""')),
        ("0", 0),
        ("12", 12),
        ("-5", -5),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("999999999999999999", 999_999_999_999_999_999),
        *((number, number) for number in ("0800", "+31", "-0", "1.10", "01.5", "1_000", "0x1F", "0o17", "0b1", "1e3")),
        *((number, number) for number in (".nan", ".inf", "-.inf", "1.", ".5", "9999999999999999999")),
        *((moment, moment) for moment in ("2026-03-01", "2026-02-30", "2026-03-01T10:00:00Z", "12:30:45")),
        *((word, word) for word in ("=", "<<")),
        ("!!str 12", "12"),
        ('!!int "12"', 12),
        ("!!int twelve", "twelve"),
        ("!!bool perhaps", "perhaps"),
        ("!!null something", "something"),
    ],
)
def test_a_value_is_what_a_person_would_take_it_for(written: str, value: Any) -> None:
    found = read(f"key: {written}").values["key"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("key", ["null", "true", "no", "12", "0800", "1.5", "~", "2026-03-01", "<<", "="])
def test_a_key_is_text_as_it_stands(key: str) -> None:
    tree = read(f"first: x\n{key}: keep")
    assert tree.values == {"first": "x", key: "keep"}
    assert tree.place((key,)) == (2, len(key) + 3)


TWICE = [("1:11", "b"), ("2:1", "a")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", ["3:1: the key a is here twice; the first is in line 1"]),
        ('1: x\n"1": y\n1: z', [f"{line}:1: the key 1 is here twice; the first is in line 1" for line in (2, 3)]),
        ("a: {b: 1, b: 2}\na: 1", [f"{at}: the key {key} is here twice; the first is in line 1" for at, key in TWICE]),
        ("null: 1\n~: 2\n'null': 3", ["3:1: the key null is here twice; the first is in line 1"]),
        ("&k key: 1\n*k : 2", ["1:1: the key key is here twice; the first is in line 1"]),
        ("!secret : 1\n!!binary x: 2", ["1:1: a key is plain text", "2:1: a key is plain text"]),
        ("? [a]\n: 1\n? {b: c}\n: 2", ["1:3: a key is plain text", "3:3: a key is plain text"]),
    ],
)
def test_no_key_stands_twice_and_every_key_is_plain(text: str, said: list[str]) -> None:
    assert faults(text) == said


TAG = "a tag such as ! or !!python means nothing here; remove it"


@pytest.mark.parametrize(
    "value",
    [
        "!!python/object/apply:os.system [ls]",
        "!!python/name:os.system x",
        "!!python/tuple [1, 2]",
        "!!python/object/new:type {args: [x]}",
        "!secret x",
        "!secret [x]",
        "!secret {x: y}",
        "!!binary aGVsbG8=",
        "!!set {x}",
        "!!omap [x: y]",
        "!<tag:example.org,2026:thing> x",
    ],
)
def test_no_tag_makes_anything_but_a_mistake(value: str) -> None:
    assert faults(f"first: x\nkey: {value}") == [f"2:6: {TAG}"]
    assert faults(value) == [f"1:1: {TAG}"]


@pytest.mark.parametrize("directive", ["%YAML 1.1", "%YAML 1.2", "%TAG ! tag:example.org,2026:"])
def test_a_directive_cannot_bring_the_old_yaml_back(directive: str) -> None:
    said = "a directive such as %YAML means nothing here; remove the line"
    assert faults(f"{directive}\n---\nkey: no") == [f"1:1: {said}"]
    assert faults(f"\ufeff# why\n\n{directive}\n---\nkey: no") == [f"3:1: {said}"]
    assert read("key: |\n  %YAML 1.1\n").values == {"key": "%YAML 1.1\n"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n\tb: 2", "2:1: a tab stands where only spaces may stand"),
        ("a:\n  b: 1\n\tc: 2", "3:1: a tab stands where only spaces may stand"),
        ("a: 'x", "1:6: found unexpected end of stream"),
        ("a: [1, 2", "1:9: expected ',' or ']', but got '<stream end>'"),
        ("a: b: c", "1:5: mapping values are not allowed here"),
        ("a: *nobody", "1:4: found undefined alias 'nobody'"),
        ("a: 1\n---\nb: 2", "2:1: expected a single document in the stream, but found another document"),
        ("a: 1\nb: \0", "2:4: this character cannot be seen; remove it"),
        ("a: x\ud800", "1:5: this character cannot be seen; remove it"),
        ('a: "\\U00110000"', "0:0: it is not YAML; look for an escape such as \\UFFFFFFFF"),
        ('a: "\\UFFFFFFFF"', "0:0: it is not YAML; look for an escape such as \\UFFFFFFFF"),
        ('a: "\\ud800"', "1:4: half a character, such as \\ud800, is no text; write the whole one"),
        ('{"\\ud83d": 1}', "1:2: half a character, such as \\ud800, is no text; write the whole one"),
        ("a: x\x1b[31m", "1:5: this character cannot be seen; remove it"),
        ("x" * (LONGEST + 1), f"0:0: it is longer than {LONGEST:,} characters"),
    ],
)
def test_what_is_not_yaml_is_named_with_its_place(text: str, said: str) -> None:
    assert faults(text) == [said]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "---\n", "\ufeff"])
def test_nothing_is_none(text: str) -> None:
    assert read(text).values is None
    assert read(text).place(("a", 0)) == (1, 1)
    assert read(text).names(()) == frozenset()


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_text() -> None:
    tree = read("\ufeffa: 1\r\nb: x\r\n")
    assert tree.values == {"a": 1, "b": "x"}
    assert tree.place(("b",)) == (2, 4)


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_aliases_repeat_what_they_name() -> None:
    assert read("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: *x").values == {"a": {"b": [1]}, "c": {"b": [1]}, "d": 2, "e": 2}
    assert read("a: &x 1\nb: &x 2\nc: *x").values == {"a": 1, "b": 2, "c": 2}
    assert read(bomb(3)).values["a2"][9][9] == ["x"] * 10


@pytest.mark.parametrize("levels", [6, 9, 60])
def test_a_bomb_of_aliases_does_not_go_off(levels: int) -> None:
    """One that did would fill the memory, or never end."""
    (said,) = faults(bomb(levels))
    assert said.endswith(f"it holds more than {MOST:,} values; use fewer aliases")


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "&a {b: [c, *a]}", "[" * 500, "{a: " * 500])
def test_what_is_endless_or_too_deep_is_refused(text: str) -> None:
    assert faults(text)[0].endswith(f"it is nested deeper than {DEEPEST} levels")


def test_as_deep_as_is_allowed_is_allowed() -> None:
    assert read("[" * DEEPEST + "]" * DEEPEST).values
    assert faults("[" * (DEEPEST + 2) + "]" * (DEEPEST + 2))


PLACES = """\
a: one
b:
  c: [x, {d: y}]
  e:
    - z
"""


@pytest.mark.parametrize(
    ("path", "place", "of_key"),
    [
        (("a",), (1, 4), (1, 1)),
        (("b",), (2, 1), (2, 1)),
        (("b", "c"), (3, 3), (3, 3)),
        (("b", "c", 0), (3, 7), (3, 7)),
        (("b", "c", 1), (3, 10), (3, 10)),
        (("b", "c", "1", "d"), (3, 14), (3, 11)),
        (("b", "e", 0), (5, 7), (5, 7)),
        (("b", "e", 7), (4, 3), (4, 3)),
        (("b", "nothing", "more"), (2, 1), (2, 1)),
        (("a", "below a text"), (1, 4), (1, 1)),
        (("nothing",), (1, 1), (1, 1)),
        ((), (1, 1), (1, 1)),
    ],
)
def test_everything_knows_its_place(
    path: tuple[str | int, ...], place: tuple[int, int], of_key: tuple[int, int]
) -> None:
    tree = read(PLACES)
    assert (tree.place(path), tree.place(path, key=True)) == (place, of_key)


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        (("a", "value"), ("a",)),
        (("b", "c", "one_of", 1, "d", "str"), ("b", "c", 1, "d")),
        (("b", "missing"), ("b", "missing")),
        (("b", "missing", "int"), ("b", "missing")),
        (("b", "c", 9), ("b", "c", 9)),
    ],
)
def test_a_path_is_shown_as_the_file_has_it(path: tuple[str | int, ...], seen: tuple[str | int, ...]) -> None:
    assert read(PLACES).visible(path) == seen


def test_a_step_that_was_added_is_shown_only_where_the_file_has_such_a_key() -> None:
    tree = read('{"a[0]": {b: 1}}')
    added = {"a[0]", "[key]"}.__contains__
    assert tree.visible(("a[0]", "[key]", "b", "[key]"), added) == ("a[0]", "b")
    assert tree.visible(("c", "a[0]"), added) == ("c",)


def test_the_names_at_a_place_are_its_keys() -> None:
    tree = read(PLACES)
    assert tree.names(("b",)) == {"c", "e"}
    assert tree.names(("b", "c", 1)) == {"d"}
    assert tree.names(("a",)) == tree.names(("b", "c")) == tree.names(("nothing",)) == frozenset()


@given(st.text(max_size=60) | st.text(alphabet="ab:-[]{}&*!#%|>\"' \n,?0", max_size=60))
@settings(max_examples=effort(130, 4_000))
def test_any_text_at_all_is_read_or_refused_with_a_place(text: str) -> None:
    assert all(line >= 0 and column >= 0 and said for line, column, said in faults_if_any(text))


WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=6)
LEAVES = st.one_of(WORDS, st.integers(-(10**17), 10**17), st.booleans(), st.none())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(TREES)
@settings(max_examples=effort(50, 1_500))
def test_every_json_text_is_read_as_it_was_meant(tree: Any) -> None:
    assert read(json.dumps(tree, ensure_ascii=False)).values == tree
