"""State that is far away, for a command that only looks: a table that is asked about often is fetched whole, once.

One page of a thousand rows takes as long as one row. The ledger is never fetched: it may be as long as the years.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from shared import layout
from shared.store import MOST, Change, Put, Row, Store

PATIENCE = 12
"""Questions about one table before it is fetched."""


class Nearby:
    """`shared.store.Store` over `far`, which is never written to; `near` is an empty store of our own."""

    def __init__(self, far: Store, near: Store) -> None:
        self._far, self._near = far, near
        self._asked: Counter[str] = Counter()
        self._here: set[str] = set()
        self._fetching = asyncio.Lock()

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        """Nothing is said of a single line of the ledger: only whoever writes it asks whether it is there."""
        if table == layout.LEDGER:
            return None
        return await (await self._nearest(table)).get(table, partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        async for row in (await self._nearest(table)).scan(table, partition, first, last):
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        async for row in (await self._nearest(table)).everything(table):
            yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        raise RuntimeError("whoever only looks writes nothing")

    async def _nearest(self, table: str) -> Store:
        if table == layout.LEDGER:
            return self._far
        async with self._fetching:
            if table not in self._here:
                self._asked[table] += 1
                if self._asked[table] <= PATIENCE:
                    return self._far
                await self._fetch(table)
                self._here.add(table)
        return self._near

    async def _fetch(self, table: str) -> None:
        some: list[Row] = []
        async for row in self._far.everything(table):
            if some and (row.partition != some[0].partition or len(some) == MOST):
                await self._keep(table, some)
                some = []
            some.append(row)
        await self._keep(table, some)

    async def _keep(self, table: str, some: Sequence[Row]) -> None:
        if some:
            await self._near.commit(table, some[0].partition, [Put(row.key, row.data) for row in some])
