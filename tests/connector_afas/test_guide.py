"""The guide for whoever administers Profit: its policies load, and its facts are those that come."""

import re
from pathlib import Path

import connectors
from connectors.afas import Settings
from shared.checks.policy import check
from shared.policy_file import load

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "hr" / "afas.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
ENTRA = """\
  entra:
    connector: entra
    settings: {tenant: contoso.nl}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      userPrincipalName: SelectUniqueValue([givenName], [surname])
"""


def test_its_policy_is_one() -> None:
    source, more, back = BLOCKS
    target, rest = back.split("\n", 1)
    policy = "customer: Contoso\n" + source + target + "\n" + ENTRA + rest
    assert check(load(policy), connectors.manifest)
    assert more not in policy


def test_what_it_changes_can_be_changed() -> None:
    source, more, back = BLOCKS
    target, rest = back.split("\n", 1)
    policy = "customer: Contoso\n" + source + more + target + "\n" + ENTRA + rest
    settings = check(load(policy), connectors.manifest)["sources", "hr"]
    assert isinstance(settings, Settings)
    assert settings.units is None
    assert [column for _, column in settings.dated] == ["Gewijzigd_op"] * 2
    assert "mobile" not in settings.facts
    assert {"birthDate", "status", "location", "share"} <= settings.facts


def test_it_names_every_fact() -> None:
    section = GUIDE.partition("| fact | from |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", section)) - {"B", "PB", "P", "BP"}
    facts = {"base": "https://1.rest.afas.online", "token": "secret:x", "contracts": "positions"}
    given = Settings.model_validate(facts).facts
    ids = {f"{name}Id" for name in ("title", "costCenter", "employer", "type")}
    assert given - ids <= named
    assert named <= given | {"employeeId"}
