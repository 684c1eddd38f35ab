"""How an expression came to its answer: every part that was evaluated, in order; what was not taken does not appear.

Steps hold values of a person: show them only to somebody who may see these.
"""

from dataclasses import dataclass, replace
from typing import Any

from shared.expressions.fault import ExpressionError
from shared.expressions.outcomes import Outcome, listed
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.syntax import Node, unparse
from shared.expressions.values import text_of
from shared.expressions.watching import own_name, placed, subject
from shared.model import Candidates, Series

MOST_STEPS = 1_000
"""How many steps are kept; later ones are evaluated all the same."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of an expression, what it answered or why it could not, and the parts it is made of.

    Constants are no steps. `value` is what the language shows: text, a tuple of texts, None, an Outcome or Candidates.
    """

    text: str
    value: Any = None
    error: str = ""
    children: tuple["Step", ...] = ()


class Recorder:
    """A watch that keeps a step for every part, and places errors as the careful form does."""

    direct = False

    def __init__(self) -> None:
        self._open: list[list[Step]] = [[]]
        self._count = 0

    def value(self, term: Term, node: Node) -> Term:
        text, inner = unparse(node), placed(term, node, own_name(node))

        def run(facts: Facts, scope: Scope) -> Any:
            self._count += 1
            kept = self._count <= MOST_STEPS
            self._open.append([])
            value, error = None, ""
            try:
                value = inner(facts, scope)
            except ExpressionError as failed:
                error = str(failed)
                raise
            finally:
                children = tuple(self._open.pop())
                if kept:
                    self._open[-1].append(Step(text, _shown(value), error, children))
            return value

        return run

    def conversion(self, term: Term, node: Node) -> Term:
        inner = placed(term, node, subject(node))

        def run(facts: Facts, scope: Scope) -> Any:
            try:
                return inner(facts, scope)
            except ExpressionError as failed:
                steps = self._open[-1]
                if steps and not steps[-1].error and self._count <= MOST_STEPS:
                    steps[-1] = replace(steps[-1], error=str(failed))
                raise

        return run

    def explain(self, whole: Term, tree: Node, facts: Facts, scope: Scope) -> Step:
        """The steps of one evaluation of `whole`, which was compiled from `tree` under this watch."""
        self._open, self._count = [[]], 0
        value, error = None, ""
        try:
            value = whole(facts, scope)
        except ExpressionError as failed:
            error = str(failed)
        text, steps = unparse(tree), self._open[0]
        children = steps[0].children if len(steps) == 1 and steps[0].text == text else tuple(steps)
        return Step(text, value, error, children)


def _shown(value: Any) -> Any:
    if isinstance(value, Series):
        return tuple(listed(Candidates(series=value)))
    if value is None or isinstance(value, str | tuple | Outcome | Candidates):
        return value
    try:
        return text_of(value)
    except ExpressionError as error:
        return f"({error.message})"
