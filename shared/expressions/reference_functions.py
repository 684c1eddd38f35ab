"""One function on the reference page: signature, meaning, what null and empty give, and examples, all executed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent
from typing import Any

from shared.expressions.expression import compile_expression
from shared.expressions.fault import ExpressionError
from shared.expressions.grammar import parse
from shared.expressions.outcomes import Outcome, listed
from shared.expressions.registry import REQUIRED, Example, Function, Spot, Whose
from shared.expressions.syntax import Attribute, Call, Empty, unparse, walk
from shared.expressions.values import Kind
from shared.model import Candidates

KINDS = {
    Kind.TEXT: "text",
    Kind.NUMBER: "whole number",
    Kind.DATE: "date",
    Kind.CIVIL: "civil date",
    Kind.TRUTH: "condition",
    Kind.LIST: "list",
    Kind.ANY: "any value",
    Kind.RESULT: "any value, or Ignore…",
}
TELLING: tuple[object, ...] = (None, "", "0", "True", "False", [], "an error")
"""Answers that say something of every call, not of one example only."""
TRIED = "tried"


def entry(function: Function) -> str:
    """The function's part of the page, in Markdown."""
    parts = [f"### {function.name}", f"`{function.signature}`", dedent(f"    {function.doc.strip()}").strip()]
    if function.parameters:
        parts.append("\n".join(_parameter(function, at) for at in range(len(function.parameters))))
    parts.append(examples(function.examples))
    return "\n\n".join(parts)


def examples(shown: tuple[Example, ...]) -> str:
    return "```\n" + "\n".join(_example(example) for example in shown) + "\n```"


def _parameter(function: Function, at: int) -> str:
    parameter = function.parameters[at]
    traits = [KINDS[parameter.kind]]
    if parameter.prepare is not None:
        traits.append("a constant")
    if parameter.default is not REQUIRED:
        traits.append("optional")
    text = f"- `{parameter.name}`: {', '.join(traits)}"
    return "; ".join([text, *(_nothing(function, at) if _tells(function, at) else ())])


def _tells(function: Function, at: int) -> bool:
    """Whether what nothing gives there can be the same in every call."""
    repeated = at >= len(function.parameters) - function.repeats
    chosen = function.returns is Kind.RESULT or function.whose is not Whose.PERSON
    return not (repeated or chosen or function.parameters[at].prepare)


def _nothing(function: Function, at: int) -> Iterator[str]:
    """What null and empty text in this argument give, where that is the same in every call."""
    call = _call_in(function)
    if call is None or at >= len(call.arguments) or isinstance(call.arguments[at], Empty):
        return
    arguments = list(call.arguments)
    arguments[at] = Attribute(TRIED)
    example = replace(function.examples[0], expression=unparse(replace(call, arguments=tuple(arguments))))
    answers = [_answer(example, given) for given in (None, "")]
    if answers[0] == answers[1] and answers[0] in TELLING:
        yield f"null and empty give {_shown(answers[0])}"
        return
    for name, answer in zip(("null", "empty"), answers, strict=True):
        if answer in TELLING:
            yield f"{name} gives {_shown(answer)}"


def _call_in(function: Function) -> Call | None:
    """The call in the first example; None for a function that stands in another one only."""
    if function.spot is not Spot.ANYWHERE:
        return None
    found = (node for node in walk(parse(function.examples[0].expression)) if isinstance(node, Call))
    return next((node for node in found if node.name == function.name), None)


def _answer(example: Example, given: str | None) -> Any:
    try:
        answer = compile_expression(example.expression)({**example.facts, TRIED: given}, example.scope)
    except ExpressionError:
        return "an error"
    return list(answer) if isinstance(answer, tuple) else answer


def _shown(answer: object) -> str:
    return "an error" if answer == "an error" else f"`{json.dumps(answer)}`"


def _example(example: Example) -> str:
    facts = f"   with {json.dumps(dict(example.facts), ensure_ascii=False)}" if example.facts else ""
    around = "".join(
        f"\n   and {name} {json.dumps(value, ensure_ascii=False)}" for name, value in example.around.items()
    )
    return f"{example.expression}{facts}{around}\n→ {_result(example.result)}"


def _result(result: object) -> str:
    if isinstance(result, Outcome):
        return f"({result.name})"
    shown = listed(result) if isinstance(result, Candidates) else result
    return json.dumps(shown, ensure_ascii=False)
