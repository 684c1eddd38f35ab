"""What every form of the state promises (`shared.store.Store`): the same assertions for each."""

import asyncio

import pytest

from shared.errors import Refused
from shared.rows import LARGEST
from shared.store import MOST, Change, Conflict, Delete, Insert, Put, Replace, Store, prefixed

P = "bucket-07"
HOSTILE_KEYS = [
    "\x00\x01",
    " ",
    "#EXT#",
    "%2F",
    "' or 1 eq 1",
    "..",
    "a/b\\c?d",
    "person|",
    "person|jan.jansen_gast.nl#EXT#@contoso.onmicrosoft.com",
    "zoë",
    "\u200f\uffff",
    "😀",
]


async def keys_of(store: Store, table: str, first: str = "", last: str = "") -> list[str]:
    return [row.key async for row in store.scan(table, P, first, last)]


async def test_what_was_saved_is_read_back_with_its_version(store: Store, table: str) -> None:
    data = {
        "text": "Zoë «O'Neill» \x00\ud800 😀",
        "n": 1,
        "f": 1.5,
        "b": True,
        "none": None,
        "list": [{"a": []}],
        "": "",
    }
    versions = await store.commit(table, P, [Insert("person|1", data)])
    row = await store.get(table, P, "person|1")
    assert row is not None
    assert (row.partition, row.key, row.data, row.version) == (P, "person|1", data, versions["person|1"])


async def test_a_row_or_table_that_is_not_there_is_none(store: Store, table: str) -> None:
    assert await store.get(table, P, "person|1") is None
    assert await keys_of(store, table) == []
    assert [row async for row in store.everything(table)] == []
    await store.commit(table, P, [Insert("person|1", {})])
    assert await store.get(table, P, "person|2") is None
    assert await store.get(table, "bucket-08", "person|1") is None


@pytest.mark.parametrize("position", [0, 1, 4])
@pytest.mark.parametrize("kind", ["insert", "replace", "replace gone", "delete", "delete gone"])
async def test_a_change_that_does_not_hold_names_its_row_and_nothing_is_saved(
    store: Store, table: str, kind: str, position: int
) -> None:
    first = await store.commit(table, P, [Insert("row", {"n": 1}), Insert("going", {})])
    await store.commit(table, P, [Replace("row", {"n": 2}, first["row"]), Delete("going", first["going"])])
    changes: dict[str, Change] = {
        "insert": Insert("row", {"n": 3}),
        "replace": Replace("row", {"n": 3}, first["row"]),
        "replace gone": Replace("going", {}, first["going"]),
        "delete": Delete("row", first["row"]),
        "delete gone": Delete("going", first["going"]),
    }
    others = [Put(f"other-{number}", {}) for number in range(5)]
    commit = [*others[:position], changes[kind], *others[position:]]
    with pytest.raises(Conflict) as conflict:
        await store.commit(table, P, commit)
    assert conflict.value.key == changes[kind].key
    assert {row.key: row.data async for row in store.scan(table, P)} == {"row": {"n": 2}}


async def test_put_writes_whatever_was_there(store: Store, table: str) -> None:
    await store.commit(table, P, [Put("row", {"old": 1, "n": 1})])
    await store.commit(table, P, [Put("row", {"n": 2})])
    row = await store.get(table, P, "row")
    assert row is not None
    assert row.data == {"n": 2}


async def test_delete_without_version_removes_what_is_there_and_forgives_what_is_not(store: Store, table: str) -> None:
    assert await store.commit(table, P, [Delete("missing")]) == {}
    await store.commit(table, P, [Put("row", {})])
    versions = await store.commit(table, P, [Delete("missing"), Put("other", {}), Delete("row")])
    assert set(versions) == {"other"}
    assert await keys_of(store, table) == ["other"]


async def test_delete_without_version_never_conflicts_while_another_writer_keeps_writing(
    store: Store, table: str
) -> None:
    async def write() -> None:
        for number in range(15):
            await store.commit(table, P, [Put("busy", {"n": number})])

    async def remove() -> None:
        for number in range(10):
            await store.commit(table, P, [Delete("busy"), Put("mark", {"n": number})])

    await asyncio.gather(write(), remove())
    mark = await store.get(table, P, "mark")
    assert mark is not None
    assert mark.data == {"n": 9}


async def test_a_version_is_never_used_again(store: Store, table: str) -> None:
    seen = set()
    for _ in range(3):
        inserted = await store.commit(table, P, [Insert("row", {"same": True})])
        replaced = await store.commit(table, P, [Replace("row", {"same": True}, inserted["row"])])
        await store.commit(table, P, [Delete("row", replaced["row"])])
        seen |= {inserted["row"], replaced["row"]}
    assert len(seen) == 6
    await store.commit(table, P, [Insert("row", {"same": True})])
    for version in seen:
        with pytest.raises(Conflict):
            await store.commit(table, P, [Replace("row", {}, version)])


async def test_hostile_keys_and_partitions_come_back_in_order_of_code_points(store: Store, table: str) -> None:
    await store.commit(table, P, [Insert(key, {"key": key}) for key in reversed(HOSTILE_KEYS)])
    assert await keys_of(store, table) == sorted(HOSTILE_KEYS)
    for key in HOSTILE_KEYS:
        row = await store.get(table, P, key)
        assert row is not None
        assert row.data == {"key": key}
        await store.commit(table, key, [Insert(key, {})])
        assert [(row.partition, row.key) async for row in store.scan(table, key)] == [(key, key)]
    for bound in HOSTILE_KEYS:
        assert await keys_of(store, table, bound) == sorted(key for key in HOSTILE_KEYS if key >= bound)
        assert await keys_of(store, table, "", bound) == sorted(key for key in HOSTILE_KEYS if key < bound)


async def test_a_scan_keeps_to_its_bounds(store: Store, table: str) -> None:
    keys = ["link|ad", "link|entra", "link}", "linj|zzz", "wake|2026-03-01", "wake|2026-03-02"]
    await store.commit(table, P, [Insert(key, {}) for key in keys])
    assert await keys_of(store, table, *prefixed("link|")) == ["link|ad", "link|entra"]
    assert await keys_of(store, table, "wake|", "wake|2026-03-02") == ["wake|2026-03-01"]
    assert await keys_of(store, table, "wake|2026-03-02") == ["wake|2026-03-02"]
    assert await keys_of(store, table, "x") == []


async def test_more_rows_than_one_page_are_all_found_once(store: Store, table: str) -> None:
    wanted = [f"row|{number:05}" for number in range(1_001)]
    for start in range(0, len(wanted), MOST):
        await store.commit(table, P, [Insert(key, {}) for key in wanted[start : start + MOST]])
    await store.commit(table, "bucket-01", [Insert("first", {})])
    await store.commit(table, "bucket-99", [Insert("last", {})])
    assert await keys_of(store, table) == wanted
    found = [(row.partition, row.key) async for row in store.everything(table)]
    assert found == [("bucket-01", "first"), *((P, key) for key in wanted), ("bucket-99", "last")]


async def test_the_same_commit_is_refused_by_every_form(store: Store, table: str) -> None:
    bugs: list[list[Change]] = [
        [Put(f"row-{number}", {}) for number in range(MOST + 1)],
        [Put("row", {}), Delete("row")],
        [Put("", {})],
        [Put("k" * 513, {})],
        [Put("/" * 172, {})],
        [Replace("row", {}, "")],
        [Put("row", {"n": float("nan")})],
        [Put("row", {"n": object()})],
    ]
    for bug in bugs:
        with pytest.raises((ValueError, TypeError)):
            await store.commit(table, P, bug)
    with pytest.raises(ValueError, match="table"):
        await store.commit("not-a-name", P, [Put("row", {})])
    assert await keys_of(store, table) == []


async def test_the_longest_keys_and_the_largest_row_fit_and_one_more_is_refused(store: Store, table: str) -> None:
    room = LARGEST - len('{"text":""}')
    data = {"text": "é" * 1000 + "x" * (room - 6000)}
    long_key = "k" * 512
    await store.commit(table, long_key, [Put(long_key, data)])
    row = await store.get(table, long_key, long_key)
    assert row is not None
    assert row.data == data
    with pytest.raises(Refused, match="at most") as refused:
        await store.commit(table, P, [Put("row", {"text": "x" * (room + 1)})])
    assert "xx" not in str(refused.value)


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_the_heaviest_commit_fits_and_one_more_row_is_refused(store: Store, table: str) -> None:
    quotes = {"text": '"' * 94_000}
    rows = [Put(f"row-{number}", quotes) for number in range(10)]
    await store.commit(table, P, rows)
    row = await store.get(table, P, "row-9")
    assert row is not None
    assert row.data == quotes
    with pytest.raises(Refused, match="in parts"):
        await store.commit(table, P, [*rows, Put("row-10", quotes)])


async def test_an_empty_commit_saves_nothing(store: Store, table: str) -> None:
    assert await store.commit(table, P, []) == {}
