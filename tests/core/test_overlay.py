"""State for a preview: it keeps every promise of a store, and the store below is asked and never told."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Never
from uuid import uuid4

import pytest
from core_world import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.embedded.store import SqliteStore
from shared.overlay import Overlay
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row, Store

sys.path.insert(0, str(ROOT / "tests" / "state"))

import test_store_contract
import test_store_races

from tests.effort import effort

for module in (test_store_contract, test_store_races):
    globals().update({name: one for name, one in vars(module).items() if name.startswith("test_")})

P = "bucket-07"


class Sealed:
    """A store that can be asked; telling it anything is the failure these tests look for."""

    def __init__(self, store: Store) -> None:
        self.get, self.scan, self.everything = store.get, store.scan, store.everything

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Never:
        raise AssertionError("the store below was written")


Opener = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    """Every worker of one preview has the same overlay."""
    async with SqliteStore(":memory:") as below:
        overlay = Overlay(Sealed(below))

        @asynccontextmanager
        async def opened() -> AsyncIterator[Store]:
            yield overlay

        yield opened


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    async with opener() as opened:
        yield opened


@pytest.fixture
def table() -> str:
    return f"t{uuid4().hex}"


async def filled(store: Store, rows: Mapping[tuple[str, str], int]) -> Mapping[tuple[str, str], str]:
    versions = {}
    for (partition, key), number in rows.items():
        versions[partition, key] = (await store.commit("state", partition, [Insert(key, {"n": number})]))[key]
    return versions


async def test_what_is_below_is_seen_until_it_is_changed_above() -> None:
    async with SqliteStore(":memory:") as below:
        versions = await filled(below, {(P, "a"): 1, (P, "b"): 2, (P, "c"): 3})
        overlay = Overlay(Sealed(below))
        row = await overlay.get("state", P, "a")
        assert row == Row(P, "a", {"n": 1}, versions[P, "a"])
        await overlay.commit("state", P, [Replace("a", {"n": 9}, row.version), Delete("b"), Insert("bb", {"n": 7})])
        assert [(one.key, one.data["n"]) async for one in overlay.scan("state", P)] == [("a", 9), ("bb", 7), ("c", 3)]
        assert [one.key async for one in overlay.scan("state", P, "b", "c")] == ["bb"]
        assert await overlay.get("state", P, "b") is None
        assert [(one.key, one.data["n"]) async for one in below.scan("state", P)] == [("a", 1), ("b", 2), ("c", 3)]


async def test_what_is_deleted_above_may_be_inserted_again() -> None:
    async with SqliteStore(":memory:") as below:
        versions = await filled(below, {(P, "a"): 1})
        overlay = Overlay(Sealed(below))
        await overlay.commit("state", P, [Delete("a", versions[P, "a"])])
        again = await overlay.commit("state", P, [Insert("a", {"n": 2})])
        assert again["a"] != versions[P, "a"]
        with pytest.raises(Conflict):
            await overlay.commit("state", P, [Replace("a", {"n": 3}, versions[P, "a"])])


async def test_a_preview_begins_afresh_each_time() -> None:
    async with SqliteStore(":memory:") as below:
        await Overlay(Sealed(below)).commit("state", P, [Insert("a", {})])
        assert await Overlay(Sealed(below)).get("state", P, "a") is None


async def test_a_row_that_was_read_is_not_the_row_that_is_kept() -> None:
    """Changing a mapping after it was saved changes nothing, as with a store that writes it down."""
    async with SqliteStore(":memory:") as below:
        overlay, data = Overlay(Sealed(below)), {"inner": {"n": 1}, "list": (1, 2)}
        await overlay.commit("state", P, [Put("a", data)])
        data["inner"]["n"] = 2  # type: ignore[index,call-overload]
        row = await overlay.get("state", P, "a")
        assert row is not None
        assert row.data == {"inner": {"n": 1}, "list": [1, 2]}


PLACES = [(partition, key) for partition in ("p1", "p2", "p3") for key in ("a", "b")]
FOUND = st.dictionaries(st.sampled_from(PLACES), st.integers(0, 9))
COMMITS = st.lists(
    st.tuples(
        st.sampled_from(["p1", "p2", "p3"]),
        st.dictionaries(
            st.sampled_from("abc"), st.sampled_from(["insert", "replace", "put", "drop", "delete"]), min_size=1
        ),
    ),
    max_size=5,
)


def change(key: str, verb: str, number: int, version: str) -> Change:
    match verb:
        case "insert":
            return Insert(key, {"n": number})
        case "replace":
            return Replace(key, {"n": number}, version or "never was")
        case "put":
            return Put(key, {"n": number})
        case "drop":
            return Delete(key)
    return Delete(key, version or "never was")


@given(FOUND, COMMITS)
@settings(max_examples=effort(30, 600))
async def test_an_overlay_answers_exactly_as_the_store_itself_would(
    rows: Mapping[tuple[str, str], int], commits: list[tuple[str, dict[str, str]]]
) -> None:
    async with SqliteStore(":memory:") as below, SqliteStore(":memory:") as real:
        overlay = Overlay(Sealed(below))
        versions: list[dict[tuple[str, str], str]] = [dict(await filled(one, rows)) for one in (below, real)]
        for number, (partition, verbs) in enumerate(commits, 10):
            outcomes: list[Any] = []
            for one, known in zip((overlay, real), versions, strict=True):
                changes = [change(key, verb, number, known.get((partition, key), "")) for key, verb in verbs.items()]
                try:
                    saved = await one.commit("state", partition, changes)
                except Conflict as conflict:
                    outcomes.append(conflict.key)
                else:
                    outcomes.append(set(saved))
                    known |= {(partition, key): version for key, version in saved.items()}
            assert outcomes[0] == outcomes[1]
        for partition in ("p1", "p2", "p3"):
            assert await shown(overlay.scan("state", partition)) == await shown(real.scan("state", partition))
        assert await shown(overlay.everything("state")) == await shown(real.everything("state"))
        assert {(row.partition, row.key): row.data["n"] async for row in below.everything("state")} == rows


async def shown(rows: AsyncIterator[Row]) -> list[tuple[str, str, Any]]:
    return [(row.partition, row.key, row.data) async for row in rows]
