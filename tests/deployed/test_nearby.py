"""State that is far away is fetched table by table: the same answers, and few questions."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from deployed_world import Counted

from shared import layout
from shared.cli.nearby import PATIENCE, Nearby
from shared.embedded.store import SqliteStore
from shared.store import Put

ROWS = 250


class Far:
    """A store with rows in two tables that counts what it is asked."""

    def __init__(self, store: SqliteStore) -> None:
        self.asked: Counter[str] = Counter()
        self.store = Counted(store, self.asked, set())

    async def fill(self) -> None:
        for table in (layout.STATE, layout.LEDGER):
            for partition in ("a", "b"):
                for start in range(0, ROWS, 50):
                    puts = [Put(f"{number:04d}", {"n": number}) for number in range(start, start + 50)]
                    await self.store.commit(table, partition, puts)
        self.asked.clear()


@pytest.fixture
async def far(tmp_path: Path) -> AsyncIterator[Far]:
    async with SqliteStore(tmp_path / "far.db") as store:
        there = Far(store)
        await there.fill()
        yield there


@pytest.fixture
async def near(tmp_path: Path, far: Far) -> AsyncIterator[Nearby]:
    async with SqliteStore(tmp_path / "near.db") as store:
        yield Nearby(far.store, store)


async def test_what_is_asked_about_once_or_twice_is_asked_there(far: Far, near: Nearby) -> None:
    row = await near.get(layout.STATE, "a", "0007")
    assert row is not None
    assert row.data == {"n": 7}
    assert await near.get(layout.STATE, "a", "no such row") is None
    assert far.asked == {layout.STATE: 2}


async def test_what_is_asked_about_often_is_fetched_once_and_says_the_same(far: Far, near: Nearby) -> None:
    for number in range(ROWS):
        row = await near.get(layout.STATE, "b", f"{number:04d}")
        assert row is not None
        assert row.data == {"n": number}
    assert far.asked == {layout.STATE: PATIENCE + 1}
    assert [row.key async for row in near.scan(layout.STATE, "a", "0100", "0103")] == ["0100", "0101", "0102"]
    everything = [(row.partition, row.key) async for row in near.everything(layout.STATE)]
    assert everything == [(partition, f"{number:04d}") for partition in ("a", "b") for number in range(ROWS)]
    assert far.asked == {layout.STATE: PATIENCE + 1}


async def test_a_table_that_is_not_there_yet_is_empty(near: Nearby) -> None:
    for _ in range(PATIENCE + 2):
        assert await near.get(layout.GATES, "a", "b") is None
    assert [row async for row in near.everything(layout.GATES)] == []


async def test_the_ledger_is_read_where_it_is_and_never_fetched(far: Far, near: Nearby) -> None:
    for _ in range(PATIENCE + 5):
        assert len([row async for row in near.scan(layout.LEDGER, "a", "0000", "0003")]) == 3
    assert await near.get(layout.LEDGER, "a", "0001") is None
    assert far.asked == {layout.LEDGER: PATIENCE + 5}


async def test_nothing_is_ever_written_there(near: Nearby) -> None:
    with pytest.raises(RuntimeError, match="writes nothing"):
        await near.commit(layout.STATE, "a", [Put("x", {})])
