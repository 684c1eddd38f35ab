"""How the compiler refuses: an error at a node, with advice when something like it would have worked."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import NoReturn

from shared.expressions.fault import ExpressionError
from shared.expressions.syntax import Node


def fail(node: Node, message: str, hint: str = "") -> NoReturn:
    raise ExpressionError(message, node.place.line, node.place.column, hint)


def did_you_mean(name: str, choices: Collection[str], form: str = "{}") -> str:
    same = [choice for choice in choices if choice.casefold() == name.casefold()]
    near = same or get_close_matches(name, [*choices], n=1, cutoff=0.6)
    return f"did you mean {form.format(near[0])}?" if near else ""
