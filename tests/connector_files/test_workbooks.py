"""A workbook is read by its values; what a spreadsheet has done to them is the right value or one clear sentence."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from csv_world import ANNA, MAPPING, only_rejected, people, rejected
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from workbook_world import BOOK, calculated, read_book, rewritten, workbook

from shared.errors import Misconfigured
from shared.model import Person


def moment(year: int, month: int, day: int, *clock: int) -> datetime:
    """As workbooks know it: without a time zone."""
    return datetime.combine(date(year, month, day), time(*clock))


DAY = moment(2020, 2, 1)
ROW: tuple[Any, ...] = ("000123", "Anna", "Bakker", DAY, None, "Verkoop", "000200")
MORE = [(f"9{number:05}", "Jo", "Kok", DAY, None, "ICT", None) for number in range(30)]
"""So that one bad row is a small share."""


def changed(**cells: Any) -> tuple[Any, ...]:
    names = ("nr", "given", "surname", "start", "end", "department", "manager")
    return tuple(cells.get(name, cell) for name, cell in zip(names, ROW, strict=True))


async def one(folder: Path, row: tuple[Any, ...], **changes: Any) -> Person:
    (found,) = people(await read_book(folder, workbook(row), **changes)).values()
    return found


async def why_not(folder: Path, row: tuple[Any, ...], **changes: Any) -> tuple[str, str]:
    found = only_rejected(await read_book(folder, workbook(row, *MORE), **changes))
    return found.hr_id, found.because


async def test_typed_cells_are_their_values(tmp_path: Path) -> None:
    person = await one(tmp_path, changed(end=date(2026, 12, 31)))
    (contract,) = person.contracts
    assert person.fields == {"givenName": "Anna", "surname": "Bakker"}
    assert (contract.start, contract.end) == (date(2020, 2, 1), date(2026, 12, 31))
    assert contract.fields == {"department": "Verkoop", "manager": "000200"}


async def test_a_workbook_and_a_csv_file_of_the_same_people_are_the_same_people(tmp_path: Path) -> None:
    text = (*ANNA[:3], "2020-02-01", *ANNA[4:])
    assert await one(tmp_path, text) == await one(tmp_path, ROW)


@pytest.mark.parametrize(
    ("nr", "hr_id"), [(123, "123"), (123.0, "123"), ("000123", "000123"), (10**14, "1" + "0" * 14)]
)
async def test_a_number_in_the_key_column_is_the_id_as_people_write_it(tmp_path: Path, nr: Any, hr_id: str) -> None:
    assert (await one(tmp_path, changed(nr=nr))).hr_id == hr_id


async def test_leading_zeros_that_were_lost_are_noticed(tmp_path: Path) -> None:
    rows = [changed(nr=int(row[0])) if row is MORE[0] else row for row in MORE]
    with pytest.raises(Misconfigured, match=r"row 2, column «Nr»: the number has fewer than 6 digits: leading zeros"):
        await read_book(tmp_path, workbook(changed(nr=123), changed(nr=124)), key_width=6)
    assert len(people(await read_book(tmp_path, workbook(*rows), key_width=6))) == 30
    hr_id, because = await why_not(tmp_path, changed(manager=200), key_width=6)
    assert hr_id == "000123"
    assert "column «Chef»: the number has fewer than 6 digits" in because


async def test_numbers_truths_and_days_are_values_of_their_type(tmp_path: Path) -> None:
    person = {**MAPPING["person"], "hours": {"column": "Afdeling", "type": "number"}}
    columns = {"person": person, "contract": {"start": "In dienst"}}
    for cell, value in ((36, 36), (36.0, 36), (28.8, 28.8), ("28,8", 28.8)):
        hours = (await one(tmp_path, changed(department=cell), **columns)).fields["hours"]
        assert (hours, type(hours)) == (value, type(value))
    person["hours"] = {"column": "Afdeling", "type": "boolean"}
    for cell, value in ((True, True), (False, False), (1, True), ("Nee", False)):
        assert (await one(tmp_path, changed(department=cell), **columns)).fields["hours"] is value
    person["hours"] = {"column": "Afdeling", "type": "date"}
    assert (await one(tmp_path, changed(department=DAY), **columns)).fields["hours"] == "2020-02-01"


async def test_a_day_that_means_never_is_open(tmp_path: Path) -> None:
    assert (await one(tmp_path, changed(end=moment(9999, 12, 31)))).contracts[0].end is None


async def test_days_are_counted_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    def since_1904(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    content = workbook(ROW, change=since_1904)
    assert people(await read_book(tmp_path, content))["000123"].contracts[0].start == date(2020, 2, 1)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"start": 43862}, "column «In dienst»: a number stands where a date should be"),
        ({"start": moment(2020, 2, 1, 9, 30)}, "column «In dienst»: the cell holds a time beside the date"),
        ({"start": time(9, 30)}, "column «In dienst»: the cell holds a time or a duration"),
        ({"start": moment(1901, 2, 1), "end": moment(1900, 3, 1)}, "the last day is before «In dienst»"),
        ({"department": "#N/A"}, "column «Afdeling»: the cell holds a spreadsheet's error mark"),
        ({"manager": 1.23456789012345e17}, "column «Chef»: a spreadsheet has shortened this number"),
        ({"manager": 10**15}, "column «Chef»: a spreadsheet has shortened this number"),
        ({"surname": "MÃ¼ller"}, "column «Achternaam»: letters were garbled"),
    ],
)
async def test_a_cell_that_cannot_be_used_rejects_the_record(tmp_path: Path, cells: dict[str, Any], words: str) -> None:
    hr_id, because = await why_not(tmp_path, changed(**cells))
    assert hr_id == "000123"
    assert because.startswith("export.xlsx, row 2, ")
    assert words in because


async def test_a_formula_is_the_value_it_had_when_it_was_saved(tmp_path: Path) -> None:
    content = workbook(changed(department="=B2"), *MORE)
    found = await read_book(tmp_path, calculated(content, "F2", "Verkoop", "str"))
    assert people(found)["000123"].contracts[0].fields["department"] == "Verkoop"
    found = await read_book(tmp_path, calculated(content, "F2", "", "str"))
    assert people(found)["000123"].contracts[0].fields["department"] is None
    found = await read_book(tmp_path, calculated(content, "F2", "#REF!", "e"))
    assert "error mark" in only_rejected(found).because


async def test_a_formula_that_was_never_calculated_is_no_empty_cell(tmp_path: Path) -> None:
    _, because = await why_not(tmp_path, changed(end="=DATE(2026,12,31)"))
    assert "row 2, column «Uit dienst»: the formula was never calculated; open the workbook in a spreadsheet" in because


async def test_merged_cells_hold_nobody_s_value(tmp_path: Path) -> None:
    def merging(book: Workbook) -> None:
        book.worksheets[0].merge_cells("F2:F4")

    found = await read_book(tmp_path, workbook(ROW, *MORE, change=merging), most_bad_rows=1)
    assert sorted(rejected(found)) == ["000123", "900000", "900001"]
    assert "export.xlsx, row 3: cells of the row are merged" in rejected(found)["900000"].because


async def test_a_header_with_merged_cells_is_refused(tmp_path: Path) -> None:
    def merging(book: Workbook) -> None:
        book.worksheets[0].merge_cells("F1:G1")

    with pytest.raises(Misconfigured, match=r"export\.xlsx, row 1: cells of the row are merged"):
        await read_book(tmp_path, workbook(ROW, change=merging))


async def test_somebody_whom_a_filter_hides_is_there_all_the_same(tmp_path: Path) -> None:
    def hiding(book: Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.auto_filter.ref = "A1:G40"
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["F"].hidden = True

    found = people(await read_book(tmp_path, workbook(ROW, *MORE, change=hiding)))
    assert found["000123"].contracts[0].fields["department"] == "Verkoop"
    assert len(found) == 31


async def test_a_sheet_that_is_hidden_is_read_only_when_it_is_named(tmp_path: Path) -> None:
    def more_sheets(book: Workbook) -> None:
        hidden = book.create_sheet("Oud", 0)
        hidden.append(("Nr", "x"))
        hidden.sheet_state = "hidden"
        book.create_sheet("Diep").sheet_state = "veryHidden"

    content = workbook(ROW, change=more_sheets)
    assert list(people(await read_book(tmp_path, content))) == ["000123"]
    assert list(people(await read_book(tmp_path, content, sheet="Medewerkers"))) == ["000123"]
    with pytest.raises(Misconfigured, match="the header has no column"):
        await read_book(tmp_path, content, sheet="Oud")


async def test_which_of_several_sheets_must_be_said(tmp_path: Path) -> None:
    content = workbook(ROW, change=lambda book: book.create_sheet("Twee"))
    with pytest.raises(Misconfigured, match=r"export\.xlsx has 2 sheets that are not hidden; name one with sheet"):
        await read_book(tmp_path, content)
    with pytest.raises(Misconfigured, match="has no sheet «Drie»"):
        await read_book(tmp_path, content, sheet="Drie")


async def test_blank_rows_footers_and_a_closing_row_are_no_records(tmp_path: Path) -> None:
    rows = [(), ROW, (None,) * 7, MORE[0], ("Totaal", 2), ("EINDE", 2)]
    complete = {"trailer": "EINDE", "trailer_counts_rows": True}
    assert len(people(await read_book(tmp_path, workbook(*rows), footers=["Totaal"], complete=complete))) == 2
    with pytest.raises(Misconfigured, match="its closing row says another number"):
        await read_book(tmp_path, workbook(*rows[:4], ("EINDE", 3)), complete=complete)


async def test_what_stands_beside_the_table_is_no_column(tmp_path: Path) -> None:
    _, because = await why_not(tmp_path, (*ROW, "Kanarie"))
    assert "row 2: the row has 8 cells and the header 7" in because
    assert "Kanarie" not in because


async def test_cells_that_are_only_formatted_make_no_rows_and_no_columns(tmp_path: Path) -> None:
    def formatting(book: Workbook) -> None:
        for row in (2, 300):
            book.worksheets[0].cell(row, 60).number_format = "0.00"

    assert len(people(await read_book(tmp_path, workbook(ROW, change=formatting)))) == 1


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
REFUSED: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "nothing": (b"", "is empty", {}),
    "an old workbook": (OLD, "is a workbook of the old kind (.xls); save it as .xlsx", {}),
    "a password": (OLD + "EncryptedPackage".encode("utf-16-le"), "has a password; save it without one", {}),
    "a web page": (b"\n<html><table>Kanarie</table></html>", "is a web page or XML; save it as .xlsx", {}),
    "a CSV file": (b"Nr;Naam\r\n", "is no workbook (.xlsx)", {}),
    "cut off": (workbook(ROW)[:-200], "is damaged or cut off", {}),
    "cut off early": (workbook(ROW)[:100], "is damaged or cut off", {}),
    "macros": (rewritten(workbook(ROW), "xl/vbaProject.bin", lambda _: b"x"), "holds macros; save it as .xlsx", {}),
    "a binary workbook": (rewritten(workbook(ROW), "xl/workbook.bin", lambda _: b"x"), "(.xlsb); save it as .xlsx", {}),
    "too large unpacked": (workbook(ROW), "larger than 3,000 bytes unpacked", {"most_unpacked_bytes": 3_000}),
    "a bomb": (
        rewritten(workbook(ROW), "xl/theme/theme1.xml", lambda _: b" " * 20_000_000),
        "larger than 10,000,000 bytes unpacked",
        {"most_unpacked_bytes": 10_000_000},
    ),
    "an entity that grows": (
        rewritten(
            workbook(ROW),
            "xl/worksheets/sheet1.xml",
            lambda xml: b'<!DOCTYPE x [<!ENTITY a "Kanarie">]>' + xml,
        ),
        "cannot be read as a workbook",
        {},
    ),
    "a damaged sheet": (
        rewritten(workbook(ROW), "xl/worksheets/sheet1.xml", lambda xml: xml[:-60]),
        "cannot be read as a workbook (ParseError)",
        {},
    ),
    "no sheet": (
        rewritten(workbook(ROW), "xl/workbook.xml", lambda _: b"<x/>"),
        "has 0 sheets that are not hidden",
        {},
    ),
    "too many rows": (workbook(*MORE), "more than 29 rows", {"most_rows": 29}),
    "only a header": (workbook(), "has a header and no rows", {}),
}


def test_xml_is_read_without_what_xml_can_do() -> None:
    assert openpyxl.DEFUSEDXML


@pytest.mark.parametrize("case", REFUSED)
async def test_a_workbook_that_cannot_be_believed_is_refused_whole_and_without_its_values(
    tmp_path: Path, case: str
) -> None:
    content, words, changes = REFUSED[case]
    with pytest.raises(Misconfigured) as refused:
        await read_book(tmp_path, content, **changes)
    message = str(refused.value)
    assert words in message
    assert message.startswith(BOOK)
    assert "Kanarie" not in message


async def test_a_day_outside_of_the_calendar_is_an_error_mark_and_told_to_nobody(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    def impossible(book: Workbook) -> None:
        cell = book.worksheets[0]["D2"]
        cell.value = 99_999_999
        cell.number_format = "dd-mm-yyyy"

    found = await read_book(tmp_path, workbook(ROW, *MORE, change=impossible))
    assert "column «In dienst»: the cell holds a spreadsheet's error mark" in only_rejected(found).because
    assert not [one for one in recwarn if "99999999" in str(one.message)]
