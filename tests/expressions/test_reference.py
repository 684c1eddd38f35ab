"""The reference page: every function is on it, and every example on it is executed."""

import pytest

from shared.expressions import Candidates, compile_expression
from shared.expressions.library import FAMILIES, FUNCTIONS, INSTEAD
from shared.expressions.outcomes import listed
from shared.expressions.reference import reference
from shared.expressions.reference_rules import RULES
from shared.expressions.registry import Example

EXAMPLES = [(f"{function.name}(", example) for function in FUNCTIONS.values() for example in function.examples]
EXAMPLES += [("", example) for rule in RULES for example in rule.examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example.expression for _, example in EXAMPLES])
def test_every_example_answers_what_the_page_says(name: str, example: Example) -> None:
    expression = compile_expression(example.expression)
    answer = expression(example.facts, example.scope)
    if isinstance(answer, Candidates):
        answer = listed(answer)
    assert (list(answer) if isinstance(answer, tuple) else answer) == example.result
    assert name in example.expression


def test_every_function_is_declared_once_with_a_text_and_an_example() -> None:
    declared = [function.name for family in FAMILIES for function in family.functions]
    assert len(declared) == len(set(declared)) == len(FUNCTIONS)
    for function in FUNCTIONS.values():
        assert function.doc.strip().endswith(".")
        assert function.examples
    assert not set(INSTEAD) & set(FUNCTIONS)


def test_the_page_shows_every_function_with_its_signature_and_examples() -> None:
    page = reference()
    for function in FUNCTIONS.values():
        assert f"\n### {function.name}\n\n`{function.signature}`\n" in page
        for example in function.examples:
            assert example.expression in page
    assert page.startswith("# Expressions\n")
    assert "`Mid(source, start, length)`" in page
    assert "`Switch(source, default, key, value, …)`" in page
    assert "`ToLower(source, [culture])`" in page
    assert "- `culture`: text, a constant, optional" in page


DOCUMENTED = {
    "CBool",
    "Join",
    "Append",
    "ConvertToBase64",
    "CDate",
    "Count",
    "RemoveDuplicates",
    "SelectUniqueValue",
    "BitAnd",
    "IsNullOrEmpty",
    "Left",
    "DateDiff",
    "ConvertToUTF8Hex",
    "DateFromNum",
    "IgnoreFlowIfNullOrEmpty",
    "IsString",
    "NormalizeDiacritics",
    "RandomString",
    "Redact",
    "ToUpper",
    "Switch",
    "NumFromDate",
    "Split",
    "Word",
    "DefaultDomain",
    "Coalesce",
    "InStr",
    "IsNull",
    "Mid",
    "CStr",
    "Not",
    "Replace",
    "StripSpaces",
    "Now",
    "ToLower",
    "IsPresent",
    "FormatDateTime",
    "DateAdd",
    "IIF",
    "PCase",
    "Item",
    "Guid",
}


def test_every_documented_function_is_here_except_those_of_application_roles() -> None:
    assert set(FUNCTIONS) >= DOCUMENTED
    assert {"SingleAppRoleAssignment", "AppRoleAssignmentsComplex"} <= set(INSTEAD)


def test_the_page_says_what_null_and_empty_give_where_that_is_the_same_in_every_call() -> None:
    page = reference()
    assert '- `source`: text; null gives `null`; empty gives `""`\n' in page
    assert "- `count`: whole number; null and empty give an error\n" in page
    assert "- `date1`: date; null and empty give `null`\n" in page
    assert '- `condition`: condition; null and empty give `"True"`\n' in page
    assert "- `suffix`: text\n" in page


def test_the_page_names_bounds_warnings_and_what_differs_from_entra() -> None:
    page = reference()
    assert "| characters of an expression | 10,000 |" in page
    assert "this is never empty, so what comes after it is never used" in page
    assert "`Lookup`, `Contract`, `Contracts`, `Manager`, `Numbered`." in page
    assert "| `LCase` | use ToLower |" in page
    assert all(f"## {rule.title}" in page and rule.text in page for rule in RULES)
