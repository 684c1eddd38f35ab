"""How fast: a bucket that spaces requests and a window that bounds how many are under way; time is injected."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pace(Protocol):
    """What spaces requests."""

    async def turn(self) -> None:
        """Wait for the moment of the next request. Raises `TryLater` when it is too far away."""
        ...


class Bucket:
    """A token bucket: one turn every `every` seconds on average, up to `burst` turns at once after a rest.

    The generic cell rate algorithm: each turn is given a time, so turns keep their order and no queue is needed.
    """

    def __init__(
        self, *, every: float, burst: int, clock: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._every = timedelta(seconds=every)
        self._lead = timedelta(seconds=every * (burst - 1))
        self._clock = clock
        self._sleep = sleep
        self._next: datetime | None = None
        self._seen: datetime | None = None

    async def turn(self) -> None:
        """Wait for this turn."""
        now = self._clock()
        if self._next and self._seen and now < self._seen:
            self._next -= self._seen - now  # the clock was set back; nobody waits for the difference
        due = max(self._next or now, now)
        self._next, self._seen = due + self._every, now
        wait = (due - self._lead - now).total_seconds()
        if wait > 0:
            await self._sleep(wait)


async def together(some: Sequence[Awaitable[Result]]) -> list[Result | Exception]:
    """What becomes of each, all at the same time: its result, or what it raised."""
    return await asyncio.gather(*map(caught, some))


async def caught(one: Awaitable[Result]) -> Result | Exception:
    try:
        return await one
    except Exception as error:
        return error


@asynccontextmanager
async def closing(stream: AsyncIterator[Item]) -> AsyncIterator[AsyncIterator[Item]]:
    """`stream`, ended at once when nobody reads on, whatever it has opened or under way."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def side_by_side(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], width: int
) -> AsyncIterator[Result]:
    """The result of `work` for each item, in order, with at most `width` under way at any time.

    The first failure is raised when its turn comes; whatever is still under way then, or when the caller stops
    early, is cancelled and awaited, so nothing runs on.
    """
    under_way: deque[asyncio.Future[Result]] = deque()
    try:
        for item in items:
            if len(under_way) == width:
                yield await under_way.popleft()
            under_way.append(asyncio.ensure_future(work(item)))
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
