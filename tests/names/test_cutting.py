"""Shorter names and first letters: never in the middle of a letter and its marks, and nothing dangles."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import clean, shortened
from shared.names.cutting import first_letters, letters

MARKED = st.text(st.sampled_from("ab cdÉq\u0303\u0301\u0308(-)' vande"), max_size=40).map(clean)


@pytest.mark.parametrize(
    ("name", "longest", "cut"),
    [
        ("Ada Lovelace", 12, "Ada Lovelace"),
        ("Ada Lovelace", 11, "Ada"),
        ("Ada Lovelace", 3, "Ada"),
        ("Ada Lovelace", 2, "Ad"),
        ("Roos van der Meer", 13, "Roos"),
        ("Roos van 't Hof", 11, "Roos"),
        ("Roos de Vries - van den Boele", 26, "Roos de Vries"),
        ("Roos Mol (Roosje Maria)", 18, "Roos Mol"),
        ("Roos Mol, Maria", 10, "Roos Mol"),
        ("Broek-Oosterhuis tot Lievenrode", 20, "Broek-Oosterhuis"),
        ("Wolfeschlegelsteinhausen", 10, "Wolfeschle"),
        ("q\u0303q\u0303q\u0303", 5, "q\u0303q\u0303"),
        ("q\u0303q\u0303", 1, ""),
        ("de la Cruzamundo", 10, "de la Cruz"),
    ],
)
def test_a_name_that_is_too_long_is_cut_behind_a_word(name: str, longest: int, cut: str) -> None:
    assert shortened(name, longest) == cut


@given(MARKED, st.integers(1, 45))
def test_a_cut_name_is_a_whole_beginning_within_its_bound(name: str, longest: int) -> None:
    cut = shortened(name, longest)
    assert len(cut) <= longest
    assert name.startswith(cut)
    assert cut == name or not unicodedata.combining(name[len(cut) : len(cut) + 1] or "x")
    assert cut == cut.strip(" -–,")


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("Janine", 1, "J"),
        ("Janine", 9, "Janine"),
        ("Jan-Willem", 4, "Jan"),
        ("'t Hart", 1, "t"),
        ("q\u0303ui", 1, "q\u0303"),
        ("Özlem", 1, "Ö"),
        ("IJsbrand", 1, "I"),
        ("O'Brien", 2, "O"),
        ("", 3, ""),
    ],
)
def test_the_first_letters_of_a_name_begin_with_a_letter_and_end_with_one(name: str, count: int, first: str) -> None:
    assert first_letters(name, count) == first


@given(MARKED)
def test_letters_are_the_whole_text(text: str) -> None:
    assert "".join(letters(text)) == text
