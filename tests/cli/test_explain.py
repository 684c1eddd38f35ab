"""`joinly explain`: where each value of one person comes from, step by step; nothing is written anywhere."""

# ruff: noqa: E501 - what is printed stands on one line here too

from pathlib import Path
from typing import Any

import pytest
from cli_world import DAY, Place, Said, files_of, joinly

SASKIA = "000105"


def explained(place: Place, person: str = SASKIA, *words: object, on: str = DAY) -> Said:
    return joinly("explain", place.policy, "--data", place.data, "--on", on, "--person", person, *words)


def part(said: Said, attribute: str) -> list[str]:
    """The lines of one attribute, without the empty one behind them."""
    lines = [*said.out.splitlines(), ""]
    first = next(
        number for number, line in enumerate(lines) if not line and lines[number + 1].startswith(f"  {attribute}  ")
    )
    rest = lines[first + 1 :]
    return rest[: rest.index("")]


def attribute(said: Said, name: str) -> dict[str, Any]:
    found = said.json["found"][0]["targets"][0]["attributes"]
    return next(one for one in found if one["name"] == name)


PARTS = (
    'givenName "Saskia", initials "S.", nickName "Saskia", partnerPrefix "van der", partnerSurname "Meulen", '
    'prefix "de", surname "Graaf"'
)
PAGE = f"""\
000105  hr, 23 November 2026
  contract  1 (active, 1 September 2011 – open): it is the only one
  manager   000101

entra  ACTIVE: in service; no account yet

  employeeId  "000105"
    [employeeId]
    kept in line; a null clears it

  givenName  "Saskia"
    Coalesce([nickName], [givenName])
      [nickName] = "Saskia"
    kept in line; a null clears it

  surname  "van der Meulen - de Graaf"
    Name([nameUsage], "{{family}}")
      [nameUsage] = "PB"
      from {PARTS}
    kept in line; a null clears it

  displayName  "Saskia van der Meulen - de Graaf"
    Name([nameUsage], "{{nick}} {{family}}")
      [nameUsage] = "PB"
      from {PARTS}
    kept in line; a null clears it

  department  "Verkoop"
    [department]
    kept in line; a null clears it

  jobTitle  "Hoofd verkoop"
    [title]
    kept in line; a null clears it

  officeLocation  "Rotterdam"
    [location]
    kept in line; a null clears it

  employeeType  "permanent"
    [kind]
    kept in line; a null clears it

  manager  "000101"
    [manager]
    kept in line; a null clears it

  usageLocation  "NL"
    "NL"
    kept in line; a null keeps what stands there

  mailNickname  "saskia.degraaf"
    MailName(Name("B", "{{nick}}.{{family}}"), "nl")
      Name("B", "{{nick}}.{{family}}") = "Saskia.de Graaf"
      from {PARTS}
    written once, when the account is created; a null clears it

  userPrincipalName  the first that is free of "saskia.degraaf@contoso.nl", "sdegraaf@contoso.nl", \
"saskia.degraaf000105@contoso.nl"
    SelectUniqueValue(MailName(…), MailName(…), MailName(…))
      MailName(Name("B", "{{nick}}.{{family}}"), "nl", "contoso.nl") = "saskia.degraaf@contoso.nl"
        Name("B", "{{nick}}.{{family}}") = "Saskia.de Graaf"
      MailName(Name(…), "nl", "contoso.nl") = "sdegraaf@contoso.nl"
        Name("B", "{{initials:bare}}{{family}}") = "Sde Graaf"
      MailName(Join(…), "nl", "contoso.nl") = "saskia.degraaf000105@contoso.nl"
        Join("", Name("B", "{{nick}}.{{family}}"), [employeeId]) = "Saskia.de Graaf000105"
          Name("B", "{{nick}}.{{family}}") = "Saskia.de Graaf"
          [employeeId] = "000105"
      from {PARTS}
    issued when the account is created

  group:All staff  grants.0 (contract 1)
  group:Sales      grants.3 (contract 1)
  license:SPE_E3   grants.5 (contract 1)
"""


def test_the_whole_page_of_somebody_who_has_no_account_yet(place: Place) -> None:
    said = explained(place)
    assert (said.code, said.err) == (0, "")
    assert said.out == PAGE


def test_after_a_run_it_says_what_was_written(kept: Place) -> None:
    said = explained(kept)
    assert (said.code, said.err) == (0, "")
    assert "entra  ACTIVE: in service; account " in said.out
    assert part(said, "department")[-1] == "    kept in line; a null clears it; as last written"
    assert part(said, "manager") == ['  manager  "000101"', "    [manager]", part(said, "department")[-1]]
    assert part(said, "userPrincipalName")[:3] == [
        '  userPrincipalName  "saskia.degraaf@contoso.nl"',
        "    SelectUniqueValue(MailName(…), MailName(…), MailName(…))",
        '      = the first that is free of "saskia.degraaf@contoso.nl", "sdegraaf@contoso.nl", '
        '"saskia.degraaf000105@contoso.nl"',
    ]
    assert part(said, "userPrincipalName")[-1] == "    issued once, changed only by a rename"


def test_what_hr_says_now_stands_beside_what_was_written(kept: Place) -> None:
    _in_hr(kept, ";Verkoop;Hoofd verkoop;", ";Inkoop;Hoofd verkoop;")
    assert part(explained(kept), "department") == [
        '  department  "Inkoop"',
        "    [department]",
        '    kept in line; a null clears it; last written "Verkoop"',
    ]


def test_one_attribute_can_be_asked_for(place: Place) -> None:
    said = explained(place, SASKIA, "--attribute", "department")
    assert said.out.splitlines()[4:] == [
        "entra  ACTIVE: in service; no account yet",
        "",
        '  department  "Verkoop"',
        "    [department]",
        "    kept in line; a null clears it",
    ]
    found = explained(place, SASKIA, "--attribute", "department", "--json").json["found"][0]["targets"][0]
    assert [one["name"] for one in found["attributes"]] == ["department"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("departmnt", "; did you mean department?"), ("DEPARTMENT", "; did you mean department?"), ("shoeSize", "")],
)
def test_an_attribute_that_is_not_mapped_is_an_error(place: Place, name: str, said: str) -> None:
    found = explained(place, SASKIA, "--attribute", name)
    assert (found.code, found.out) == (1, "")
    assert found.err == f"joinly: the policy maps no attribute {name}{said}\n"


@pytest.mark.parametrize("person", ["105", "999999", " 000105"])
def test_an_id_that_nobody_has_is_an_error(place: Place, person: str) -> None:
    said = explained(place, person)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"joinly: nobody in HR has the id {person}; it is the value of the key column, zeros included\n"


def test_a_person_must_be_named(place: Place) -> None:
    said = joinly("explain", place.policy)
    assert said.code == 2
    assert "Missing option '--person'" in said.err


def test_somebody_whose_record_cannot_be_used_is_shown_with_the_reason(place: Place) -> None:
    """HR does have them: to say that nobody has the id would send people looking in the wrong place."""
    lines = place.people.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    twice = next(line for line in lines if line.startswith("000116")).replace("Dirk", "Dora")
    place.people.write_text("".join([*lines, twice]), encoding="utf-8")
    said = explained(place, "000116")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Held (1)\n  duplicate_id: HR gave one id to different records;")
    assert explained(place, "000116", "--json").json == {"found": [], "held": ["duplicate_id"], "failures": []}


def test_for_programs_it_is_one_object_with_every_step(kept: Place) -> None:
    said = explained(kept, SASKIA, "--json")
    assert (said.code, said.err, said.out.count("\n"), said.out.isascii()) == (0, "", 1, True)
    found = said.json["found"][0]
    assert {key: found[key] for key in ("person", "source", "day", "contract", "why", "manager")} == {
        "person": "000105",
        "source": "hr",
        "day": "2026-11-23",
        "contract": "1",
        "why": "it is the only one",
        "manager": "000101",
    }
    assert (found["targets"][0]["target"], found["targets"][0]["stage"]) == ("entra", "ACTIVE")
    assert attribute(said, "displayName") == {
        "name": "displayName",
        "expression": 'Name([nameUsage], "{nick} {family}")',
        "mode": "enforce",
        "null": "clear",
        "value": "Saskia van der Meulen - de Graaf",
        "problem": None,
        "written": "Saskia van der Meulen - de Graaf",
        "outdated": False,
        "former": None,
        "read": {
            "givenName": "Saskia",
            "initials": "S.",
            "nickName": "Saskia",
            "partnerPrefix": "van der",
            "partnerSurname": "Meulen",
            "prefix": "de",
            "surname": "Graaf",
        },
        "steps": {
            "text": 'Name([nameUsage], "{nick} {family}")',
            "value": "Saskia van der Meulen - de Graaf",
            "steps": [{"text": "[nameUsage]", "value": "PB"}],
        },
    }
    name = attribute(said, "userPrincipalName")
    assert (name["mode"], name["written"]) == ("tried", "saskia.degraaf@contoso.nl")
    assert name["value"]["candidates"][1:] == ["sdegraaf@contoso.nl", "saskia.degraaf000105@contoso.nl"]


@pytest.mark.parametrize("words", [(), ("--json",), ("--redact",)])
def test_nothing_is_written_to_a_state_that_is_there(kept: Place, words: tuple[str, ...]) -> None:
    with files_of(kept.folder):
        assert explained(kept, SASKIA, "--hr", kept.next_week, *words).code == 0


@pytest.mark.parametrize("words", [(), ("--json",), ("--redact",)])
def test_no_state_is_made_where_there_was_none(place: Place, words: tuple[str, ...]) -> None:
    with files_of(place.folder):
        assert explained(place, SASKIA, *words).code == 0
    assert not place.data.exists()


def _in_hr(place: Place, old: str, new: str) -> None:
    text = place.people.read_text(encoding="utf-8-sig")
    assert old in text
    place.people.write_text(text.replace(old, new), encoding="utf-8")


def _second_contract(place: Place) -> None:
    """Saskia's job ends with the year; from then on she has another one, and beside it a small one for now."""
    who, job = (
        "000105;Saskia;Saskia;S.;de;Graaf;van der;Meulen;Partner - eigen",
        "Marketing;Adviseur;Zwolle;2100;000106",
    )
    _in_hr(place, ";1;01-09-2011;;Verkoop;", ";1;01-09-2011;31-12-2026;Verkoop;")
    with place.people.open("a", encoding="utf-8") as file:
        file.write(f"{who};2;01-01-2027;;{job};36;vast\n")
        file.write(f"{who};3;01-01-2026;31-03-2027;{job};4;vast\n")


def test_of_several_contracts_another_day_picks_another_one_and_says_why(place: Place) -> None:
    _second_contract(place)
    now, later = explained(place), explained(place, on="2027-02-01")
    assert now.out.splitlines()[1:5] == [
        "  contract  1 (active, 1 September 2011 – 31 December 2026): it has the most hours",
        "            not 3 (active, 1 January 2026 – 31 March 2027)",
        "            not 2 (future, 1 January 2027 – open)",
        "  manager   000101",
    ]
    assert later.out.splitlines()[:5] == [
        "000105  hr, 1 February 2027",
        "  contract  2 (active, 1 January 2027 – open): it has the most hours",
        "            not 3 (active, 1 January 2026 – 31 March 2027)",
        "            not 1 (past, 1 September 2011 – 31 December 2026)",
        "  manager   000106",
    ]
    assert (part(now, "department")[0], part(later, "department")[0]) == (
        '  department  "Verkoop"',
        '  department  "Marketing"',
    )


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("2000;000101;32", "2000;;32", "  manager   HR names none"),
        ("2000;000101;32", "2000;000105;32", "  manager   HR names themselves, which counts as nobody"),
        ("2000;000101;32", "2000;000999;32", "  manager   000999, whom HR does not hold"),
    ],
)
def test_whom_hr_names_as_manager_is_told(place: Place, old: str, new: str, line: str) -> None:
    _in_hr(place, old, new)
    assert explained(place).out.splitlines()[2] == line


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (";01-09-2011;;", ";01-09-2011;20-11-2026;", "entra  DORMANT: left 2026-11-20"),
        (";01-09-2011;;", ";01-09-2027;;", "entra  DORMANT: starts 2027-09-01"),
    ],
)
def test_of_who_is_not_in_service_it_is_said_that_nothing_is_written(
    place: Place, old: str, new: str, line: str
) -> None:
    _in_hr(place, f"Partner - eigen;1{old}", f"Partner - eigen;1{new}")
    assert f"{line}; no account yet; nothing of this is written now\n" in explained(place).out


def test_when_hr_cannot_be_read_it_is_what_hr_said_before_and_that_is_said(kept: Place) -> None:
    before = explained(kept).out
    kept.people.unlink()
    said = explained(kept)
    assert (said.code, said.out) == (0, before)
    assert said.err.startswith("joinly: ")
    assert said.err.endswith("; this is what HR said before\n")
    assert len(explained(kept, SASKIA, "--json").json["failures"]) == 1
    nobody = explained(kept, "999999")
    assert (nobody.code, nobody.out) == (1, "")
    assert "this is what HR said before" not in nobody.err


def test_another_export_can_be_explained_before_it_is_used(ran: Place) -> None:
    said = explained(ran, "000142", "--hr", ran.next_week, "--attribute", "department")
    assert '    kept in line; a null clears it; last written "Personeel & Organisatie"' in said.out.splitlines()
    assert '  department  "ICT"' in said.out.splitlines()


def test_who_is_missing_from_hr_is_still_explained_and_what_waits_is_told(ran: Place) -> None:
    ran.run("--hr", ran.next_week)
    said = explained(ran, "000170", "--hr", ran.next_week, "--attribute", "department")
    assert "  missing   from HR since 23 November 2026\n" in said.out
    assert "\nHeld (1)\n  vanished: they are missing from HR without an end date;" in said.out


def test_an_expression_that_fails_says_so_once_where_it_failed(place: Place) -> None:
    place.alter('department: "[department]"', 'department: \'Join("-", [location], DateFormat([department], "yyyy"))\'')
    said = explained(place)
    assert (said.code, said.err) == (0, "")
    failed = part(said, "department")
    assert failed[0].startswith("  department  department cannot be worked out: line 1, column ")
    assert failed[1] == '    Join("-", [location], DateFormat([department], "yyyy")) ✗'
    assert failed[2] == '      [location] = "Rotterdam"'
    assert failed[3].startswith('      DateFormat([department], "yyyy") ✗')
    assert said.out.count("Verkoop") == 0 or '[department] = "Verkoop"' in said.out
    found = attribute(explained(place, SASKIA, "--json"), "department")
    assert (found["value"], found["problem"].startswith("department cannot be worked out")) == (None, True)


@pytest.mark.parametrize(
    ("rule", "shown", "words"),
    [
        ('{value: "[costCenter]", mode: on_change}', '"2000"', "written when it changes, left to others in between; a null clears it"),
        ('{value: "[partnerPrefix]", mode: if_empty, "null": keep}', '"van der"', "written where nothing stands; a null keeps what stands there"),
        ('{value: "ToUpper(Coalesce(IIF([kind] = \\"x\\", [kind], \\"\\")))", "null": {default: none}}', '"none"', 'kept in line; a null becomes "none"'),
        ('IIF([kind] = "permanent", IgnoreAttributeFlow, [kind])', "(left alone)", "kept in line; a null clears it"),
    ],
)  # fmt: skip
def test_what_a_rule_says_of_null_and_of_when_is_told(place: Place, rule: str, shown: str, words: str) -> None:
    place.alter('department: "[department]"', f"department: {rule}")
    said = part(explained(place), "department")
    assert (said[0], said[-1]) == (f"  department  {shown}", f"    {words}")


def test_a_value_that_a_null_gave_way_to_shows_the_null(place: Place) -> None:
    place.alter(
        'department: "[department]"', 'department: {value: "ToUpper([partnerSurname])", "null": {default: none}}'
    )
    assert part(explained(place, "000116"), "department")[:3] == [
        '  department  "none"',
        "    ToUpper([partnerSurname]) = null",
        "      [partnerSurname] = null",
    ]


def test_an_account_that_is_left_alone_says_so_at_its_head(place: Place) -> None:
    place.alter('department: "[department]"', "department: IgnoreObjectFlow")
    assert "entra  ACTIVE: in service; no account yet; the whole account is left alone\n" in explained(place).out


def test_text_from_hr_is_shown_as_it_is_and_does_not_steer_the_terminal(place: Place) -> None:
    """What a file may hold at all; everything else is in the tests of the page itself."""
    _in_hr(place, ";Verkoop;Hoofd verkoop;", ";[red]Ver\u202ekoop[/] \\x1b;Hoofd verkoop;")
    said = explained(place)
    assert part(said, "department")[0] == r'  department  "[red]Verkoop[/] \\x1b"'
    assert "\u202e" not in said.out + explained(place, SASKIA, "--json").out


def test_a_policy_that_cannot_be_used_is_told_as_everywhere(place: Place, tmp_path: Path) -> None:
    place.alter("correlate: [employeeId]", "correlat: [employeeId]")
    said = explained(place)
    assert (said.code, said.out) == (1, "")
    assert "did you mean correlate?" in said.err
