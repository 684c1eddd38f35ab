"""What triggers call: each door of the engine, opened with what one process has, put together when first needed.

A timer leaves what is busy to its next time and fails for what a person must repair. A doorbell is given back only
for a bug or when there is no engine yet; everything else completes it, because the mark in the state is the truth.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from shared.azure.bug import told_by_place
from shared.azure.root import Deployment
from shared.doorbells import Unreadable, from_text
from shared.engine import Engine, follow, handle, patrol, relook, renew, ring_polls, session, sweep, wake
from shared.errors import Misconfigured, TryLater

LOG = logging.getLogger("joinly")

Step = tuple[str, Callable[[], Awaitable[int]]]
"""What it is called, and what it does; it says how many."""


class Doors:
    """The doors of one process. Making it does nothing; a failed `deploy` is tried again by the next who comes."""

    def __init__(self, deploy: Callable[[AsyncExitStack], Awaitable[Deployment]]) -> None:
        self._deploy = deploy
        self._deployment: Deployment | None = None
        self._open = AsyncExitStack()
        self._deploying = asyncio.Lock()

    async def deployment(self) -> Deployment:
        """Raises `Misconfigured` and `TryLater`."""
        async with self._deploying:
            if self._deployment is None:
                with told_by_place():
                    async with AsyncExitStack() as stack:
                        self._deployment = await self._deploy(stack)
                        self._open = stack.pop_all()
            return self._deployment

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The engine of the active policy, for as long as the block lasts. Raises `Misconfigured` and `TryLater`."""
        current = (await self.deployment()).current
        async with AsyncExitStack() as stack:
            with told_by_place():
                engine = await stack.enter_async_context(current.engine())
            yield engine

    async def close(self) -> None:
        self._deployment = None
        await self._open.aclose()

    async def poll(self) -> None:
        """Ring for every HR system to be asked who works there."""
        async with self.engine() as engine:
            await _all([("poll", partial(ring_polls, engine))])

    async def follow(self) -> None:
        """Ask every target what changed there."""
        async with self.engine() as engine:
            await _all((f"follow {name}", partial(follow, engine, name)) for name in engine.targets)

    async def wake(self) -> None:
        """Look at everybody for whom a day has come, or for whom the policy says something new."""
        async with self.engine() as engine:
            await _all([("renew", partial(renew, engine)), ("wake", partial(wake, engine))])

    async def sweep(self) -> None:
        """Look again at what was refused and at a part of all accounts, and ring for whatever is still marked."""
        looks = (("relook", relook), ("patrol", patrol), ("sweep", sweep))
        async with self.engine() as engine:
            await _all((name, partial(look, engine)) for name, look in looks)

    async def answer(self, queue: str, messages: Sequence[bytes]) -> None:
        """Handle the doorbells of one delivery; those that say the same are handled once.

        Raises `Bug`, `Unreadable` (after the others are handled) and, when no engine can be built now, `TryLater`.
        """
        async with AsyncExitStack() as stack:
            try:
                engine = await stack.enter_async_context(self.engine())
            except Misconfigured as error:
                LOG.error("%s: %s", queue, error)
                return
            await _answered(engine, queue, messages)


async def _answered(engine: Engine, queue: str, messages: Sequence[bytes]) -> None:
    bodies, unreadable = {}, None
    for message in messages:
        try:
            body = from_text(_text(message))
            bodies[tuple(sorted(body.items()))] = body
        except Unreadable as error:
            unreadable = error
    for body in bodies.values():
        with told_by_place():
            trouble = await handle(engine, queue, session(queue, body), body)
        if trouble:
            LOG.warning("%s: %s", queue, trouble)
    if unreadable is not None:
        raise unreadable


def _text(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise Unreadable("not text") from None


async def _all(steps: Iterable[Step]) -> None:
    """Do every step, whatever becomes of the others; then raise what a person must look at."""
    failures: list[Exception] = []
    for name, step in steps:
        try:
            with told_by_place():
                LOG.info("%s: %d", name, await step())
        except TryLater as later:
            LOG.warning("%s: %s; the next time comes by itself", name, later)
        except Exception as error:
            LOG.error("%s: %s", name, error)
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup("several failed", failures)
