"""Names in the mapping language: what is read, what a source must give, and what goes wrong at load or later."""

from datetime import UTC, datetime

import pytest

from connectors import manifest
from shared.checks.policy import check
from shared.expressions import ExpressionError, Scope, compile_expression
from shared.model import Candidates
from shared.names import FACTS
from shared.policy_file import PolicyInvalid, load

SCOPE = Scope(now=datetime(2025, 7, 30, 12, tzinfo=UTC))
JANINE = {
    "nickName": "Janine",
    "initials": "J.H.C.",
    "prefix": "van den",
    "surname": "Boele",
    "partnerPrefix": "de",
    "partnerSurname": "Vries",
    "nameUsage": "P",
}
POLICY = """
customer: Contoso
sources:
  hr:
    connector: files
    settings:
      path: people.csv
      key: Nr
      person: {{{person}}}
      contract: {{start: Start}}
targets:
  entra:
    connector: entra
    settings: {{tenant: sandbox}}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      displayName: '{display}'
"""


def policy(display: str, *facts: str) -> str:
    return POLICY.format(display=display, person=", ".join(f"{fact}: {fact}" for fact in facts))


def test_a_source_that_gives_only_two_names_is_enough() -> None:
    check(load(policy('Name("B", "{nick} {family}")', "givenName", "surname")), manifest)


@pytest.mark.parametrize(
    ("form", "given", "missing"),
    [
        ("{nick} {family}", ("givenName",), "surname"),
        ("{nick} {family}", ("givenName", "lastName"), "surname"),
        ("{nick} {family}", ("surname",), "givenName"),
        ("{initials} {birth}", ("surname",), "givenName"),
        ("{partner}", ("givenName", "surname"), "partnerSurname"),
        ("{given} {surname.second}", ("givenName", "surname"), "secondSurname"),
    ],
)
def test_a_form_that_would_miss_something_for_everybody_is_refused(
    form: str, given: tuple[str, ...], missing: str
) -> None:
    with pytest.raises(PolicyInvalid, match=f"no source gives {missing}"):
        check(load(policy(f'Name("B", "{form}")', *given)), manifest)


def test_a_form_with_a_mistake_is_shown_where_it_stands() -> None:
    with pytest.raises(
        PolicyInvalid, match=r"18:20.*displayName.*column 8: there is no {famly} \(did you mean {family}"
    ):
        load(policy('Name("B", "{nick} {famly}")', "givenName"))


def test_an_expression_says_which_names_it_needs_and_which_it_may_read() -> None:
    expression = compile_expression('Name([usage], "{nick} {family}")')
    assert expression.names == {"usage", "givenName", "surname"}
    assert expression.optional == set(FACTS)
    assert compile_expression("[surname]").optional == frozenset()


def test_a_name_that_is_not_known_is_an_error_only_when_it_is_needed() -> None:
    compile_expression('Name("B", "{nick} {family}")', known={"givenName", "surname"})
    with pytest.raises(ExpressionError, match=r"there is no attribute \[surname\]"):
        compile_expression('Name("B", "{nick} {family}")', known={"givenName"})


def test_facts_that_no_name_is_made_of_do_not_matter() -> None:
    expression = compile_expression('Name([nameUsage], "{nick} {family}")')
    noise = {"department": "Sales", "Surname": "Other", "nickname": "Other"}
    assert expression({**JANINE, **noise}, SCOPE) == expression(JANINE, SCOPE) == "Janine de Vries"


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ('Name("B", "{nick} {family}")', "Janine van den Boele"),
        ('Name([nameUsage], "{nick} {family}")', "Janine de Vries"),
        ('Name([nothing], "{nick} {family}")', "Janine van den Boele"),
        ('Name(, "{nick} {family}")', "Janine van den Boele"),
        ('Name("bp", "{nick} {family}", 21)', "Janine van den Boele"),
        ('Name("B", "dag {family}", 0, "be")', "dag van den Boele"),
        ('Name("B", "{middle}")', ""),
        ("Initials([nothing])", None),
        ('MailName([nothing], "nl")', ""),
        ('MailName([nothing], "nl", "contoso.nl")', ""),
        ('MailName(Name("B", "{nick}.{family}"), "nl", DefaultDomain())', "janine.vandenboele@contoso.nl"),
        ('MailName(Name("B", "{nick}"), "nl", [nothing])', "janine"),
        ('Transliterate([nothing], "nl")', None),
    ],
)
def test_names_are_put_together(expression: str, answer: str | None) -> None:
    assert compile_expression(expression)({**JANINE, "defaultDomain": "contoso.nl"}, SCOPE) == answer


@pytest.mark.parametrize(
    ("expression", "column", "words"),
    [
        ('Name("X", "{nick}")', 1, "not B, P, PB or BP (translate HR's own codes where they come in"),
        ('Name("B", [nick])', 11, "the form of Name must be a constant"),
        ('Name("B", "")', 11, "the form of Name cannot be read: column 1: a form needs a placeholder"),
        ('Name("B", "{nick}", -1)', 21, "the longest of Name is negative"),
        ('Name("B", "{nick}", 0, "fr")', 24, "the style of Name is not a style (choose one of nl, be)"),
        ('Initials("Jan", -1)', 17, "the count of Initials is negative"),
        ('MailName("Jan", "xx")', 17, "the locale of MailName is a language without a spelling here (choose one of bg"),
    ],
)
def test_a_mistake_is_found_at_load(expression: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as error:
        compile_expression(expression)
    assert str(error.value).startswith(f"line 1, column {column}: ")
    assert words in str(error.value)


def test_a_code_that_nobody_translated_is_an_error_that_does_not_repeat_it() -> None:
    expression = compile_expression('Name([nameUsage], "{nick} {family}")')
    with pytest.raises(ExpressionError, match="Name has a convention that is not B, P, PB or BP") as error:
        expression({**JANINE, "nameUsage": "Eigen"}, SCOPE)
    assert "Eigen" not in str(error.value)


def test_a_name_that_cannot_be_spelled_leaves_it_to_the_next_rule() -> None:
    expression = compile_expression(
        'SelectUniqueValue(MailName(Name("B", "{nick}.{family}"), "nl", "contoso.nl"),'
        ' MailName([employeeId], "nl", "contoso.nl"))'
    )
    answer = expression({"givenName": "小明", "surname": "王", "employeeId": "000123"}, SCOPE)
    assert isinstance(answer, Candidates)
    assert [value for value in answer.values if value] == ["000123@contoso.nl"]
