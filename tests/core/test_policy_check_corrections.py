"""A target that writes into HR's own records: what it could never do is refused before anything is deployed."""

# ruff: noqa: E501 - each mistake stands on one line with the whole sentence it is told in

import pytest
from core_world import SMALL
from pydantic import BaseModel

from shared.attributes import Attribute
from shared.checks.policy import check
from shared.connector import Manifest, Source, Target
from shared.model import Verb
from shared.policy_file import PolicyInvalid, load


class Settings(BaseModel):
    logins: bool = False


def nothing(settings: Settings, outside: object) -> Source | Target:
    raise AssertionError("checking a policy builds no connector")


HR = Manifest(
    name="files",
    summary="",
    docs="",
    settings=Settings,
    proven="simulated",
    source=nothing,
    target=nothing,
    facts=frozenset({"givenName", "surname"}),
    verbs=frozenset({Verb.CORRELATE, Verb.UPDATE}),
    attributes=(Attribute(name="email"), Attribute(name="login")),
    corrects=True,
    unwritten=lambda settings: {} if settings.logins else {"login": "write logins: true"},
)
DIRECTORY = Manifest(
    name="entra",
    summary="",
    docs="",
    settings=Settings,
    proven="simulated",
    target=nothing,
    verbs=frozenset(Verb),
    attributes=tuple(Attribute(name=name) for name in ("employeeId", "displayName", "mail")),
    correlate=frozenset({"employeeId"}),
)
MANIFESTS = {"files": HR, "entra": DIRECTORY}
CUSTOMER = SMALL + '      displayName: "[givenName]"\n'
BACK = """\
  back:
    connector: files
    writes_back: hr
    attributes:
      email: "[entra.displayName]"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyInvalid) as refused:
        check(load(text), MANIFESTS.__getitem__)
    return [str(one).split("\n", maxsplit=1)[0].partition(": ")[2] for one in refused.value.mistakes]


def test_records_are_corrected_with_names_that_were_given_elsewhere() -> None:
    assert check(load(CUSTOMER + BACK), MANIFESTS.__getitem__)
    logins = BACK.replace("writes_back: hr", "writes_back: hr\n    settings: {logins: true}").replace(
        "email:", "login:"
    )
    assert check(load(CUSTOMER + logins), MANIFESTS.__getitem__)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("writes_back: hr", "writes_back: nobody", "targets.back.writes_back: name a source that is read by files, whose records these are"),
        ("writes_back: hr", "follows: entra", "targets.back.follows: files holds records of HR; name with writes_back the source whose records they are"),
        ('"[entra.displayName]"', '"[givenName]"', "targets.back.attributes: nothing here reads a name given elsewhere, such as [entra.userPrincipalName]; HR knows the rest itself"),
        ('"[entra.displayName]"', '"[entra.department]"', "targets.back.attributes.email: no source gives entra.department"),
        ('"[entra.displayName]"', '"[back.email]"', "targets.back.attributes.email: no source gives back.email"),
        ('"[entra.displayName]"', '"SelectUniqueValue([entra.displayName], [givenName])"', "targets.back.attributes.email: email of a record of HR is not tried until it is free; name what was given elsewhere"),
        ('"[entra.displayName]"', '{value: "[entra.displayName]", mode: create_only}', "targets.back.attributes.email.mode: records of HR are never created; write enforce, on_change or if_empty"),
        ("connector: files\n    writes_back", "connector: entra\n    writes_back", "targets.back.writes_back: entra makes accounts of its own; write correlate instead"),
        ("email:", "login:", "targets.back.attributes.login: login cannot be written with these settings; write logins: true"),
        ("writes_back: hr", "writes_back: hr\n    timing: {delete_after: 3}", "targets.back.timing.delete_after: files cannot delete"),
        ("writes_back: hr", "writes_back: hr\n    limits: {disable: {day: 3}}", "targets.back.limits.disable: files cannot disable"),
    ],
)  # fmt: skip
def test_what_a_record_of_hr_can_never_be_is_refused(was: str, becomes: str, said: str) -> None:
    assert BACK.count(was) == 1
    found = mistakes(CUSTOMER + BACK.replace(was, becomes))
    assert any(one.startswith(said) for one in found), found


def test_names_given_elsewhere_are_read_by_targets_that_write_back_only() -> None:
    text = CUSTOMER.replace("displayName:", 'mail: "[entra.displayName]"\n      displayName:')
    assert any("no source gives entra.displayName" in one for one in mistakes(text))
