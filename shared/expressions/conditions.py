"""Tests that answer True or False. Null, "" and an empty list are all "nothing".

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", Not, CBool and Is….
"""

from datetime import datetime

from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Term
from shared.expressions.values import Inner, Kind, is_empty, list_of, text_of

TESTS = Family("Tests")
CONDITION = Parameter("condition", Kind.TRUTH)
VALUE = Parameter("value", Kind.ANY)


@TESTS.lazy(
    "And",
    CONDITION,
    repeats=1,
    returns=Kind.TRUTH,
    examples=(Example('And([a] = "1", [b] = "2")', "False", {"a": "1", "b": "3"}),),
)
def conjunction(*conditions: Slot) -> Term:
    """Whether all conditions hold; it stops at the first that does not. Not in Entra."""
    runs = tuple(condition.run for condition in conditions)
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
    runs = tuple(condition.run for condition in conditions)
    return lambda facts, scope: any(holds(facts, scope) for holds in runs)


@TESTS.strict("Not", CONDITION, returns=Kind.TRUTH, examples=(Example('Not("True")', "False"),))
def negation(condition: bool) -> bool:
    """True for False and the other way round. Null and empty text count as False."""
    return not condition


@TESTS.strict(
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
def among(value: Inner, *choices: Inner) -> bool:
    """Whether the value equals one of the choices; a list counts as each of its values. Not in Entra."""
    text = text_of(value)
    return bool(text) and any(text in list_of(choice) for choice in choices)


@TESTS.strict("IsNull", VALUE, returns=Kind.TRUTH, examples=(Example("IsNull([x])", "False", {"x": ""}),))
def is_null(value: Inner) -> bool:
    """Whether the attribute is absent or null."""
    return value is None


@TESTS.strict("IsNullOrEmpty", VALUE, returns=Kind.TRUTH, examples=(Example("IsNullOrEmpty([x])", "True", {"x": ""}),))
def is_null_or_empty(value: Inner) -> bool:
    """Whether the value is null, empty text or an empty list."""
    return is_empty(value)


@TESTS.strict("IsPresent", VALUE, returns=Kind.TRUTH, examples=(Example("IsPresent([x])", "True", {"x": "a"}),))
def is_present(value: Inner) -> bool:
    """Whether the value is neither null nor empty."""
    return not is_empty(value)


@TESTS.strict("IsString", VALUE, returns=Kind.TRUTH, examples=(Example("IsString([x])", "False", {"x": 12}),))
def is_string(value: Inner) -> bool:
    """Whether the value is a text. Dates that functions make are text, as in Entra."""
    return isinstance(value, str | datetime)


@TESTS.strict(
    "CBool", Parameter("value", Kind.TRUTH), returns=Kind.TRUTH, examples=(Example("CBool([x])", "True", {"x": "7"}),)
)
def as_truth(value: bool) -> bool:
    """True for a condition that holds and a number that is not 0; False for null."""
    return value
