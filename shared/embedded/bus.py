"""The queues in memory, on the caller's clock: a virtual clock moves them, a real one lets them wait."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from shared.bus import Delivery, Doorbell, QueueSettings
from shared.doorbells import LONGEST_REASON, to_text
from shared.embedded.queue import Hold, Message, Queue
from shared.errors import Misconfigured

_SHORTEST_WAIT = 0.01


class MemoryBus:
    """`shared.bus.Bus` for one process. `clock` gives the time now, aware.

    With `wait=0` nothing here touches an event loop, so a simulator without one can drive it.
    """

    def __init__(self, clock: Callable[[], datetime], queues: Mapping[str, QueueSettings]) -> None:
        self._clock = clock
        self._queues = {name: Queue(settings) for name, settings in queues.items()}
        self._sent = 0
        self._changed: asyncio.Event | None = None

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        if at is not None and at.tzinfo is None:
            raise ValueError("`at` needs a time zone")
        now = self._clock()
        due = now if at is None else max(now, at)
        target = self._queue(queue)
        for doorbell in doorbells:
            to_text(doorbell)
        for doorbell in doorbells:
            self._sent += 1
            body = dict(doorbell.body)
            target.add(Message(str(self._sent), doorbell.session, body, due, self._sent, trace=doorbell.trace))
        self.wake()

    async def accept(self, queue: str, wait: float) -> "MemorySession | None":
        target = self._queue(queue)
        hold = target.accept(self._clock())
        if hold is None and wait > 0:
            hold = await self._awaited(target, wait)
        return None if hold is None else MemorySession(self, target, hold, self._clock)

    async def dead_letters(self, queue: str) -> Sequence[tuple[Delivery, str]]:
        return [(_delivery(message, max(1, message.deliveries)), reason) for message, reason in self._queue(queue).dead]

    def next_due(self, queue: str = "") -> datetime | None:
        """When `accept` on `queue`, or on any queue, may next find something; in the past when it would now."""
        now = self._clock()
        names = [queue] if queue else self._queues
        times = [self._queue(name).next_due(now) for name in names]
        return min((time for time in times if time is not None), default=None)

    def waiting(self, queue: str) -> int:
        """How many doorbells are not settled: due, scheduled or being handled."""
        return self._queue(queue).waiting()

    def wake(self) -> None:
        """Let those who wait in `accept` look again: something was sent or let go, or a virtual clock was moved."""
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()

    def _queue(self, name: str) -> Queue:
        if name not in self._queues:
            raise Misconfigured(f"queue {name}: not found; `shared/queues.py` names those there are")
        return self._queues[name]

    async def _awaited(self, target: Queue, wait: float) -> Hold | None:
        loop = asyncio.get_running_loop()
        end = loop.time() + wait
        while True:
            hold = target.accept(self._clock())
            left = end - loop.time()
            if hold is not None or left <= 0:
                return hold
            now = self._clock()
            due = target.next_due(now)
            pause = left if due is None else min(left, max(_SHORTEST_WAIT, (due - now).total_seconds()))
            self._changed = self._changed or asyncio.Event()
            try:
                await asyncio.wait_for(self._changed.wait(), pause)
            except TimeoutError:
                continue


class MemorySession:
    """`shared.bus.Session` on a `MemoryBus`."""

    def __init__(self, bus: MemoryBus, queue: Queue, hold: Hold, clock: Callable[[], datetime]) -> None:
        self._bus, self._queue, self._hold, self._clock = bus, queue, hold, clock

    @property
    def id(self) -> str:
        return self._hold.session

    async def receive(self, most: int) -> Sequence[Delivery]:
        messages = self._queue.receive(self._hold, most, self._clock())
        return [_delivery(message, message.deliveries + 1) for message in messages]

    async def complete(self, delivery: Delivery) -> None:
        self._queue.complete(self._hold, delivery.lock, self._clock())

    async def abandon(self, delivery: Delivery) -> None:
        self._queue.abandon(self._hold, delivery.lock, self._clock())

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        self._queue.dead_letter(self._hold, delivery.lock, reason[:LONGEST_REASON], self._clock())

    async def renew(self) -> None:
        self._queue.renew(self._hold, self._clock())

    async def close(self) -> None:
        self._queue.close(self._hold, self._clock())
        self._bus.wake()


def _delivery(message: Message, attempt: int) -> Delivery:
    return Delivery(message.id, message.session, message.body, attempt, message.lock, message.trace, message.due)
