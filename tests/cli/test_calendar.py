"""`joinly calendar`: what dates alone will bring, as people and programs read it; and `preview --on` any day."""

import pytest
from cli_world import DAY, Place, Said, files_of, joinly

COMING = "000999;Noor;Noor;N.;;Bakker;;;Eigen;1;15-01-2027;;ICT;Ontwikkelaar;Utrecht;1300;000104;36;vast\n"


@pytest.fixture
def dated(kept: Place) -> Place:
    """Saskia leaves with the year, Işıl moves to ICT and Noor comes in January; all of it HR says already."""
    text = kept.people.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines(keepends=True) if line.startswith("000106;"))
    ended = row.replace(";01-02-2020;;", ";01-02-2020;31-12-2026;")
    next_one = row.replace(";1;01-02-2020;;Marketing;", ";2;01-01-2027;;ICT;")
    text = text.replace(row, ended + next_one).replace(";01-09-2011;;", ";01-09-2011;31-12-2026;")
    kept.people.write_text(text + COMING, encoding="utf-8")
    return kept


def calendar(place: Place, *words: object) -> Said:
    return joinly("calendar", place.policy, "--data", place.data, "--on", DAY, *words)


def test_each_day_says_to_whom_what_happens_and_why_and_writes_nothing(dated: Place) -> None:
    with files_of(dated.folder):
        said = calendar(dated)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "Contoso  23 November 2026 – 21 February 2027",
        "",
        "Fri 1 Jan 2027  + create   000999                                 starts 2027-01-15",
        "                ~ update   000106  isil.caglayan@contoso.nl       department; - group Sales; + group ICT",
        "                - disable  000105  saskia.degraaf@contoso.nl      left 2026-12-31",
        "Fri 15 Jan      + enable   000999                                 in service",
        "Sat 23 Jan      - disable  000111  agnieszka.hendriks@contoso.nl  left 2027-01-22",
        "",
        "4 people on 3 days: 1 created · 1 enabled · 1 changed · 2 disabled. Nothing was written.",
    ]


def test_it_can_look_at_one_person_only_and_then_says_all(dated: Place) -> None:
    said = calendar(dated, "--person", "000105", "--days", "365")
    assert said.out.splitlines()[2:] == [
        "Fri 1 Jan 2027  - disable  000105  saskia.degraaf@contoso.nl  "
        "left 2026-12-31; - group All staff; - group Sales; - license SPE_E3",
        "Thu 1 Apr       - delete   000105  saskia.degraaf@contoso.nl  left 2026-12-31",
        "",
        "1 person on 2 days: 1 disabled · 1 deleted. Nothing was written.",
    ]


def test_nothing_to_come_is_said_as_well(kept: Place) -> None:
    said = calendar(kept, "--days", "1")
    assert said.out.splitlines()[-1] == (
        "Nothing changes within 1 day unless HR says something new. Nothing was written."
    )


def test_programs_are_given_ids_verbs_and_names_and_no_value(dated: Place) -> None:
    found = calendar(dated, "--json").json
    assert (found["from"], found["until"], found["failures"]) == ("2026-11-23", "2027-02-21", [])
    noor = [one for day in found["days"] for one in day["people"] if one["person"] == "000999"]
    assert [one["because"] for one in noor] == ["starts 2027-01-15", "in service"]
    assert {"verb": "grant", "entitlement": {"kind": "group", "name": "ICT"}} in noor[1]["actions"]
    assert "displayName" in noor[0]["actions"][0]["attributes"]
    assert "Bakker" not in str(found)


def test_a_long_day_is_shortened_unless_everybody_is_asked_for(dated: Place) -> None:
    text = dated.people.read_text(encoding="utf-8")
    more = [COMING.replace("000999", f"0010{number:02d}").replace("Bakker", f"Dam{number}") for number in range(9)]
    dated.people.write_text(text + "".join(more), encoding="utf-8")
    short, whole = calendar(dated).out, calendar(dated, "--all").out
    assert "… and 5 more: 5 enabled\n" in short
    assert "more:" not in whole
    assert short.splitlines()[-1] == whole.splitlines()[-1]


def test_an_id_that_nobody_has_is_an_error(kept: Place) -> None:
    said = calendar(kept, "--person", "105")
    assert (said.code, said.out) == (1, "")
    assert said.err == "joinly: nobody in HR has the id 105; it is the value of the key column\n"


def test_a_preview_of_a_day_to_come_says_what_a_run_on_it_then_does_and_leaves_today_alone(dated: Place) -> None:
    before = dated.preview("--json").json
    plan = dated.preview("--json", on="2027-01-01").json
    steps = {(step["person"], step["verb"]) for step in plan["plan"]}
    assert {("000105", "disable"), ("000106", "update"), ("000999", "create")} <= steps
    assert dated.preview("--json").json["plan"] == before["plan"] == []
    ran = dated.run("--json", on="2027-01-01").json
    assert ran["actions"] == plan["actions"]


@pytest.mark.parametrize(
    ("on", "verbs"),
    [("2026-12-31", set()), ("2027-01-01", {"create"}), ("2027-01-15", {"create", "enable", "grant"})],
)
def test_a_preview_goes_by_the_day_it_is_asked_for_and_not_by_the_one_it_is(
    dated: Place, on: str, verbs: set[str]
) -> None:
    found = dated.preview("--person", "000999", "--json", on=on).json["plan"]
    assert verbs == {step["verb"] for step in found} - {"update"}


def test_a_preview_of_a_day_that_is_past_says_what_a_run_on_it_would_have_done(kept: Place) -> None:
    """Somebody HR tells of today who began last week: on the day before that only an account would be made."""
    text = kept.people.read_text(encoding="utf-8")
    kept.people.write_text(text + COMING.replace("15-01-2027", "16-11-2026"), encoding="utf-8")
    for on, verbs in (("2026-11-01", set()), ("2026-11-15", {"create"}), ("2026-11-16", {"create", "enable", "grant"})):
        found = kept.preview("--person", "000999", "--json", on=on).json["plan"]
        assert verbs == {step["verb"] for step in found} - {"update"}, on
