"""The queue protocol: doorbells in sessions, with Service Bus semantics. A doorbell says «look again»; it carries keys
only, so losing, repeating or reordering one changes nothing in the end. Its trace says why it was rung and decides
nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_DELIVERIES = "MaxDeliveryCountExceeded"
"""The reason of a doorbell that was dead-lettered because nobody completed it."""

EXPIRED = "TTLExpiredException"
"""The reason of a doorbell that was dead-lettered because it was not handled in time."""


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How one queue treats its doorbells; the same words as Service Bus, so that both forms behave alike.

    `lock_seconds` is how long a session is held without `renew` (Service Bus: at most 300). A doorbell that was
    delivered `max_deliveries` times without being completed is dead-lettered. `ttl_seconds` after it was due a
    doorbell that nobody handled is dropped, or dead-lettered when `dead_letter_expired`; `None` keeps it for ever.
    """

    lock_seconds: float = 60.0
    max_deliveries: int = 10
    ttl_seconds: float | None = None
    dead_letter_expired: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.lock_seconds <= 300:
            raise ValueError("lock_seconds is more than 0 and at most 300")
        if self.max_deliveries < 1:
            raise ValueError("max_deliveries is at least 1")
        if self.ttl_seconds is not None and self.ttl_seconds <= 0:
            raise ValueError("ttl_seconds is more than 0, or None for ever")


@dataclass(frozen=True, slots=True)
class Doorbell:
    """What to look at. Doorbells of one `session` are handled one at a time, in order."""

    session: str
    body: Mapping[str, str]
    trace: str = ""
    """What was being done when it was rung, as `shared.telemetry.tracing` writes it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One doorbell received and locked; it must be settled by the session that received it."""

    id: str
    """Unique per send."""
    session: str
    body: Mapping[str, str]
    attempt: int
    """1 on first delivery; counts deliveries that were not completed."""
    lock: str
    """The lock token of this delivery."""
    trace: str = ""
    """The doorbell's."""
    due: datetime | None = None
    """Since when it could be handled (UTC), where the queue says it."""


class LockLost(Exception):
    """The session's or message's lock ran out; somebody else may be handling it. What was done stays done."""


class Session(Protocol):
    """One session, held exclusively until it is closed or its lock runs out."""

    @property
    def id(self) -> str: ...

    async def receive(self, most: int) -> Sequence[Delivery]:
        """Up to `most` deliveries that are due now, oldest first; empty when there are none. Raises `LockLost`."""
        ...

    async def complete(self, delivery: Delivery) -> None:
        """Handled: remove it. Raises `LockLost`."""
        ...

    async def abandon(self, delivery: Delivery) -> None:
        """Give it back for another delivery; past the queue's maximum it is dead-lettered. Raises `LockLost`."""
        ...

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        """Set it aside for a person, with a reason of at most 4,096 characters. Raises `LockLost`."""
        ...

    async def renew(self) -> None:
        """Hold the session for another lock duration. Raises `LockLost`."""
        ...

    async def close(self) -> None:
        """Let go; what was not settled is delivered again, without counting as an attempt. Never raises `LockLost`."""
        ...


class Bus(Protocol):
    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        """Send all of them, in batches, each as a message of its own; delivered at `at` (aware) or now.

        Raises `TryLater` when the queue is busy or cannot be reached; some of them may then have been sent.
        """
        ...

    async def accept(self, queue: str, wait: float) -> Session | None:
        """The next session that has something due and that nobody holds; None when there is none within `wait` s."""
        ...

    async def dead_letters(self, queue: str) -> Sequence[tuple[Delivery, str]]:
        """What was set aside, with the reason; looking does not remove it."""
        ...
