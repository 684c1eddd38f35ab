"""A file that may be only a part of itself, or another file altogether, says nothing about anybody."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from csv_world import COLUMNS, NAME, PEOPLE, everyone, people, read, rejected, settings, sleeping, table, text_of

from connectors.files.places import disk
from shared.errors import Misconfigured, TryLater

CANARY = "Kanarie"
ROW = ("000123", "Kanarie-A", "Kanarie-B", "01-02-2020", "", "Kanarie-C", "000200")
GOOD = [(f"{number:06}", *ROW[1:]) for number in range(1, 8)]
WHOLE = table(*GOOD)
LAST = text_of([GOOD[-1]])
HEADER = text_of([COLUMNS])


def twice(column: str) -> str:
    return text_of([[*COLUMNS, column], *([*row, "x"] for row in GOOD)])


REFUSED: dict[str, tuple[str | bytes, str, dict[str, Any]]] = {
    "nothing in it": ("", "is empty", {}),
    "only a mark": (b"\xef\xbb\xbf", "is empty", {}),
    "only blank lines": ("\r\n \r\n\r\n", "is empty", {}),
    "only the delimiter": ("sep=;\r\n", "is empty", {}),
    "only a header": (HEADER, "a header and no rows", {}),
    "only a footer": (HEADER + "Totaal;0\r\n", "a header and no rows", {"footers": ["Totaal"]}),
    "a missing column": (WHOLE.replace("In dienst", "Begin"), "no column «In dienst»", {}),
    "several missing columns": (WHOLE.replace("Nr;Roepnaam", "a;b"), "«Nr», «Roepnaam»", {}),
    "no header at all": (text_of(GOOD), "no column «Nr»", {}),
    "a column that is read, twice": (twice(" afdeling "), "column «Afdeling» more than once", {}),
    "a column that is not read, twice": (
        text_of([[*COLUMNS, "Kanarie", "kanarie"], *([*row, "x", "y"] for row in GOOD)]),
        "columns 8, 9 share a name",
        {},
    ),
    "cut off in the last row": (WHOLE[: -len(LAST) // 2], "line 8: the last row is cut off", {}),
    "cut off inside quotation marks": (WHOLE + '000009;"Kanarie', "line 9: a quotation mark is not closed", {}),
    "cut off in a letter": ((WHOLE + "000009;Kanarië").encode()[:-1], "ends in the middle of a letter of UTF-8", {}),
    "cut off in a letter of two bytes": (WHOLE.encode("utf-16")[:-1], "in the middle of a letter of UTF-16", {}),
    "a quotation mark that swallows whole rows": (
        WHOLE.replace("Kanarie-C", '"Kanarie-C', 1).replace("Kanarie-A", 'Kanarie-A"', 2).replace('-A";', "-A;", 1),
        "rows run into each other",
        {},
    ),
    "a quotation mark that joins two rows": (
        HEADER + '000001;"Kanarie;b;01-02-2020;;c;d\r\n000002;Kanarie";b;01-02-2020;;c;d\r\n',
        "line 2: a quotation mark seems to be left open",
        {},
    ),
    "a quotation mark that joins rows badly": (
        HEADER + '000001;"Kanarie;b\r\n000002;x"y;b\r\n' + LAST,
        "line 2: a quotation mark seems to be left open",
        {},
    ),
    "cut off inside the header": ('"Nr;Roepnaam\r\n000001;Kanarie', "line 1: a quotation mark is not closed", {}),
    "a cell without an end": (WHOLE + '"' + "Kanarie\n" * 20_000, "quotation mark", {}),
    "letters of no encoding": (WHOLE.encode() + b"000009;\x81\xe9;\r\n", "line 9: the text is neither UTF-8 nor", {}),
    "NUL characters": (WHOLE.replace("\r\n000002", "\0\r\n000002"), "line 2: NUL", {}),
    "UTF-16 without its mark": (WHOLE.encode("utf-16-le"), "UTF-16 without its mark", {}),
    "a new workbook": (b"PK\x03\x04" + b"Kanarie", "save it as «CSV UTF-8»", {}),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"Kanarie", "save it as «CSV UTF-8»", {}),
    "a page that asks to sign in": ("<html>\n<body>Kanarie</body>\n</html>", "the header has no column", {}),
    "too many bytes": (WHOLE, "larger than 100 bytes", {"most_bytes": 100}),
    "too many rows": (WHOLE, "more than 6 rows", {"most_rows": 6}),
    "too few rows": (WHOLE, "7 rows and should have at least 8", {"complete": {"minimum_rows": 8}}),
    "no closing row": (WHOLE, "no closing row that starts with «EINDE»", {"complete": {"trailer": "EINDE"}}),
    "rows after the closing row": (
        WHOLE + "EINDE\r\n" + LAST,
        "line 10: rows follow the closing row",
        {"complete": {"trailer": "EINDE"}},
    ),
    "another number in the closing row": (
        WHOLE + "EINDE;8\r\n",
        "has 7 rows, and its closing row says another number",
        {"complete": {"trailer": "EINDE", "trailer_counts_rows": True}},
    ),
    "too many unreadable rows": (
        WHOLE + "000008;Kanarie\r\n000009;Kanarie\r\n",
        "2 of 9 rows cannot be read, more than most_bad_rows allows",
        {},
    ),
    "only unreadable rows": (HEADER + "000001;Kanarie\r\n", "1 of 1 rows cannot be read", {}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_file_that_cannot_be_believed_is_refused_whole_and_without_its_values(
    tmp_path: Path, case: str
) -> None:
    content, words, changes = REFUSED[case]
    with pytest.raises(Misconfigured) as refused:
        await read(tmp_path, content, **changes)
    message = str(refused.value)
    assert words in message
    assert NAME in message
    assert CANARY.casefold() not in message.casefold()
    assert str(tmp_path) not in message


async def test_a_last_row_without_a_line_ending_is_whole_when_it_has_all_its_cells(tmp_path: Path) -> None:
    assert len(people(await read(tmp_path, WHOLE.removesuffix("\r\n")))) == 7


@pytest.mark.parametrize("closing", ["EINDE;0007\r\n", "einde;7", "Einde van het bestand;7;;;;;\r\n\r\n"])
async def test_a_closing_row_tells_that_the_file_is_whole(tmp_path: Path, closing: str) -> None:
    complete = {"trailer": "EINDE", "trailer_counts_rows": True, "minimum_rows": 7}
    assert len(people(await read(tmp_path, WHOLE + closing, complete=complete))) == 7


async def test_an_address_over_two_lines_is_no_quotation_mark_left_open(tmp_path: Path) -> None:
    content = table(*GOOD, ("000009", "a", "b", "01-02-2020", "", "Dam 1; hoog\r\nAmsterdam", ""))
    assert people(await read(tmp_path, content))["000009"].contracts[0].fields["department"] == "Dam 1; hoog Amsterdam"


async def test_one_bad_row_is_never_too_many(tmp_path: Path) -> None:
    found = await read(tmp_path, table(GOOD[0]) + "000002;Kanarie\r\n", most_bad_rows=0)
    assert list(people(found)) == ["000001"]
    assert list(rejected(found)) == ["000002"]


async def test_the_share_of_bad_rows_is_counted_to_the_row(tmp_path: Path) -> None:
    two_bad = WHOLE + "000008;x\r\n000009;x\r\n" + table(ROW).removeprefix(HEADER)
    assert len(rejected(await read(tmp_path, two_bad, most_bad_rows=0.2))) == 2
    with pytest.raises(Misconfigured, match="2 of 10 rows"):
        await read(tmp_path, two_bad, most_bad_rows=0.19)


@pytest.mark.parametrize(
    ("damaged", "hr_id"),
    [
        ("000008;Kanarie\r\n", "000008"),
        ("000008;Kanarie;b;c;d;e;f;g\r\n", "000008"),
        ('000008;"Kanarie"x;b;01-02-2020;;c;d\r\n', "000008"),
        ("000001;Kanarie\r\n", "000001"),
        ("Kanarie;b\r\n", ""),
        (";;Kanarie\r\n", ""),
        ("01-02-2020;Kanarie\r\n", ""),
    ],
)
async def test_a_shifted_row_holds_whoever_it_is_surely_of_and_never_names_a_value(
    tmp_path: Path, damaged: str, hr_id: str
) -> None:
    found = await read(tmp_path, HEADER + damaged + "".join(text_of([row]) for row in GOOD))
    (one,) = rejected(found).values()
    assert one.hr_id == hr_id
    assert one.code == "invalid_record"
    assert one.because.startswith("export.csv, line 2: ")
    assert CANARY not in one.because
    assert len(people(found)) == (6 if hr_id == "000001" else 7)


async def test_a_name_where_the_id_should_be_is_not_believed_although_ids_are_letters(tmp_path: Path) -> None:
    sound = [("ABCDEFG", *row[1:]) for row in GOOD[:1]]
    found = await read(tmp_path, table(*sound) + "Kanarie;b\r\n")
    assert set(rejected(found)) == {""}


async def test_rows_of_nobody_are_one_record_that_names_the_first_lines(tmp_path: Path) -> None:
    nameless = [("", *row[1:]) for row in GOOD[:5]]
    found = await read(tmp_path, table(*nameless, *GOOD), most_bad_rows=0.5)
    (one,) = rejected(found).values()
    assert (one.hr_id, one.code) == ("", "missing_data")
    assert one.because.count("column «Nr»: the cell is empty") == 3
    assert one.because.endswith("; and 2 more")


async def test_a_file_that_is_not_there_or_may_not_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"there is no file export\.csv"):
        await everyone(tmp_path, settings())
    with pytest.raises(Misconfigured, match="is a folder"):
        await everyone(tmp_path.parent, settings(path=tmp_path.name))
    with pytest.raises(Misconfigured, match="cannot be opened"):
        await everyone(tmp_path, settings(path="a\0b"))


async def test_a_file_without_permission_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    (tmp_path / NAME).write_text(WHOLE)
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(Misconfigured, match=r"export\.csv may not be read; give this process permission"):
        await everyone(tmp_path, settings())


@pytest.mark.parametrize("content", [WHOLE, WHOLE[:-10]])
async def test_a_file_that_grows_while_it_is_read_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    copied = shutil.copyfileobj

    def and_meanwhile(*arguments: Any) -> None:
        copied(*arguments)
        with (tmp_path / NAME).open("a", newline="") as upload:
            upload.write(LAST)

    monkeypatch.setattr(disk.shutil, "copyfileobj", and_meanwhile)
    with pytest.raises(TryLater, match=r"export\.csv was written to while it was read"):
        await read(tmp_path, content + "000008;x\r\n000009;x", most_bad_rows=1)


async def test_a_share_that_fails_is_tried_again_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OSError(5, "Input/output error", str(tmp_path))

    monkeypatch.setattr(disk.shutil, "copyfileobj", gone)
    with pytest.raises(TryLater, match=r"^export\.csv could not be read to its end \(OSError\)$"):
        await read(tmp_path, WHOLE)


async def test_a_file_is_left_alone_until_it_has_settled(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(table(*PEOPLE))
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    os.utime(tmp_path / NAME, times=(now.timestamp() - 20,) * 2)
    wanted = settings(complete={"settled_seconds": 60})
    waited: list[float] = []

    def somebody_writes() -> None:
        with (tmp_path / NAME).open("a") as upload:
            upload.write(LAST)

    with pytest.raises(TryLater, match=r"export\.csv is still being written") as later:
        await everyone(tmp_path, wanted, now, sleep=sleeping(waited, somebody_writes))
    assert (waited, later.value.seconds) == ([60], 60)
    assert len(await everyone(tmp_path, wanted, now, sleep=sleeping(waited))) == 4
    with pytest.raises(Misconfigured, match="there is no file"):
        await everyone(tmp_path, settings(path="other.csv", complete={"settled_seconds": 60}), now)


async def test_a_file_of_long_ago_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(table(*PEOPLE))
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    os.utime(tmp_path / NAME, times=(now.timestamp() - 3_660,) * 2)
    assert len(await everyone(tmp_path, settings(complete={"settled_seconds": 60}), now)) == 3
