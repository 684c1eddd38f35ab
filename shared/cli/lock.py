"""One run at a time on one data folder; whoever only looks shares it with others who only look.

The lock is SQLite's own on an empty file: it works wherever the state itself does, and ends with its process.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.errors import Misconfigured, TryLater

NAME = "lock"


@contextmanager
def to_write(folder: Path) -> Iterator[None]:
    """Have `folder`, which exists, for ourselves. Raises `TryLater` while another process has it."""
    with _held(folder, f"file:{_quoted(folder / NAME)}", "BEGIN EXCLUSIVE"):
        yield


@contextmanager
def to_read(folder: Path) -> Iterator[None]:
    """Keep others from writing to `folder`, without writing there. Raises `TryLater` while another process does."""
    if not (folder / NAME).exists():
        yield  # nobody has ever run there
        return
    with _held(folder, f"file:{_quoted(folder / NAME)}?mode=ro", "BEGIN"):
        yield


@contextmanager
def _held(folder: Path, uri: str, begin: str) -> Iterator[None]:
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise Misconfigured(f"{folder}: the data folder cannot be used ({error}); check path and rights") from None
    with closing(connection):
        try:
            connection.execute(begin)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise TryLater(f"{folder}: another joinly is using this data folder") from None
            raise Misconfigured(f"{folder}: the data folder cannot be used ({error}); check its rights") from None
        except sqlite3.DatabaseError:
            raise Misconfigured(f"{folder / NAME} is not Joinly's; remove it or name another folder") from None
        yield


def _quoted(file: Path) -> str:
    """A path as part of a URI (https://www.sqlite.org/uri.html)."""
    return file.resolve().as_uri().removeprefix("file:")
