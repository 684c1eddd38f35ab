"""What rows become: people, contracts, and records that HR must look at."""

import socket
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from csv_world import (
    ANNA,
    COLUMNS,
    MAPPING,
    PEOPLE,
    PIET,
    only_rejected,
    outside,
    people,
    read,
    rejected,
    settings,
    table,
    text_of,
)

from connectors import manifest
from shared.model import Contract, Person

MANY = [(f"9{number:05}", "Jo", "Kok", "01-01-2020", "", "ICT", "") for number in range(40)]
"""So that one bad row is a small share."""
CONTRACTS = {**MAPPING, "rows": "contract", "contract": {**MAPPING["contract"], "id": "Contract"}}


def changed(**cells: str) -> tuple[str, ...]:
    """Anna's row with other cells, by position: nr, given, surname, start, end, department, manager."""
    names = ("nr", "given", "surname", "start", "end", "department", "manager")
    return tuple(cells.get(name, cell) for name, cell in zip(names, ANNA, strict=True))


async def one(folder: Path, row: tuple[str, ...], **changes: Any) -> Person:
    return people(await read(folder, table(row, *MANY), **changes))[row[0]]


async def why_not(folder: Path, row: tuple[str, ...], **changes: Any) -> tuple[str, str, str]:
    found = only_rejected(await read(folder, table(row, *MANY), **changes))
    return found.hr_id, found.code, found.because


async def test_a_row_is_a_person_with_a_contract(tmp_path: Path) -> None:
    assert await one(tmp_path, PIET) == Person(
        hr_id="000124",
        fields={"givenName": "Piet", "surname": "de Wit"},
        contracts=(
            Contract(
                id="1",
                start=date(2021, 3, 1),
                end=date(2026, 12, 31),
                fields={"department": "ICT", "manager": None},
            ),
        ),
    )


async def test_without_a_manager_column_nothing_is_said_about_managers(tmp_path: Path) -> None:
    person = await one(tmp_path, PIET, contract={"start": "In dienst"})
    assert person.contracts == (Contract(id="1", start=date(2021, 3, 1)),)


async def test_a_manager_who_is_oneself_or_nobody_is_passed_on(tmp_path: Path) -> None:
    assert (await one(tmp_path, ANNA)).contracts[0].fields["manager"] == "000200"
    assert (await one(tmp_path, changed(manager="000123"))).contracts[0].fields["manager"] == "000123"


@pytest.mark.parametrize("key", ["000123", "123", "A-12/3", "007é", "1" * 64])
async def test_an_hr_id_is_text_as_it_stands(tmp_path: Path, key: str) -> None:
    assert list(people(await read(tmp_path, table(changed(nr=f" {key} "))))) == [key]


async def test_two_ids_that_differ_in_zeros_are_two_people(tmp_path: Path) -> None:
    found = people(await read(tmp_path, table(ANNA, changed(nr="123"))))
    assert set(found) == {"000123", "123"}


async def test_leading_zeros_that_a_spreadsheet_took_are_noticed_when_the_width_is_known(tmp_path: Path) -> None:
    rows = [(f"{number:06}", *PIET[1:]) for number in range(40)]
    found = await read(tmp_path, table(*rows, changed(nr="123")), key_width=6)
    assert (
        "line 42, column «Nr»: the number has fewer than 6 digits: leading zeros were lost"
        in only_rejected(found).because
    )
    assert len(people(found)) == 40
    shorter = await read(tmp_path, table(*rows, changed(manager="200")), key_width=6)
    assert "column «Chef»: the number has fewer than 6 digits" in only_rejected(shorter).because
    assert len(people(await read(tmp_path, table(changed(nr="A1", manager="")), key_width=6))) == 1


@pytest.mark.parametrize(
    "text",
    ["01-02-2020", "1-2-2020", "2020-02-01", "2020-02-01 00:00:00", "2020-02-01T00:00:00.000", "01-02-2020 0:00"],
)
async def test_dates_are_read_in_the_usual_formats_and_an_appended_midnight_is_nothing(
    tmp_path: Path, text: str
) -> None:
    assert (await one(tmp_path, changed(start=text))).contracts[0].start == date(2020, 2, 1)


@pytest.mark.parametrize(
    ("formats", "text"),
    [
        (["dd/mm/yyyy"], "01/02/2020"),
        (["yyyymmdd"], "20200201"),
        (["m/d/yyyy"], "2/1/2020"),
        (["d.m.yyyy"], "1.2.2020"),
    ],
)
async def test_other_date_formats_can_be_set(tmp_path: Path, formats: list[str], text: str) -> None:
    person = people(await read(tmp_path, table(changed(start=text)), date_formats=formats))["000123"]
    assert person.contracts[0].start == date(2020, 2, 1)


@pytest.mark.parametrize(
    "text",
    ["", "31-12-9999", "9999-12-31", "31-12-9999 00:00:00", "00-00-0000", "0000-00-00", "01-01-1900", "1-1-1900"],
)
async def test_an_end_that_means_never_is_open(tmp_path: Path, text: str) -> None:
    assert (await one(tmp_path, changed(end=text))).contracts[0].end is None


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("In dienst", {"start": "30-02-2020"}, "not in the calendar"),
        ("In dienst", {"start": "45234"}, "a spreadsheet's day count"),
        ("In dienst", {"start": "45234,5"}, "a spreadsheet's day count"),
        ("In dienst", {"start": "01/02/2020"}, "write it as yyyy-mm-dd or dd-mm-yyyy or d-m-yyyy"),
        ("In dienst", {"start": "2020-02-01T23:00:00Z"}, "without a time"),
        ("In dienst", {"start": "01-02-20"}, "the date cannot be read"),
        ("In dienst", {"start": "01-02-0202"}, "the year cannot be right"),
        ("In dienst", {"start": "٠١-٠٢-٢٠٢٠"}, "the date cannot be read"),
        ("Uit dienst", {"end": "gisteren"}, "the date cannot be read"),
        ("Uit dienst", {"end": "31-01-2020"}, "the last day is before «In dienst»"),
        ("Achternaam", {"surname": "=HYPERLINK(1)"}, "a formula"),
        ("Achternaam", {"surname": "#N/A"}, "error mark"),
        ("Afdeling", {"department": "#verw!"}, "error mark"),
        ("Afdeling", {"department": "########"}, "error mark"),
        ("Achternaam", {"surname": "Mu\ufffdller"}, "a letter was lost"),
        ("Achternaam", {"surname": "MÃ¼ller"}, "letters were garbled"),
        ("Achternaam", {"surname": "Mul\x07ler"}, "a control character"),
        ("Achternaam", {"surname": "x" * 1001}, "longer than 1000 characters"),
        ("Chef", {"manager": "1,23457E+11"}, "has shortened this number"),
    ],
)
async def test_a_cell_that_cannot_be_used_rejects_the_record_and_says_where(
    tmp_path: Path, column: str, cells: dict[str, str], words: str
) -> None:
    hr_id, code, because = await why_not(tmp_path, changed(**cells))
    assert (hr_id, code) == ("000123", "invalid_record")
    assert because.startswith(f"export.csv, line 2, column «{column}»: ")
    assert words in because
    assert next(iter(cells.values())) not in because


@pytest.mark.parametrize("start", ["", "01-01-1900", "31-12-9999"])
async def test_a_contract_without_a_first_day_misses_data(tmp_path: Path, start: str) -> None:
    hr_id, code, because = await why_not(tmp_path, changed(start=start))
    assert (hr_id, code) == ("000123", "missing_data")
    assert "column «In dienst»: there is no first day" in because


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("1,23457E+11", "has shortened this number"),
        ("#N/B", "error mark"),
        ("1" * 65, "longer than 64"),
        ("=A1", "formula"),
    ],
)
async def test_a_damaged_id_is_nobodys(tmp_path: Path, key: str, words: str) -> None:
    hr_id, code, because = await why_not(tmp_path, changed(nr=key))
    assert (hr_id, code) == ("", "invalid_record")
    assert words in because


async def test_all_that_is_wrong_with_a_record_is_said_at_once(tmp_path: Path) -> None:
    _, _, because = await why_not(tmp_path, changed(given="#N/A", surname="=1", start="x", end="y", department="#N/A"))
    assert because.count("export.csv, line 2, column") == 3
    assert because.endswith("; and 1 more")


async def test_legitimate_text_that_looks_odd_is_kept(tmp_path: Path) -> None:
    odd = changed(given="Ngọc-Ánh", surname="Ærøskøbing Ñandú Łódź 李", department="#1 team +31 -x @y 1E5 2,5E+1x")
    person = await one(tmp_path, odd)
    assert person.fields == {"givenName": "Ngọc-Ánh", "surname": "Ærøskøbing Ñandú Łódź 李"}
    assert person.contracts[0].fields["department"] == "#1 team +31 -x @y 1E5 2,5E+1x"


async def test_exact_repeats_are_one_person(tmp_path: Path) -> None:
    assert await read(tmp_path, table(ANNA, ANNA, ANNA)) == await read(tmp_path, table(ANNA))


async def test_one_id_on_different_rows_is_held_and_never_guessed_at(tmp_path: Path) -> None:
    found = await read(tmp_path, table(ANNA, PIET, changed(given="Bert"), ANNA))
    held = only_rejected(found)
    assert (held.hr_id, held.code) == ("000123", "duplicate_id")
    assert "lines 2, 4: the rows carry one «Nr» and are not the same" in held.because
    assert "Bert" not in held.because
    assert list(people(found)) == ["000124"]


async def test_rows_that_differ_only_where_nobody_reads_are_two_people_too(tmp_path: Path) -> None:
    content = text_of([[*COLUMNS, "Geboren"], [*ANNA, "1980"], [*ANNA, "1990"], [*PIET, "1985"]])
    assert only_rejected(await read(tmp_path, content)).code == "duplicate_id"


async def test_duplicates_are_not_unreadable_rows(tmp_path: Path) -> None:
    rows = [changed(given=f"G{number}") for number in range(9)]
    found = await read(tmp_path, table(*rows), most_bad_rows=0)
    assert "lines 2, 3, 4, 5, 6 and more" in only_rejected(found).because


STATUS = {"column": "Afdeling", "values": ["Actief", "Verlof"]}


@pytest.mark.parametrize(("status", "contracts"), [("actief", 1), (" VERLOF ", 1), ("Uit dienst", 0), ("", 0)])
async def test_somebody_inactive_is_known_without_a_contract(tmp_path: Path, status: str, contracts: int) -> None:
    person = await one(tmp_path, changed(department=status, end="31-12-2030"), active=STATUS, most_bad_rows=1)
    assert len(person.contracts) == contracts
    assert person.fields["givenName"] == "Anna"


async def test_the_contract_of_somebody_inactive_is_not_even_read(tmp_path: Path) -> None:
    assert not (await one(tmp_path, changed(department="weg", start="x"), active=STATUS)).contracts


async def test_a_status_that_is_neither_active_nor_inactive_is_held_when_both_are_listed(tmp_path: Path) -> None:
    status = {**STATUS, "inactive": ["Weg", "ICT"]}
    assert not (await one(tmp_path, changed(department="weg"), active=status)).contracts
    hr_id, code, because = await why_not(tmp_path, changed(department="Actef"), active=status)
    assert (hr_id, code) == ("000123", "invalid_record")
    assert "column «Afdeling»: the value is in neither values nor inactive" in because


async def test_one_id_on_an_active_and_an_inactive_row_is_held(tmp_path: Path) -> None:
    rows = [changed(department="Actief"), changed(department="Weg", given="Bert")]
    assert only_rejected(await read(tmp_path, table(*rows), active=STATUS)).code == "duplicate_id"


def contracts_of(*rows: tuple[str, ...]) -> str:
    """Rows whose first cell is the number of the contract."""
    return text_of([["Contract", *COLUMNS], *rows])


async def test_rows_of_one_person_are_their_contracts_in_a_fixed_order(tmp_path: Path) -> None:
    later, first = ("2", *changed(start="01-05-2024", end="")), ("1", *changed(end="30-04-2023"))
    found = people(await read(tmp_path, contracts_of(later, ("1", *PIET), first, later), **CONTRACTS))
    assert [(one.id, one.start, one.end) for one in found["000123"].contracts] == [
        ("1", date(2020, 2, 1), date(2023, 4, 30)),
        ("2", date(2024, 5, 1), None),
    ]
    assert found == people(await read(tmp_path, contracts_of(first, ("1", *PIET), later), **CONTRACTS))


async def test_without_contract_numbers_a_first_day_is_the_number(tmp_path: Path) -> None:
    rows = [changed(end="30-04-2023"), changed(start="01-05-2024")]
    found = people(await read(tmp_path, table(*rows), rows="contract"))
    assert [one.id for one in found["000123"].contracts] == ["2020-02-01", "2024-05-01"]


async def test_rows_that_disagree_on_the_person_may_be_two_people(tmp_path: Path) -> None:
    rows = [("1", *ANNA), ("2", *changed(given="Bert", surname="Kok", start="01-01-2024"))]
    held = only_rejected(await read(tmp_path, contracts_of(*rows), **CONTRACTS))
    assert (held.hr_id, held.code) == ("000123", "duplicate_id")
    assert "lines 2, 3: the rows carry one «Nr» and differ in «Roepnaam», «Achternaam»" in held.because


@pytest.mark.parametrize("active", [None, STATUS])
async def test_a_disagreement_counts_although_one_row_is_inactive(tmp_path: Path, active: Any) -> None:
    rows = [("1", *changed(department="Actief")), ("2", *changed(given="Bert", department="Weg"))]
    assert only_rejected(await read(tmp_path, contracts_of(*rows), **CONTRACTS, active=active)).code == "duplicate_id"


async def test_an_inactive_row_takes_away_its_own_contract_only(tmp_path: Path) -> None:
    rows = [("1", *changed(department="Weg")), ("2", *changed(department="Actief", start="01-01-2024"))]
    found = people(await read(tmp_path, contracts_of(*rows), **CONTRACTS, active=STATUS))
    assert [one.id for one in found["000123"].contracts] == ["2"]


async def test_two_contracts_with_one_number_are_held(tmp_path: Path) -> None:
    rows = [("1", *ANNA), ("1", *changed(department="ICT")), ("2", *changed(start="01-01-2024"))]
    held = only_rejected(await read(tmp_path, contracts_of(*rows), **CONTRACTS))
    assert held.code == "invalid_record"
    assert "lines 2, 3, column «Contract»: two contracts of one person cannot be told apart" in held.because


async def test_an_empty_contract_number_misses_data(tmp_path: Path) -> None:
    held = only_rejected(await read(tmp_path, contracts_of(("", *ANNA), ("1", *PIET)), **CONTRACTS))
    assert (held.code, "column «Contract»: the cell is empty" in held.because) == ("missing_data", True)


async def test_one_unreadable_contract_holds_the_whole_person(tmp_path: Path) -> None:
    rows = [("1", *ANNA), ("2", *changed(start="ooit")), ("1", *PIET)]
    found = await read(tmp_path, contracts_of(*rows), **CONTRACTS)
    assert list(rejected(found)) == ["000123"]
    assert list(people(found)) == ["000124"]


def typed(**column: Any) -> dict[str, Any]:
    return {
        "person": {"given": "Roepnaam", "value": {"column": "Afdeling", **column}},
        "contract": {"start": "In dienst"},
    }


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ({"type": "number"}, "28,8", 28.8),
        ({"type": "number"}, "36,00", 36),
        ({"type": "number"}, "-4", -4),
        ({"type": "number"}, "", None),
        ({"type": "boolean"}, "WAAR", True),
        ({"type": "boolean"}, "Onwaar", False),
        ({"type": "boolean"}, "j", True),
        ({"type": "boolean"}, "Nee", False),
        ({"type": "boolean"}, "", None),
        ({"type": "date"}, "1-2-2020", "2020-02-01"),
        ({"type": "date"}, "31-12-9999", None),
        ({"values": {"Partner": "P", "Eigen": "B"}}, " partner", "P"),
        ({"values": {"Partner": "P"}}, "", None),
        ({"values": {"Partner": "P"}, "otherwise": "B"}, "", "B"),
        ({"values": {"Partner": "P"}, "otherwise": "B"}, "iets anders", "B"),
        ({"values": {"": "B"}}, "", "B"),
    ],
)
async def test_typed_columns_are_values_of_their_type(
    tmp_path: Path, column: dict[str, Any], text: str, value: object
) -> None:
    person = people(await read(tmp_path, table(changed(department=text)), **typed(**column)))["000123"]
    assert person.fields["value"] == value
    assert type(person.fields["value"]) is type(value)


@pytest.mark.parametrize(
    ("column", "text", "code", "words"),
    [
        ({"type": "number"}, "1.234,5", "invalid_record", "with «,» before decimals"),
        ({"type": "number"}, "36.5", "invalid_record", "this is no number"),
        ({"type": "boolean"}, "misschien", "invalid_record", "write Ja or Nee"),
        ({"type": "date"}, "morgen", "invalid_record", "the date cannot be read"),
        ({"values": {"Partner": "P"}}, "Eigen", "invalid_record", "the code is not listed"),
        ({"required": True}, "", "missing_data", "the cell is empty"),
        ({"required": True, "type": "number"}, " ", "missing_data", "the cell is empty"),
    ],
)
async def test_a_value_of_another_type_rejects_the_record(
    tmp_path: Path, column: dict[str, Any], text: str, code: str, words: str
) -> None:
    sound = {"number": "36", "boolean": "Ja", "date": "2020-01-01"}.get(column.get("type", ""), "Partner")
    rows = [changed(department=text), changed(nr="1", department=sound)]
    found = only_rejected(await read(tmp_path, table(*rows), **typed(**column)))
    assert found.code == code
    assert "line 2, column «Afdeling»" in found.because
    assert words in found.because
    assert not text.strip() or text not in found.because


async def test_a_decimal_point_can_be_set(tmp_path: Path) -> None:
    found = people(await read(tmp_path, table(changed(department="28.8")), **typed(type="number"), decimal="."))
    assert found["000123"].fields["value"] == 28.8


async def test_the_key_column_may_be_a_field_too(tmp_path: Path) -> None:
    person = people(await read(tmp_path, table(ANNA), person={"number": "nr"}))["000123"]
    assert person.fields == {"number": "000123"}


def test_constructing_does_no_io(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, wanted = outside(tmp_path / "nowhere"), settings(path="absent.csv")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("constructing touched the outside")

    for thing, name in ((Path, "open"), (Path, "stat"), (socket, "socket"), (socket, "create_connection")):
        monkeypatch.setattr(thing, name, refuse)
    build = manifest("files").source
    assert build is not None
    source = build(wanted, world)
    source.fetch()


async def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "hr.csv").write_text(table(*PEOPLE))
    assert len(await read(tmp_path, "", path=str(elsewhere / "hr.csv"))) == 3


async def test_a_source_can_be_read_again_and_says_the_same(tmp_path: Path) -> None:
    first = await read(tmp_path, table(*PEOPLE))
    assert first == await read(tmp_path, table(*PEOPLE))
    assert [one.hr_id for one in first] == ["000123", "000124", "000125"]
