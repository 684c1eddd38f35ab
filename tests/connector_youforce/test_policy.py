"""A policy that names Youforce: what it may ask for is accepted, and what cannot be is refused with its place."""

import re
from pathlib import Path

import pytest

import connectors
from shared.checks.policy import check
from shared.policy_file import PolicyInvalid, load

POLICY = """\
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: youforce
    settings: &youforce
      system: beaufort
      client_id: secret:youforce-id
      client_secret: secret:youforce-secret
      tenant: 0d9f5e62-0000-4000-8000-796f7566aaaa
      manager_role: MGR
targets:
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      surname: Name([nameUsage], "{family}")
      givenName: "Coalesce([nickName], [givenName])"
      department: "[department]"
      jobTitle: "[title]"
      manager: "[manager]"
      mail: Join("@", [employeeId], "contoso.example")
  hr-youforce:
    connector: youforce
    settings:
      system: beaufort
      client_id: secret:youforce-write-id
      client_secret: secret:youforce-write-secret
      tenant: 0d9f5e62-0000-4000-8000-796f7566aaaa
      writes: [identity, email]
    writes_back: hr
    attributes:
      identity: "[entra.mail]"
      email: {mode: on_change, value: "[entra.mail]"}
""".replace(" &youforce", "")


def test_a_policy_that_reads_and_writes_back_is_accepted() -> None:
    built = check(load(POLICY), connectors.manifest)
    assert ("sources", "hr") in built
    assert ("targets", "hr-youforce") in built


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("      manager_role: MGR\n", "", "manager"),
        ("writes_back: hr", "writes_back: entra", "name a source that is read by youforce"),
        ('identity: "[entra.mail]"', 'salary: "[entra.mail]"', "salary"),
        (
            "writes: [identity, email]",
            "writes: [identity]",
            "email cannot be written with these settings; add email to",
        ),
        ('jobTitle: "[title]"', 'jobTitle: "[location]"', "location"),
    ],
)
def test_what_cannot_be_is_refused(old: str, new: str, words: str) -> None:
    assert old in POLICY
    with pytest.raises(PolicyInvalid) as refused:
        check(load(POLICY.replace(old, new)), connectors.manifest)
    assert words in str(refused.value)


GUIDE = Path(__file__).parents[2] / "docs" / "hr" / "youforce.md"
ENTRA = """
  entra:
    connector: entra
    settings: {tenant: sandbox}
    correlate: [employeeId]
    attributes: {employeeId: "[employeeId]", userPrincipalName: "[email]", mail: "[email]"}
"""


def test_the_lines_of_the_guide_are_a_policy() -> None:
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    sources, targets = (
        "\n".join(line[4:] for line in one.splitlines()) for one in blocks if "connector: youforce" in one
    )
    text = f"customer: Contoso\ntime_zone: Europe/Amsterdam\n{sources}\n{targets.rstrip()}{ENTRA}"
    built = check(load(text), connectors.manifest)
    assert {("sources", "hr"), ("targets", "hr-youforce")} <= built.keys()
