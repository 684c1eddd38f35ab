"""The CSV of an export: read as it is quoted, checked against what is needed, and not believed when it is damaged."""

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.visma.table import rows
from shared.errors import Anew, Misconfigured
from tests.connector_visma.visma_world import CANARY, World


def read(file: bytes, *columns: str, welcome: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return [dict(row) for row in rows(io.BytesIO(file), "the file", columns or ("a", "b"), welcome)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
def test_quotes_commas_and_line_breaks_inside_a_cell_stay_in_it(mark: bytes, ending: bytes) -> None:
    file = mark + ending.join([b"a,b", b'1,"x, ""y""\nz"', b"2,", b""])
    assert read(file) == [{"a": "1", "b": 'x, "y"\nz'}, {"a": "2", "b": ""}]


def test_columns_are_found_by_name_wherever_they_stand_and_the_rest_is_dropped() -> None:
    assert read(b" B ,more,A\n1,x,2\n") == [{"a": "2", "b": "1"}]


def test_a_column_that_is_welcome_may_be_missing() -> None:
    assert read(b"a,b\n1,2\n", welcome=("c",)) == [{"a": "1", "b": "2"}]
    assert read(b"a,b,c\n1,2,3\n", welcome=("c",)) == [{"a": "1", "b": "2", "c": "3"}]


def test_a_column_that_may_never_be_read_is_not_even_when_it_is_asked_for() -> None:
    assert read(b"a,bsn\n1,2\n", "a", "bsn") == [{"a": "1"}]


@pytest.mark.parametrize("file", [b"", b"\xef\xbb\xbf", b"a,b\r\n", b"a,b"])
def test_a_file_of_nothing_has_no_rows(file: bytes) -> None:
    assert read(file) == []


@pytest.mark.parametrize(
    ("file", "error", "said"),
    [
        (b"a\n1\n", Misconfigured, "the file has no column b; have Visma export it"),
        (b"c\n1\n", Misconfigured, "the file has no column a, b; have Visma export it"),
        (b"a,b,B\n1,2,3\n", Misconfigured, "the column b more than once"),
        (b"<html><body>sign in</body></html>", Misconfigured, "a web page or an error instead of CSV"),
        (b'{"error": "x"}', Misconfigured, "a web page or an error instead of CSV"),
        (b"a,b\n1,2\n3\n", Anew, "line 3: 1 cells below a header of 2"),
        (b"a,b\n1,2\n3,4,5\n", Anew, "line 3: 3 cells below a header of 2"),
        (b'a,b\n1,"2\n3,4\n', Anew, "its quotation marks are wrong"),
        (b'a,b\n1,"2"x\n', Anew, "line 2: its quotation marks are wrong"),
        (b"a,b\n1,\xe9\n", Anew, "not in UTF-8"),
        ("a,b\n1,é".encode()[:-1], Anew, "not in UTF-8, or is cut off"),
    ],
)
def test_a_file_that_is_none_or_damaged_is_one_clear_sentence(file: bytes, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        read(file)


@pytest.mark.parametrize(
    ("column", "settings"),
    [
        ("birthname", {}),
        ("manageruserid", {"lookups": ["manager"]}),
        ("placeofbirth", {"records": "together"}),
        ("emptypename", {"contract_fields": {"kind": "emptypename"}}),
        ("costcentername", {"lookups": ["costCenterId"]}),
    ],
)
async def test_a_column_that_an_export_lacks_is_named_with_its_export(
    column: str, settings: dict[str, object], world: World
) -> None:
    world.crowd(1)
    world.company.add("metadata/cost-centers", costcenter="1", costcentername="x")
    await world.read(**settings)
    world.company.lacks = frozenset({column})
    with pytest.raises(Misconfigured, match=rf"file 1 of 1 of the export of [a-z ]+ has no column {column}; have"):
        await world.read(only_used_columns=False, **settings)


async def test_a_unit_without_a_manager_column_is_not_missed_where_the_contract_names_the_manager(world: World) -> None:
    world.crowd(1)
    world.company.lacks = frozenset({"managername"})
    assert len(await world.read()) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file + b'"' + CANARY.encode(),
        lambda file: file + CANARY.encode() + b"\r\n",
        lambda file: file + b"\xff" + CANARY.encode(),
    ],
)
async def test_a_damaged_file_puts_nobody_into_the_answer_and_nothing_of_itself_into_the_error(
    spoil: Callable[[bytes], bytes], world: World
) -> None:
    world.crowd(2)
    world.faults.spoils = lambda path, file: spoil(file) if path == "contracts" else file
    with pytest.raises(Anew, match="of the export of contracts") as wrong:
        await world.read()
    assert CANARY not in str(wrong.value)


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=5), st.binary(max_size=40))
def test_whatever_the_bytes_are_it_is_rows_or_one_of_our_errors(cells: list[tuple[str, str]], more: bytes) -> None:
    file = "\n".join(["a,b", *(",".join(pair) for pair in cells)]).encode("utf-8", "replace") + more
    try:
        found = read(file)
    except (Anew, Misconfigured):
        return
    assert all(set(row) == {"a", "b"} for row in found)
