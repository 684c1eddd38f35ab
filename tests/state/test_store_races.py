"""Writers that race for one row: exactly one wins, and no increment is ever lost."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Store
from tests.effort import effort

P = "bucket-07"
KEYS = ["a", "b", "c"]
RUNS = itertools.count()


async def test_of_two_writers_that_read_the_same_version_exactly_one_wins(
    opener: Callable[[], AbstractAsyncContextManager[Store]], table: str
) -> None:
    async with opener() as one, opener() as other:
        for round_ in range(10):
            await one.commit(table, P, [Put("row", {"round": round_})])
            read = await asyncio.gather(one.get(table, P, "row"), other.get(table, P, "row"))
            attempts = [
                store.commit(table, P, [Replace("row", {"by": name}, row.version if row else "")])
                for store, name, row in zip((one, other), ("one", "other"), read, strict=True)
            ]
            results = await asyncio.gather(*attempts, return_exceptions=True)
            won = [name for name, result in zip(("one", "other"), results, strict=True) if isinstance(result, dict)]
            assert len(won) == 1
            assert [type(result) for result in results].count(Conflict) == 1
            row = await one.get(table, P, "row")
            assert row is not None
            assert row.data == {"by": won[0]}


async def test_of_two_inserts_of_one_key_exactly_one_wins(
    opener: Callable[[], AbstractAsyncContextManager[Store]], table: str
) -> None:
    async with opener() as one, opener() as other:
        await one.commit(table, P, [Put("table is there", {})])
        for round_ in range(10):
            attempts = [store.commit(table, P, [Insert(f"row-{round_}", {})]) for store in (one, other)]
            results = await asyncio.gather(*attempts, return_exceptions=True)
            assert sorted(type(result).__name__ for result in results) == ["Conflict", "dict"]


async def test_two_first_writers_of_a_new_table_both_get_through(
    opener: Callable[[], AbstractAsyncContextManager[Store]], table: str
) -> None:
    async with opener() as one, opener() as other:
        await asyncio.gather(one.commit(table, P, [Put("a", {})]), other.commit(table, P, [Put("b", {})]))
        assert [row.key async for row in one.scan(table, P)] == ["a", "b"]


async def test_no_increment_is_lost_among_four_writers(
    opener: Callable[[], AbstractAsyncContextManager[Store]], table: str
) -> None:
    async def add(store: Store, times: int) -> None:
        while times:
            row = await store.get(table, P, "count")
            assert row is not None
            try:
                await store.commit(table, P, [Replace("count", {"n": row.data["n"] + 1}, row.version)])
            except Conflict:
                continue
            times -= 1

    async with opener() as one, opener() as other:
        await one.commit(table, P, [Put("count", {"n": 0})])
        await asyncio.gather(add(one, 6), add(one, 6), add(other, 6), add(other, 6))
        row = await one.get(table, P, "count")
    assert row is not None
    assert row.data == {"n": 24}


STEPS = st.lists(
    st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["insert", "replace", "put", "delete", "drop", "stale"])),
    max_size=6,
)


@given(commits=STEPS)
@settings(max_examples=effort(30, 250), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_sequence_of_commits_does_what_a_dictionary_would(
    store: Store, table: str, commits: list[dict[str, str]]
) -> None:
    partition = f"run-{next(RUNS)}"
    data: dict[str, int] = {}
    versions: dict[str, str] = {}
    old: dict[str, str] = {}
    for number, commit in enumerate(commits):
        changes = [_change(key, verb, number, versions.get(key, ""), old.get(key, "")) for key, verb in commit.items()]
        kept = [each for each in changes if each is not None]
        if all(_holds(change, data, versions) for change in kept):
            saved = await store.commit(table, partition, kept)
            for change in kept:
                old[change.key] = versions.pop(change.key, old.get(change.key, ""))
                data.pop(change.key, None)
                if not isinstance(change, Delete):
                    data[change.key], versions[change.key] = number, saved[change.key]
        else:
            with pytest.raises(Conflict) as conflict:
                await store.commit(table, partition, kept)
            assert conflict.value.key in [change.key for change in kept if not _holds(change, data, versions)]
        found = {row.key: (row.data["n"], row.version) async for row in store.scan(table, partition)}
        assert found == {key: (data[key], versions[key]) for key in data}


def _change(key: str, verb: str, number: int, version: str, old: str) -> Change | None:
    match verb:
        case "insert":
            return Insert(key, {"n": number})
        case "put":
            return Put(key, {"n": number})
        case "drop":
            return Delete(key)
        case "replace" if version or old:
            return Replace(key, {"n": number}, version or old)
        case "delete" if version or old:
            return Delete(key, version or old)
        case "stale" if old:
            return Replace(key, {"n": number}, old)
    return None


def _holds(change: Change, data: dict[str, int], versions: dict[str, str]) -> bool:
    match change:
        case Insert():
            return change.key not in data
        case Replace() | Delete() if change.version:
            return versions.get(change.key) == change.version
    return True
