"""Who gets what, and when: one entity, the links attached to it, and the timer that lets its time pass."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from local.servicebus.entity import Entity, Holder, Stored
from local.servicebus.performatives import AmqpError

SESSION_LOCK_LOST = AmqpError(
    "com.microsoft:session-lock-lost", "The session lock has expired on the session. Accept a new one to continue."
)
_NO_SESSION = AmqpError("com.microsoft:timeout", "No session became available within the time allotted.")


class Outlet(Protocol):
    """A link on which a client receives."""

    @property
    def credit(self) -> int: ...

    def opened(self, holder: Holder) -> None: ...

    def deliver(self, stored: Stored) -> None: ...

    def refuse(self, error: AmqpError) -> None: ...


class Feed:
    def __init__(self, entity: Entity, clock: Callable[[], datetime]) -> None:
        self.entity = entity
        self._clock = clock
        self._holders: dict[Outlet, Holder] = {}
        self._waiting: dict[Outlet, tuple[str | None, asyncio.TimerHandle]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, outlet: Outlet) -> None:
        """Without a session. Raises `AmqpError` when the entity has sessions."""
        if self.entity.has_sessions:
            raise AmqpError(
                "amqp:not-allowed",
                "It is not possible for an entity that requires sessions to create a non-sessionful message receiver.",
            )
        self._open(outlet, self.entity.join())

    def accept(self, outlet: Outlet, session: str | None, wait: float) -> None:
        """Open `outlet` on `session`, or on the next one; refuse it when there is none within `wait` seconds."""
        if not self.entity.has_sessions:
            raise AmqpError(
                "amqp:not-allowed",
                "A sessionful message receiver cannot be created on an entity that does not require sessions.",
            )
        timer = asyncio.get_running_loop().call_later(wait, self._give_up, outlet)
        self._waiting[outlet] = session, timer
        self.pump()

    def leave(self, outlet: Outlet) -> None:
        """The link is gone: let go of what it held."""
        if outlet in self._waiting:
            self._waiting.pop(outlet)[1].cancel()
        if outlet in self._holders:
            self.entity.release(self._holders.pop(outlet))
            self.pump()

    def holder(self, outlet: Outlet) -> Holder | None:
        return self._holders.get(outlet)

    def pump(self) -> None:
        """Hand out all that can be handed out now, and come back when the next thing is due."""
        self.entity.tick()
        for outlet, holder in list(self._holders.items()):
            if not self.entity.holds(holder):
                del self._holders[outlet]
                outlet.refuse(SESSION_LOCK_LOST)
        for outlet in list(self._waiting):
            self._try(outlet)
        for outlet, holder in list(self._holders.items()):
            while outlet.credit > 0 and (stored := self.entity.take(holder)) is not None:
                outlet.deliver(stored)
        self._rest()

    def stop(self) -> None:
        for _, timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _try(self, outlet: Outlet) -> None:
        session, timer = self._waiting[outlet]
        try:
            holder = self.entity.accept(session)
        except AmqpError as error:
            timer.cancel()
            del self._waiting[outlet]
            outlet.refuse(error)
            return
        if holder is not None:
            timer.cancel()
            del self._waiting[outlet]
            self._open(outlet, holder)

    def _open(self, outlet: Outlet, holder: Holder) -> None:
        self._holders[outlet] = holder
        outlet.opened(holder)

    def _give_up(self, outlet: Outlet) -> None:
        del self._waiting[outlet]
        outlet.refuse(_NO_SESSION)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        time = self.entity.next_time()
        if time is not None:
            seconds = max(0.001, (time - self._clock()).total_seconds())
            self._timer = asyncio.get_running_loop().call_later(seconds, self.pump)
