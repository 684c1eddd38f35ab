"""The reference page of the language, made from the declarations; every example on it is executed by a test."""

import json
from textwrap import dedent

from shared.expressions.library import FAMILIES
from shared.expressions.outcomes import Outcome
from shared.expressions.registry import REQUIRED, Example, Function, Parameter
from shared.expressions.values import Kind

INTRODUCTION = """\
# Expressions

An expression is `[attribute]`, `"constant"`, a number, or `Function(argument, …)`. Names are case-sensitive. In a
constant, `\\` and `"` are written `\\\\` and `\\"`. A slot may be empty: `Replace([x], , "-", , "", , )`. Comparisons
(`= <> < <= > >=`) stand wherever a condition is asked for. Besides functions there are the constants
`IgnoreAttributeFlow` and `IgnoreObjectFlow`, which leave the attribute or the whole account alone.

A bare `[attribute]` passes the value on as it is; any other answer is text, a list of texts, or null.
The examples are evaluated on 30 July 2025 at 12:00 UTC."""
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


def reference() -> str:
    """The page, in Markdown."""
    parts = [INTRODUCTION]
    for family in FAMILIES:
        parts.append(f"## {family.title}")
        parts += [_function(function) for function in family.functions]
    return "\n\n".join(parts) + "\n"


def _function(function: Function) -> str:
    parts = [f"### {function.name}", f"`{function.signature}`", dedent(f"    {function.doc.strip()}").strip()]
    if function.parameters:
        parts.append("\n".join(_parameter(parameter) for parameter in function.parameters))
    parts.append("```\n" + "\n".join(_example(example) for example in function.examples) + "\n```")
    return "\n\n".join(parts)


def _parameter(parameter: Parameter) -> str:
    traits = [KINDS[parameter.kind]]
    if parameter.prepare is not None:
        traits.append("a constant")
    if parameter.default is not REQUIRED:
        traits.append("optional")
    return f"- `{parameter.name}`: {', '.join(traits)}"


def _example(example: Example) -> str:
    facts = f"   with {json.dumps(dict(example.facts), ensure_ascii=False)}" if example.facts else ""
    result = example.result
    shown = f"({result.name})" if isinstance(result, Outcome) else json.dumps(result, ensure_ascii=False)
    return f"{example.expression}{facts}\n→ {shown}"
