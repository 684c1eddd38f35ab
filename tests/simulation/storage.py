"""Simulated state and queues: the protocols' guarantees and nothing more, with a pause around every effect."""

import json
from bisect import bisect_left, insort
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from simulation_faults import Faults

from shared.bus import Doorbell
from shared.errors import TryLater
from shared.store import Change, Conflict, Delete, Insert, Replace, Row


class SimulatedStore:
    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.rows: dict[tuple[str, str], dict[str, Row]] = {}
        self.keys: dict[tuple[str, str], list[str]] = {}
        self.version = 0
        self.writes = 0

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        await self.faults.turn()
        return self.rows.get((table, partition), {}).get(key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        await self.faults.turn()
        place = (table, partition)
        keys = self.keys.get(place, [])
        until = bisect_left(keys, last) if last else len(keys)
        for key in keys[bisect_left(keys, first) : until]:
            if key in self.rows[place]:
                yield self.rows[place][key]

    async def everything(self, table: str) -> AsyncIterator[Row]:
        for name, partition in list(self.rows):
            if name == table:
                async for row in self.scan(table, partition):
                    yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        assert len({change.key for change in changes}) == len(changes) <= 100, "a key twice, or too many"
        await self.faults.turn()
        if self.faults.happens("store is busy"):
            raise TryLater("the store is busy", 1)
        versions = self._apply((table, partition), changes, table)
        await self.faults.turn()
        if self.faults.happens("store's answer is lost"):
            raise TryLater("the store's answer was lost", 1)
        return versions

    def _apply(self, place: tuple[str, str], changes: Sequence[Change], table: str) -> dict[str, str]:
        rows, keys = self.rows.setdefault(place, {}), self.keys.setdefault(place, [])
        for change in changes:
            there = rows.get(change.key)
            match change:
                case Insert() if there is not None:
                    raise Conflict(table, place[1], change.key)
                case Replace(_, _, version) | Delete(_, version) if version and (
                    there is None or there.version != version
                ):
                    raise Conflict(table, place[1], change.key)
        versions: dict[str, str] = {}
        for change in changes:
            if isinstance(change, Delete):
                if rows.pop(change.key, None) is not None:
                    del keys[bisect_left(keys, change.key)]
                continue
            self.version += 1
            if change.key not in rows:
                insort(keys, change.key)
            rows[change.key] = Row(place[1], change.key, json.loads(json.dumps(dict(change.data))), str(self.version))
            versions[change.key] = str(self.version)
        self.writes += 1
        return versions


class SimulatedBus:
    """At least once, in any order; a doorbell may be lost, doubled or late. Sessions are kept by the world."""

    def __init__(self, faults: Faults, store: SimulatedStore) -> None:
        self.faults, self.store = faults, store
        self.waiting: list[tuple[datetime, str, Doorbell]] = []

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        await self.faults.turn()
        for bell in doorbells:
            if self.faults.happens("doorbell is lost"):
                continue
            self.waiting.append((at or self.faults.clock(), queue, bell))
            if self.faults.happens("doorbell is doubled"):
                self.waiting.append((self.faults.clock(), queue, bell))
        await self.faults.turn()

    def due(self, now: datetime) -> list[int]:
        return [index for index, (at, _, _) in enumerate(self.waiting) if at <= now]

    async def accept(self, queue: str, wait: float) -> Any:
        raise AssertionError("the world hands out doorbells itself")

    async def dead_letters(self, queue: str) -> Sequence[Any]:
        return ()
