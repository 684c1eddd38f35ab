"""`joinly eval`: what it prints where, and how it ends."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from shared.cli.eval import eval_


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(eval_, list(arguments), input=given, catch_exceptions=False)


@pytest.mark.parametrize(
    ("expression", "facts", "printed"),
    [
        ("ToUpper([a])", {"a": "ab"}, "AB\n"),
        ("[a]", {"a": ["x", "é"]}, '["x", "é"]\n'),
        ("[a]", {"a": 0.8}, "0.8\n"),
        ("[a]", {"a": True}, "true\n"),
        ("[a]", {"a": None}, "\n"),
        ("[a]", {}, "\n"),
        ("IgnoreAttributeFlow", {}, "(ignored: attribute)\n"),
        ("IgnoreObjectFlow", {}, "(ignored: object)\n"),
        ("SelectUniqueValue([a], Append([a], 2))", {"a": "ida"}, "ida\n"),
        ("[a]", {"a": "red\x1b[31m\x07"}, "red\\x1b[31m\\x07\n"),
        ("[a]", {"a": "half \ud800"}, "half \\xd800\n"),
    ],
)
def test_an_answer_is_printed_plainly(expression: str, facts: dict, printed: str) -> None:
    ended = run(expression, "--facts", "-", given=json.dumps(facts))
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, printed, "")


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ('"é"', {"value": "é"}),
        ("[absent]", {"value": None}),
        ('Split("a,b", ",")', {"value": ["a", "b"]}),
        ("IgnoreObjectFlow", {"ignored": "object"}),
    ],
)
def test_an_answer_is_printed_as_json_when_that_is_asked(expression: str, answer: dict) -> None:
    assert json.loads(run(expression, "--json").stdout) == answer


def test_facts_are_read_from_a_file(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text('\ufeff{"a": "Zoë"}', encoding="utf-8")
    assert run("NormalizeDiacritics([a])", "--facts", str(facts)).stdout == "Zoe\n"


def test_now_can_be_given_with_or_without_an_offset() -> None:
    assert run("Now()", "--now", "2025-03-01T10:00:00").stdout == "3/1/2025 10:00:00 AM\n"
    assert run("Now()", "--now", "2025-03-01T10:00:00+02:00").stdout == "3/1/2025 8:00:00 AM\n"
    assert run('DateDiff("yyyy", "2020-01-01", Now()) >= 5').stdout == "True\n"


def test_values_that_are_taken_are_passed_over() -> None:
    rule = 'SelectUniqueValue("ida", "ida2")'
    assert run(rule, "--taken", "IDA").stdout == "ida2\n"
    ended = run(rule, "--taken", "ida", "--taken", "ida2")
    assert ended.exit_code == 1
    assert "every candidate is taken" in ended.stderr


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.cli.eval_given.MAX_FILE", 3)
    ended = run("[a]", "--facts", "-", given='{"a": 1}')
    assert ended.exit_code == 2
    assert "larger than 3 characters" in ended.stderr


def test_a_seed_decides_generated_values() -> None:
    assert run("Guid()", "--seed", "a").stdout == run("Guid()", "--seed", "a").stdout
    assert run("Guid()", "--seed", "a").stdout != run("Guid()", "--seed", "b").stdout


def test_an_error_is_shown_with_a_caret_under_its_place() -> None:
    ended = run('Join(" ",\n\tToLowr([a]))')
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "\tToLowr([a]))",
        "\t^",
        "line 2, column 2: there is no function ToLowr (did you mean ToLower?)",
    ]


def test_an_error_at_the_end_of_the_text_has_its_caret_behind_it() -> None:
    assert run("ToLower([a]").stderr.splitlines()[:2] == ["ToLower([a]", " " * 11 + "^"]


def test_an_error_of_evaluation_does_not_show_the_value() -> None:
    ended = run("CDate([born])", "--facts", "-", given='{"born": "Xq7"}')
    assert ended.exit_code == 1
    assert "[born] is not a date" in ended.stderr
    assert "Xq7" not in ended.output


def test_a_file_of_cases_gives_one_answer_each_in_order(tmp_path: Path) -> None:
    cases = [
        {"expression": "Append([a], [b])", "input": {"a": "x", "b": "y"}},
        {"expression": "Now()", "now": "2025-01-01T00:00:00", "input": None},
        {"expression": 'SelectUniqueValue("p", "q")', "taken": ["P"]},
        {"expression": "IgnoreFlowIfNullOrEmpty([a])", "input": {}},
        {"expression": "Nope()"},
        {"expression": "[missing]"},
        {"expression": "[a]", "input": {"a": {"deep": 1}}},
        {"expression": "[a]", "input": ["a"]},
        {"expression": "[a]", "now": "soon"},
        {"expression": "[a]", "taken": "x"},
        {"input": {}},
        {"expression": 'SelectUniqueValue("p", "q")', "taken": ["p", "q"]},
    ]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases), encoding="utf-8")
    ended = run("--cases", str(path))
    assert ended.exit_code == 0
    answers = json.loads(ended.stdout)
    assert answers[:4] == [{"value": "xy"}, {"value": "1/1/2025 12:00:00 AM"}, {"value": "q"}, {"ignored": "attribute"}]
    assert answers[4] == {"error": "line 1, column 1: there is no function Nope"}
    assert answers[5] == {"value": None}
    errors = [answer.get("error", "") for answer in answers[6:]]
    assert [part in error for part, error in zip(
        ("[a] must be a text", "JSON object", "now must be ISO 8601", "taken must be", "no expression", "is taken"),
        errors, strict=True)] == [True] * 6  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        ((), None, "give an EXPRESSION"),
        (("[a]", "--facts", "no-such-file.json"), None, "no-such-file.json"),
        (("[a]", "--facts", "-"), "{", "--facts is not JSON (line 1)"),
        (("[a]", "--facts", "-"), '{"a": NaN}', "--facts is not JSON"),
        (("[a]", "--facts", "-"), "[" * 100_000, "--facts is"),
        (("[a]", "--facts", "-"), "[1]", "--facts must hold a JSON object"),
        (("[a]", "--facts", "-"), '{"a": [1]}', "--facts: [a] must be a text"),
        (("[a]", "--now", "yesterday"), None, "--now must be ISO 8601"),
        (("[a]", "--cases", "-"), "[]", "--cases stands alone"),
        (("--cases", "-", "--taken", "x"), "[]", "--cases stands alone"),
        (("--cases", "-"), "{}", "a JSON array of objects"),
        (("--cases", "-"), "[1]", "a JSON array of objects"),
        (("--frobnicate",), None, "No such option"),
    ],
)
def test_a_wrong_use_ends_with_2_and_says_what_is_wrong(arguments: tuple, given: str | None, message: str) -> None:
    ended = run(*arguments, given=given)
    assert ended.exit_code == 2
    assert message in ended.stderr
    assert ended.stdout == ""


def test_an_explanation_shows_every_part_as_deep_as_it_stands() -> None:
    facts = json.dumps({"a": "Zoë", "b": None})
    ended = run('SelectUniqueValue(ToLower([a]), IIF(IsNull([b]), "z", [b]))', "--facts", "-", "--explain", given=facts)
    assert ended.stdout.splitlines() == [
        'SelectUniqueValue(ToLower([a]), IIF(IsNull([b]), "z", [b]))  → ["zoë", "z"]',
        "  ToLower([a])  → zoë",
        "    [a]  → Zoë",
        '  IIF(IsNull([b]), "z", [b])  → z',
        "    IsNull([b])  → True",
        "      [b]  → ",
    ]
    ended = run("Left([a], [a])", "--facts", "-", "--explain", given=facts)
    assert ended.stdout.splitlines()[2] == "  [a]  ! line 1, column 11: [a] is not a whole number"
    assert run("[a]", "--cases", "-", "--explain", given="[]").exit_code == 2


def test_what_is_odd_is_told_beside_the_answer() -> None:
    ended = run('Coalesce("x", [a])')
    assert (ended.exit_code, ended.stdout) == (0, "x\n")
    assert ended.stderr.splitlines() == [
        'Coalesce("x", [a])',
        "         ^",
        "warning: line 1, column 10: this is never empty, so what comes after it is never used",
    ]


AROUND = {
    "contracts": [{"department": "Care"}, {"department": "IT", "codes": ["a", "b"]}],
    "manager": {"mail": "an@x.nl"},
    "tables": {"offices": {"Gent": "GNT"}},
}


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ('Contract([department] = "IT", [codes])', ["a", "b"]),
        ("Manager([mail])", "an@x.nl"),
        ('Lookup("offices", "gent")', "GNT"),
        ('SelectUniqueValue("", Numbered("av"))', "av2"),
    ],
)
def test_what_is_around_the_person_is_given_beside_the_facts_or_in_the_case(
    expression: str, answer: object, tmp_path: Path
) -> None:
    scope = tmp_path / "scope.json"
    scope.write_text(json.dumps(AROUND), encoding="utf-8")
    assert json.loads(run(expression, "--scope", str(scope), "--json").stdout) == {"value": answer}
    case = run("--cases", "-", given=json.dumps([{"expression": expression, **AROUND}]))
    assert json.loads(case.stdout) == [{"value": answer}]


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ([], "must hold a JSON object with contracts, manager and tables"),
        ({"contracts": {}}, ""),
        ({"contracts": {"a": 1}}, "contracts must be an array of objects"),
        ({"contracts": [1]}, "contracts must hold a JSON object of attributes"),
        ({"manager": "an"}, "manager must hold a JSON object of attributes"),
        ({"tables": ["a"]}, "tables must be objects of texts, by name"),
        ({"tables": {"a": {"b": 1}}}, "tables must be objects of texts, by name"),
    ],
)
def test_a_scope_that_is_none_is_refused(scope: object, says: str) -> None:
    ended = run("[a]", "--scope", "-", given=json.dumps(scope))
    assert ended.exit_code == (2 if says else 0)
    assert says in ended.stderr.replace("\n", " ")


def test_an_explanation_of_a_series_shows_how_it_begins() -> None:
    ended = run('SelectUniqueValue("av", Numbered("av", 1, "00"))', "--explain")
    assert ended.stdout.splitlines()[0].endswith('→ ["av", "av01", "av02", "…"]')
