"""The documented examples of Entra's expressions, when the shared material lies beside the project."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from shared.cli.eval import eval_

CASES = Path(__file__).resolve().parents[2] / ".." / "shared" / "conformance" / "entra_expressions.json"
LANGUAGE = CASES.with_name("entra_language.md")
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the shared material is not beside the project")
IGNORED = {"<IGNORED>": "attribute", "IgnoreAttributeFlow": "attribute", "IgnoreObjectFlow": "object"}


def test_every_documented_example_gives_the_documented_answer() -> None:
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    run = CliRunner().invoke(eval_, ["--cases", str(CASES)])
    assert run.exit_code == 0, run.output
    answers = json.loads(run.output)
    expected = [
        {"ignored": IGNORED[case["expected"]]}
        if isinstance(case["expected"], str) and case["expected"] in IGNORED
        else {"value": case["expected"]}
        for case in cases
    ]
    wrong = [(case["id"], got) for case, got, want in zip(cases, answers, expected, strict=True) if got != want]
    assert wrong == []
    assert len(answers) >= 200


def test_every_character_of_the_documented_table_loses_its_diacritics() -> None:
    section = LANGUAGE.read_text(encoding="utf-8").split("## 4.")[1].split("## 5.")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")][2:]
    pairs = [(character, rows_to) for row_from, rows_to in rows for character in row_from.split()]
    cases = [{"expression": "NormalizeDiacritics([c])", "input": {"c": character}} for character, _ in pairs]
    run = CliRunner().invoke(eval_, ["--cases", "-"], input=json.dumps(cases))
    wrong = [
        (character, got)
        for (character, plain), got in zip(pairs, json.loads(run.output), strict=True)
        if got != {"value": plain}
    ]
    assert wrong == []
    assert len(pairs) > 250
