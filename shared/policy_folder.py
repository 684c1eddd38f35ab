"""The policies in a folder on this machine: a file for each text, never overwritten while somebody else changes it."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from shared.errors import Misconfigured, TryLater
from shared.policies import Kept, Unchanged

T = TypeVar("T")

LOCK = "lock"
SECONDS = 5.0


class FolderShelf:
    """`shared.policies.Shelf` in one folder, which is made on the first write."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, name: str, known: str = "") -> Kept | None:
        kept = await self._done(lambda: _read(self._folder / name))
        if kept is not None and kept.tag == known:
            raise Unchanged
        return kept

    async def add(self, name: str, text: str) -> bool:
        return await self._done(lambda: self._written(name, text, None))

    async def replace(self, name: str, text: str, tag: str) -> bool:
        return await self._done(lambda: self._written(name, text, tag))

    async def names(self, folder: str) -> Sequence[tuple[str, datetime]]:
        return await self._done(lambda: list(self._files(folder)))

    def _written(self, name: str, text: str, tag: str | None) -> bool:
        """Whether it was written in place of what has `tag`; of nothing when that is None."""
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            there = _read(file)
            if (there.tag if there else None) != tag:
                return False
            with NamedTemporaryFile("wb", dir=file.parent, prefix=".", delete=False) as making:
                making.write(text.encode())
                making.flush()
                os.fsync(making.fileno())
            Path(making.name).replace(file)
            return True

    def _files(self, folder: str) -> Iterator[tuple[str, datetime]]:
        for file in sorted((self._folder / folder).glob("[!.]*")):
            yield f"{folder}{file.name}", datetime.fromtimestamp(file.stat().st_mtime, UTC)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """SQLite's own lock on an empty file: it works wherever the state does, and ends with its process."""
        with closing(sqlite3.connect(self._folder / LOCK, timeout=SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield

    async def _done(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise TryLater(f"{self._folder}: another process is changing the policies", seconds=1.0) from None
            raise self._unusable(str(error)) from None
        except (OSError, UnicodeDecodeError, sqlite3.DatabaseError) as error:
            raise self._unusable(getattr(error, "strerror", None) or type(error).__name__) from None

    def _unusable(self, why: str) -> Misconfigured:
        return Misconfigured(f"{self._folder}: the policies cannot be used ({why}); check path and rights")


def _read(file: Path) -> Kept | None:
    """The hash of the text is its tag: every activation has a number of its own, so that no text comes back."""
    try:
        text = file.read_bytes().decode()
    except FileNotFoundError:
        return None
    return Kept(text, sha256(text.encode()).hexdigest())
