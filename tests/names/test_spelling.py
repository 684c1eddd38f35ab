"""Names in plain Latin letters, by language, and what is left of them in an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import LANGUAGES, mail_name, spelling_of

LETTERS = st.text(
    st.sampled_from("aZäÖøÅßœÞðŁıİĳĲñçéźțş'’.-_ –3") | st.sampled_from("БгзЗьЮяїЄйщъΑυςΤΓγΌού") | st.characters(),
    max_size=25,
)
ALLOWED = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)?")


@pytest.mark.parametrize(
    ("locale", "name", "spelled"),
    [
        ("de", "Groß ÜBUNG Ährens", "Gross UEBUNG Aehrens"),
        ("de-AT", "GROẞ", "GROSS"),
        ("nl", "Ĳsbrand Coëlho", "IJsbrand Coelho"),
        ("nl", "Ærø", "Aeroe"),
        ("nb_NO", "Åse ØRN", "Aase OERN"),
        ("sv", "Åsa", "Asa"),
        ("icao", "Åsa Örn Ümit Ñusta", "Aasa Oern Uemit Nusta"),
        ("tr", "IŞIL İbrahim ışık", "ISIL Ibrahim isik"),
        ("is", "Þóra Ægisdóttir", "Thora Aegisdottir"),
        ("fr", "Œuvre Noël", "Oeuvre Noel"),
        ("en", "Nguyễn Thị Hương Đào", "Nguyen Thi Huong Dao"),
        ("ru", "Юрий Щукин Наталья Подъёмов", "Iurii Shchukin Natalia Podieemov"),
        ("uk", "Юрій Єва Їжак Яна", "Yurii Yeva Yizhak Yana"),
        ("uk", "Марія Згурська Лук’яненко", "Mariia Zghurska Luk’ianenko"),
        ("uk", "ЮРІЙ ЗГУРСЬКИЙ", "YURII ZGHURSKYI"),
        ("bg", "Мария Христова Илиян Гьорев", "Maria Hristova Iliyan Gyorev"),
        ("en", "Ђорђе Љубић", "Dorde Ljubic"),
        ("el", "Γεώργιος Παπαδόπουλος", "Georgios Papadopoulos"),
        ("el", "Ευθύμιος Αυγέρης", "Efthymios Avgeris"),
        ("el", "Άγγελος Μπάμπης Σφίγξ", "Angelos Bampis Sfinx"),
        ("el", "Μάυρος Αϋφαντής", "Mayros Ayfantis"),
        ("el", "ΟΥΡΑΝΙΑ ΨΑΡΟΥ", "OURANIA PSAROU"),
        ("nl", "محمد 王", "محمد 王"),
        ("nl", "Ada", "Ada"),
    ],
)
def test_a_name_is_spelled_as_its_language_does(locale: str, name: str, spelled: str) -> None:
    assert spelling_of(locale)(name) == spelled


@pytest.mark.parametrize("locale", ["", "xx", "dutch", "-nl"])
def test_a_language_without_a_spelling_is_an_error_that_lists_the_others(locale: str) -> None:
    with pytest.raises(ValueError, match=r"there are bg, cs, da, de, el, en, es, fi, fr, hu, icao"):
        spelling_of(locale)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Janine.van den Boele", "janine.vandenboele"),
        ("Roos de Vries - van den Boele", "roosdevries-vandenboele"),
        ("Niamh O’Brien", "niamhobrien"),
        ("..a..b.-c--d__e..", "a.b.c-d_e"),
        ("Jean‑Luc", "jean-luc"),
        ("ﬁona", "fiona"),
        ("Ａｄａ", "ada"),
        ("a\u200bb", "ab"),
        ("Null", "null"),
        ("-", ""),
        ("王.小明", ""),
        ("محمد.علي", ""),
        ("王 Li", "li"),
        ("x" * 80, "x" * 64),
        ("x" * 63 + ".y", "x" * 63),
    ],
)
def test_an_address_holds_plain_letters_digits_and_single_separators(text: str, address: str) -> None:
    assert mail_name(text, spelling_of("nl")) == address


def test_an_address_can_be_shorter() -> None:
    assert mail_name("janine.vandenboele", spelling_of("nl"), 7) == "janine"


@given(LETTERS, st.sampled_from(LANGUAGES), st.integers(1, 70))
def test_an_address_has_only_what_is_allowed_and_making_it_twice_is_making_it_once(
    text: str, locale: str, longest: int
) -> None:
    spelling = spelling_of(locale)
    made = mail_name(text, spelling, longest)
    assert ALLOWED.fullmatch(made)
    assert not re.search(r"[._-]{2}", made)
    assert len(made) <= longest
    assert mail_name(made, spelling, longest) == made


@given(LETTERS, st.sampled_from(LANGUAGES))
def test_spelling_twice_is_spelling_once(text: str, locale: str) -> None:
    spelling = spelling_of(locale)
    assert spelling(spelling(text)) == spelling(text)
