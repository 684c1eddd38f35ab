"""A caret under the place: whatever stands before it, however long the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.expressions import pointed


@pytest.mark.parametrize(
    ("source", "line", "column", "shown"),
    [
        ("Jon([a])", 1, 1, "Jon([a])\n^"),
        ("Join([a]", 1, 9, "Join([a]\n        ^"),
        ('Join(" ",\n\tJon([a]))', 2, 2, "\tJon([a]))\n\t^"),
        ("a\x1b[b]", 1, 3, "a�[b]\n  ^"),
        ("", 1, 1, "\n^"),
        ("[a]", 7, 99, "[a]\n   ^"),
        ("x" * 300, 1, 1, "x" * 100 + "…\n^"),
        ("x" * 300, 1, 151, "…" + "x" * 100 + "…\n" + " " * 51 + "^"),
        ("x" * 300, 1, 301, "…" + "x" * 100 + "\n" + " " * 101 + "^"),
    ],
)
def test_the_caret_stands_under_the_place(source: str, line: int, column: int, shown: str) -> None:
    assert pointed(source, line, column) == shown


@given(st.text("ab\t\n", max_size=400), st.integers(0, 9), st.integers(0, 450))
def test_what_is_shown_is_short_and_the_caret_stands_in_or_just_after_it(source: str, line: int, column: int) -> None:
    text, caret = pointed(source, line, column).split("\n")
    assert len(text) <= 102
    assert caret.strip("\t ") == "^"
    assert len(caret) <= len(text) + 1
    assert all((a == "\t") == (b == "\t") for a, b in zip(text, caret[:-1], strict=False))
