"""The exports we ship, and public samples of others, come out as the people that are in them."""

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from csv_world import everyone, people, rejected

from connectors.files.settings import Settings
from local.people import DUPLICATE, JOINER, LEAVER, MARRIED, MOVER, TODAY, VANISHED, export, main, rows, rows_next_week
from shared.model import Person

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "config" / "hr"
SHARED = (ROOT / ".." / "shared" / "data" / "hr").resolve()
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the public sample exports are not beside the project")

OURS: dict[str, Any] = {
    "path": "people.csv",
    "encoding": "utf-8",
    "delimiter": ";",
    "rows": "contract",
    "key": "Medewerker",
    "date_formats": ["dd-mm-yyyy"],
    "most_bad_rows": 0,
    "complete": {"minimum_rows": 150},
    "person": {
        "givenName": "Voornaam",
        "nickName": "Roepnaam",
        "initials": "Voorletters",
        "prefix": "Tussenvoegsel",
        "surname": {"column": "Achternaam", "required": True},
        "partnerPrefix": "Tussenvoegsel partner",
        "partnerSurname": "Achternaam partner",
        "nameUsage": {
            "column": "Naamgebruik",
            "values": {"Eigen": "B", "Partner": "P", "Partner - eigen": "PB", "Eigen - partner": "BP"},
            "otherwise": "B",
        },
    },
    "contract": {
        "id": "Contract",
        "start": "In dienst",
        "end": "Uit dienst",
        "manager": "Leidinggevende",
        "fields": {
            "department": "Afdeling",
            "title": "Functie",
            "location": "Locatie",
            "costCenter": "Kostenplaats",
            "hours": {"column": "Uren", "type": "number"},
            "kind": {
                "column": "Soort",
                "values": {"vast": "permanent", "tijdelijk": "temporary", "inhuur": "external"},
            },
        },
    },
}

WORKERS: dict[str, Any] = {
    "path": "workers-1000.csv",
    "encoding": "utf-8",
    "delimiter": ",",
    "key": "WorkerID",
    "date_formats": ["yyyy-mm-dd"],
    "most_bad_rows": 0,
    "complete": {"minimum_rows": 900},
    "active": {"column": "WorkerStatus", "values": ["Active"], "inactive": ["Inactive"]},
    "person": {"givenName": "FirstName", "surname": "LastName"},
    "contract": {
        "start": "HireDate",
        "manager": "ManagerID",
        "fields": {"department": "Department", "title": "JobTitle", "kind": "WorkerType"},
    },
}


async def ours(file: str) -> dict[str, Person]:
    return people(await everyone(SAMPLES, Settings.model_validate({**OURS, "path": file})))


@pytest.mark.parametrize(("arguments", "file"), [([], "people.csv"), (["--next-week"], "people-next-week.csv")])
def test_the_files_are_what_the_generator_prints(arguments: list[str], file: str) -> None:
    command = [sys.executable, "-m", "local.people", *arguments]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603
    assert printed == (SAMPLES / file).read_bytes()


@pytest.mark.parametrize(("arguments", "file"), [([], "people.csv"), (["--next-week"], "people-next-week.csv")])
def test_the_command_prints_bytes_and_not_text(
    arguments: list[str], file: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(arguments) == 0
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == (SAMPLES / file).read_bytes()


def test_the_generator_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--last-week"]) == 2
    assert capsys.readouterr().err == "usage: python -m local.people [--next-week]\n"


async def test_everybody_of_our_export_is_read_but_the_two_with_one_number() -> None:
    found = await everyone(SAMPLES, Settings.model_validate(OURS))
    assert {key: one.code for key, one in rejected(found).items()} == {DUPLICATE: "duplicate_id"}
    assert len(found) == len({row.number for row in rows()}) == 199
    assert sum(len(one.contracts) for one in people(found).values()) == len(rows()) - 2


async def test_our_export_shows_what_it_was_made_to_show() -> None:
    found = await ours("people.csv")
    contracts = {key: one.contracts for key, one in found.items()}
    assert all(len(key) <= 16 and key.startswith("000") for key in found)
    assert [one.start > TODAY for one in contracts["000303"]] == [True]
    assert [one.covers(TODAY) for one in contracts["000301"]] == [True, True]
    assert [one.covers(TODAY) for one in contracts["000314"]] == [False, True]
    assert contracts["000308"][0].end == date(2026, 11, 22)
    assert contracts["000309"][0].end == TODAY
    assert contracts["000315"][0].end is None
    assert contracts["000323"][0].fields["manager"] not in found
    assert contracts["000341"][0].fields["manager"] == "000342"
    assert contracts["000342"][0].fields["manager"] == "000341"
    assert contracts["000311"][0].fields["hours"] == 28.8
    assert found["000316"].fields["givenName"] is None
    assert found["000321"].fields["nickName"] == found["000322"].fields["nickName"] == "Peter"
    assert {found[key].fields["nameUsage"] for key in ("000101", "000105", "000318", "000319")} == {
        "B",
        "PB",
        "BP",
        "P",
    }
    gone = [key for key in found if all(one.end is not None and one.end < TODAY for one in contracts[key])]
    assert gone == ["000307", "000308", "000312", "000313"]
    titles = {one.fields["title"] for some in contracts.values() for one in some}
    assert {'Magazijnmedewerker "koel"', "Monteur; storingsdienst"} <= titles


async def test_a_week_later_one_of_each_kind_has_changed() -> None:
    before, after = await ours("people.csv"), await ours("people-next-week.csv")
    assert after.keys() - before.keys() == {JOINER}
    assert before.keys() - after.keys() == {VANISHED}
    assert {key for key in before.keys() & after.keys() if before[key] != after[key]} == {MOVER, LEAVER, MARRIED}
    then, now = before[MOVER].contracts[0].fields, after[MOVER].contracts[0].fields
    assert (then["department"], now["department"]) == ("Personeel & Organisatie", "ICT")
    assert (then["manager"], now["manager"]) == ("000103", "000104")
    assert (before[LEAVER].contracts[0].end, after[LEAVER].contracts[0].end) == (None, date(2026, 11, 27))
    assert after[MARRIED].fields["partnerSurname"] == "Dalen"


def test_nobody_in_our_export_has_a_birth_date_or_a_citizen_number() -> None:
    assert not {"BSN", "Geboortedatum"} & set(export(rows_next_week()).decode("utf-8-sig").split("\r\n")[0].split(";"))
    assert not [cell for row in rows() for cell in row.cells() if cell.isdigit() and len(cell) in (8, 9)]


@needs_shared
async def test_every_unambiguous_worker_of_the_public_sample_is_read_and_the_others_are_held() -> None:
    with (SHARED / "workers-1000.csv").open(newline="", encoding="utf-8") as file:
        times = Counter(row["WorkerID"] for row in csv.DictReader(file))
    found = await everyone(SHARED, Settings.model_validate(WORKERS))
    held = rejected(found)
    assert len([one for one in people(found).values() if one.contracts]) == 170
    assert len([one for one in people(found).values() if not one.contracts]) == 189
    assert {one.code for one in held.values()} == {"duplicate_id"}
    assert sum(times[key] for key in held) == 641
    assert people(found).keys() == {key for key, number in times.items() if number == 1}


@needs_shared
@pytest.mark.parametrize(("file", "records"), [("employees-quoted.csv", 283), ("workers-5.csv", 5)])
async def test_other_public_samples_are_read_with_the_same_columns(file: str, records: int) -> None:
    wanted = Settings.model_validate({**WORKERS, "path": file, "encoding": "auto", "delimiter": "auto", "complete": {}})
    found = await everyone(SHARED, wanted)
    assert len(found) == records
    assert not [one for one in rejected(found).values() if one.code != "duplicate_id"]


@needs_shared
async def test_no_value_of_a_real_looking_export_is_in_what_is_said_about_it() -> None:
    with (SHARED / "workers-1000.csv").open(newline="", encoding="utf-8") as file:
        names = {row[column] for row in csv.DictReader(file) for column in ("FirstName", "LastName", "FullName")}
    found = await everyone(SHARED, Settings.model_validate(WORKERS))
    said = {word for one in rejected(found).values() for word in one.because.split()}
    assert not said & names
