"""State and queues that let an identity do what it was given and nothing else, and remember what it did."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.bus import Bus, Delivery, Doorbell, Session
from shared.store import Change, Row, Store


class NotGranted(AssertionError):
    """The app used what its role was not given."""


@dataclass
class GuardedStore:
    inner: Store
    tables: frozenset[str]
    used: set[str] = field(default_factory=set)

    def _using(self, table: str) -> None:
        self.used.add(table)
        if table not in self.tables:
            raise NotGranted(f"it uses {table}")

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._using(table)
        return await self.inner.get(table, partition, key)

    def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        self._using(table)
        return self.inner.scan(table, partition, first, last)

    def everything(self, table: str) -> AsyncIterator[Row]:
        self._using(table)
        return self.inner.everything(table)

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        self._using(table)
        return await self.inner.commit(table, partition, changes)


@dataclass
class GuardedBus:
    inner: Bus
    sends: frozenset[str]
    receives: frozenset[str]
    sent: set[str] = field(default_factory=set)

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        self.sent.add(queue)
        if queue not in self.sends:
            raise NotGranted(f"it sends to {queue}")
        await self.inner.ring(queue, doorbells, at)

    async def accept(self, queue: str, wait: float) -> Session | None:
        raise NotGranted(f"it receives from {queue}, which is the host's to do")

    async def dead_letters(self, queue: str) -> Sequence[tuple[Delivery, str]]:
        if queue not in self.receives:
            raise NotGranted(f"it looks into {queue}")
        return await self.inner.dead_letters(queue)
