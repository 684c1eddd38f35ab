"""The ledger at the command line: one person's history, why somebody has something, an export, and a run taken back."""

import csv
import io
import json
import sqlite3
from typing import Any

import pytest
from cli_world import Place, Said, joinly

SASKIA, EVA = "000105", "000112"
LATER = "2026-11-24"
SECRET_RULE = '{value: "[location]", sensitive: true}'


def ledger(place: Place, *words: object) -> Said:
    command, *rest = words
    return joinly(command, place.policy, "--data", place.data, *rest)


def exported(place: Place, *words: object) -> Said:
    return joinly("ledger", "export", place.policy, "--data", place.data, *words)


def rows(said: Said) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said.out)))


@pytest.fixture
def moved(kept: Place) -> Place:
    """The example after its first run, in which Saskia moved to ICT the day after."""
    text = kept.people.read_text(encoding="utf-8-sig")
    line = next(one for one in text.splitlines() if one.startswith(f"{SASKIA};"))
    assert ";Verkoop;" in line
    kept.people.write_text(text.replace(line, line.replace(";Verkoop;", ";ICT;")), encoding="utf-8")
    assert kept.run(on=LATER).code == 0
    return kept


# ── history ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_history_of_a_person_is_told_day_by_day(moved: Place) -> None:
    said = ledger(moved, "history", "--person", SASKIA)
    assert (said.code, said.err) == (0, "")
    first, second = said.out.split("\nTuesday 24 November 2026\n")
    assert first.startswith(f"{SASKIA}\n\nMonday 23 November 2026\n")
    assert "    HR      tells of them for the first time\n" in first
    given = "+ group All staff (grants.0 (contract 1)); + group Sales (grants.3 (contract 1))"
    assert f"    policy  entra: ACTIVE, in service (contract 1); {given}" in first
    assert "    entra   grant group Sales\n" in first
    assert "    HR      changes department\n" in second
    moved_to = "+ group ICT (grants.4 (contract 1)); - group Sales; changes department"
    assert f"    policy  entra: ACTIVE, in service (contract 1); {moved_to}\n" in second
    assert '    entra   update; department "Verkoop" → "ICT"\n' in second
    assert "    entra   revoke group Sales\n" in second


def test_a_history_begins_when_it_is_asked_to_and_shows_no_value_when_told_so(moved: Place) -> None:
    said = ledger(moved, "history", "--person", SASKIA, "--since", LATER, "--redact")
    assert "Monday 23" not in said.out
    assert "Verkoop" not in said.out
    assert "    entra   update; changes department\n" in said.out


def test_programs_read_the_same_history(moved: Place) -> None:
    lines = ledger(moved, "history", "--person", SASKIA, "--json").json["lines"]
    assert lines[0]["what"] == "appeared"
    update = next(
        line
        for line in lines
        if line["what"] == "update" and line["version"] > 1 and "department" in line["attributes"]
    )
    assert (update["attributes"], update["values"]) == ({"department": "changed"}, {"department": ["Verkoop", "ICT"]})
    assert (update["outcome"], update["cohort"]) == ("done", "poll/hr/2")
    assert "values" not in ledger(moved, "history", "--person", SASKIA, "--json", "--redact").out


def test_a_person_nobody_knows_is_named(kept: Place) -> None:
    said = ledger(kept, "history", "--person", "999999")
    assert (said.code, said.out) == (1, "")
    assert "the ledger tells of nobody with the id 999999" in said.err


# ── export ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_export_has_one_line_for_each_line_of_the_ledger(moved: Place) -> None:
    written = [key.split("|") for (key,) in moved.rows("SELECT key FROM rows WHERE tab = 'ledger'")]
    kept = len({(person, operation) for person, _, _, _, operation, *_ in written})  # what was said twice is one line
    found = rows(exported(moved))
    assert len(found) == kept
    assert {one["what"] for one in found} >= {"appeared", "mapped", "admitted", "create", "grant", "enable", "update"}
    assert len([line for line in exported(moved, "--json").out.splitlines() if json.loads(line)]) == kept
    grant = next(one for one in found if one["entitlement"] == "group:ICT" and one["person"] == SASKIA)
    assert (grant["what"], grant["outcome"], grant["cohort"]) == ("grant", "done", "poll/hr/2")


def test_an_export_is_of_the_days_that_are_asked_for(moved: Place) -> None:
    whole, first = rows(exported(moved)), rows(exported(moved, "--until", "2026-11-23"))
    late = rows(exported(moved, "--since", LATER, "--until", LATER))
    assert len(first) + len(late) == len(whole)
    assert {one["person"] for one in late} == {SASKIA}


def test_no_cell_is_a_formula_and_every_line_is_one_line(kept: Place) -> None:
    with sqlite3.connect(kept.data / "state.db") as state:
        key, data = state.execute("SELECT key, data FROM rows WHERE tab = 'ledger' LIMIT 1").fetchone()
        line = {**json.loads(data), "because": '=HYPERLINK("http://x")\n+1', "by": "@somebody"}
        state.execute("UPDATE rows SET data = ? WHERE tab = 'ledger' AND key = ?", (json.dumps(line), key))
    found = exported(kept)
    odd = next(one for one in rows(found) if one["by"])
    assert odd["because"] == '\'=HYPERLINK("http://x")\\n+1'
    assert odd["by"] == "'@somebody"
    assert not [cell for one in rows(found) for cell in one.values() if cell.startswith(("=", "+", "-", "@"))]


def test_values_are_exported_only_when_asked_for(moved: Place) -> None:
    assert "Verkoop" not in exported(moved).out
    assert '"Verkoop"' in exported(moved, "--values", "--json").out


def test_no_value_of_a_sensitive_attribute_is_in_the_ledger_or_shown(place: Place) -> None:
    place.alter('officeLocation: "[location]"', f"officeLocation: {SECRET_RULE}")
    text = place.people.read_text(encoding="utf-8-sig").replace(";Utrecht;", ";Geheimplaats;")
    place.people.write_text(text, encoding="utf-8")
    assert place.run().code == 0
    place.people.write_text(text.replace(";Geheimplaats;", ";Geheimplaats2;"), encoding="utf-8")
    assert place.run(on=LATER).code == 0
    told = place.rows("SELECT data FROM rows WHERE tab = 'ledger'")
    assert not [data for (data,) in told if "Geheimplaats" in data]
    assert [data for (data,) in told if "officeLocation" in data]
    assert "Geheimplaats" not in ledger(place, "history", "--person", "000101").out
    run = ledger(place, "undo", "--run", "poll/hr/2", "--on", LATER)
    assert "what stood there before is not kept" in run.out
    assert "Geheimplaats" not in run.out


def test_what_became_sensitive_later_is_hidden_from_then_on(moved: Place) -> None:
    moved.alter('department: "[department]"', 'department: {value: "[department]", sensitive: true}')
    for said in (ledger(moved, "history", "--person", SASKIA), exported(moved, "--values")):
        assert "Verkoop" not in said.out


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def why(place: Place, *words: object, on: str = LATER) -> Said:
    return ledger(place, "why", "--person", SASKIA, "--on", on, *words)


def test_what_somebody_has_is_explained_by_rule_contract_and_write(moved: Place) -> None:
    answer = why(moved, "--entitlement", "ICT", "--json").json["answers"][0]
    assert (answer["contract"], answer["wanted"], answer["ours"]) == ("1", True, True)
    assert answer["rules"] == [{"place": "grants.4", "for": "department is ICT", "fails": None}]
    assert [line["what"] for line in answer["lines"]] == ["mapped", "grant"]
    assert answer["lines"][-1]["cohort"] == "poll/hr/2"


def test_what_somebody_has_not_is_explained_by_the_first_test_that_fails(moved: Place) -> None:
    said = why(moved, "--entitlement", "group Finance").out
    assert "department is ICT, and must be Financiën" in said
    assert "The ledger tells nothing of it." in said


def test_a_day_in_the_past_is_told_from_the_ledger(moved: Place) -> None:
    before = why(moved, "--entitlement", "Sales", "--json", on="2026-11-23").json
    after = why(moved, "--entitlement", "Sales", "--json", on="2026-11-25").json
    assert [line["what"] for line in before["answers"][0]["lines"]] == ["mapped", "grant"]
    assert [line["what"] for line in after["answers"][0]["lines"]] == ["mapped", "grant", "mapped", "revoke"]


def test_an_attribute_and_the_account_are_explained_too(moved: Place) -> None:
    said = why(moved, "--attribute", "department").out
    assert '  department  "ICT"\n' in said
    assert 'update; department "Verkoop" → "ICT"  (poll/hr/2)' in said
    account = why(moved, "--account", "--json").json["answers"][0]
    assert [line["what"] for line in account["lines"]] == ["create", "enable"]
    assert account["stage"] == "ACTIVE"


def test_something_nobody_ever_had_is_named(moved: Place) -> None:
    said = why(moved, "--entitlement", "Nothing")
    assert said.code == 1
    assert "no rule gives Nothing, and nobody ever gave it to 000105" in said.err


# ── runs and undo ────────────────────────────────────────────────────────────────────────────────────────────────


def test_runs_are_listed_the_latest_first(moved: Place) -> None:
    latest = ledger(moved, "runs", "--json").json["runs"][0]
    assert (latest["run"], latest["people"], latest["done"]) == ("poll/hr/2", 1, {"update": 1, "revoke": 1, "grant": 1})
    assert ledger(moved, "runs").out.startswith("poll/hr/2 ")


def test_a_run_is_taken_back_after_it_was_shown(moved: Place) -> None:
    shown = ledger(moved, "undo", "--run", "poll/hr/2", "--on", LATER)
    assert (shown.code, shown.err) == (0, "")
    assert '  ~ update department  "ICT" → "Verkoop"\n' in shown.out
    assert "3 steps for 1 person. Nothing was written; --apply does it.\n" in shown.out
    file = moved.folder / "undo.json"
    assert ledger(moved, "undo", "--run", "poll/hr/2", "--out", file, "--on", LATER).code == 0
    assert file.stat().st_mode & 0o077 == 0
    done = ledger(moved, "undo", "--from", file, "--apply", "--json", "--on", LATER).json
    assert done["done"] == {"grant": 1, "revoke": 1, "update": 1}
    assert done["left"] == []
    assert moved.run("--json", on=LATER).json["actions"] == {}, "it stays so"
    told = ledger(moved, "history", "--person", SASKIA).out
    assert f"undo/{done['package']}" in told
    assert "undo; of poll/hr/2" in told
    assert '"undone": "local:' in why(moved, "--entitlement", "ICT", "--json").out


def test_a_package_that_was_changed_is_refused(moved: Place) -> None:
    file = moved.folder / "undo.json"
    ledger(moved, "undo", "--run", "poll/hr/2", "--out", file, "--on", LATER)
    file.write_text(file.read_text(encoding="utf-8").replace("Verkoop", "Directie"), encoding="utf-8")
    said = ledger(moved, "undo", "--from", file, "--apply", "--on", LATER)
    assert said.code == 1
    assert "was changed since it was made" in said.err


@pytest.mark.parametrize("words", [(), ("--run", "a", "--from", "b")])
def test_an_undo_needs_a_run_or_a_package(kept: Place, words: tuple[Any, ...]) -> None:
    said = ledger(kept, "undo", *words)
    assert said.code == 2
