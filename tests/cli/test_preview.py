"""`joinly preview`: it says what a run then does, and writes nothing anywhere."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_world import Place, Said, files_of, small_place

from local.graph import Tenant
from shared import layout


def _planned(said: Said) -> dict[str, Counter[tuple[str, str, tuple[str, ...]]]]:
    """Our id → what the preview says will be done, in the form of the ledger."""
    found: dict[str, Counter[tuple[str, str, tuple[str, ...]]]] = {}
    for step in said.json["plan"]:
        kind = step.get("entitlement")
        what = (step["verb"], f"{kind['kind']}:{kind['name']}" if kind else "", tuple(step.get("attributes", ())))
        found.setdefault(layout.own_id("hr", step["person"]), Counter())[what] += 1
    return found


def _tenant(place: Place) -> dict[str, dict]:
    """Employee id → the account in the simulated tenant, as its file remembers it."""
    tenant = Tenant(clock=lambda: datetime.now(UTC), file=place.data / "tenant.db")
    found = {
        user["employeeId"]: {**user, "manager": tenant.manager(id)}
        for id, user in tenant.users.items()
        if user.get("employeeId")
    }
    tenant.close()
    return found


def test_a_first_run_does_exactly_what_the_preview_said(place: Place) -> None:
    plan = place.preview("--json")
    assert (plan.code, plan.err, plan.json["writes"]) == (0, "", 0)
    assert plan.out.count("\n") == 1
    ran = place.run("--json")
    assert ran.json["actions"] == plan.json["actions"]
    assert ran.json["held"] == plan.json["held"]
    assert place.ledger() == _planned(plan)


def test_the_values_of_the_plan_are_the_values_of_the_accounts(place: Place) -> None:
    plan = place.preview("--json").json["plan"]
    place.run()
    accounts = _tenant(place)
    ids = {account["id"]: number for number, account in accounts.items()}
    compared = 0
    for step in plan:
        for name, value in step.get("attributes", {}).items():
            held = accounts[step["person"]][name]
            assert (held if name != "manager" else {"person": ids[held]}) == value, (step["person"], name)
            compared += 1
    assert compared > 100


def test_a_later_run_does_exactly_what_the_preview_said(ran: Place) -> None:
    before = ran.ledger()
    plan = ran.preview("--hr", ran.next_week, "--json", on="2026-12-01")
    assert plan.json["actions"] == {"create": 1, "disable": 3, "enable": 3, "grant": 9, "revoke": 8, "update": 3}
    ran.run("--hr", ran.next_week, on="2026-12-01")
    done = {person: lines - before.get(person, Counter()) for person, lines in ran.ledger().items()}
    assert {person: lines for person, lines in done.items() if lines} == _planned(plan)


def test_a_preview_makes_no_folder_where_there_was_none(place: Place) -> None:
    with files_of(place.folder):
        said = place.preview()
    assert said.code == 0
    assert not place.data.exists()
    assert said.out.endswith("1 held. Nothing was written.\n")


def test_a_preview_leaves_every_byte_of_the_state_and_of_the_tenant(ran: Place) -> None:
    with files_of(ran.folder):
        said = ran.preview("--hr", ran.next_week, on="2026-12-01")
    assert "Plan: 27 actions for" in said.out


def test_a_preview_reads_what_a_killed_run_left_in_the_log_and_leaves_it_there(kept: Place) -> None:
    with closing(sqlite3.connect(kept.data / "state.db", isolation_level=None)) as state:
        state.execute("PRAGMA wal_autocheckpoint = 0")
        state.execute("UPDATE commits SET last = last + 1")
        assert (kept.data / "state.db-wal").stat().st_size > 0
        with files_of(kept.data):
            said = kept.preview("--json")
    assert (said.code, said.json["actions"]) == (0, {})


def test_the_plan_shows_old_values_beside_new_ones(ran: Place) -> None:
    said = ran.preview("--hr", ran.next_week)
    assert said.out.splitlines()[:6] == [
        "000142  zeynep.bos@contoso.nl  entra  in service",
        "  ~ update",
        '      department  "Personeel & Organisatie" → "ICT"',
        '      jobTitle    "Salarisadministrateur" → "Ontwikkelaar"',
        "  + grant group ICT",
        "",
    ]
    assert "      manager  000110 siobhan.oneill@contoso.nl\n" in said.out
    assert "\nPlan: 5 actions for 3 people: 1 create · 3 update · 1 grant. 3 held. Nothing was written.\n" in said.out


def test_one_person_can_be_asked_for(place: Place) -> None:
    said = place.preview("--person", "000105")
    assert said.out.startswith("000105  saskia.degraaf@contoso.nl  entra  in service\n  + create\n")
    assert said.out.endswith(
        "Plan: 6 actions for 1 person: 1 create · 1 update · 1 enable · 3 grant. Nothing was written.\n"
    )
    found = place.preview("--person", "000105", "--json").json
    assert {step["person"] for step in found["plan"]} == {"000105"}
    assert found["actions"] == {"create": 1, "update": 1, "enable": 1, "grant": 3}


def test_somebody_who_is_held_is_shown_with_the_reason(ran: Place) -> None:
    said = ran.preview("--person", "000330")
    assert said.code == 0
    assert "Held (1)\n  duplicate_id: HR gave one id" in said.out
    assert said.out.endswith("Nothing to do. 1 held. Nothing was written.\n")


def test_somebody_who_is_as_they_should_be_has_nothing_to_do(kept: Place) -> None:
    assert kept.preview("--person", "000105").out == "Nothing to do. Nothing was written.\n"


def test_an_id_that_nobody_has_is_an_error(kept: Place) -> None:
    said = kept.preview("--person", "105")
    assert (said.code, said.out) == (1, "")
    assert said.err == "joinly: nobody in HR has the id 105; it is the value of the key column, zeros included\n"


def test_a_long_plan_is_shortened_unless_everybody_is_asked_for(tmp_path: Path) -> None:
    place = small_place(tmp_path / "example", 28)
    short, whole = place.preview().out, place.preview("--all").out
    assert "\n… and 7 more people; --all shows everyone, --person ID shows one\n" in short
    assert (short.count("\n  + create\n"), whole.count("\n  + create\n")) == (19, 26)
    assert short.splitlines()[-1] == whole.splitlines()[-1]


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "01-12-2026"])
def test_a_day_that_is_none_is_wrong_use(place: Place, day: str) -> None:
    said = place.preview(on=day)
    assert said.code == 2
    assert "Invalid value for '--on'" in said.err
