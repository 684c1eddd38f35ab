"""The broker against the real azure-servicebus SDK, for what `shared.servicebus` does not use itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver, ServiceBusSender
from azure.servicebus.exceptions import (
    MessageNotFoundError,
    MessageSizeExceededError,
    ServiceBusError,
    SessionCannotBeLockedError,
)

from local.servicebus import Broker
from shared.bus import QueueSettings
from shared.servicebus import trust

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = ("later", "state", "dead", "sizes")


@dataclass
class Sdk:
    """The SDK's client, which forgets to close what its user forgot."""

    client: ServiceBusClient
    open: list[ServiceBusSender | ServiceBusReceiver] = field(default_factory=list)

    def sender(self, queue: str) -> ServiceBusSender:
        sender = self.client.get_queue_sender(queue)
        self.open.append(sender)
        return sender

    def receiver(self, queue: str, **details: Any) -> ServiceBusReceiver:
        receiver = self.client.get_queue_receiver(queue, **details)
        self.open.append(receiver)
        return receiver


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sdk() -> AsyncIterator[Sdk]:
    async with (
        Broker({name: QueueSettings(lock_seconds=30) for name in NAMES}) as broker,
        ServiceBusClient.from_connection_string(broker.connection_string, ssl_context=trust(), retry_total=0) as client,
    ):
        running = Sdk(client)
        yield running
        await asyncio.gather(*(handler.close() for handler in running.open))


def message(text: str, session: str | None = "a", **details: object) -> ServiceBusMessage:
    return ServiceBusMessage(text, session_id=session, **details)  # type: ignore[arg-type]


async def opened(receiver: ServiceBusReceiver) -> ServiceBusReceiver:
    return await receiver.__aenter__()


async def test_a_scheduled_message_can_be_called_off_once(sdk: Sdk) -> None:
    sender = sdk.sender("later")
    later = datetime.now(UTC) + timedelta(hours=1)
    one, two = await sender.schedule_messages([message("one"), message("two")], later)
    await sender.cancel_scheduled_messages(one)
    with pytest.raises(MessageNotFoundError):
        await sender.cancel_scheduled_messages(one)
    receiver = sdk.receiver("later", session_id="a")
    (left,) = await receiver.peek_messages(10)
    assert (str(left), left.sequence_number, left.scheduled_enqueue_time_utc) == (
        "two",
        two,
        later.replace(microsecond=later.microsecond // 1000 * 1000),
    )
    assert await receiver.receive_messages(1, max_wait_time=0.2) == []


async def test_a_named_session_has_one_holder_a_state_and_a_lock_that_is_renewed(sdk: Sdk) -> None:
    holder = await opened(sdk.receiver("state", session_id="a"))
    await holder.session.set_state(b"cursor=3")
    assert bytes(await holder.session.get_state()) == b"cursor=3"
    before = holder.session.locked_until_utc
    assert before is not None
    assert await holder.session.renew_lock() > before
    with pytest.raises(SessionCannotBeLockedError):
        await opened(sdk.receiver("state", session_id="a"))


async def test_dead_letters_are_received_without_session_and_keep_what_was_said_of_them(
    sdk: Sdk,
) -> None:
    sender = sdk.sender("dead")
    await sender.send_messages([message(text, application_properties={"n": 1}) for text in ("one", "two", "three")])
    receiver = sdk.receiver("dead", session_id="a")
    for each in await receiver.receive_messages(3, max_wait_time=2):
        await receiver.dead_letter_message(each, reason="Unknown", error_description="no such target")
    dead = sdk.receiver("dead", sub_queue=ServiceBusSubQueue.DEAD_LETTER)
    first, second, third = await dead.receive_messages(3, max_wait_time=2)
    assert (first.dead_letter_reason, first.dead_letter_error_description) == ("Unknown", "no such target")
    assert (first.session_id, first.application_properties[b"n"]) == ("a", 1)
    assert await dead.renew_message_lock(first) >= first.enqueued_time_utc + timedelta(seconds=29)
    await dead.complete_message(first)
    await dead.abandon_message(second)
    (again,) = await dead.receive_messages(1, max_wait_time=2)
    assert (str(again), again.delivery_count) == ("two", 1)
    await dead.complete_message(again)
    await dead.abandon_message(third)
    taken = sdk.receiver(
        "dead", sub_queue=ServiceBusSubQueue.DEAD_LETTER, receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE
    )
    assert [str(each) for each in await taken.receive_messages(1, max_wait_time=2)] == ["three"]
    assert await taken.peek_messages(10) == []


async def test_a_message_is_as_large_as_the_service_allows_and_has_a_session(sdk: Sdk) -> None:
    sender = sdk.sender("sizes")
    large = "é" * 100_000
    await sender.send_messages(message(large))
    with pytest.raises(MessageSizeExceededError):
        await sender.send_messages(message("x" * 300_000))
    with pytest.raises(ServiceBusError, match="amqp:not-allowed"):
        await sender.send_messages(message("none", session=None))
    receiver = sdk.receiver("sizes", session_id="a")
    (received,) = await receiver.receive_messages(1, max_wait_time=2)
    assert str(received) == large
