"""docs/names.md is true: every example on it is executed, and nothing there is missing from it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from names_page import CONVENTIONS, TEXT, forms, janine, parts, rows, tables

from shared.expressions import Scope, compile_expression
from shared.names import CODES, LANGUAGES, Style, Usage, compile_form, mail_name, parts_of, spelling_of
from shared.names.modifiers import MEANINGS
from shared.names.placeholders import PLACEHOLDERS
from shared.names.usage import FIELDS

SCOPE = Scope(now=datetime(2025, 7, 30, 12, tzinfo=UTC))
HERE = parts_of(janine())
IN_THE_NETHERLANDS, IN_ADDRESSES = tables("form", *CONVENTIONS)


@pytest.mark.parametrize("row", rows("facts", "form", "shows"), ids=str)
def test_the_rule_of_forms_is_shown_as_it_works(row: dict[str, str]) -> None:
    assert compile_form(row["form"])(parts(row["facts"])) == row["shows"]


def test_every_placeholder_is_on_the_page_with_its_meaning_its_need_and_what_it_shows() -> None:
    listed = rows("placeholder", "what it shows", "here", "needs")
    assert [row["placeholder"] for row in listed] == [f"{{{name}}}" for name in PLACEHOLDERS]
    for row, placeholder in zip(listed, PLACEHOLDERS.values(), strict=True):
        assert (row["what it shows"], row["needs"]) == (placeholder.meaning, placeholder.needs)
        assert compile_form(row["placeholder"])(HERE) == row["here"]


def test_every_modifier_is_on_the_page_with_what_it_does() -> None:
    listed = rows("modifier", "what it does", "form", "shows")
    assert {row["modifier"]: row["what it does"] for row in listed} == dict(MEANINGS)
    for row in listed:
        assert compile_form(row["form"])(HERE) == row["shows"]


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("row", IN_THE_NETHERLANDS, ids=str)
def test_a_form_of_the_netherlands_shows_what_the_page_says(row: dict[str, str], convention: str) -> None:
    person = replace(HERE, second_surname="", usage=Usage(convention))
    assert compile_form(row["form"])(person) == row[convention]


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("row", IN_ADDRESSES, ids=str)
def test_a_form_of_addresses_gives_what_the_page_says(row: dict[str, str], convention: str) -> None:
    person = replace(HERE, second_surname="", usage=Usage(convention))
    assert mail_name(compile_form(row["form"])(person), spelling_of("nl")) == row[convention]


@pytest.mark.parametrize("row", rows("facts", "form", "style", "shows"), ids=str)
def test_a_form_of_elsewhere_shows_what_the_page_says(row: dict[str, str]) -> None:
    assert compile_form(row["form"], Style(row["style"]))(parts(row["facts"])) == row["shows"]


@pytest.mark.parametrize("row", rows("longest", "form", "shows"), ids=str)
def test_a_name_is_cut_as_the_page_says(row: dict[str, str]) -> None:
    form = compile_form(row["form"], longest=int(row["longest"]))
    assert form(replace(HERE, second_surname="")) == row["shows"]


@pytest.mark.parametrize("row", rows("expression", "gives"), ids=str)
def test_an_expression_gives_what_the_page_says(row: dict[str, str]) -> None:
    assert compile_expression(row["expression"])({}, SCOPE) == row["gives"]


@pytest.mark.parametrize("row", rows("locale", "text", "address"), ids=str)
def test_an_address_is_spelled_as_the_page_says(row: dict[str, str]) -> None:
    assert mail_name(row["text"], spelling_of(row["locale"])) == row["address"]


def test_every_language_of_which_letters_differ_has_an_example() -> None:
    shown = {row["locale"] for row in rows("locale", "text", "address")}
    assert set(LANGUAGES) - shown == {"en", "it", "nb", "nn", "pt", "sk"}


def test_the_codes_of_hr_systems_are_on_the_page() -> None:
    listed = rows("codes", "the system calls it", "B", "P", "PB", "BP")
    assert {row["codes"]: row["the system calls it"] for row in listed} == dict(FIELDS)
    for row in listed:
        codes = {code.strip(" `"): usage for usage in Usage for code in row[usage].split(",")}
        assert codes == dict(CODES[row["codes"]])  # type: ignore[index]


def test_the_examples_are_many_and_the_page_holds_real_facts() -> None:
    assert len(forms()) > 50
    assert json.dumps(janine())
    assert "Name([nameUsage]" in TEXT
