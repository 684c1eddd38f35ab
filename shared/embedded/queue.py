"""One queue in memory, with the time as an argument: which session is next, who holds it, what was tried how often.

Rules follow Service Bus (https://learn.microsoft.com/azure/service-bus-messaging/message-sessions): a session has one
holder; an abandoned doorbell and a lock that ran out count as attempts, a closed session does not.
"""

import heapq
from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.bus import EXPIRED, MAX_DELIVERIES, LockLost, QueueSettings


@dataclass(slots=True, eq=False)
class Message:
    id: str
    session: str
    body: Mapping[str, str]
    due: datetime
    sequence: int
    deliveries: int = 0
    lock: str = ""
    trace: str = ""

    @property
    def order(self) -> tuple[datetime, int]:
        return self.due, self.sequence


@dataclass(slots=True, eq=False)
class Hold:
    """One holder of one session."""

    session: str
    until: datetime
    locked: dict[str, Message] = field(default_factory=dict)


class Queue:
    def __init__(self, settings: QueueSettings) -> None:
        self.settings = settings
        self.dead: list[tuple[Message, str]] = []
        self._sessions: dict[str, list[Message]] = {}
        self._holds: dict[str, Hold] = {}
        self._next: list[tuple[datetime, int, str]] = []
        self._locks = 0

    def waiting(self) -> int:
        return sum(map(len, self._sessions.values()))

    def add(self, message: Message) -> None:
        insort(self._sessions.setdefault(message.session, []), message, key=lambda each: each.order)
        if message.session not in self._holds:
            heapq.heappush(self._next, (*message.order, message.session))

    def accept(self, now: datetime) -> Hold | None:
        """Hold the free session whose oldest doorbell was due first."""
        self._release_lapsed(now)
        while (session := self._next_session(now)) is not None:
            self._drop_expired(session, now)
            head = next(iter(self._sessions.get(session, ())), None)
            if head is not None and head.due <= now:
                hold = self._holds[session] = Hold(session, self._lock_end(now))
                return hold
            if head is not None:
                heapq.heappush(self._next, (*head.order, session))
        return None

    def receive(self, hold: Hold, most: int, now: datetime) -> list[Message]:
        self._check(hold, now)
        self._drop_expired(hold.session, now)
        received: list[Message] = []
        for message in self._free(hold.session):
            if len(received) == most or message.due > now:
                break
            self._locks += 1
            message.lock = f"{message.id}.{self._locks}"
            hold.locked[message.lock] = message
            received.append(message)
        return received

    def complete(self, hold: Hold, lock: str, now: datetime) -> None:
        self._remove(self._unlocked(hold, lock, now))

    def abandon(self, hold: Hold, lock: str, now: datetime) -> None:
        self._count(self._unlocked(hold, lock, now))

    def dead_letter(self, hold: Hold, lock: str, reason: str, now: datetime) -> None:
        self._set_aside(self._unlocked(hold, lock, now), reason)

    def renew(self, hold: Hold, now: datetime) -> None:
        self._check(hold, now)
        hold.until = self._lock_end(now)

    def close(self, hold: Hold, now: datetime) -> None:
        self._release_lapsed(now)
        if self._holds.get(hold.session) is hold:
            self._release(hold)

    def next_due(self, now: datetime) -> datetime | None:
        """When `accept` may next find something: a free session's doorbell is due, or a held one's lock runs out."""
        self._release_lapsed(now)
        self._trim()
        times = [self._next[0][0]] if self._next else []
        for session, hold in self._holds.items():
            if session in self._sessions:
                times.append(max(hold.until, self._sessions[session][0].due))
        return min(times, default=None)

    def _next_session(self, now: datetime) -> str | None:
        self._trim()
        return self._next[0][2] if self._next and self._next[0][0] <= now else None

    def _trim(self) -> None:
        """Forget entries at the top that no longer say when a free session's first doorbell is due."""
        while self._next:
            due, sequence, session = self._next[0]
            free = session in self._sessions and session not in self._holds
            if free and self._sessions[session][0].order == (due, sequence):
                return
            heapq.heappop(self._next)

    def _free(self, session: str) -> Iterator[Message]:
        return (message for message in self._sessions.get(session, ()) if not message.lock)

    def _lock_end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.settings.lock_seconds)

    def _check(self, hold: Hold, now: datetime) -> None:
        self._release_lapsed(now)
        if self._holds.get(hold.session) is not hold:
            raise LockLost(f"the lock of session {hold.session} ran out")

    def _unlocked(self, hold: Hold, lock: str, now: datetime) -> Message:
        self._check(hold, now)
        message = hold.locked.pop(lock, None)
        if message is None:
            raise LockLost(f"a doorbell of session {hold.session} is not locked by this delivery")
        message.lock = ""
        return message

    def _release_lapsed(self, now: datetime) -> None:
        for hold in [each for each in self._holds.values() if each.until <= now]:
            for message in hold.locked.values():
                self._count(message)
            self._release(hold)

    def _release(self, hold: Hold) -> None:
        del self._holds[hold.session]
        for message in hold.locked.values():
            message.lock = ""
        hold.locked.clear()
        if messages := self._sessions.get(hold.session):
            heapq.heappush(self._next, (*messages[0].order, hold.session))

    def _count(self, message: Message) -> None:
        message.deliveries += 1
        if message.deliveries >= self.settings.max_deliveries:
            self._set_aside(message, MAX_DELIVERIES)

    def _drop_expired(self, session: str, now: datetime) -> None:
        if self.settings.ttl_seconds is None:
            return
        oldest = now - timedelta(seconds=self.settings.ttl_seconds)
        for message in [each for each in self._free(session) if each.due <= oldest]:
            if self.settings.dead_letter_expired:
                self._set_aside(message, EXPIRED)
            else:
                self._remove(message)

    def _set_aside(self, message: Message, reason: str) -> None:
        self._remove(message)
        self.dead.append((message, reason))

    def _remove(self, message: Message) -> None:
        messages = self._sessions[message.session]
        messages.remove(message)
        if not messages:
            del self._sessions[message.session]
