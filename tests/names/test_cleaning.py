"""What HR typed, cleaned: visible, in one form, and nothing where nothing was meant."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import clean
from shared.names.cleaning import clean_prefix, straight

NASTY = st.text(
    st.sampled_from("aZé'’-–— .,;()[]_/\\\t\n\u00a0\u200b\u200f\u202e\u0301\u0308\ufeff\u00ad\x00\u3164م1"), max_size=12
)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  van   den\tBoele\n", "van den Boele"),
        ("Anne\u00a0Marie", "Anne Marie"),
        ("Zoe\u0308", "Zoë"),
        ("q\u0303ui", "q\u0303ui"),
        ("\u0301Ada", "Ada"),
        ("\ufeffAda\u200b Love\u00adlace\u200f", "Ada Lovelace"),
        ("\u202eمحمد\u202c", "محمد"),
        ("A\x00da\x1b", "Ada"),
        ("Ada\u3164", "Ada"),
        ("Ada\ud800", "Ada"),
        ("Ada - ", "Ada"),
        ("- Ada", "Ada"),
        ("Ada,", "Ada"),
        ("Ada ()", "Ada"),
        ("Ada [ - ] Lovelace", "Ada Lovelace"),
        ("Ada (( ))", "Ada"),
        ("Jr.", "Jr."),
        ("O’Brien", "O’Brien"),
        ("'t Hart", "'t Hart"),
        ("Smit-Mol", "Smit-Mol"),
        ("Null", "Null"),
        ("Nan", "Nan"),
        ("Onbekend", "Onbekend"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_what_nobody_can_see(typed: str, name: str) -> None:
    assert clean(typed) == name


NOTHING = ["", " ", "-", "--", "–", ".", "...", "?", "()", "/", "null", "NULL", "undefined", "Undefined", "N/A", "n/a"]
NOTHING += ["n.v.t.", "NVT", "NaN", "(null)", "\u200b", "\u0301", "'", "- n/a -"]


@pytest.mark.parametrize("typed", NOTHING)
def test_what_stands_for_nothing_is_nothing(typed: str) -> None:
    assert clean(typed) == ""
    assert clean_prefix(typed) == ""


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("d'", "d'"),
        ("'t", "'t"),
        ("Al-", "Al-"),
        ("van den -", "van den"),
        ("-van", "van"),
        ("O’", "O’"),
        ("el‑", "el-"),
    ],
)
def test_a_prefix_keeps_what_ties_it_to_its_name(typed: str, prefix: str) -> None:
    assert clean_prefix(typed) == prefix


def test_apostrophes_and_dashes_are_straightened_only_where_it_is_asked_for() -> None:
    assert straight("L’Huillier – O`Neill‑Mol") == "L'Huillier - O'Neill-Mol"


@given(st.text(max_size=30) | NASTY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for cleaned in (clean, clean_prefix):
        once = cleaned(text)
        assert cleaned(once) == once


@given(st.text(max_size=30) | NASTY)
def test_nothing_invisible_is_left(text: str) -> None:
    name = clean(text)
    assert unicodedata.is_normalized("NFC", name)
    assert name == " ".join(name.split())
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for character in name)
    assert not name or (name[0] not in " -–—,;_/." and name[-1] not in " -–—,;_/")
    name.encode()
