"""`joinly eval`: try an expression on facts, one at a time or a whole file of cases, before a policy uses it."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TextIO

import click

from shared.cli import eval_given
from shared.expressions import (
    ABSENT,
    Candidates,
    Expression,
    ExpressionError,
    Facts,
    Outcome,
    Result,
    Scope,
    Step,
    compile_expression,
    first_free,
    listed,
    pointed,
)


@click.command(name="eval")
@click.argument("expression", required=False)
@click.option("--facts", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="A JSON object of attributes.")
@click.option(
    "--scope", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="JSON: contracts, manager and tables."
)
@click.option("--cases", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="A JSON array of cases.")
@click.option("--now", "now_text", metavar="ISO8601", help="The moment to evaluate at; UTC unless it has an offset.")
@click.option("--taken", multiple=True, metavar="VALUE", help="A value somebody holds already; may be repeated.")
@click.option("--seed", default="", help="What Guid and RandomString follow from.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as a JSON object.")
@click.option("--explain", is_flag=True, help="Print every part that was evaluated, with what it gave.")
def eval_(
    expression: str | None,
    facts: TextIO | None,
    scope: TextIO | None,
    cases: TextIO | None,
    now_text: str | None,
    taken: tuple[str, ...],
    seed: str,
    as_json: bool,
    explain: bool,
) -> None:
    """Evaluate EXPRESSION, or every case of a file.

    A case is an object with an expression and, if it needs them, input, now, taken, contracts, manager and tables.
    """
    now = eval_given.moment(now_text) if now_text else datetime.now(UTC)
    if cases is not None:
        if expression is not None or facts or scope or taken or explain:
            raise click.UsageError("--cases stands alone: each case has its own expression and all it needs.")
        _print_json([_case(case, now, seed) for case in eval_given.cases(cases)])
        return
    if expression is None:
        raise click.UsageError("give an EXPRESSION, or a file with --cases.")
    given = eval_given.facts(eval_given.read(facts, "--facts") if facts else {}, "--facts")
    around = eval_given.scope(eval_given.read(scope, "--scope") if scope else {}, "--scope", now, seed)
    try:
        compiled = compile_expression(expression)
        _print_warnings(compiled)
        if explain:
            _print_steps(compiled.explain(given, around))
            return
        answer = _answer(compiled, given, around, taken)
    except ExpressionError as error:
        _fail(expression, error)
    _print_json(answer) if as_json else click.echo(_plain(answer))


def _answer(expression: Expression, facts: Facts, scope: Scope, taken: tuple[str, ...]) -> dict[str, object]:
    result = expression(facts, scope)
    if isinstance(result, Candidates):
        free = first_free(result, taken)
        if free is None:
            raise ExpressionError("every candidate is taken or empty", 1, 1)
        return {"value": free}
    return _shown(result)


def _shown(result: Result) -> dict[str, object]:
    match result:
        case Outcome() if result is ABSENT:
            return {"value": None}
        case Outcome():
            return {"ignored": result.value}
        case Candidates():
            return {"value": listed(result)}
        case tuple():
            return {"value": list(result)}
        case _:
            return {"value": result}


def _case(case: Mapping[str, Any], now: datetime, seed: str) -> dict[str, object]:
    """The answer to one case. What is wrong with it is its answer too, so that the others are still tried."""
    text, taken = case.get("expression"), case.get("taken") or []
    if not isinstance(text, str):
        return {"error": "the case has no expression"}
    if not isinstance(taken, list) or not all(isinstance(value, str) for value in taken):
        return {"error": "taken must be an array of texts"}
    try:
        facts = eval_given.facts(case.get("input") or {}, "input")
        moment = eval_given.moment(case["now"], "now") if case.get("now") else now
        scope = eval_given.scope(case, "the case", moment, seed)
        return _answer(compile_expression(text), facts, scope, tuple(taken))
    except (ExpressionError, click.UsageError) as error:
        return {"error": str(error)}


def _plain(answer: Mapping[str, object]) -> str:
    if "ignored" in answer:
        return f"(ignored: {answer['ignored']})"
    value = answer["value"]
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _printable(text)


def _print_steps(step: Step, depth: int = 0) -> None:
    outcome = f"! {step.error}" if step.error else f"→ {_plain(_shown(step.value))}"
    click.echo(_printable(f"{'  ' * depth}{step.text}  {outcome}"))
    for child in step.children:
        _print_steps(child, depth + 1)


def _print_warnings(expression: Expression) -> None:
    for one in expression.warnings:
        click.echo(_printable(f"{pointed(expression.source, one.line, one.column)}\nwarning: {one}"), err=True)


def _printable(text: str) -> str:
    """Facts come from HR: nothing in them may steer a terminal, and half characters must not stop the printing."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)
    return shown.encode("utf-8", "backslashreplace").decode()


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=True, indent=2))


def _fail(expression: str, error: ExpressionError) -> NoReturn:
    click.echo(_printable(f"{pointed(expression, error.line, error.column)}\n{error}"), err=True)
    sys.exit(1)
