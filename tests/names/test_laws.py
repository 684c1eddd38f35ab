"""Laws of names: what holds for over a thousand people of more than fifteen countries, in every form on the page."""

import re
import unicodedata
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from names_page import forms
from people import FOUND, people

from shared.names import LANGUAGES, Form, Parts, Style, Usage, clean, compile_form, mail_name, parts_of, spelling_of
from tests.effort import effort

pytestmark = pytest.mark.slow

FORMS = forms()
ALLOWED = re.compile(r"(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)?")
WRONG = re.compile(r"undefined|None|n/a|  |\(\s*\)|\[|\]|\{|\}|,\s*,|- -|– –|^[\s,;:._/–—-]|[\s,;:_/–—-]$| ,|\( | \)")
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
WORDS = ("givenName", "surname", "partnerSurname", "prefix", "initials")
LOCALES = st.sampled_from(LANGUAGES)
TYPED = st.text(st.sampled_from("aZé'’-–.,;()[]{} \t\u200b\u200f\u0301\u00a0م王ß") | st.characters(), max_size=12)


PART = effort(4, 1)
"""In the checks a form names every fourth of the people, and the next form the next ones."""


@cache
def shapes() -> list[Parts]:
    return [parts_of(person, Usage.B) for person in people()]


def some(form: str) -> list[Parts]:
    return shapes()[FORMS.index(form) % PART :: PART]


def faults(shown: str, parts: Parts) -> list[str]:
    """What is wrong with a name that is shown."""
    found = [mark for mark in WRONG.findall(shown) if not any(mark in part for part in _texts(parts))]
    if not shown.isascii():
        found += ["not NFC"] if not unicodedata.is_normalized("NFC", shown) else []
        found += ["hidden"] if any(unicodedata.category(character) in HIDDEN for character in shown) else []
    return found + (["hidden"] if not shown.isprintable() else [])


def _texts(parts: Parts) -> list[str]:
    return [parts.nick, parts.given, parts.middle, parts.surname, parts.second_surname, parts.partner_surname]


def test_the_people_are_many_and_of_many_countries() -> None:
    assert len(people()) >= 1_000
    assert len(FOUND) >= 15
    assert len(FORMS) >= 50


@pytest.mark.parametrize("form", FORMS)
def test_every_name_is_whole_in_every_convention_and_either_style(form: str) -> None:
    styles = [compile_form(form, style) for style in Style]
    for at, person in enumerate(replace(shape, usage=usage) for shape in some(form) for usage in Usage):
        name = styles[at // len(Usage) % 2](person)
        assert not faults(name, person), (person, name)
        assert clean(name) == name


@pytest.mark.parametrize("form", FORMS)
def test_every_name_makes_an_address_of_allowed_characters_only(form: str) -> None:
    shown = compile_form(form)
    spellings = [spelling_of(locale) for locale in ("nl", "de", "tr", "uk", "icao")]
    for at, shape in enumerate(some(form)):
        spelling = spellings[at % len(spellings)]
        address = mail_name(shown(shape), spelling)
        assert ALLOWED.fullmatch(address)
        assert not re.search(r"[._-]{2}", address)
        assert len(address) <= 64
        assert mail_name(address, spelling) == address


@settings(max_examples=effort(250, 10_000))
@given(
    st.deferred(lambda: st.sampled_from(shapes())), st.sampled_from(FORMS), st.sampled_from(Usage), st.integers(1, 60)
)
def test_a_bounded_name_is_within_its_bound_and_the_beginning_of_the_whole_one(
    shape: Parts, text: str, usage: Usage, longest: int
) -> None:
    person = replace(shape, usage=usage)
    whole, cut = compile_form(text)(person), compile_form(text, longest=longest)(person)
    assert len(cut) <= longest
    assert whole.startswith(cut)
    assert faults(cut, person) == []
    assert cut == whole if len(whole) <= longest else len(cut) < len(whole)


@settings(max_examples=effort(250, 10_000))
@given(st.fixed_dictionaries(dict.fromkeys(WORDS, TYPED)), st.sampled_from(FORMS), st.sampled_from(Usage), LOCALES)
def test_whatever_is_typed_comes_out_whole_or_not_at_all(
    facts: dict[str, str], text: str, usage: Usage, locale: str
) -> None:
    form: Form = compile_form(text)
    parts = parts_of(facts, usage)
    shown = form(parts)
    assert shown == " ".join(shown.split())
    assert unicodedata.is_normalized("NFC", shown)
    assert not any(unicodedata.category(character) in HIDDEN for character in shown)
    assert form(parts_of(dict(reversed(facts.items())), usage)) == shown
    assert form(parts_of(facts, usage)) == shown
    assert ALLOWED.fullmatch(mail_name(shown, spelling_of(locale)))
