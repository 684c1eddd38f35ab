"""A compiled expression: facts and a scope in; a value, candidates or an outcome out."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from shared.expressions.cautions import Caution
from shared.expressions.compiler import LOADING, Compiler
from shared.expressions.dates import CLOCKS
from shared.expressions.fault import ExpressionError
from shared.expressions.grammar import parse
from shared.expressions.library import FUNCTIONS
from shared.expressions.outcomes import ABSENT, Outcome, Result
from shared.expressions.registry import Slot, Spot, Whose
from shared.expressions.scope import NO_FACTS, Facts, Scope, Term
from shared.expressions.syntax import NOWHERE, Attribute, Call, Node, walk
from shared.expressions.terms import constant
from shared.expressions.trace import Recorder, Step
from shared.expressions.values import MAX_TEXT, text_of
from shared.expressions.watching import Placed, Unwatched, placed, subject
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
    manager_optional: frozenset[str] = field(compare=False)
    """The facts of the manager it reads where a source gives them."""
    tables: frozenset[str] = field(compare=False)
    """The tables it looks up in."""
    seeded: bool = field(compare=False)
    """Whether it generates values: then give a seed for each person and attribute."""
    dated: bool = field(compare=False)
    """Whether it reads what day it is, so that what it answers may be another thing tomorrow."""
    tried: bool = field(compare=False)
    """Whether it answers candidates for a value that must be unique."""
    warnings: tuple[Caution, ...] = field(compare=False)
    fast: Term = field(compare=False)
    """What answers, without any bookkeeping; `finish` makes of its inner value what leaves."""
    finish: Callable[[Any], Any] = field(compare=False)
    careful: Term = field(compare=False)
    """The same with places, finished: what runs when the fast one has failed, to say where and why."""

    def __call__(self, facts: Facts, scope: Scope) -> Result:
        """What the expression answers for these facts in this scope.

        A bare `[attribute]` answers the fact itself, or ABSENT when the facts do not have it. Any other answer is
        text, a tuple of texts, None, an Outcome, or Candidates. `scope.now` without a zone is UTC. Raises
        ExpressionError, which never holds a value.
        """
        try:
            value = self.fast(facts, scope)
            return value if value.__class__ is str and len(value) <= MAX_TEXT else self.finish(value)
        except ExpressionError:
            pass
        return self.careful(facts, scope)  # type: ignore[no-any-return]

    def place_of(self, name: str) -> tuple[int, int]:
        """Line and column at which it first reads that fact; 1, 1 when no `[name]` says so."""
        place = next((node.place for node in walk(parse(self.source)) if node == Attribute(name)), NOWHERE)
        return place.line, place.column

    def explain(self, facts: Facts, scope: Scope) -> Step:
        """The same evaluation with every part it took, for somebody who asks why. It never raises ExpressionError."""
        tree, recorder = parse(self.source), Recorder()
        return recorder.explain(_whole(Compiler(None, recorder), tree).run, tree, facts, scope)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"


def compile_expression(text: str, known: Collection[str] | None = None) -> Expression:
    """Compile an expression once; evaluate it as often as there are people.

    `known` are the attributes there are; without it any name may be read. Raises ExpressionError with line, column
    and often a hint: for what is not an expression, unknown functions and attributes, a wrong number of arguments,
    patterns that cannot be matched in linear time, constants of the wrong kind, and expressions too long or too deep.
    """
    tree = parse(text)
    compiler = Compiler(known, Placed())
    careful, reads = _whole(compiler, tree), compiler.reads
    fast = careful if careful.constant else _whole(Compiler(known, Unwatched()), tree)
    return Expression(
        source=text,
        names=frozenset(reads.needed[Whose.PERSON] | reads.needed[Whose.CONTRACT]),
        optional=frozenset(reads.optional[Whose.PERSON] | reads.optional[Whose.CONTRACT]),
        manager_names=frozenset(reads.needed[Whose.MANAGER]),
        manager_optional=frozenset(reads.optional[Whose.MANAGER]),
        tables=frozenset(reads.tables),
        seeded=compiler.generated > 0,
        dated=any(isinstance(node, Call) and node.name in CLOCKS for node in walk(tree)),
        tried=isinstance(tree, Call) and FUNCTIONS[tree.name].spot is Spot.OUTERMOST,
        warnings=tuple(sorted(compiler.cautions, key=lambda one: (one.line, one.column))),
        fast=fast.run,
        careful=careful.run,
        finish=_finish(tree),
    )


def _whole(compiler: Compiler, tree: Node) -> Slot:
    """The slot of a whole tree; the placed form finishes its answers itself, so that too long an answer has a place."""
    slot = compiler.root(tree)
    if isinstance(tree, Attribute):
        slot = Slot(_bare(tree.name))
    if compiler.watch.direct:
        return slot
    finish, read = _finish(tree), slot.run
    whose = subject(tree) if isinstance(tree, Attribute) else "the answer"
    run = placed(lambda facts, scope: finish(read(facts, scope)), tree, whose)
    return constant(run(NO_FACTS, LOADING)) if slot.constant else Slot(run)


def _bare(name: str) -> Term:
    return lambda facts, scope: facts.get(name, ABSENT)


def _finish(tree: Node) -> Callable[[Any], Any]:
    """A bare attribute leaves as it is; of anything else numbers, dates and truths become text, as in Entra."""
    return _checked if isinstance(tree, Attribute) else _finished


def _finished(value: Any) -> Any:
    return _checked(value) if value is None or isinstance(value, str | tuple | Outcome | Candidates) else text_of(value)


def _checked(value: Any) -> Any:
    """The value itself; raises ExpressionError when it is longer than any target could hold."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError(f"is longer than {MAX_TEXT} characters")
    if isinstance(value, Candidates):
        _checked((*value.values, value.series.at(0)) if value.series else value.values)
    if isinstance(value, tuple):
        if len(value) > MAX_VALUES:
            raise ExpressionError(f"has more than {MAX_VALUES} values")
        for item in value:
            _checked(item)
    return value
