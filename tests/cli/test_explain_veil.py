"""What nobody may be shown: `--redact` shows how and no value of HR, and `sensitive: true` not even how."""

import csv
import io
import json
import re
from datetime import date
from textwrap import indent
from typing import Any

import pytest
from cli_world import DAY, Place, Said, joinly

SASKIA = "000105"
HIDDEN = "•••"


def explained(place: Place, *words: object, person: str = SASKIA) -> Said:
    return joinly("explain", place.policy, "--data", place.data, "--on", DAY, "--person", person, *words)


def row_of(place: Place, person: str) -> list[str]:
    rows = csv.reader(io.StringIO(place.people.read_text(encoding="utf-8-sig")), delimiter=";")
    return next(row for row in rows if row[0] == person)


def told(value: str) -> set[str]:
    """A value of the export in every form in which it could be shown; one letter or digit says nothing."""
    forms = {value, value.lower()}
    if len(value) == 10 and value[2] == "-":
        day = date(*reversed([int(part) for part in value.split("-")]))
        forms |= {day.isoformat(), f"{day:%B %Y}", f"{day.day} {day:%B}"}
    return {form for form in forms if len(form) > 1}


def stands(form: str, text: str) -> bool:
    """Whether it can be read there: a short one as a word, a longer one within others too."""
    edge = r"(?<!\w)" if len(form) < 4 else ""
    return re.search(edge + re.escape(form) + edge.replace("<", ""), text) is not None


# A value that the policy itself says, or a word of the page, tells nothing about the person.
OF_THE_POLICY = {"de", "vast", "eigen", "hr"}


@pytest.mark.parametrize("words", [(), ("--json",)])
@pytest.mark.parametrize("person", ["000101", "000105", "000114"])
def test_a_redacted_page_holds_no_value_of_hr(kept: Place, person: str, words: tuple[str, ...]) -> None:
    """Whoever is in service, is adopted, will leave, has a partner's name, before and after it was written."""
    said = explained(kept, "--redact", *words, person=person)
    assert (said.code, said.err) == (0, "")
    out = json.dumps(said.json, ensure_ascii=False) if "--json" in words else said.out
    for value in row_of(kept, person):
        assert [form for form in told(value) - OF_THE_POLICY if stands(form, out)] == []
    assert "@" not in out


def test_a_redacted_page_still_says_how(kept: Place) -> None:
    said = explained(kept, "--redact")
    assert said.out.splitlines()[:5] == [
        "•••  hr, 23 November 2026",
        "  contract  ••• (active): it is the only one",
        "  manager   •••",
        "",
        "entra  ACTIVE; account •••",
    ]
    assert (
        "  surname  •••\n"
        '    Name([nameUsage], "{family}")\n'
        "      [nameUsage] = •••\n"
        "      from givenName •••, initials •••, nickName •••, partnerPrefix •••, partnerSurname •••, prefix •••, "
        "surname •••\n"
        "    kept in line; a null clears it; as last written\n"
    ) in said.out


def test_that_there_is_no_value_may_be_shown(place: Place) -> None:
    assert "[partnerPrefix]" not in explained(place, "--redact", person="000116").out
    place.alter('department: "[department]"', 'department: "ToUpper([partnerSurname])"')
    said = explained(place, "--redact", "--attribute", "department", person="000116")
    assert said.out.splitlines()[6:8] == ["  department  null", "    ToUpper([partnerSurname])"]


def test_who_waits_is_redacted_to_the_reason(place: Place) -> None:
    with place.people.open("a", encoding="utf-8") as file:
        file.write("000116;Dora;Dora;D.;;Demir;;;Eigen;1;16-09-2011;;Inkoop;Inkoper;Zwolle;3200;000110;32;vast\n")
    said = explained(place, "--redact", person="000116")
    assert (said.code, said.out) == (0, "Held: duplicate_id\n")


SENSITIVE = '{value: "Coalesce([department], [location])", sensitive: true, "null": {default: Kantoor}}'


def _made_sensitive(place: Place) -> None:
    place.alter('department: "[department]"', f"department: {SENSITIVE}")


def test_a_sensitive_attribute_shows_neither_its_value_nor_how_it_came_about(place: Place) -> None:
    _made_sensitive(place)
    said = explained(place)
    assert ("\n\n  department  •••\n    kept in line; a null becomes •••\n\n  jobTitle  ") in said.out
    assert "Verkoop" not in said.out
    assert "Kantoor" not in said.out
    assert '"Hoofd verkoop"' in said.out, "what is not sensitive is shown"


def test_a_sensitive_attribute_is_as_closed_to_programs(place: Place) -> None:
    _made_sensitive(place)
    place.run()
    said = explained(place, "--json", "--attribute", "department")
    found: dict[str, Any] = said.json["found"][0]["targets"][0]["attributes"][0]
    assert {key: found[key] for key in ("value", "written", "null", "read", "steps")} == {
        "value": HIDDEN,
        "written": HIDDEN,
        "null": {"default": HIDDEN},
        "read": None,
        "steps": None,
    }
    assert "Verkoop" not in said.out


def test_a_sensitive_value_is_in_no_preview_and_in_no_report(place: Place) -> None:
    _made_sensitive(place)
    for words in ((), ("--json",), ("--all",), ("--person", SASKIA)):
        said = place.preview(*words)
        assert said.code == 0
        assert '"Verkoop"' not in said.out
        assert "Financi" not in said.out.replace("hoofd financi", "").replace("Hoofd financi", "")
    step = next(one for one in place.preview("--json", "--person", SASKIA).json["plan"] if one["verb"] == "create")
    assert step["attributes"]["department"] == HIDDEN
    assert "      department         •••\n" in place.preview("--person", SASKIA).out
    for words in ((), ("--json",), ("--all",)):
        assert "Verkoop" not in place.run(*words).out


def test_a_sensitive_value_that_changes_shows_only_that_it_does(kept: Place) -> None:
    _made_sensitive(kept)
    text = kept.people.read_text(encoding="utf-8-sig")
    kept.people.write_text(text.replace(";Verkoop;Hoofd verkoop;", ";Geheim;Hoofd verkoop;"), encoding="utf-8")
    said = kept.preview("--person", SASKIA)
    assert "      department  ••• → •••\n" in said.out
    step = kept.preview("--person", SASKIA, "--json").json["plan"][0]
    assert (step["attributes"], step["before"]) == ({"department": HIDDEN}, {"department": HIDDEN})
    report = kept.run("--all")
    assert "Geheim" not in said.out + report.out
    assert "  000105  saskia.degraaf@contoso.nl  department" in report.out


def test_a_sensitive_name_calls_nobody(place: Place) -> None:
    """People are called by what they sign in with, or by their name; where that is sensitive, by their id alone."""
    form = 'Name([nameUsage], "{nick} {family}")'
    place.alter(f"displayName: {form}", f"displayName: {{value: '{form}', sensitive: yes}}")
    before, _, after = place.policy.read_text(encoding="utf-8").partition("      userPrincipalName: >-\n")
    rule, _, rest = after.partition("    grants:\n")
    head = "      userPrincipalName:\n        sensitive: yes\n        value: >-\n"
    text = before + head + indent(rule, "    ") + "    grants:\n" + rest
    place.policy.write_text(text, encoding="utf-8")
    assert place.run().code == 0
    said = explained(place)
    assert "saskia.degraaf@contoso.nl" not in said.out
    assert "\n  userPrincipalName  •••\n    issued once, changed only by a rename\n" in said.out
    report = place.preview("--hr", place.next_week, "--all").out
    assert "@contoso.nl" not in report
