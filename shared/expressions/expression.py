"""A compiled expression: facts, a moment and a seed in; a value, candidates or an outcome out."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from shared.expressions.compiler import Compiler
from shared.expressions.fault import ExpressionError
from shared.expressions.grammar import parse
from shared.expressions.outcomes import ABSENT, Candidates, Outcome, Result
from shared.expressions.registry import Facts, Term
from shared.expressions.syntax import Attribute, Node
from shared.expressions.values import MAX_TEXT, text_of

MAX_VALUES = 1_000


class Expression:
    """What compile_expression returns. Two are equal when their sources are; calling one changes nothing."""

    __slots__ = ("_run", "names", "optional", "source")

    def __init__(self, source: str, names: frozenset[str], run: Term, optional: frozenset[str] = frozenset()) -> None:
        self.source = source
        self.names = names
        self.optional = optional
        self._run = run

    def __call__(self, facts: Facts, now: datetime, seed: str = "") -> Result:
        """What the expression answers for these facts at this moment.

        A bare `[attribute]` answers the fact itself, or ABSENT when the facts do not have it. Any other answer is
        text, a tuple of texts, None, an Outcome, or Candidates. `now` without a zone is UTC. Guid and RandomString
        follow from `seed`: give one per person and attribute. Raises ExpressionError, which never holds a value.
        """
        return self._run(facts, now, seed)  # type: ignore[no-any-return]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


def compile_expression(text: str, known: Collection[str] | None = None) -> Expression:
    """Compile an expression once; evaluate it as often as there are people.

    `known` are the attributes there are; without it any name may be read. Raises ExpressionError with line, column
    and often a hint: for what is not an expression, unknown functions and attributes, a wrong number of arguments,
    patterns that cannot be matched in linear time, constants of the wrong kind, and expressions too long or too deep.
    """
    tree = parse(text)
    compiler = Compiler(known)
    root = compiler.root(tree)
    run = _bare(tree) if isinstance(tree, Attribute) else _finished(root.run, tree)
    if root.constant:
        run = _always(run({}, datetime.min, ""))  # noqa: DTZ901
    return Expression(text, frozenset(compiler.names), run, frozenset(compiler.optional))


def _always(value: Result) -> Term:
    return lambda facts, now, seed: value


def _bare(node: Attribute) -> Term:
    name, place = node.name, node.place

    def run(facts: Facts, now: datetime, seed: str) -> Any:
        value = facts.get(name, ABSENT)
        try:
            _check_size(value)
        except ExpressionError as error:
            raise error.located(place.line, place.column, f"[{name}]") from None
        return value

    return run


def _finished(read: Term, node: Node) -> Term:
    """Inner values as they leave: numbers, dates and truths become text, as in Entra."""
    place = node.place

    def run(facts: Facts, now: datetime, seed: str) -> Any:
        value = read(facts, now, seed)
        if value.__class__ is str and len(value) <= MAX_TEXT:
            return value
        try:
            if value is not None and not isinstance(value, str | tuple | Outcome | Candidates):
                value = text_of(value)
            _check_size(value)
        except ExpressionError as error:
            raise error.located(place.line, place.column, "the answer") from None
        return value

    return run


def _check_size(value: object) -> None:
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError(f"is longer than {MAX_TEXT} characters")
    if isinstance(value, Candidates):
        _check_size(value.values)
    if isinstance(value, tuple):
        if len(value) > MAX_VALUES:
            raise ExpressionError(f"has more than {MAX_VALUES} values")
        for item in value:
            _check_size(item)
