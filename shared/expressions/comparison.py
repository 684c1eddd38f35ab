"""`= <> < <= > >=`: numbers by size, dates by time, the rest by characters; nothing is neither equal nor different.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", IIF: a condition fails when its
source attribute is null or empty. Comparing with a constant "" asks whether there is a value, as the Workday and
SuccessFactors guides do.
"""

import operator
from collections.abc import Callable
from typing import Any

from shared.expressions.fault import ExpressionError
from shared.expressions.registry import Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Inner, as_moment, is_empty, numeric, one, text_of

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(symbol: str, left: Slot, right: Slot) -> Term:
    """The term of `left symbol right`."""
    for side, other in ((left, right), (right, left)):
        if side.constant and is_empty(side.value) and symbol in ("=", "<>"):
            return _emptiness(other.run, wanted=symbol == "=")
    equality, text = symbol in ("=", "<>"), right.constant and isinstance(right.value, str)
    if symbol == "=" and text:
        return _equals_text(left, right.value)
    first, second, holds = left.run, right.run, OPERATORS[symbol]
    if right.constant and not (equality and text) and (number := numeric(right.value)) is not None:
        return _against_number(first, symbol, right.value, number)
    return lambda facts, scope: compare(symbol, holds, first(facts, scope), second(facts, scope))


def _emptiness(read: Term, *, wanted: bool) -> Term:
    return lambda facts, scope: is_empty(read(facts, scope)) is wanted


def _against_number(read: Term, symbol: str, constant: Inner, number: int | float) -> Term:
    holds = OPERATORS[symbol]

    def run(facts: Facts, scope: Scope) -> bool:
        value = read(facts, scope)
        given = numeric(value)
        return holds(given, number) if given is not None else compare(symbol, holds, value, constant)

    return run


def _equals_text(side: Slot, constant: str) -> Term:
    read, name = side.run, side.fact

    def of_fact(facts: Facts, scope: Scope) -> bool:
        value = facts.get(name)
        return value == constant if value.__class__ is str else compare("=", operator.eq, value, constant)

    if name:
        return of_fact

    def run(facts: Facts, scope: Scope) -> bool:
        value = read(facts, scope)
        return value == constant if value.__class__ is str else compare("=", operator.eq, value, constant)

    return run


def compare(symbol: str, holds: Callable[[Any, Any], bool], left: Inner, right: Inner) -> bool:
    """Whether the comparison holds; False when a side is empty.

    Raises ExpressionError when two things have no order, or a list has several values.
    """
    left, right = one(left), one(right)
    if is_empty(left) or is_empty(right):
        return False
    equality = symbol in ("=", "<>")
    if isinstance(left, str) and isinstance(right, str) and equality:
        return holds(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        if equality:
            return holds(_lowered(left), _lowered(right))
        raise ExpressionError("cannot order true and false")
    for read in (numeric, as_moment):
        pair = read(left), read(right)
        if None not in pair:
            return holds(*pair)
    if equality or (isinstance(left, str) and isinstance(right, str)):
        return holds(text_of(left), text_of(right))
    raise ExpressionError("cannot order values of different kinds")


def _lowered(value: Inner) -> str:
    return (text_of(value) or "").lower()
