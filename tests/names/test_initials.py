"""Initials of given names, and as HR writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import initials_in, initials_of, read_initials


@pytest.mark.parametrize(
    ("names", "initials"),
    [
        ("Jan Hendrik", "J.H."),
        ("jan hendrik", "J.H."),
        ("JAN HENDRIK", "J.H."),
        ("Jean-Pierre", "J.P."),
        ("Jean‑Pierre Luc", "J.P.L."),
        ("IJsbrand", "IJ."),
        ("Ĳsbrand", "IJ."),
        ("Ijeoma", "I."),
        ("Theodoor", "T."),
        ("Éva Ödön", "É.Ö."),
        ("Q\u0303ui", "Q\u0303."),
        ("İbrahim", "İ."),
        ("(Jan) Piet", "J.P."),
        ("Jan - Piet", "J.P."),
        ("J.Hendrik", "J.H."),
        ("3", ""),
        ("", ""),
    ],
)
def test_given_names_have_an_initial_each(names: str, initials: str) -> None:
    assert initials_of(names) == initials


@pytest.mark.parametrize(
    ("text", "initials"),
    [
        ("J.H.C.", "J.H.C."),
        ("j.h.c", "J.H.C."),
        ("J. H. C.", "J.H.C."),
        ("J H C", "J.H.C."),
        ("JHC", "J.H.C."),
        ("J.-P.", "J.P."),
        ("Th.A.", "Th.A."),
        ("Chr. J.", "Chr.J."),
        ("IJ.M.", "IJ.M."),
        ("IJ", "I.J."),
        ("JH.C.", "J.H.C."),
        ("J.H. Cornelis", "J.H.C."),
        ("Jan", "J."),
        ("1.", ""),
        ("-", ""),
    ],
)
def test_the_initials_hr_writes_come_out_in_one_form(text: str, initials: str) -> None:
    assert initials_in(text) == initials


def test_the_first_ones_are_kept_with_dots_or_without() -> None:
    assert initials_in("J.H.C.K.", 3) == "J.H.C."
    assert initials_in("J.H.C.K.", 6, dots=False) == "JHCK"
    assert initials_of("Jan Hendrik Cornelis", 2, dots=False) == "JH"


def test_a_text_is_read_as_initials_when_it_has_a_dot_or_is_one_word_of_capitals() -> None:
    assert [read_initials(text) for text in ("J.H.", "JH", "JAN PIET", "Jan")] == ["J.H.", "J.H.", "J.P.", "J."]


@given(st.text(max_size=20), st.integers(0, 5))
def test_initials_are_a_dot_behind_each_and_no_more_than_asked_for(text: str, count: int) -> None:
    for of in (initials_of, initials_in, read_initials):
        found = of(text, count)
        assert found == "" or found.endswith(".")
        assert ".." not in found
        assert not count or found.count(".") <= count
        assert of(text, count, dots=False) == found.replace(".", "")
