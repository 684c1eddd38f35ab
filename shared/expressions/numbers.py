"""Whole numbers, which may be given bare, as text or in hexadecimal (`&HF`)."""

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Inner, Kind, is_empty, numeric, one

NUMBERS = Family("Numbers")
FIRST, SECOND = Parameter("value1", Kind.NUMBER), Parameter("value2", Kind.NUMBER)


@NUMBERS.strict("BitAnd", FIRST, SECOND, returns=Kind.NUMBER, examples=(Example("BitAnd(&H1F, 514)", "2"),))
def bit_and(first: int, second: int) -> int:
    """The bits that are set in both numbers."""
    return first & second


@NUMBERS.strict("BitOr", FIRST, SECOND, returns=Kind.NUMBER, examples=(Example("BitOr(512, 2)", "514"),))
def bit_or(first: int, second: int) -> int:
    """The bits that are set in one of the numbers. In Entra, only in Connect Sync."""
    return first | second


@NUMBERS.strict(
    "IsBitSet",
    Parameter("value", Kind.NUMBER),
    Parameter("flag", Kind.NUMBER),
    returns=Kind.TRUTH,
    examples=(Example("IsBitSet(&HF, 4)", "True"), Example("IsBitSet([control], 2)", "False", {"control": 512})),
)
def is_bit_set(value: int, flag: int) -> bool:
    """Whether a bit of the flag is set in the value. In Entra, only in Connect Sync."""
    return value & flag != 0


@NUMBERS.strict(
    "CNum",
    Parameter("value", Kind.ANY),
    returns=Kind.ANY,
    examples=(Example('CNum("007")', "7"), Example('CNum("&HFF")', "255"), Example('CNum("0.80")', "0.8")),
)
def as_number(value: Inner) -> int | float | None:
    """The number a text spells; null for null and empty text, an error for anything else. In Entra, in Connect Sync."""
    value = one(value)
    if is_empty(value):
        return None
    number = numeric(value)
    if number is None:
        raise ExpressionError("was not given a number")
    return number


@NUMBERS.strict(
    "IsNumeric",
    Parameter("value", Kind.ANY),
    returns=Kind.TRUTH,
    examples=(Example('IsNumeric("12.5")', "True"), Example('IsNumeric("12a")', "False")),
)
def is_numeric(value: Inner) -> bool:
    """Whether the value is a number or spells one. In Entra, only in Connect Sync."""
    return numeric(one(value)) is not None
