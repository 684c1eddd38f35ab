"""Calls to one system within its quota, whichever process makes them: each is counted in a row before it is made."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from shared.codec import Codec
from shared.errors import TryLater
from shared.quota import LONGEST, Quota, Spent, called, full_until, moment
from shared.store import Conflict, Insert, Replace, Store

PARTITION = "calls"
"""Beside the tokens, so that each app counts its own and needs no other right."""

TRIES = 8
"""How often a call is counted anew when others were faster."""

SPENT = Codec(Spent)


class Calls:
    """`await calls.turn()` before each call to the system at `place`."""

    def __init__(
        self,
        place: str,
        quota: Quota,
        store: Store,
        table: str,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.place, self.quota = place, quota
        self._store, self._table = store, table
        self._clock, self._sleep = clock, sleep
        self._one = asyncio.Lock()

    async def turn(self) -> None:
        """Wait for the moment of one more call. Raises `TryLater` when it is too far away."""
        async with self._one:
            at = await self._counted()
        wait = (at - self._clock()).total_seconds()
        if wait > 0:
            await self._sleep(wait)

    async def _counted(self) -> datetime:
        for _ in range(TRIES):
            row = await self._store.get(self._table, PARTITION, self.place)
            spent = SPENT.load(row.data) if row else Spent()
            at = self._moment(spent)
            data = SPENT.dump(called(self.quota, spent, at))
            change = Replace(self.place, data, row.version) if row else Insert(self.place, data)
            try:
                await self._store.commit(self._table, PARTITION, [change])
            except Conflict:
                continue
            return at
        raise TryLater(f"{self.place}: too many processes call it at the same time", 10.0)

    def _moment(self, spent: Spent) -> datetime:
        now = self._clock()
        until = full_until(self.quota, spent, now)
        if until is not None:
            used = f"its {self.quota.calls} calls in {self.quota.seconds / 3600:g} hours are used up"
            raise TryLater(
                f"{self.place}: {used}; it is called again after {until:%Y-%m-%d %H:%M} UTC. Poll it less often",
                (until - now).total_seconds(),
            )
        at = moment(self.quota, spent, now)
        if at - now > LONGEST:
            raise TryLater(f"{self.place}: too many calls wait for their moment", (at - now).total_seconds())
        return at
