"""The queues on Azure Service Bus: sessions, one message a doorbell, keys in the body and the trace beside it.

https://learn.microsoft.com/azure/service-bus-messaging/message-sessions. Every send makes a fresh message id, so that
duplicate detection never swallows a doorbell that is meant. A later doorbell is a scheduled message in an ordinary
batch: a scheduling request on the management node would cost ten times as much.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Self, TypeVar
from uuid import uuid4

import certifi
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage, ServiceBusReceivedMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageNotFoundError,
    MessageSizeExceededError,
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
    OperationTimeoutError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
    ServiceBusConnectionError,
    ServiceBusServerBusyError,
    SessionLockLostError,
)

from shared.bus import Delivery, Doorbell, LockLost
from shared.doorbells import LONGEST_REASON, Unreadable, from_text, to_text
from shared.errors import Misconfigured, TryLater
from shared.telemetry.tracing import TRACE_PARENT, TRACE_STATE, joined, parted

T = TypeVar("T")

_SECONDS = 60
_SHORTEST_WAIT = 0.2
_PAGE = 250
_SENDING: dict[str, Any] = {"retry_total": 1, "retry_backoff_factor": 0.2, "retry_backoff_max": 5}
_RECEIVING: dict[str, Any] = {"retry_total": 0}

_UNUSABLE = (
    ClientAuthenticationError,
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
    ServiceBusAuthenticationError,
    ServiceBusAuthorizationError,
)
_LOST = (
    MessageLockLostError,
    MessageNotFoundError,
    ServiceBusConnectionError,
    SessionLockLostError,
)
_FAILED = (AzureError, OSError, TimeoutError)


@cache
def trust() -> ssl.SSLContext:
    """Whom connections trust, loaded once: the SDK would load it for each of them, which takes longer than the rest."""
    return ssl.create_default_context(cafile=certifi.where())


class ServiceBus:
    """`shared.bus.Bus` on one namespace. `patience` is how many seconds `Session.receive` waits for a first doorbell.

    `async with ServiceBus.at("<name>.servicebus.windows.net", credential) as bus: …`
    """

    def __init__(self, sending: ServiceBusClient, receiving: ServiceBusClient, patience: float = 1.0) -> None:
        self._sending, self._receiving, self._patience = sending, receiving, patience
        self._senders: dict[str, tuple[ServiceBusSender, asyncio.Lock]] = {}
        self._sessions: set[ServiceBusSession] = set()

    @classmethod
    def at(cls, namespace: str, credential: AsyncTokenCredential, patience: float = 1.0, **options: Any) -> Self:
        """With an identity, as in Azure; `credential` stays the caller's to close. `options` are the SDK's own."""
        return cls._with(partial(ServiceBusClient, namespace, credential, **options), patience)

    @classmethod
    def from_connection_string(cls, text: str, patience: float = 1.0) -> Self:
        """With a key: for emulators, as Joinly's own namespace has keys switched off."""
        return cls._with(partial(ServiceBusClient.from_connection_string, text), patience)

    @classmethod
    def _with(cls, client: Callable[..., ServiceBusClient], patience: float) -> Self:
        """One client for sending and one for receiving."""
        whom = trust()
        return cls(client(ssl_context=whom, **_SENDING), client(ssl_context=whom, **_RECEIVING), patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Sessions that are still open are let go."""
        senders, self._senders = [sender for sender, _ in self._senders.values()], {}
        sessions = [session.close() for session in self._sessions]
        await asyncio.gather(*sessions, *(sender.close() for sender in senders))
        await self._sending.close()
        await self._receiving.close()

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        if at is not None and at.tzinfo is None:
            raise ValueError("`at` needs a time zone")
        messages = [_message(doorbell, at) for doorbell in doorbells]
        if messages:
            await self._sent(queue, lambda sender: _send(sender, messages))

    async def reach(self, queue: str) -> None:
        """Open the way to a queue and send nothing. Raises `TryLater` and `Misconfigured` when it cannot be used."""
        await self._sent(queue, lambda sender: sender.create_message_batch())

    async def _sent(self, queue: str, sending: Callable[[ServiceBusSender], Awaitable[Any]]) -> None:
        if queue not in self._senders:
            self._senders[queue] = self._sending.get_queue_sender(queue), asyncio.Lock()
        sender, lock = self._senders[queue]
        try:
            async with lock:
                await sending(sender)
        except _FAILED as error:
            raise _ours(queue, error) from error

    async def accept(self, queue: str, wait: float) -> "ServiceBusSession | None":
        receiver = self._receiving.get_queue_receiver(
            queue, session_id=NEXT_AVAILABLE_SESSION, max_wait_time=max(wait, _SHORTEST_WAIT)
        )
        try:
            await receiver.__aenter__()
        except OperationTimeoutError:
            await receiver.close()
            return None
        except _FAILED as error:
            await receiver.close()
            raise _ours(queue, error) from error
        session = ServiceBusSession(queue, receiver, self._patience, self._sessions.discard)
        self._sessions.add(session)
        return session

    async def dead_letters(self, queue: str) -> Sequence[tuple[Delivery, str]]:
        found: list[tuple[Delivery, str]] = []
        try:
            async with self._receiving.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
                first = 1
                while page := await receiver.peek_messages(_PAGE, sequence_number=first, timeout=_SECONDS):
                    found.extend((_set_aside(message), message.dead_letter_reason or "") for message in page)
                    first = (page[-1].sequence_number or 0) + 1
        except _FAILED as error:
            raise _ours(queue, error) from error
        return found


class ServiceBusSession:
    """`shared.bus.Session` on a session receiver.

    The SDK would attach again after a failure and go on as if nothing had been missed. Somebody else may have held
    the session meanwhile, so here the first failure is the end: from then on everything raises `LockLost`.
    """

    def __init__(
        self, queue: str, receiver: ServiceBusReceiver, patience: float, closed: "Callable[[ServiceBusSession], None]"
    ) -> None:
        self._queue, self._receiver, self._patience, self._closed = queue, receiver, patience, closed
        self._id = str(receiver.session.session_id)
        self._locked: dict[str, ServiceBusReceivedMessage] = {}
        self._over = False

    @property
    def id(self) -> str:
        return self._id

    async def receive(self, most: int) -> Sequence[Delivery]:
        """As `shared.bus.Session.receive`; a message this version cannot read is dead-lettered, so that it waits."""
        messages = await self._answered(lambda: self._receiver.receive_messages(most, max_wait_time=self._patience))
        return [delivery for message in messages if (delivery := await self._read(message)) is not None]

    async def complete(self, delivery: Delivery) -> None:
        await self._settle(delivery, self._receiver.complete_message)

    async def abandon(self, delivery: Delivery) -> None:
        await self._settle(delivery, self._receiver.abandon_message)

    async def dead_letter(self, delivery: Delivery, reason: str) -> None:
        await self._settle(delivery, partial(self._receiver.dead_letter_message, reason=reason[:LONGEST_REASON]))

    async def renew(self) -> None:
        await self._answered(lambda: self._receiver.session.renew_lock(timeout=_SECONDS))

    async def close(self) -> None:
        """Whatever goes wrong here, the lock runs out by itself."""
        self._over = True
        self._closed(self)
        with suppress(*_FAILED):
            await self._receiver.close()

    async def _read(self, message: ServiceBusReceivedMessage) -> Delivery | None:
        lock = str(message.lock_token)
        try:
            body = from_text(str(message))
        except (Unreadable, UnicodeDecodeError) as error:
            reason = f"unreadable: {error}" if isinstance(error, Unreadable) else "unreadable: not text"
            await self._answered(partial(self._receiver.dead_letter_message, message, reason=reason))
            return None
        self._locked[lock] = message
        attempt = (message.delivery_count or 0) + 1
        return _delivery(message, body, attempt, lock)

    async def _settle(self, delivery: Delivery, settle: Callable[[ServiceBusReceivedMessage], Awaitable[None]]) -> None:
        message = self._locked.pop(delivery.lock, None)
        if message is None:
            raise LockLost(f"a doorbell of session {self._id} of {self._queue} is not locked by this delivery")
        await self._answered(lambda: settle(message))

    async def _answered(self, call: Callable[[], Awaitable[T]]) -> T:
        if self._over:
            raise LockLost(f"session {self._id} of {self._queue} is closed")
        try:
            return await call()
        except _FAILED as error:
            self._over = True
            if isinstance(error, _LOST):
                raise LockLost(f"the lock of session {self._id} of {self._queue} ran out") from error
            raise _ours(self._queue, error) from error


def _message(doorbell: Doorbell, at: datetime | None) -> ServiceBusMessage:
    properties: dict[str | bytes, Any] = {}
    properties.update(parted(doorbell.trace).items())
    return ServiceBusMessage(
        to_text(doorbell),
        message_id=uuid4().hex,
        session_id=doorbell.session,
        content_type="application/json",
        application_properties=properties,
        scheduled_enqueue_time_utc=None if at is None else at.astimezone(UTC),
    )


async def _send(sender: ServiceBusSender, messages: Sequence[ServiceBusMessage]) -> None:
    """In as few batches as hold them."""
    batch = await sender.create_message_batch()
    for message in messages:
        try:
            batch.add_message(message)
        except MessageSizeExceededError:
            await sender.send_messages(batch, timeout=_SECONDS)
            batch = await sender.create_message_batch()
            batch.add_message(message)
    await sender.send_messages(batch, timeout=_SECONDS)


def _set_aside(message: ServiceBusReceivedMessage) -> Delivery:
    try:
        body = from_text(str(message))
    except (Unreadable, UnicodeDecodeError):
        body = {}
    return _delivery(message, body, max(1, message.delivery_count or 0), "")


def _delivery(message: ServiceBusReceivedMessage, body: Mapping[str, str], attempt: int, lock: str) -> Delivery:
    given = message.application_properties or {}
    told = {key.decode("ascii", "ignore") if isinstance(key, bytes) else key: value for key, value in given.items()}
    times = (message.enqueued_time_utc, message.scheduled_enqueue_time_utc)
    return Delivery(
        message.message_id or "",
        message.session_id or "",
        body,
        attempt,
        lock,
        joined(told.get(TRACE_PARENT), told.get(TRACE_STATE)),
        max((time for time in times if time is not None), default=None),
    )


def _ours(queue: str, error: Exception) -> Exception:
    """What to do about `error`. The SDK's own text is not repeated: it may hold addresses and keys' names."""
    if isinstance(error, _UNUSABLE):
        return Misconfigured(
            f"queue {queue}: not found, switched off, or not ours ({type(error).__name__}); the identity needs the "
            "roles «Azure Service Bus Data Sender» and «Azure Service Bus Data Receiver»"
        )
    if isinstance(error, ServiceBusServerBusyError):
        return TryLater(f"queue {queue}: the namespace is busy", seconds=10.0)
    return TryLater(f"queue {queue}: no answer ({type(error).__name__})", seconds=10.0)
