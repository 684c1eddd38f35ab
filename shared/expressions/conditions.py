"""Tests that answer True or False. Null, "" and an empty list are all "nothing".

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", Not, CBool and Is….
"""

import re
from datetime import datetime

from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Inner, Kind, is_empty, list_of, text_of

TESTS = Family("Tests")
CONDITION = Parameter("condition", Kind.TRUTH)
VALUE = Parameter("value", Kind.ANY)
_DIGITS = "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
GUID = re.compile(rf"{_DIGITS}|\{{{_DIGITS}\}}")


@TESTS.lazy(
    "And",
    CONDITION,
    repeats=1,
    returns=Kind.TRUTH,
    examples=(Example('And([a] = "1", [b] = "2")', "False", {"a": "1", "b": "3"}),),
)
def conjunction(*conditions: Slot) -> Term:
    """Whether all conditions hold; it stops at the first that does not. Not in Entra."""
    runs = [condition.run for condition in conditions]
    return lambda facts, scope: all(holds(facts, scope) for holds in runs)


@TESTS.lazy(
    "Or",
    CONDITION,
    repeats=1,
    returns=Kind.TRUTH,
    examples=(Example('Or([a] = "1", [b] = "2")', "True", {"a": "1", "b": "3"}),),
)
def disjunction(*conditions: Slot) -> Term:
    """Whether any condition holds; it stops at the first that does. Not in Entra."""
    runs = [condition.run for condition in conditions]
    return lambda facts, scope: any(holds(facts, scope) for holds in runs)


@TESTS.strict("Not", CONDITION, returns=Kind.TRUTH, examples=(Example('Not("True")', "False"),))
def negation(condition: bool) -> bool:
    """True for False and the other way round. Null and empty text count as False."""
    return not condition


@TESTS.lazy(
    "In",
    VALUE,
    Parameter("choice", Kind.ANY),
    repeats=1,
    returns=Kind.TRUTH,
    examples=(
        Example('In([dep], "Sales", "Support")', "True", {"dep": "Sales"}),
        Example('In("VPN", [groups])', "False", {"groups": ("Mail", "Wifi")}),
    ),
)
def among(value: Slot, *choices: Slot) -> Term:
    """Whether the value equals one of the choices; a list counts as each of its values. Not in Entra."""
    read, runs = value.run, [choice.run for choice in choices if not choice.constant]
    fixed = frozenset(text for choice in choices if choice.constant for text in list_of(choice.value))

    def run(facts: Facts, scope: Scope) -> bool:
        given = read(facts, scope)
        text = given if given.__class__ is str else text_of(given)
        if not text or text in fixed:
            return bool(text)
        for choice in runs:  # noqa: SIM110  the loop is faster than a generator
            if text in list_of(choice(facts, scope)):
                return True
        return False

    return run


@TESTS.strict("IsNull", VALUE, returns=Kind.TRUTH, examples=(Example("IsNull([x])", "False", {"x": ""}),))
def is_null(value: Inner) -> bool:
    """Whether the attribute is absent or null."""
    return value is None


@TESTS.strict("IsNullOrEmpty", VALUE, returns=Kind.TRUTH, examples=(Example("IsNullOrEmpty([x])", "True", {"x": ""}),))
def is_null_or_empty(value: Inner) -> bool:
    """Whether the value is null, empty text or an empty list."""
    return not value and is_empty(value)


@TESTS.strict("IsPresent", VALUE, returns=Kind.TRUTH, examples=(Example("IsPresent([x])", "True", {"x": "a"}),))
def is_present(value: Inner) -> bool:
    """Whether the value is neither null nor empty."""
    return bool(value) or not is_empty(value)


@TESTS.strict("IsEmpty", VALUE, returns=Kind.TRUTH, examples=(Example("IsEmpty([x])", "False", {"x": None}),))
def is_empty_text(value: Inner) -> bool:
    """Whether the attribute is there and is empty text or an empty list. In Entra, only in Connect Sync."""
    return value is not None and is_empty(value)


@TESTS.strict(
    "IsGuid",
    Parameter("text", Kind.TEXT),
    returns=Kind.TRUTH,
    examples=(Example('IsGuid("{00001111-AAAA-2222-bbbb-3333cccc4444}")', "True"), Example('IsGuid("7")', "False")),
)
def is_guid(text: str | None) -> bool:
    """Whether the text has the form of a GUID, in braces or not. In Entra, only in Connect Sync."""
    return GUID.fullmatch(text or "") is not None


@TESTS.strict("IsString", VALUE, returns=Kind.TRUTH, examples=(Example("IsString([x])", "False", {"x": 12}),))
def is_string(value: Inner) -> bool:
    """Whether the value is a text. Dates that functions make are text, as in Entra."""
    return isinstance(value, str | datetime)


@TESTS.lazy(
    "CBool", Parameter("value", Kind.TRUTH), returns=Kind.TRUTH, examples=(Example("CBool([x])", "True", {"x": "7"}),)
)
def as_truth(value: Slot) -> Term:
    """True for a condition that holds and a number that is not 0; False for null."""
    return value.run
