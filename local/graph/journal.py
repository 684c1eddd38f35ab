"""Rows kept in one SQLite file, written through: what was committed is there when the next process opens the file."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A keyed store of JSON values that keeps the order of first writing. Without a file it keeps nothing."""

    def __init__(self, file: Path | None) -> None:
        self._pending: dict[tuple[str, str], Any] = {}
        self._database: sqlite3.Connection | None = None
        if file is not None:
            self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=OFF")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS rows (place INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
                "key TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (kind, key))"
            )

    def put(self, kind: str, key: str, value: Any) -> None:
        if self._database is not None:
            self._pending[kind, key] = value

    def drop(self, kind: str, key: str) -> None:
        if self._database is not None:
            self._pending[kind, key] = None

    def commit(self) -> None:
        """Everything put and dropped since the last commit, at once."""
        if self._database is None or not self._pending:
            return
        self._database.execute("BEGIN IMMEDIATE")
        for (kind, key), value in self._pending.items():
            if value is None:
                self._database.execute("DELETE FROM rows WHERE kind = ? AND key = ?", (kind, key))
            else:
                self._database.execute(
                    "INSERT INTO rows (kind, key, value) VALUES (?, ?, ?) "
                    "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value",
                    (kind, key, json.dumps(value)),
                )
        self._database.execute("COMMIT")
        self._pending.clear()

    def rows(self, kind: str) -> Iterator[tuple[str, Any]]:
        if self._database is None:
            return
        found = self._database.execute("SELECT key, value FROM rows WHERE kind = ? ORDER BY place", (kind,)).fetchall()
        for key, value in found:
            yield key, json.loads(value)

    def close(self) -> None:
        self.commit()
        if self._database is not None:
            self._database.close()
            self._database = None
