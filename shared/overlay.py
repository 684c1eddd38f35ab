"""State that may be written without being changed: what preview decides is kept beside the real rows, then dropped."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from shared.rows import texts
from shared.store import Change, Conflict, Delete, Insert, Replace, Row, Store


class Overlay:
    """The store protocol over another store that is only ever read."""

    def __init__(self, below: Store) -> None:
        self._below = below
        self._rows: dict[tuple[str, str], dict[str, Row | None]] = {}
        self._version = 0

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        above = self._rows.get((table, partition), {})
        return above[key] if key in above else await self._below.get(table, partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        above = self._rows.get((table, partition), {})
        rows: dict[str, Row | None] = {row.key: row async for row in self._below.scan(table, partition, first, last)}
        rows |= {key: row for key, row in above.items() if first <= key and (not last or key < last)}
        for key in sorted(rows):
            row = rows[key]
            if row is not None:
                yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        partitions = {partition for name, partition in self._rows if name == table}
        left = sorted(partitions)
        async for row in self._below.everything(table):
            while left and left[0] <= row.partition:
                async for changed in self.scan(table, left.pop(0)):
                    yield changed
            if row.partition not in partitions:
                yield row
        for partition in left:
            async for changed in self.scan(table, partition):
                yield changed

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        """All or nothing, as the store below would; it is asked what is there and never told."""
        written = texts(table, partition, changes)
        below = {change.key: await self._below.get(table, partition, change.key) for change in changes}
        above, versions = self._rows.setdefault((table, partition), {}), {}
        for change in changes:  # from here on nobody comes between
            row = above[change.key] if change.key in above else below[change.key]
            taken = isinstance(change, Insert) and row is not None
            stale = (
                isinstance(change, Replace | Delete) and change.version and (not row or row.version != change.version)
            )
            if taken or stale:
                raise Conflict(table, partition, change.key)
        for change in changes:
            if isinstance(change, Delete):
                above[change.key] = None
                continue
            self._version += 1
            versions[change.key] = f"preview-{self._version}"
            above[change.key] = Row(partition, change.key, json.loads(written[change.key]), versions[change.key])
        return versions
