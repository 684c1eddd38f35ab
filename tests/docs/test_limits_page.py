"""What docs/limits.md shows can be used: every piece of a policy on it loads, and fits Entra."""

import re
from pathlib import Path

import pytest

import connectors
from shared.checks.policy import check
from shared.policy import SAFE_LIMITS
from shared.policy_file import load

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
PIECES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
POLICY = """\
customer: Contoso
sources:
  hr:
    connector: files
    settings:
      path: people.csv
      key: id
      person: {givenName: a}
      contract: {id: c, start: s, end: e, manager: m, fields: {department: d}}
targets:
  entra:
    connector: entra
    settings: {tenant: contoso.nl}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]", manager: "[manager]"}
"""


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_a_policy_can_be_used(piece: str) -> None:
    found = load(POLICY + "".join(f"    {line}\n" for line in piece.splitlines()))
    assert check(found, connectors.manifest)


def test_every_safe_limit_is_told() -> None:
    assert len(PIECES) == 3
    assert all(f"`{what}`" in PAGE for what in SAFE_LIMITS)
