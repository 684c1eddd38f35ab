"""The engine of the active policy. A new one is seen within a minute, and who is at work finishes with the old."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from shared.engine import Engine
from shared.errors import TryLater
from shared.policy_file import PolicyText
from shared.telemetry import logs

SECONDS = 60.0
"""How long the active policy is believed to be the active one."""

Building = Callable[[PolicyText, AsyncExitStack], Awaitable[Engine]]
"""The engine for a policy; what it opens closes with the stack."""


@dataclass(slots=True)
class Held:
    """One engine, how many are at work with it, and what closes with it."""

    engine: Engine
    stack: AsyncExitStack
    users: int = 0


class Current:
    """Making it does nothing; whatever failed is tried again by the next who comes."""

    def __init__(
        self,
        active: Callable[[], Awaitable[PolicyText]],
        build: Building,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._active, self._build, self._clock = active, build, clock
        self._held: Held | None = None
        self._asked = 0.0
        self._changing = asyncio.Lock()

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The engine to work with for as long as the block lasts.

        Raises what asking for the policy and building raise. While nobody can say which policy is active, the last one
        that was counts; one that cannot be used never does.
        """
        held = await self._now()
        held.users += 1
        try:
            yield held.engine
        finally:
            held.users -= 1
            await self._retired(held)

    async def close(self) -> None:
        """Whoever is still at work keeps what they work with."""
        held, self._held = self._held, None
        if held is not None:
            await self._retired(held)

    async def _now(self) -> Held:
        async with self._changing:
            if self._held is None or self._clock() - self._asked >= SECONDS:
                self._held = await self._changed(self._held)
            return self._held

    async def _changed(self, last: Held | None) -> Held:
        """The same as `last`, or another one when the policy is."""
        asked = self._clock()
        try:
            found = await self._active()
        except TryLater as later:
            if last is None:
                raise
            logs.warning(
                f"the policy: {later}; the last one counts until it can be asked for", event="policy", outcome="later"
            )
            self._asked = asked
            return last
        if last is not None and last.engine.policy_hash == found.hash:
            self._asked = asked
            return last
        async with AsyncExitStack() as stack:
            new = Held(await self._build(found, stack), stack.pop_all())
        self._asked = asked
        if last is not None:
            logs.info(f"the policy is {found.hash} now and was {last.engine.policy_hash}", event="policy")
            self._held = new
            await self._retired(last)
        return new

    async def _retired(self, held: Held) -> None:
        """Close what nobody works with and nobody will."""
        if held is not self._held and held.users == 0:
            await held.stack.aclose()
