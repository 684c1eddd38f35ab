"""docs/rules.md is true: every example is loaded as a policy, and every table is lived through day by day."""

import re
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from shared.conditions import Condition
from shared.desired import desired, view
from shared.entitlements import handed_over
from shared.model import Contract, Desired, Person
from shared.policy import Policy
from shared.policy_file import load
from shared.strict_yaml import read

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
TODAY = date(2026, 3, 2)
BLOCKS = re.findall(r"```yaml\n(.*?)```\n\n(\| day .*?\n\n)?", TEXT, re.DOTALL)


def rows(table: str) -> Iterator[list[str]]:
    for line in table.splitlines():
        if line.startswith("|") and not line.startswith(("|---", "| day |", "| condition |")):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def code(cell: str) -> Any:
    return read(cell.strip("`")).values


CONDITIONS = [row for table in re.findall(r"\| condition .*?\n\n", TEXT, re.DOTALL) for row in rows(table)]


def policy(block: str = "") -> Policy:
    given = {
        "customer": "Contoso",
        "sources": {"hr": {"connector": "files"}},
        "targets": {
            "entra": {
                "connector": "entra",
                "correlate": ["employeeId"],
                "attributes": {"employeeId": "[employeeId]"},
                **(read(block).values if block else {}),
            }
        },
    }
    text = StringIO()
    YAML().dump(given, text)
    return load(text.getvalue()).policy


def person(said: Any) -> Person:
    """One contract or several; the first speaks, because it is the largest."""
    contracts = []
    for number, told in enumerate(said if isinstance(said, list) else [said]):
        start, end = (date.fromisoformat(str(told[key])) if key in told else None for key in ("start", "end"))
        fields = {name: value for name, value in told.items() if name not in ("start", "end")}
        plain = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
        job = Contract(id=str(number), start=start or date(2020, 1, 1), end=end, fields={**plain, "fte": 9 - number})
        contracts.append(job)
    return Person(hr_id="7", contracts=tuple(contracts))


def has(found: Desired) -> str:
    """In the words of the page."""
    given = [f"`{one}`" for one in map(str, found.entitlements)]
    kept = [f"`{one}` until {day}" for one, day in found.until.items()]
    held = [f"held: `{reason}`" for reason in found.waiting]
    return ", ".join([*sorted(given + kept), *held]) or "–"


@pytest.mark.parametrize("row", CONDITIONS, ids=str)
def test_a_condition_holds_as_the_page_says(row: list[str]) -> None:
    condition, said, holds = row
    rules = policy()
    seen = view(person(code(said)), rules.sources["hr"], rules, TODAY, seed="")
    assert Condition.model_validate(code(condition)).holds(seen.about) is (holds == "yes")


@pytest.mark.parametrize(("block", "table"), BLOCKS, ids=[block.splitlines()[-1].strip() for block, _ in BLOCKS])
def test_rules_give_what_the_page_says_day_by_day(block: str, table: str) -> None:
    rules = policy(block)
    saved: Desired | None = None
    for day, said, expected in rows(table):
        today = date.fromisoformat(day)
        seen = view(person(code(said)), rules.sources["hr"], rules, today, seed="")
        wanted = desired(seen, "entra", rules.targets["entra"])
        assert wanted is not None
        saved = handed_over(saved, wanted, rules.targets["entra"], today)
        assert has(saved) == expected, day


def test_the_page_has_examples() -> None:
    assert len(CONDITIONS) > 25
    assert sum(bool(table) for _, table in BLOCKS) >= 6
