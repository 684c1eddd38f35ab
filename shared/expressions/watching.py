"""What sees every part of an expression being compiled: nothing on the fast form, places of errors on the placed one.

One compiler makes both. The fast form answers; only when it fails does the placed form run, to say where.
"""

from typing import Any, Protocol

from shared.expressions.fault import ExpressionError
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.syntax import Attribute, Call, Compare, Node


class Watch(Protocol):
    """May put something around each term; it never changes what is answered."""

    direct: bool
    """Whether a function may read a bare attribute by itself instead of through its term."""

    def value(self, term: Term, node: Node) -> Term:
        """Around what the node answers."""
        ...

    def conversion(self, term: Term, node: Node) -> Term:
        """Around the same, read as the kind that is wanted."""
        ...


class Unwatched:
    """The fast form: every term as it is."""

    direct = True

    def value(self, term: Term, node: Node) -> Term:
        return term

    def conversion(self, term: Term, node: Node) -> Term:
        return term


class Placed:
    """Errors get the place of the node they come from, and say whose they are."""

    direct = False

    def value(self, term: Term, node: Node) -> Term:
        return placed(term, node, own_name(node))

    def conversion(self, term: Term, node: Node) -> Term:
        return placed(term, node, subject(node))


def placed(term: Term, node: Node, whose: str) -> Term:
    """The term, with a place in its errors that have none yet."""
    line, column = node.place.line, node.place.column

    def run(facts: Facts, scope: Scope) -> Any:
        try:
            return term(facts, scope)
        except ExpressionError as error:
            raise error.located(line, column, whose) from None

    return run


def own_name(node: Node) -> str:
    match node:
        case Call(name):
            return name
        case Compare(operator):
            return operator
        case _:
            return subject(node)


def subject(node: Node) -> str:
    """What a message about the value of this node begins with."""
    match node:
        case Attribute(name):
            return f"[{name}]"
        case Call(name):
            return f"the answer of {name}"
        case Compare():
            return "the comparison"
        case _:
            return "this constant"
