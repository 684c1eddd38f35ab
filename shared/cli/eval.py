"""`joinly eval`: try an expression on facts, one at a time or a whole file of cases, before a policy uses it."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TextIO

import click

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
    pointed,
)
from shared.model import Value

MAX_FILE = 50_000_000


@click.command(name="eval")
@click.argument("expression", required=False)
@click.option("--facts", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="A JSON object of attributes.")
@click.option("--cases", type=click.File(encoding="utf-8-sig"), metavar="FILE|-", help="A JSON array of cases.")
@click.option("--now", "now_text", metavar="ISO8601", help="The moment to evaluate at; UTC unless it has an offset.")
@click.option("--taken", multiple=True, metavar="VALUE", help="A value somebody holds already; may be repeated.")
@click.option("--seed", default="", help="What Guid and RandomString follow from.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as a JSON object.")
@click.option("--explain", is_flag=True, help="Print every part that was evaluated, with what it gave.")
def eval_(
    expression: str | None,
    facts: TextIO | None,
    cases: TextIO | None,
    now_text: str | None,
    taken: tuple[str, ...],
    seed: str,
    as_json: bool,
    explain: bool,
) -> None:
    """Evaluate EXPRESSION, or every {expression, input, now, taken} of a file of cases."""
    now = _moment(now_text) if now_text else datetime.now(UTC)
    if cases is not None:
        if expression is not None or facts is not None or taken or explain:
            raise click.UsageError("--cases takes no EXPRESSION, --facts, --taken or --explain; each case has its own.")
        _print_json([_case(case, now, seed) for case in _cases(cases)])
        return
    if expression is None:
        raise click.UsageError("give an EXPRESSION, or a file with --cases.")
    given = _facts(_read(facts, "--facts"), "--facts") if facts is not None else {}
    try:
        compiled = compile_expression(expression)
        for one in compiled.warnings:
            click.echo(_printable(f"{pointed(expression, one.line, one.column)}\nwarning: {one}"), err=True)
        if explain:
            _print_steps(compiled.explain(given, Scope(now=now, seed=seed)))
            return
        answer = _answer(compiled, given, now, taken, seed)
    except ExpressionError as error:
        _fail(expression, error)
    _print_json(answer) if as_json else click.echo(_plain(answer))


def _answer(
    expression: Expression, facts: Facts, now: datetime, taken: tuple[str, ...], seed: str
) -> dict[str, object]:
    result: Result = expression(facts, Scope(now=now, seed=seed))
    if isinstance(result, Candidates):
        free = first_free(result, taken)
        if free is None:
            raise ExpressionError("every candidate is taken or empty", 1, 1)
        return {"value": free}
    return _json(result)


def _json(result: Result) -> dict[str, object]:
    match result:
        case Outcome() if result is ABSENT:
            return {"value": None}
        case Outcome():
            return {"ignored": result.value}
        case Candidates():
            return {"value": list(result.values)}
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
        facts = _facts(case.get("input") or {}, "input")
        moment = _moment(case["now"], "now") if case.get("now") else now
        return _answer(compile_expression(text), facts, moment, tuple(taken), seed)
    except (ExpressionError, click.UsageError) as error:
        return {"error": str(error)}


def _read(file: TextIO, name: str) -> object:
    text = file.read(MAX_FILE + 1)
    if len(text) > MAX_FILE:
        raise click.UsageError(f"{name}: the file is larger than {MAX_FILE} characters.")
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(f"{name} is not JSON{place}.") from None
    except RecursionError:
        raise click.UsageError(f"{name} is nested too deep.") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _cases(file: TextIO) -> list[Mapping[str, Any]]:
    cases = _read(file, "--cases")
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise click.UsageError("--cases must hold a JSON array of objects.")
    return cases


def _facts(data: object, name: str) -> dict[str, Value]:
    if not isinstance(data, dict):
        raise click.UsageError(f"{name} must hold a JSON object of attributes.")
    return {attribute: _value(value, f"{name}: [{attribute}]") for attribute, value in data.items()}


def _value(value: object, name: str) -> Value:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise click.UsageError(f"{name} must be a text, number, truth, null or an array of texts.")


def _moment(text: object, name: str = "--now") -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise click.UsageError(f"{name} must be ISO 8601, such as 2025-07-30T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(answer: Mapping[str, object]) -> str:
    if "ignored" in answer:
        return f"(ignored: {answer['ignored']})"
    value = answer["value"]
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _printable(text)


def _print_steps(step: Step, depth: int = 0) -> None:
    outcome = f"! {step.error}" if step.error else f"→ {_plain(_json(step.value))}"
    click.echo(_printable(f"{'  ' * depth}{step.text}  {outcome}"))
    for child in step.children:
        _print_steps(child, depth + 1)


def _printable(text: str) -> str:
    """Facts come from HR: nothing in them may steer a terminal, and half characters must not stop the printing."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)
    return shown.encode("utf-8", "backslashreplace").decode()


def _print_json(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=True, indent=2))


def _fail(expression: str, error: ExpressionError) -> NoReturn:
    click.echo(_printable(f"{pointed(expression, error.line, error.column)}\n{error}"), err=True)
    sys.exit(1)
