"""Whole numbers, which may be given bare, as text or in hexadecimal (`&HF`)."""

from shared.expressions.registry import Example, Family, Parameter
from shared.expressions.values import Inner, Kind, numeric, one

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
    "IsNumeric",
    Parameter("value", Kind.ANY),
    returns=Kind.TRUTH,
    examples=(Example('IsNumeric("12.5")', "True"), Example('IsNumeric("12a")', "False")),
)
def is_numeric(value: Inner) -> bool:
    """Whether the value is a number or spells one. In Entra, only in Connect Sync."""
    return numeric(one(value)) is not None
