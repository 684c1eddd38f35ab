"""A compiled expression: facts and a scope in; a value, candidates or an outcome out."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from shared.expressions.caution import Caution
from shared.expressions.compiler import NOWHERE, Compiler
from shared.expressions.fault import ExpressionError
from shared.expressions.grammar import parse
from shared.expressions.library import FUNCTIONS
from shared.expressions.outcomes import ABSENT, Outcome, Result
from shared.expressions.scope import NO_FACTS, Facts, Scope, Term
from shared.expressions.syntax import Attribute, Call, Node
from shared.expressions.values import MAX_TEXT, text_of
from shared.model import Candidates

MAX_VALUES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Expression:
    """What compile_expression returns. Two are equal when their sources are; calling one changes nothing."""

    source: str
    names: frozenset[str] = field(compare=False)
    """The facts of the person it reads, on whichever contract."""
    optional: frozenset[str] = field(compare=False)
    """The facts it reads where a source gives them."""
    manager_names: frozenset[str] = field(compare=False)
    """The facts of the manager it reads."""
    tables: frozenset[str] = field(compare=False)
    """The tables it looks up in."""
    seeded: bool = field(compare=False)
    """Whether it generates values: then give a seed for each person and attribute."""
    tried: bool = field(compare=False)
    """Whether it answers candidates for a value that must be unique."""
    warnings: tuple[Caution, ...] = field(compare=False)
    run: Term = field(compare=False)

    def __call__(self, facts: Facts, scope: Scope) -> Result:
        """What the expression answers for these facts in this scope.

        A bare `[attribute]` answers the fact itself, or ABSENT when the facts do not have it. Any other answer is
        text, a tuple of texts, None, an Outcome, or Candidates. `scope.now` without a zone is UTC. Raises
        ExpressionError, which never holds a value.
        """
        return self.run(facts, scope)  # type: ignore[no-any-return]

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
        run = _always(run(NO_FACTS, NOWHERE))
    return Expression(
        source=text,
        names=frozenset(compiler.names),
        optional=frozenset(compiler.optional),
        manager_names=frozenset(),
        tables=frozenset(),
        seeded=compiler.generated > 0,
        tried=isinstance(tree, Call) and FUNCTIONS[tree.name].root,
        warnings=(),
        run=run,
    )


def _always(value: Result) -> Term:
    return lambda facts, scope: value


def _bare(node: Attribute) -> Term:
    name, place = node.name, node.place

    def run(facts: Facts, scope: Scope) -> Any:
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

    def run(facts: Facts, scope: Scope) -> Any:
        value = read(facts, scope)
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
