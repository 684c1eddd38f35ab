"""The broker against both of the SDK's clients, the blocking one and the one for asyncio: the same in each.

What Joinly itself uses is in `test_bus_contract.py`; here is the rest of what the README says.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from azure.core.credentials import AccessToken
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusSubQueue,
    TransportType,
)
from azure.servicebus.aio import ServiceBusClient as AsyncClient
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageNotFoundError,
    MessageSizeExceededError,
    MessagingEntityNotFoundError,
    OperationTimeoutError,
    ServiceBusAuthorizationError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from local.azure import certificate
from local.servicebus import Broker
from shared.bus import EXPIRED, MAX_DELIVERIES, QueueSettings
from shared.servicebus import trust

pytestmark = pytest.mark.asyncio(loop_scope="module")

TESTS = ("batch", "abandon", "dead", "most", "lapse", "later", "short", "session", "size", "defer", "peek", "twice")
LOCK = 30


@dataclass
class Clock:
    """The real time, moved on by a test: the SDK looks at the real one, the queues at this one."""

    ahead: timedelta = timedelta()
    wake: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)
        self.wake()


@dataclass
class Client:
    """One of the two, with every call awaited here; the blocking one is called in a thread."""

    kind: type[Any]
    broker: Broker
    clock: Clock
    own: Any

    def queue(self, name: str) -> str:
        return f"{name}-{'async' if self.kind is AsyncClient else 'sync'}"

    async def did(self, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if inspect.iscoroutinefunction(call) or self.kind is AsyncClient:
            found = call(*given, **named)
            return await found if isinstance(found, Awaitable) else found
        return await asyncio.to_thread(call, *given, **named)

    async def send(self, name: str, *texts: str, session: str | None = "s", **details: Any) -> None:
        sender = self.own.get_queue_sender(self.queue(name))
        messages = [ServiceBusMessage(text, session_id=session, **details) for text in texts]
        try:
            await self.did(sender.send_messages, messages)
        finally:
            await self.did(sender.close)

    async def receiver(self, name: str, session: Any = "s", wait: float = 5, **details: Any) -> Any:
        sub = details.get("sub_queue")
        given = details if sub else {"session_id": session, **details}
        receiver = self.own.get_queue_receiver(self.queue(name), max_wait_time=wait, **given)
        enter = receiver.__aenter__ if self.kind is AsyncClient else receiver.__enter__
        try:
            return await self.did(enter)
        except BaseException:
            await self.did(receiver.close)
            raise

    async def got(self, receiver: Any, most: int = 10, wait: float = 1) -> list[Any]:
        return list(await self.did(receiver.receive_messages, most, wait))

    async def dead(self, name: str) -> list[Any]:
        receiver = await self.receiver(name, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
        found = await self.did(receiver.peek_messages, 10)
        await self.did(receiver.close)
        return list(found)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[ServiceBusClient, AsyncClient])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    clock = Clock()
    settings = QueueSettings(lock_seconds=LOCK, max_deliveries=2, dead_letter_expired=True)
    names = [f"{name}-{kind}" for name in TESTS for kind in ("sync", "async")]
    queues = dict.fromkeys(names, settings)
    async with Broker(queues, clock.now, remembers={"twice-sync": 600, "twice-async": 600}) as broker:
        clock.wake = broker.wake
        own = request.param.from_connection_string(broker.connection_string, ssl_context=trust(), retry_total=0)
        found = Client(request.param, broker, clock, own)
        yield found
        await found.did(own.close)


async def test_a_batch_arrives_whole_and_in_order(client: Client) -> None:
    sender = client.own.get_queue_sender(client.queue("batch"))
    batch = await client.did(sender.create_message_batch)
    for number in range(50):
        batch.add_message(ServiceBusMessage(str(number), session_id="s"))
    await client.did(sender.send_messages, batch)
    await client.did(sender.close)
    receiver = await client.receiver("batch")
    got: list[Any] = []
    while len(got) < 50 and (more := await client.got(receiver, 50)):
        got += more
    assert [str(one) for one in got] == [str(number) for number in range(50)]
    for one in got:
        await client.did(receiver.complete_message, one)
    assert await client.got(receiver, wait=0.3) == []
    await client.did(receiver.close)


async def test_what_is_abandoned_comes_again_with_its_count_and_after_the_last_time_no_more(client: Client) -> None:
    await client.send("most", "one")
    receiver = await client.receiver("most")
    for before in (0, 1):
        [one] = await client.got(receiver)
        assert one.delivery_count == before
        await client.did(receiver.abandon_message, one)
    assert await client.got(receiver, wait=0.3) == []
    await client.did(receiver.close)
    [dead] = await client.dead("most")
    assert (dead.dead_letter_reason, dead.delivery_count) == (MAX_DELIVERIES, 2)


async def test_what_is_dead_lettered_keeps_its_reason_and_description(client: Client) -> None:
    await client.send("dead", "one")
    receiver = await client.receiver("dead")
    [one] = await client.got(receiver)
    await client.did(receiver.dead_letter_message, one, reason="Bad", error_description="it cannot be read")
    await client.did(receiver.close)
    [dead] = await client.dead("dead")
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("Bad", "it cannot be read")


async def test_a_session_lock_is_held_by_renewing_and_lost_without(client: Client) -> None:
    await client.send("lapse", "one")
    receiver = await client.receiver("lapse")
    [one] = await client.got(receiver)
    client.clock.advance(LOCK - 5)
    await client.did(receiver.session.renew_lock)
    client.clock.advance(LOCK - 5)
    with pytest.raises(SessionCannotBeLockedError):
        await client.receiver("lapse")
    client.clock.advance(6)
    with pytest.raises((SessionLockLostError, MessageLockLostError)):
        await client.did(receiver.complete_message, one)
    await client.did(receiver.close)
    again = await client.receiver("lapse")
    [second] = await client.got(again)
    assert (str(second), second.delivery_count) == ("one", 1)
    await client.did(again.close)


async def test_what_is_scheduled_waits_and_can_be_cancelled(client: Client) -> None:
    sender = client.own.get_queue_sender(client.queue("later"))
    due = client.clock.now() + timedelta(hours=1)
    messages = [ServiceBusMessage(text, session_id="s") for text in ("one", "two")]
    first, _ = await client.did(sender.schedule_messages, messages, due)
    await client.did(sender.cancel_scheduled_messages, first)
    with pytest.raises(MessageNotFoundError):
        await client.did(sender.cancel_scheduled_messages, first)
    await client.did(sender.close)
    receiver = await client.receiver("later")
    assert await client.got(receiver, wait=0.3) == []
    await client.did(receiver.close)
    client.clock.advance(3601)
    receiver = await client.receiver("later")
    assert [str(one) for one in await client.got(receiver)] == ["two"]
    await client.did(receiver.close)


async def test_what_lives_too_short_is_set_aside_as_expired(client: Client) -> None:
    await client.send("short", "one", time_to_live=timedelta(seconds=60))
    await client.send("short", "two")
    client.clock.advance(61)
    receiver = await client.receiver("short")
    assert [str(one) for one in await client.got(receiver)] == ["two"]
    await client.did(receiver.close)
    assert [(str(one), one.dead_letter_reason) for one in await client.dead("short")] == [("one", EXPIRED)]


async def test_sessions_have_one_holder_each_a_state_and_the_next_one_is_a_free_one(client: Client) -> None:
    await client.send("session", "one", session="a")
    await client.send("session", "two", session="b")
    first = await client.receiver("session", NEXT_AVAILABLE_SESSION)
    second = await client.receiver("session", NEXT_AVAILABLE_SESSION)
    assert (first.session.session_id, second.session.session_id) == ("a", "b")
    with pytest.raises(SessionCannotBeLockedError):
        await client.receiver("session", "a")
    with pytest.raises(OperationTimeoutError):
        await client.receiver("session", NEXT_AVAILABLE_SESSION, wait=0.3)
    await client.did(first.session.set_state, b"half-way")
    await client.did(first.close)
    again = await client.receiver("session", "a")
    assert bytes(await client.did(again.session.get_state)) == b"half-way"
    for receiver in (again, second):
        await client.did(receiver.close)


async def test_what_is_too_large_is_refused_where_it_is_sent(client: Client) -> None:
    with pytest.raises(MessageSizeExceededError):
        await client.send("size", "x" * 300_000)
    await client.send("size", "x" * 250_000)
    receiver = await client.receiver("size")
    [one] = await client.got(receiver)
    assert len(str(one)) == 250_000
    await client.did(receiver.close)


async def test_what_is_deferred_is_out_of_the_way_until_it_is_asked_for_by_number(client: Client) -> None:
    await client.send("defer", "one", "two")
    receiver = await client.receiver("defer")
    [one, two] = await client.got(receiver, 2)
    await client.did(receiver.defer_message, one)
    await client.did(receiver.complete_message, two)
    assert await client.got(receiver, wait=0.3) == []
    with pytest.raises(MessageNotFoundError):
        await client.did(receiver.receive_deferred_messages, 4711)
    [again] = await client.did(receiver.receive_deferred_messages, one.sequence_number)
    assert str(again) == "one"
    await client.did(receiver.complete_message, again)
    with pytest.raises(MessageNotFoundError):
        await client.did(receiver.receive_deferred_messages, one.sequence_number)
    await client.did(receiver.close)


async def test_peeking_shows_everything_and_takes_nothing(client: Client) -> None:
    await client.send("peek", "one", "two")
    receiver = await client.receiver("peek")
    for _ in range(2):
        assert [str(one) for one in await client.did(receiver.peek_messages, 10, sequence_number=1)] == ["one", "two"]
    assert [str(one) for one in await client.got(receiver, 2)] == ["one", "two"]
    await client.did(receiver.close)


async def test_the_same_id_within_the_window_is_taken_once(client: Client) -> None:
    for _ in range(2):
        await client.send("twice", "one", message_id="id-1")
    client.clock.advance(601)
    await client.send("twice", "later", message_id="id-1")
    receiver = await client.receiver("twice")
    assert [str(one) for one in await client.got(receiver, 3)] == ["one", "later"]
    await client.did(receiver.close)


async def test_a_queue_that_is_not_there_is_named_as_such(client: Client) -> None:
    with pytest.raises(MessagingEntityNotFoundError):
        await client.send("nowhere", "one")


class Somebody:
    """Signs in with a token that says who it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(f"a.{self._name}.c", 4_000_000_000)

    async def close(self) -> None: ...


def may(token: str, queue: str, right: str) -> bool:
    return (token.split(".")[1], queue, right) in {("sender", "work", "Send"), ("listener", "work", "Listen")}


async def test_an_identity_may_do_what_its_roles_say_over_tls_too(tmp_path: Path) -> None:
    pem, key = certificate.issued(tmp_path)
    queues = {"work": QueueSettings(), "other": QueueSettings()}
    async with Broker(queues, may=may, tls=(pem, key)) as broker:
        secure = {
            "custom_endpoint_address": f"sb://{broker.tls_address}",
            "connection_verify": str(pem),
            "transport_type": TransportType.Amqp,
        }
        for way in (secure, {"use_tls": False}):
            done = [await _tried(broker, name, way) for name in ("sender", "listener", "stranger")]
            assert done == [(True, False, False), (False, True, False), (False, False, False)]


async def _tried(broker: Broker, name: str, way: dict[str, Any]) -> tuple[bool, bool, bool]:
    """Whether this one could send to `work`, listen there, and send to `other`."""
    async with AsyncClient(broker.address, Somebody(name), retry_total=0, **way) as client:

        async def could(work: Callable[[], Awaitable[Any]]) -> bool:
            try:
                await work()
            except ServiceBusAuthorizationError:
                return False
            return True

        async def send(queue: str) -> None:
            async with client.get_queue_sender(queue) as sender:
                await sender.send_messages(ServiceBusMessage("x", session_id="s"))

        async def listen() -> None:
            async with client.get_queue_receiver("work", session_id="s") as receiver:
                await receiver.session.renew_lock()

        return await could(lambda: send("work")), await could(listen), await could(lambda: send("other"))
