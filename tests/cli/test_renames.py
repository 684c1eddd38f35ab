"""A rename as people read it: the old name beside the new one, what waits for it, and what was borne before."""

import pytest
from cli_world import DAY, Place, Said, joinly

EVA = "000112"


def explained(place: Place, *words: object) -> Said:
    only = ("--person", EVA, "--attribute", "userPrincipalName")
    return joinly("explain", place.policy, "--data", place.data, "--on", DAY, *only, *words)


def rule(said: Said) -> str:
    return said.out.splitlines()[-1].strip()


@pytest.fixture
def other(kept: Place) -> Place:
    """The example after its first run, in which Eva de Groot is called Eva Klein since."""
    text = kept.people.read_text(encoding="utf-8-sig")
    assert "Eva;Eva;E.;de;Groot;" in text
    kept.people.write_text(text.replace("Eva;Eva;E.;de;Groot;", "Eva;Eva;E.;;Klein;"), encoding="utf-8")
    return kept


def test_a_rename_that_is_due_waits_and_is_explained_so(other: Place) -> None:
    said = other.preview("--person", EVA)
    assert "  ~ update\n" in said.out
    assert "~ rename" not in said.out
    assert "Held (1)\n  rename: their name changed in HR; allow it, and they sign in" in said.out
    assert other.run().code == 0
    found = explained(other)
    assert '\n  userPrincipalName  "eva.degroot@contoso.nl"\n' in found.out
    assert "issued once, changed only by a rename; the rule gives other names now\n" in found.out
    assert "Held (1)\n  rename: " in found.out
    told = explained(other, "--json").json
    assert told["held"] == ["rename"]
    assert told["found"][0]["targets"][0]["attributes"][0]["outdated"] is True


def test_a_rename_by_itself_is_previewed_done_and_remembered(other: Place) -> None:
    other.alter("    timing: {create", "    names: {rename: automatic}\n    timing: {create")
    assert (
        "000112  eva.klein@contoso.nl  entra  in service\n"
        "  ~ update\n"
        '      displayName  "Eva de Groot" → "Eva Klein"\n'
        '      surname      "de Groot" → "Klein"\n'
        "  ~ rename\n"
        '      userPrincipalName  "eva.degroot@contoso.nl" → "eva.klein@contoso.nl"\n'
    ) in other.preview().out
    plan = other.preview("--json").json["plan"]
    assert [(step["verb"], step["attributes"], step["before"]) for step in plan if step["verb"] == "rename"] == [
        ("rename", {"userPrincipalName": "eva.klein@contoso.nl"}, {"userPrincipalName": "eva.degroot@contoso.nl"})
    ]
    done = other.run()
    assert "Renamed (1)\n  000112  eva.klein@contoso.nl  displayName, surname, userPrincipalName\n" in done.out
    found = explained(other)
    assert '\n  userPrincipalName  "eva.klein@contoso.nl"\n' in found.out
    assert rule(found) == 'issued once, changed only by a rename; before the last rename "eva.degroot@contoso.nl"'
    assert other.preview("--json").json["actions"] == {}


def test_a_redacted_page_tells_no_former_name(other: Place) -> None:
    other.alter("    timing: {create", "    names: {rename: automatic}\n    timing: {create")
    other.run()
    assert rule(explained(other, "--redact")) == "issued once, changed only by a rename; before the last rename •••"
    assert "degroot" not in explained(other, "--redact", "--json").out
