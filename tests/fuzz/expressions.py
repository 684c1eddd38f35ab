"""Expressions, written by a customer and evaluated on what HR says.

Only ExpressionError is raised, and it repeats nothing of a person; printing a tree loses nothing; an answer is bounded
and the same every time.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from shared.expressions import (
    ABSENT,
    Candidates,
    Expression,
    ExpressionError,
    Facts,
    Outcome,
    Scope,
    compile_expression,
    parse,
    unparse,
)
from shared.expressions.expression import MAX_VALUES
from shared.expressions.grammar import MAX_LENGTH
from shared.expressions.library import FAMILIES, FUNCTIONS
from shared.expressions.syntax import Attribute
from shared.expressions.values import MAX_TEXT
from tests.fuzz.facts import facts, hidden, moment, told
from tests.fuzz.laws import Target, discreet, law, printable
from tests.fuzz.reader import Reader, written
from tests.fuzz.trees import ATTRIBUTES, COMPARED, CONSTANT_WORDS, NAMES, tree

TESTS = Path(__file__).parents[1]
DOCUMENTED = TESTS.parents[1] / "shared" / "conformance" / "entra_expressions.json"
KNOWN = frozenset(ATTRIBUTES)
AS_TEXT, STRETCHED, AS_TREE = 0, 1, 2


def check(data: bytes) -> None:
    reader = Reader(data)
    source = _source(reader)
    known = KNOWN if reader.once_in(8) else None
    try:
        read = parse(source)
        expression = compile_expression(source, known)
    except ExpressionError as error:
        _explained(error, source)
        return
    bare = isinstance(read, Attribute)
    now, seed = moment(reader), reader.text()
    given = facts(reader, sorted(expression.names))
    first = _answer(expression, given, now, seed, bare=bare)
    law(_answer(expression, given, now, seed, bare=bare) == first, "the second answer is another")
    printed = unparse(read)
    if printed != source and len(printed) <= MAX_LENGTH:
        law(parse(printed) == read, "an expression is not parsed as it was printed")
        again = compile_expression(printed, known)
        law(_answer(again, given, now, seed, bare=bare) == first, "what is printed answers something else")
    _answer(expression, hidden(given), now, seed, bare=bare)


def _source(reader: Reader) -> str:
    """An expression as text, as text that is repeated, or printed from a tree, which parsing gives back."""
    match reader.below(4):
        case 0:
            return reader.text()
        case 1:
            return reader.stretched(MAX_LENGTH + 1)
    made = tree(reader)
    source = unparse(made)
    if len(source) <= MAX_LENGTH and reader.once_in(4):
        law(parse(source) == made, "a tree is not parsed as it was printed")
    return source


def evaluate(expression: Expression, given: Facts, now: datetime, seed: str) -> Any:
    """The one place that calls an expression."""
    return expression(given, Scope(now=now, seed=seed))


def _answer(expression: Expression, given: Facts, now: datetime, seed: str, *, bare: bool) -> str:
    """The answer, or what is wrong, as it can be compared."""
    try:
        answer = evaluate(expression, given, now, seed)
    except ExpressionError as error:
        _explained(error, expression.source)
        discreet(str(error), expression.source, "an error")
        return f"{error.message} {error.hint}"
    _bounded(answer, bare=bare)
    return repr(answer)


def _explained(error: ExpressionError, source: str) -> None:
    law(error.line >= 1 and error.column >= 1, "an error has no place")
    printable(str(error), source, "an error")


def _bounded(answer: Any, *, bare: bool) -> None:
    match answer:
        case str():
            law(len(answer) <= MAX_TEXT, "a text is too long")
        case tuple() | Candidates():
            values = answer if isinstance(answer, tuple) else answer.values
            law(len(values) <= MAX_VALUES, "a list is too long")
            law(all(isinstance(one, str) and len(one) <= MAX_TEXT for one in values), "a list holds no texts")
        case None | Outcome():
            law(bare or answer is not ABSENT, "a function answers absent")
        case _:
            law(bare, "a function answers something that is no value")


def seeds() -> Iterator[bytes]:
    for family in FAMILIES:
        for function in family.functions:
            for example in function.examples:
                yield _seed(example.expression, dict(example.facts))
    for text, given, _ in json.loads((TESTS / "expressions" / "cases.json").read_text(encoding="utf-8")):
        yield _seed(text, given)
    if DOCUMENTED.exists():
        for case in json.loads(DOCUMENTED.read_text(encoding="utf-8")):
            yield _seed(case["expression"], case.get("input", {}))
    for number, name in enumerate(sorted(FUNCTIONS)):
        yield written(AS_TREE, 0, 7, number)
        yield _seed(f"Coalesce({name}([a], [b], [a]), {name}([b]))", {"a": "Anna", "b": 3})


def _seed(source: str, given: dict[str, Any]) -> bytes:
    return written(AS_TEXT, source, 0, 0, "seed", told(given, sorted(given)))


TARGET = Target(
    check=check,
    seeds=seeds,
    words=(
        *(f"{name}(" for name in sorted(FUNCTIONS)),
        *(f"[{name}]" for name in ATTRIBUTES),
        *(f'"{word}"' for words in CONSTANT_WORDS.values() for word in words if '"' not in word),
        *(f" {operator} " for operator in COMPARED),
        *NAMES,
        *("9" * 30, "9" * 28 + ".99", "9" * 29 + ".9", "&H" + "F" * 24, "&H" + "F" * 30, "0." + "1" * 29),
        *('"', '\\"', "\\\\", ", ", ", ,", ")", "&HFF", "-1", "0.5", "[", "]", "[[x]]"),
    ),
    longest=1_000,
    share=3,
)
