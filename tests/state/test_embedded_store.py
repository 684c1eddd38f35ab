"""What only the SQLite form promises: it survives a crash, shares its file, and never makes the event loop wait."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured, TryLater
from shared.store import Conflict, Put, Replace

ROOT = Path(__file__).resolve().parents[2]
PAIRS = """
import asyncio, sys
from shared.embedded.store import SqliteStore
from shared.store import Put

async def main():
    async with SqliteStore(sys.argv[1]) as store:
        for number in range(1_000_000):
            await store.commit("state", "p", [Put("left", {"n": number}), Put("right", {"n": number})])
            print(number, flush=True)

asyncio.run(main())
"""
ADDS = """
import asyncio, sys
from shared.embedded.store import SqliteStore
from shared.store import Conflict, Replace

async def main():
    async with SqliteStore(sys.argv[1]) as store:
        done = 0
        while done < 50:
            row = await store.get("state", "p", "count")
            try:
                await store.commit("state", "p", [Replace("count", {"n": row.data["n"] + 1}, row.version)])
            except Conflict:
                continue
            done += 1

asyncio.run(main())
"""


def started(script: str, file: Path) -> "subprocess.Popen[bytes]":
    command: Sequence[str] = [sys.executable, "-c", script, str(file)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)  # noqa: S603


async def test_a_killed_process_leaves_whole_commits_and_loses_none_it_answered(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    for after in (1, 40):
        with started(PAIRS, file) as process:
            assert process.stdout is not None
            for _ in range(after):
                line = process.stdout.readline()
            process.kill()
            lines = [line, *process.stdout.read().splitlines()]
        answered = int(lines[-1])
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        async with SqliteStore(file) as store:
            left, right = await store.get("state", "p", "left"), await store.get("state", "p", "right")
        assert left is not None
        assert right is not None
        assert left.data == right.data
        assert left.data["n"] >= answered


async def test_two_processes_on_one_file_lose_no_update(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with SqliteStore(file) as store:
        await store.commit("state", "p", [Put("count", {"n": 0})])
        with started(ADDS, file) as one, started(ADDS, file) as other:
            codes = await asyncio.gather(asyncio.to_thread(one.wait, 20), asyncio.to_thread(other.wait, 20))
        row = await store.get("state", "p", "count")
    assert codes == [0, 0]
    assert row is not None
    assert row.data == {"n": 100}


async def test_the_loop_goes_on_while_a_commit_waits_for_another_process_and_then_is_told_to_try_later(
    tmp_path: Path,
) -> None:
    file = tmp_path / "state.db"
    async with SqliteStore(file, patience=0.3) as store:
        await store.commit("state", "p", [Put("row", {"n": 1})])
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(store.commit("state", "p", [Put("row", {"n": 2})]))
        ticks = 0
        while not waiting.done():
            await asyncio.sleep(0.01)
            ticks += 1
        other.execute("ROLLBACK")
        other.close()
        with pytest.raises(TryLater, match="busy"):
            await waiting
        assert ticks > 5
        await store.commit("state", "p", [Put("row", {"n": 3})])


async def test_a_cancelled_commit_leaves_the_store_usable(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "state.db") as store:
        task = asyncio.create_task(store.commit("state", "p", [Put("row", {"n": 1})]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        versions = await store.commit("state", "p", [Put("row", {"n": 2})])
        await store.commit("state", "p", [Replace("row", {"n": 3}, versions["row"])])


async def test_rows_and_versions_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with SqliteStore(file) as store:
        first = await store.commit("state", "p", [Put("row", {"n": 1})])
    async with SqliteStore(file) as store:
        second = await store.commit("state", "p", [Replace("row", {"n": 2}, first["row"])])
        with pytest.raises(Conflict):
            await store.commit("state", "p", [Replace("row", {"n": 3}, first["row"])])
    assert first != second


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with SqliteStore(file) as store:
        await store.commit("state", "p", [Put("row", {})])
        modes = {name: stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in os.listdir(tmp_path)}
    assert modes == dict.fromkeys(["state.db", "state.db-wal", "state.db-shm"], 0o600)


async def test_a_store_in_memory_works_and_is_forgotten() -> None:
    async with SqliteStore(":memory:") as store:
        await store.commit("state", "p", [Put("row", {})])
        assert await store.get("state", "p", "row") is not None
    async with SqliteStore(":memory:") as store:
        assert await store.get("state", "p", "row") is None


@pytest.mark.parametrize("content", [b"this is no database, it is a letter", None])
async def test_a_file_that_cannot_be_the_state_says_so(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / ("letter.txt" if content else "no-such-folder/state.db")
    if content:
        file.write_bytes(content)
    store = SqliteStore(file)
    with pytest.raises(Misconfigured, match="check"):
        await store.open()
    await store.close()


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    store = SqliteStore(file)
    with pytest.raises(Misconfigured, match="newer"):
        await store.open()
    await store.close()


async def test_a_store_that_is_not_open_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "state.db")
    with pytest.raises(RuntimeError, match="not open"):
        await store.get("state", "p", "row")
    await store.close()
