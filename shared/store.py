"""The state protocol: rows in partitions, each with a version; what is committed together is saved together.

It is as small as Table Storage allows, so that both forms behave alike: atomic within one partition, optimistic by
version, ordered by key. Data is JSON: text, numbers, booleans, null, lists and objects.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

MOST = 100
"""Changes in one commit, at most (Table Storage: 100 entities in an entity group transaction)."""


@dataclass(frozen=True, slots=True)
class Row:
    partition: str
    key: str
    data: Mapping[str, Any]
    version: str


@dataclass(frozen=True, slots=True)
class Insert:
    """Add a row; conflicts when the key exists."""

    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replace:
    """Overwrite the row that was read as `version`; conflicts when it has changed or is gone."""

    key: str
    data: Mapping[str, Any]
    version: str


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row whatever was there."""

    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the row that was read as `version`, or whatever is there when `version` is "".

    With a version it conflicts when the row has changed or is gone; without one, a missing row is no conflict.
    """

    key: str
    version: str = ""


Change: TypeAlias = Insert | Replace | Put | Delete


class Conflict(Exception):
    """Somebody else changed row `key` first; nothing of the commit was saved. Read again and decide again."""

    def __init__(self, table: str, partition: str, key: str) -> None:
        super().__init__(f"{table}/{partition}/{key} has changed since it was read")
        self.key = key


class Store(Protocol):
    async def get(self, table: str, partition: str, key: str) -> Row | None: ...

    def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        """Rows with `first` <= key < `last` in order of key (code points); "" for no bound on that side."""
        ...

    def everything(self, table: str) -> AsyncIterator[Row]:
        """All rows of a table, partition by partition; a snapshot of none, so a row may be newer than another."""
        ...

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        """Save all of `changes` (at most `MOST`, each key once) or none; the new version of each row written.

        Raises `Conflict` when one of them does not hold, `TryLater` when the store is busy or cannot be reached.
        A commit whose answer is lost may have been saved.
        """
        ...


def prefixed(prefix: str) -> tuple[str, str]:
    """The bounds of all keys that start with `prefix`, for `Store.scan`."""
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else ""
