"""The state in one SQLite file, read and written where it is asked for; the event loop never waits for its lock.

While another process writes to the file, whoever finds it locked lets the others go on and asks again (ADR 0013).
A commit is one `BEGIN IMMEDIATE` transaction in a write-ahead log: once answered it survives a killed process, and a
power cut may take the last ones but never half of one (https://www.sqlite.org/wal.html), which the pipeline is built
to repeat; waiting for the disk each time would cost a hundred times as long. A version is the number of the commit
that wrote the row; numbers are never used twice, so a row that was deleted and inserted again has a version nobody
has read before.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

from shared.errors import Misconfigured, TryLater
from shared.rows import texts
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row

T = TypeVar("T")

_FORMAT = 1
_PAGE = 500
_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    tab TEXT NOT NULL, partition TEXT NOT NULL, key TEXT NOT NULL, data TEXT NOT NULL, version TEXT NOT NULL,
    PRIMARY KEY (tab, partition, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (last INTEGER NOT NULL);
INSERT INTO commits SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM commits);
"""
_PAUSE = 0.01
"""Seconds after which a file that is locked is asked again."""
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class SqliteStore:
    """`shared.store.Store` on the file at `file`, or in memory for ":memory:". Open it before use:

    `async with SqliteStore(path) as store: …`

    `patience` is how many seconds a commit waits for another process that writes to the same file.
    """

    def __init__(self, file: Path | str, patience: float = 5.0) -> None:
        self._file = str(file)
        self._patience = patience
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Raises `Misconfigured` when the file cannot be opened or was written by a newer Joinly."""
        self._connection = await self._run(self._opened)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._run(connection.close)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        rows = await self._rows(
            "SELECT partition, key, data, version FROM rows WHERE tab = ? AND partition = ? AND key = ?",
            (table, partition, key),
        )
        return rows[0] if rows else None

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        lower, start = ">=", first
        while True:
            page = await self._rows(
                f"SELECT partition, key, data, version FROM rows WHERE tab = ? AND partition = ? AND key {lower} ?"  # noqa: S608
                " AND (? = '' OR key < ?) ORDER BY key LIMIT ?",
                (table, partition, start, last, last, _PAGE),
            )
            for row in page:
                yield row
            if len(page) < _PAGE:
                return
            lower, start = ">", page[-1].key

    async def everything(self, table: str) -> AsyncIterator[Row]:
        partition, key = "", ""
        while True:
            page = await self._rows(
                "SELECT partition, key, data, version FROM rows WHERE tab = ? AND (partition, key) > (?, ?)"
                " ORDER BY partition, key LIMIT ?",
                (table, partition, key, _PAGE),
            )
            for row in page:
                yield row
            if len(page) < _PAGE:
                return
            partition, key = page[-1].partition, page[-1].key

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        written = texts(table, partition, changes)
        if not changes:
            return {}
        return await self._run(lambda: self._saved(table, partition, changes, written))

    def _opened(self) -> sqlite3.Connection:
        if self._file != ":memory:":
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(self._file, timeout=0, isolation_level=None)
        try:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found > _FORMAT:
                raise Misconfigured(f"{self._file} was written by a newer version of Joinly; update this one")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")
        except BaseException:
            connection.close()
            raise
        return connection

    def _saved(
        self, table: str, partition: str, changes: Sequence[Change], written: Mapping[str, str]
    ) -> Mapping[str, str]:
        connection = self._open_connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            (number,) = connection.execute("UPDATE commits SET last = last + 1 RETURNING last").fetchone()
            for change in changes:
                if not _applied(connection, table, partition, change, written.get(change.key, ""), str(number)):
                    raise Conflict(table, partition, change.key)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return dict.fromkeys(written, str(number))

    async def _rows(self, statement: str, values: tuple[object, ...]) -> list[Row]:
        found = await self._run(lambda: self._open_connection().execute(statement, values).fetchall())
        return [Row(partition, key, json.loads(data), version) for partition, key, data, version in found]

    def _open_connection(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RuntimeError("the store is not open")
        return self._connection

    async def _run(self, work: Callable[[], T]) -> T:
        """What `work` gives, after a turn for whatever runs beside it, and once more while the file is locked."""
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        end = loop.time() + self._patience
        while True:
            try:
                return work()
            except sqlite3.Error as error:
                if not _is_busy(error):
                    self._judge(error)
                    raise
                if loop.time() >= end:
                    text = f"{self._file} is busy: another process is writing to it"
                    raise TryLater(text, seconds=1.0) from error
            except OSError as error:
                raise Misconfigured(
                    f"{self._file} cannot be opened ({type(error).__name__}); check path and rights"
                ) from error
            await asyncio.sleep(_PAUSE)

    def _judge(self, error: sqlite3.Error) -> None:
        """Raises `Misconfigured` for a file that is no state; anything else is a bug of ours."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.ProgrammingError):
            name = getattr(error, "sqlite_errorname", "SQLITE_ERROR")
            raise Misconfigured(f"{self._file} cannot be used as the state ({name}); check disk and rights") from error


def _is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BUSY_CODES


def _applied(
    connection: sqlite3.Connection, table: str, partition: str, change: Change, text: str, version: str
) -> bool:
    """Whether the change held; the caller rolls everything back when it did not."""
    row = (table, partition, change.key)
    match change:
        case Insert():
            statement = "INSERT INTO rows VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            return connection.execute(statement, (*row, text, version)).rowcount == 1
        case Replace():
            statement = (
                "UPDATE rows SET data = ?, version = ? WHERE tab = ? AND partition = ? AND key = ? AND version = ?"
            )
            return connection.execute(statement, (text, version, *row, change.version)).rowcount == 1
        case Put():
            statement = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?)"
            connection.execute(statement, (*row, text, version))
            return True
        case Delete(version=""):
            connection.execute("DELETE FROM rows WHERE tab = ? AND partition = ? AND key = ?", row)
            return True
        case Delete():
            statement = "DELETE FROM rows WHERE tab = ? AND partition = ? AND key = ? AND version = ?"
            return connection.execute(statement, (*row, change.version)).rowcount == 1
