"""One queue, or the dead-letter queue of one: what is due, who holds it, what was tried how often. Knows no AMQP link.

Semantics follow https://learn.microsoft.com/azure/service-bus-messaging/message-sessions, …/message-sequencing,
…/message-transfers-locks-settlement and …/service-bus-dead-letter-queues.
"""

import itertools
from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from local.servicebus.contents import Content, instant, state
from local.servicebus.performatives import AmqpError
from shared.bus import EXPIRED, MAX_DELIVERIES, QueueSettings

_DEFERRED, _SCHEDULED = 1, 2
_LOCK_LOST = "The lock supplied is invalid. Either the lock expired, or the message has already been removed."


@dataclass(slots=True, eq=False)
class Stored:
    content: Content
    sequence: int
    enqueued: datetime
    deliveries: int = 0
    token: UUID | None = None
    until: datetime | None = None
    scheduled: bool = False
    deferred: bool = False

    def encoded(self) -> bytes:
        annotations: dict[str, Any] = {
            "x-opt-enqueued-time": instant(self.enqueued),
            "x-opt-sequence-number": self.sequence,
        }
        if self.until is not None:
            annotations["x-opt-locked-until"] = instant(self.until)
        if self.scheduled or self.deferred:
            annotations["x-opt-message-state"] = state(_SCHEDULED if self.scheduled else _DEFERRED)
        return self.content.encoded(self.deliveries, annotations)


@dataclass(slots=True, eq=False)
class Holder:
    """A receiver; of a queue with sessions it holds one session until `until`."""

    session: str | None = None
    until: datetime | None = None
    locked: dict[UUID, Stored] = field(default_factory=dict)


class Entity:
    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        clock: Callable[[], datetime],
        dead: "Entity | None" = None,
        remembers: float = 0.0,
    ) -> None:
        """`dead` is the queue for dead letters; an entity without one is such a queue itself and has no sessions.

        A message whose id came within the last `remembers` seconds is taken and dropped.
        """
        self.name = name
        self.settings = settings
        self.dead = dead
        self.states: dict[str, bytes | None] = {}
        self._clock = clock
        self._sequences = itertools.count(1)
        self._ready: dict[str, list[Stored]] = {}
        self._scheduled: list[Stored] = []
        self._mortal: dict[Stored, datetime] = {}
        self._holders: list[Holder] = []
        self._deferred: dict[int, Stored] = {}
        self._remembers = timedelta(seconds=remembers)
        self._ids: dict[str, datetime] = {}

    @property
    def has_sessions(self) -> bool:
        return self.dead is not None

    def put(self, content: Content) -> int:
        """The sequence number. Raises `AmqpError` for a message without session."""
        if self.has_sessions and not content.session:
            raise AmqpError("amqp:not-allowed", "The SessionId was not set on a message, and the entity requires one.")
        now = self._clock()
        stored = Stored(content, next(self._sequences), now)
        if self._is_duplicate(content.message_id, now):
            return stored.sequence
        if content.scheduled is not None and content.scheduled > now:
            stored.scheduled, stored.enqueued = True, content.scheduled
            insort(self._scheduled, stored, key=lambda each: (each.enqueued, each.sequence))
        else:
            self._add(stored)
        return stored.sequence

    def cancel(self, sequence: int) -> None:
        """Forget a scheduled message. Raises `AmqpError` when there is none of that number."""
        found = next((each for each in self._scheduled if each.sequence == sequence), None)
        if found is None:
            raise AmqpError("com.microsoft:message-not-found", "The scheduled message could not be found.")
        self._scheduled.remove(found)

    def accept(self, wanted: str | None) -> Holder | None:
        """Hold session `wanted`, or the one with the oldest message that is due; None when there is none."""
        self.tick()
        if wanted is None:
            held = {holder.session for holder in self._holders}
            heads = {session: ready[0].sequence for session, ready in self._ready.items() if session not in held}
            if not heads:
                return None
            wanted = min(heads, key=heads.__getitem__)
        elif any(holder.session == wanted for holder in self._holders):
            raise AmqpError(
                "com.microsoft:session-cannot-be-locked", f"The session '{wanted}' is locked by another receiver."
            )
        return self._held(Holder(wanted, self._lock_end()))

    def join(self) -> Holder:
        """A receiver among others, of an entity without sessions."""
        return self._held(Holder())

    def take(self, holder: Holder) -> Stored | None:
        """Lock the next message that is due for `holder`."""
        self.tick()
        ready = self._ready.get(holder.session or "", [])
        stored = next((each for each in ready if each.token is None), None)
        if stored is not None:
            stored.token = uuid4()
            stored.until = holder.until or self._lock_end()
            holder.locked[stored.token] = stored
        return stored

    def complete(self, token: UUID) -> None:
        self._remove(self._unlock(token))

    def abandon(self, token: UUID, counted: bool = True) -> None:
        stored = self._unlock(token)
        if counted:
            self._count(stored)

    def defer(self, token: UUID) -> None:
        """Set aside until somebody asks for it by its number."""
        stored = self._unlock(token)
        self._ready[self._key(stored)].remove(stored)
        if not self._ready[self._key(stored)]:
            del self._ready[self._key(stored)]
        stored.deferred = True
        self._deferred[stored.sequence] = stored

    def take_deferred(self, sequences: Sequence[int], holder: Holder | None) -> list[Stored]:
        """Lock what was deferred for `holder`. Raises `AmqpError` when one of them is not there, or is held."""
        self.tick()
        if holder is None or holder not in self._holders:
            raise AmqpError("com.microsoft:session-lock-lost", "The session lock has expired.")
        found = [self._deferred.get(number) for number in sequences]
        if not all(one is not None and one.token is None and self._is_for(one, holder) for one in found):
            raise AmqpError("com.microsoft:message-not-found", "A deferred message of that number could not be found.")
        taken = [one for one in found if one is not None]
        for stored in taken:
            stored.token, stored.until = uuid4(), holder.until or self._lock_end()
            holder.locked[stored.token] = stored
        return taken

    def dead_letter(self, token: UUID, reason: str | None, description: str | None) -> None:
        self._set_aside(self._unlock(token), reason, description)

    def renew_session(self, holder: Holder | None) -> datetime:
        self.tick()
        if holder is None or holder not in self._holders:
            raise AmqpError("com.microsoft:session-lock-lost", "The session lock has expired.")
        holder.until = self._lock_end()
        for stored in holder.locked.values():
            stored.until = holder.until
        return holder.until

    def renew_message(self, token: UUID) -> datetime:
        stored = self._locked(token).locked[token]
        stored.until = self._lock_end()
        return stored.until

    def release(self, holder: Holder) -> None:
        """The receiver has gone; what it did not settle is delivered again and does not count as tried."""
        if holder in self._holders:
            self._holders.remove(holder)
            for stored in holder.locked.values():
                stored.token = stored.until = None
            holder.locked.clear()

    def holds(self, holder: Holder) -> bool:
        return holder in self._holders

    def peek(self, first: int, most: int, session: str | None) -> list[Stored]:
        """Messages from sequence number `first` on, locked and scheduled ones included."""
        self.tick()
        ready = itertools.chain.from_iterable(self._ready.values())
        everything = [*ready, *self._scheduled, *self._deferred.values()]
        found = [each for each in everything if each.sequence >= first and session in (None, each.content.session)]
        return sorted(found, key=lambda each: each.sequence)[:most]

    def counts(self) -> tuple[int, int]:
        """Messages that are due or locked, and those that are for later."""
        return sum(map(len, self._ready.values())) + len(self._deferred), len(self._scheduled)

    def tick(self) -> None:
        """Let the time pass: what is scheduled becomes due, what is held too long is let go, what is too old goes."""
        now = self._clock()
        while self._scheduled and self._scheduled[0].enqueued <= now:
            stored = self._scheduled.pop(0)
            stored.scheduled, stored.sequence = False, next(self._sequences)
            self._add(stored)
        for holder in list(self._holders):
            self._lapse(holder, now)
        for stored, expiry in list(self._mortal.items()):
            if expiry <= now and stored.token is None:
                self._expire(stored)

    def next_time(self) -> datetime | None:
        """When `tick` next has something to do."""
        times = [self._scheduled[0].enqueued] if self._scheduled else []
        for holder in self._holders:
            if holder.until is not None:
                times.append(holder.until)
            else:
                times.extend(stored.until for stored in holder.locked.values() if stored.until is not None)
        times.extend(expiry for stored, expiry in self._mortal.items() if stored.token is None)
        return min(times, default=None)

    def _held(self, holder: Holder) -> Holder:
        self._holders.append(holder)
        return holder

    def _lapse(self, holder: Holder, now: datetime) -> None:
        if holder.until is not None and holder.until <= now:
            lost = list(holder.locked.values())
            self.release(holder)
        elif holder.until is None:
            lost = [each for each in holder.locked.values() if each.until is not None and each.until <= now]
            holder.locked = {token: each for token, each in holder.locked.items() if each not in lost}
            for stored in lost:
                stored.token = stored.until = None
        else:
            return
        for stored in lost:
            self._count(stored)

    def _lock_end(self) -> datetime:
        return self._clock() + timedelta(seconds=self.settings.lock_seconds)

    def _is_for(self, stored: Stored, holder: Holder) -> bool:
        return not self.has_sessions or stored.content.session == holder.session

    def _is_duplicate(self, id: str, now: datetime) -> bool:
        """Whether a message of this id came lately; from now on, one did."""
        if not self._remembers or not id:
            return False
        self._ids = {known: at for known, at in self._ids.items() if now - at < self._remembers}
        if id in self._ids:
            return True
        self._ids[id] = now
        return False

    def _key(self, stored: Stored) -> str:
        return stored.content.session if self.has_sessions else ""

    def _add(self, stored: Stored) -> None:
        insort(self._ready.setdefault(self._key(stored), []), stored, key=lambda each: each.sequence)
        expiry = self._expiry(stored)
        if expiry is not None:
            self._mortal[stored] = expiry

    def _remove(self, stored: Stored) -> None:
        key = self._key(stored)
        self._mortal.pop(stored, None)
        if stored.deferred:
            del self._deferred[stored.sequence]
            return
        self._ready[key].remove(stored)
        if not self._ready[key]:
            del self._ready[key]

    def _locked(self, token: UUID) -> Holder:
        self.tick()
        holder = next((each for each in self._holders if token in each.locked), None)
        if holder is None:
            raise AmqpError("com.microsoft:message-lock-lost", _LOCK_LOST)
        return holder

    def _unlock(self, token: UUID) -> Stored:
        stored = self._locked(token).locked.pop(token)
        stored.token = stored.until = None
        return stored

    def _count(self, stored: Stored) -> None:
        stored.deliveries += 1
        if self.dead is not None and stored.deliveries >= self.settings.max_deliveries:
            tried = f"Message could not be consumed after {stored.deliveries} delivery attempts."
            self._set_aside(stored, MAX_DELIVERIES, tried)

    def _expiry(self, stored: Stored) -> datetime | None:
        own = stored.content.time_to_live if self.dead is not None else None
        queue = None if self.settings.ttl_seconds is None else timedelta(seconds=self.settings.ttl_seconds)
        lives = [life for life in (own, queue) if life is not None]
        return stored.enqueued + min(lives) if lives else None

    def _expire(self, stored: Stored) -> None:
        if self.settings.dead_letter_expired:
            self._set_aside(stored, EXPIRED, "The message expired and was dead lettered.")
        else:
            self._remove(stored)

    def _set_aside(self, stored: Stored, reason: str | None, description: str | None) -> None:
        self._remove(stored)
        if self.dead is None:
            return
        named = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        stored.content.application |= {name: text for name, text in named.items() if text is not None}
        moved = Stored(stored.content, next(self.dead._sequences), stored.enqueued, stored.deliveries)
        self.dead._add(moved)
