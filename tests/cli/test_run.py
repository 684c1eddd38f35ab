"""`joinly run` on the example: what the first run does, that the second does nothing, and what next week brings."""

import csv
from datetime import date, timedelta
from pathlib import Path

from cli_world import DAY, Place, Said, joinly

ADOPTED, PROTECTED, TWICE, VANISHED = "000101", "000104", "000330", "000170"


def _expected(place: Place, day: date) -> tuple[set[str], set[str]]:
    """Who has an account on `day`, and who has it open, read from the export by itself."""
    accounts, opened = set(), set()
    with place.people.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            start, end = _day(row["In dienst"]), _day(row["Uit dienst"]) or date.max
            if start and start - timedelta(14) <= day <= end:
                accounts.add(row["Medewerker"])
            if start and start <= day <= end:
                opened.add(row["Medewerker"])
    return accounts - {TWICE, PROTECTED}, opened - {TWICE, PROTECTED}


def _day(text: str) -> date | None:
    return date(*reversed([int(part) for part in text.split("-")])) if text else None


def test_the_first_run_gives_an_account_to_everybody_in_service_or_about_to_start(first: tuple[Place, Said]) -> None:
    place, said = first
    accounts, opened = _expected(place, date.fromisoformat(DAY))
    found = said.json
    assert (said.code, said.err) == (0, "")
    assert found["actions"]["create"] == len(accounts - {ADOPTED})
    assert found["actions"]["correlate"] == 1
    assert found["actions"]["enable"] == len(opened - {ADOPTED})
    assert found["held"] == [
        {"person": PROTECTED, "reason": "protected"},
        {"person": TWICE, "reason": "duplicate_id"},
    ]
    assert found["failures"] == []
    assert found["left"] == 0
    assert found["writes"] >= sum(found["actions"].values()) - found["actions"]["correlate"]


def test_the_second_run_writes_nothing(ran: Place) -> None:
    said = ran.run("--json")
    assert (said.code, said.err) == (0, "")
    assert {key: said.json[key] for key in ("changes", "actions", "writes", "left", "failures")} == {
        "changes": 0,
        "actions": {},
        "writes": 0,
        "left": 0,
        "failures": [],
    }


def test_next_weeks_export_does_exactly_what_it_says(ran: Place) -> None:
    said = ran.run("--hr", ran.next_week, "--json")
    assert said.code == 0
    assert said.json["actions"] == {"create": 1, "update": 3, "grant": 1}
    assert said.json["writes"] == 5
    assert {"person": VANISHED, "reason": "vanished"} in said.json["held"]
    assert ran.run("--hr", ran.next_week, "--json").json["writes"] == 0


def test_a_day_that_comes_disables_who_left_and_enables_who_starts(ran: Place) -> None:
    ran.run("--hr", ran.next_week)
    said = ran.run("--hr", ran.next_week, on="2026-12-01")
    assert said.code == 0
    assert "entra  3 disabled · 3 enabled · groups and licences: 8 given, 8 taken away" in said.out
    assert "  000153  carla.koster@contoso.nl             left 2026-11-27\n" in said.out
    assert "  000401  renee.vanos@contoso.nl\n" in said.out
    assert ran.run("--hr", ran.next_week, "--json", on="2026-12-01").json["writes"] == 0


def test_the_summary_says_who_what_why_and_at_what_cost(ran: Place) -> None:
    said = ran.run("--hr", ran.next_week)
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    assert lines[:10] == [
        "Contoso  23 November 2026  6 changes in HR",
        "entra  1 created · 2 changed · groups and licences: 1 given",
        "",
        "Created (1)",
        "  000401  renee.vanos@contoso.nl  starts 2026-12-01",
        "",
        "Changed (2)",
        "  000142  zeynep.bos@contoso.nl    department, jobTitle, + group ICT",
        "  000345  lotte.jansen@contoso.nl  displayName, surname",
        "",
    ]
    assert lines[10] == "Held (3)"
    assert "  vanished: they are missing from HR without an end date; nothing is done until HR says" in said.out
    assert lines[-1].endswith("Running it again changes nothing.")


def test_a_pipe_gets_whole_lines_without_colour_or_padding(ran: Place) -> None:
    said = ran.run()
    assert "\x1b" not in said.out
    assert all(line == line.rstrip() for line in said.out.splitlines())
    assert said.out.endswith("Everything was in line already.\n")


def test_long_lists_are_shortened_unless_everybody_is_asked_for(place: Place, tmp_path: Path) -> None:
    new = place.run()
    assert "Created (14)\n" in new.out
    assert "  … and 6 more; --all names everyone\n" in new.out
    everyone = joinly("run", place.policy, "--data", tmp_path / "other", "--on", DAY, "--all")
    assert sum("@contoso.nl" in line for line in everyone.out.splitlines()) == 15
    assert "more; --all" not in everyone.out


def test_the_state_of_each_policy_has_a_folder_of_its_own_where_the_command_is_run(place: Place, monkeypatch) -> None:
    monkeypatch.chdir(place.folder)
    place.people.write_text("", encoding="utf-8")
    joinly("run", "example.yaml", "--on", DAY)
    assert (place.folder / ".joinly" / "example" / "state.db").exists()
