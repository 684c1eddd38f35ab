"""One table, written in every way spreadsheets and HR systems write it, is the same people."""

import codecs
from io import StringIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from csv_world import ANNA, CARL, COLUMNS, PEOPLE, PIET, people, read, read_now, table, text_of
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.forms.records import records
from connectors.files.origin import Origin
from shared.errors import Misconfigured
from tests.effort import effort

ENCODINGS = {
    "utf-8": ("utf-8", b""),
    "utf-8 with a mark": ("utf-8", codecs.BOM_UTF8),
    "windows-1252": ("cp1252", b""),
    "utf-16, little end first": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16, big end first": ("utf-16-be", codecs.BOM_UTF16_BE),
}
SURNAMES = {"000123": "Bakker", "000124": "de Wit", "000125": "Núñez"}


def surnames(found: object) -> dict[str, object]:
    return {hr_id: person.fields["surname"] for hr_id, person in people(found).items()}  # type: ignore[arg-type]


@pytest.mark.parametrize(("encoding", "delimiter", "eol"), list(product(ENCODINGS, ";,\t|", ("\r\n", "\n", "\r"))))
async def test_every_encoding_delimiter_and_line_ending_reads_the_same(
    tmp_path: Path, encoding: str, delimiter: str, eol: str
) -> None:
    codec, mark = ENCODINGS[encoding]
    tricky = ("000126", 'Jan "J;a,n"', "Twee\tDrie|Vier", "2020-01-01", "", "Eén\nTwee", "")
    content = mark + text_of([COLUMNS, *PEOPLE, tricky], delimiter, eol).encode(codec)
    found = people(await read(tmp_path, content))
    assert {key: one.fields["surname"] for key, one in found.items()} == {**SURNAMES, "000126": "Twee Drie|Vier"}
    assert found["000126"].fields["givenName"] == 'Jan "J;a,n"'
    assert found["000126"].contracts[0].fields["department"] == "Eén Twee"
    assert found["000125"].fields["givenName"] == "Zoë"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
async def test_a_pinned_encoding_reads_what_is_written_in_it(tmp_path: Path, encoding: str) -> None:
    content = table(*PEOPLE).encode(encoding)
    assert surnames(await read(tmp_path, content, encoding=encoding)) == SURNAMES


async def test_utf_16_without_a_mark_is_read_when_it_is_pinned(tmp_path: Path) -> None:
    assert surnames(await read(tmp_path, table(*PEOPLE).encode("utf-16-le"), encoding="utf-16")) == SURNAMES


async def test_a_mark_is_no_surprise_when_utf_8_is_pinned(tmp_path: Path) -> None:
    assert surnames(await read(tmp_path, table(*PEOPLE).encode("utf-8-sig"), encoding="utf-8")) == SURNAMES


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("cp1252", table(*PEOPLE).encode("utf-8-sig")),
        ("utf-8", table(*PEOPLE).encode("utf-16")),
        ("utf-16", table(*PEOPLE).encode("utf-8-sig")),
        ("utf-8", table(*PEOPLE).encode("cp1252")),
    ],
)
async def test_an_encoding_that_is_not_the_pinned_one_is_refused(tmp_path: Path, encoding: str, content: bytes) -> None:
    with pytest.raises(Misconfigured, match="encoding"):
        await read(tmp_path, content, encoding=encoding)


@pytest.mark.parametrize(("delimiter", "name"), [(";", ";"), (",", ","), ("\t", "tab"), ("|", "|")])
async def test_a_pinned_delimiter_is_the_only_one(tmp_path: Path, delimiter: str, name: str) -> None:
    assert surnames(await read(tmp_path, text_of([COLUMNS, *PEOPLE], delimiter), delimiter=name)) == SURNAMES
    other = ";" if delimiter != ";" else ","
    with pytest.raises(Misconfigured, match="the header has no column"):
        await read(tmp_path, text_of([COLUMNS, *PEOPLE], other), delimiter=name)


@pytest.mark.parametrize("first", ["sep=;\r\n", "SEP=;\n", '"sep=;"\r\n', "sep=;;;;;;;\r\n"])
async def test_a_first_line_that_names_the_delimiter_is_obeyed(tmp_path: Path, first: str) -> None:
    assert surnames(await read(tmp_path, first + table(*PEOPLE))) == SURNAMES


async def test_lines_are_counted_from_the_line_that_names_the_delimiter(tmp_path: Path) -> None:
    broken = ("000126", "Jan", "Kok", "gisteren", "", "", "")
    found = await read(tmp_path, "sep=;\r\n" + table(*PEOPLE, broken), most_bad_rows=1)
    assert "export.csv, line 6, column «In dienst»" in next(one.because for one in found if hasattr(one, "because"))


@pytest.mark.parametrize(("first", "delimiter"), [("sep=#\r\n", "auto"), ("sep=;,\r\n", "auto"), ("sep=;\r\n", ",")])
async def test_a_named_delimiter_that_cannot_be_is_refused(tmp_path: Path, first: str, delimiter: str) -> None:
    with pytest.raises(Misconfigured, match=r"export\.csv, line 1: sep= names"):
        await read(tmp_path, first + table(*PEOPLE), delimiter=delimiter)


async def test_what_is_no_record_is_left_out(tmp_path: Path) -> None:
    header = text_of([COLUMNS])
    row = [text_of([one]) for one in PEOPLE]
    content = f"\r\n{header}{row[0]};;;;;;\r\n \r\n{row[1]}{header.upper()}{row[2]}Totaal: 3\r\n\r\n"
    assert surnames(await read(tmp_path, content, footers=["totaal"])) == SURNAMES


async def test_trailing_delimiters_make_no_columns(tmp_path: Path) -> None:
    content = table(*PEOPLE).replace("\r\n", ";;\r\n")
    assert surnames(await read(tmp_path, content)) == SURNAMES
    longer_than_the_header = table(*PEOPLE).replace(text_of([ANNA]), text_of([(*ANNA, "", " ")]))
    assert surnames(await read(tmp_path, longer_than_the_header)) == SURNAMES


async def test_headers_are_compared_trimmed_and_without_case_and_other_columns_are_read_past(tmp_path: Path) -> None:
    columns = (" NR\u00a0", "roep\u00adnaam", "ACHTERNAAM", "In  dienst", "Uit dienst", "Afdeling", "Chef", "", "Extra")
    content = text_of([columns, *((*one, "x", "=1+1") for one in PEOPLE)])
    found = people(await read(tmp_path, content))
    assert found.keys() == SURNAMES.keys()
    assert set(found["000123"].fields) == {"givenName", "surname"}


async def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    content = text_of([reversed(one) for one in (COLUMNS, *PEOPLE)])
    assert surnames(await read(tmp_path, content)) == SURNAMES


async def test_what_nobody_can_see_is_taken_out_and_names_are_composed(tmp_path: Path) -> None:
    apple = ("000126", "Zoe\u0308", "  van\u00a0der\u202f \u200bV\u00adeen\ufeff ", "2020-01-01", "", "", "")
    person = people(await read(tmp_path, table(*PEOPLE, apple)))["000126"]
    assert person.fields == {"givenName": "Zoë", "surname": "van der Veen"}


async def test_a_large_file_is_read_in_blocks_and_detected_by_its_last_letter(tmp_path: Path) -> None:
    crowd = [(f"{number:06}", "Jo", "Kok", "2020-01-01", "", "x" * 900, "") for number in range(1500)]
    content = table(*crowd, ("C1", *CARL[1:])).encode("cp1252")
    assert len(content) > 1 << 20
    found = people(await read(tmp_path, content))
    assert len(found) == 1501
    assert found["C1"].fields == {"givenName": "Zoë", "surname": "Núñez"}


letters = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(
    rows=st.integers(1, 5).flatmap(lambda width: st.lists(st.tuples(*[letters] * width), min_size=1, max_size=6)),
    delimiter=st.sampled_from(";,\t|"),
    eol=st.sampled_from(["\r\n", "\n", "\r"]),
)
def test_any_table_survives_writing_and_reading(rows: list[tuple[str, ...]], delimiter: str, eol: str) -> None:
    text = StringIO(text_of(rows, delimiter, eol), newline="")
    assert [one.cells for one in records(text, delimiter, Origin("any.csv"))] == rows


visible = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn", "Cf", "Zs", "Zl", "Zp", "Mn"]),
    min_size=1,
    max_size=20,
)


@settings(max_examples=effort(30, 600))
@given(
    names=st.lists(visible, min_size=1, max_size=5),
    delimiter=st.sampled_from(";,\t|"),
    eol=st.sampled_from(["\r\n", "\n", "\r"]),
    codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_name_survives_the_whole_way_or_is_refused_with_a_reason(
    names: list[str], delimiter: str, eol: str, codec: str
) -> None:
    rows = [(f"{number:04}", "Jo", name, "2020-01-01", "", "", "") for number, name in enumerate(names)]
    content = text_of([COLUMNS, *rows, PIET], delimiter, eol).encode(codec)
    with TemporaryDirectory() as folder:
        found = read_now(Path(folder), content, most_bad_rows=1)
    assert {one.hr_id for one in found} == {row[0] for row in rows} | {PIET[0]}
    for hr_id, person in people(found).items():
        if hr_id != PIET[0]:
            assert person.fields["surname"] == normalize("NFC", names[int(hr_id)])
