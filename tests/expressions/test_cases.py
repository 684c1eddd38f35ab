"""Our own table: what expressions answer, one line each, all on 30 July 2025 at 12:00 UTC."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.expressions import Candidates, Outcome, Scope, compile_expression

NOW = datetime(2025, 7, 30, 12, tzinfo=UTC)
CASES = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "facts", "expected"), CASES, ids=[case[0] for case in CASES])
def test_an_expression_answers_what_the_table_says(text: str, facts: dict, expected: object) -> None:
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}
    answer = compile_expression(text)(given, Scope(now=NOW))
    match answer:
        case Outcome():
            answer = {"ignored": answer.value}
        case Candidates():
            answer = {"candidates": list(answer.values)}
        case tuple():
            answer = list(answer)
    assert answer == expected
    assert type(answer) is type(expected)
