"""Both forms of the queues, on one clock that a test can move."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from local.servicebus import Broker
from shared.bus import Bus, Doorbell, QueueSettings
from shared.embedded.bus import MemoryBus
from shared.servicebus import ServiceBus

QUEUES = {
    **{f"work-{number}": QueueSettings(lock_seconds=30, max_deliveries=3) for number in range(14)},
    "brief": QueueSettings(lock_seconds=30, ttl_seconds=600),
    "brief-kept": QueueSettings(lock_seconds=30, ttl_seconds=600, dead_letter_expired=True),
}


@dataclass
class Clock:
    """The real time, moved on by a test: the SDK looks at the real one, the queues at this one."""

    ahead: timedelta = timedelta()
    moved: list[Callable[[], None]] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)
        for tell in self.moved:
            tell()


@dataclass
class World:
    """One form of the queues. The SDK needs half a second to open a link and up to one to close it, so one world
    serves all tests of a module, and all links for sending are opened at once, with a doorbell that never rings.
    """

    bus: Bus
    clock: Clock
    unused: Iterator[str] = field(default_factory=lambda: iter(QUEUES))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["memory", "servicebus"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    clock = Clock()
    if request.param == "memory":
        memory = MemoryBus(clock.now, QUEUES)
        clock.moved.append(memory.wake)
        yield World(memory, clock)
    else:
        async with Broker(QUEUES, clock.now) as running:
            clock.moved.append(running.wake)
            async with ServiceBus.from_connection_string(running.connection_string, patience=0.3) as remote:
                never = [Doorbell("never", {})], clock.now() + timedelta(days=3650)
                await asyncio.gather(*(remote.ring(queue, *never) for queue in QUEUES))
                yield World(remote, clock)


@pytest.fixture
def bus(world: World) -> Bus:
    return world.bus


@pytest.fixture
def clock(world: World) -> Clock:
    return world.clock


@pytest.fixture
def queue(world: World) -> str:
    """A queue no other test has used."""
    return next(world.unused)
