"""The shortest terms for what every expression is made of: constants, facts and calls of functions of values."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.expressions.registry import Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import text_of

Body = Callable[..., Any]
"""A function of values that are converted already."""
Convert = Callable[[Any], Any]


def constant(value: Any) -> Slot:
    return Slot(lambda facts, scope: value, constant=True, value=value)


def fact(name: str, convert: Convert | None) -> Term:
    """The fact with that name as `convert` reads it; absent is null."""
    if convert is None:
        return lambda facts, scope: facts.get(name)
    if convert is not text_of:
        return lambda facts, scope: convert(facts.get(name))

    def run(facts: Facts, scope: Scope) -> Any:
        value = facts.get(name)
        return value if value.__class__ is str else text_of(value)

    return run


def call(body: Body, slots: Sequence[Slot]) -> Term:
    """A call of `body` with the values of the slots: in one step of the shape that nearly all calls have."""
    if slots and all(slot.constant for slot in slots[1:]):
        first, rest = slots[0], tuple(slot.value for slot in slots[1:])
        return _of_text(body, first.text, rest) if first.text else _of_one(body, first.run, rest)
    runs = [slot.run for slot in slots]
    return lambda facts, scope: body(*[run(facts, scope) for run in runs])


def _of_one(body: Body, read: Term, rest: tuple[Any, ...]) -> Term:
    return lambda facts, scope: body(read(facts, scope), *rest)


def _of_text(body: Body, name: str, rest: tuple[Any, ...]) -> Term:
    def run(facts: Facts, scope: Scope) -> Any:
        value = facts.get(name)
        return body(value if value.__class__ is str else text_of(value), *rest)

    return run
