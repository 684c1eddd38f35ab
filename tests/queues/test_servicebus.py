"""What only Service Bus can do to us: refuse us, be away, break off, and hold messages of another version."""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from local.servicebus import Broker
from shared.bus import Doorbell, LockLost, QueueSettings
from shared.doorbells import Unreadable, from_text, to_text
from shared.errors import Misconfigured, TryLater
from shared.servicebus import ServiceBus, trust


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker({"work": QueueSettings()}) as running:
        yield running


async def test_a_wrong_key_is_misconfigured_and_not_shown(broker: Broker) -> None:
    parts = broker.connection_string.split(";")
    wrong = ";".join("SharedAccessKey=d3Jvbmcta2V5" if part.startswith("SharedAccessKey=") else part for part in parts)
    async with ServiceBus.from_connection_string(wrong) as bus:
        calls = bus.ring("work", [Doorbell("a", {})]), bus.accept("work", 0), bus.dead_letters("work")
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [Misconfigured] * 3
    assert not any("d3Jvbmcta2V5" in f"{error!r}{error}" for error in errors)


async def test_a_namespace_that_is_away_is_tried_later() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    text = f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=n;SharedAccessKey=aw==;UseDevelopmentEmulator=true;"
    async with ServiceBus.from_connection_string(text) as bus:
        calls = bus.ring("work", [Doorbell("a", {})]), bus.accept("work", 0), bus.dead_letters("work")
        errors = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(error) for error in errors] == [TryLater] * 3


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_session_whose_connection_broke_is_lost_and_can_be_closed(broker: Broker) -> None:
    async with ServiceBus.from_connection_string(broker.connection_string, patience=0.3) as bus:
        await bus.ring("work", [Doorbell("a", {}), Doorbell("a", {})])
        session = await bus.accept("work", 1)
        assert session is not None
        one, two = await session.receive(2)
        await broker.stop()
        with pytest.raises((LockLost, TryLater)):
            await session.complete(one)
        for call in (session.abandon(two), session.renew(), session.receive(1)):
            with pytest.raises(LockLost):
                await call
        await session.close()
    del bus, session
    gc.collect()  # the SDK leaves the socket of a broken connection to the garbage collector, which complains


async def test_a_busy_namespace_is_tried_later_and_a_session_that_met_it_is_over(broker: Broker) -> None:
    async with ServiceBus.from_connection_string(broker.connection_string, patience=0.3) as bus:
        await bus.ring("work", [Doorbell("a", {})])
        session = await bus.accept("work", 1)
        assert session is not None
        broker.refuse("com.microsoft:server-busy")
        calls = (
            bus.ring("work", [Doorbell("a", {})]),
            bus.accept("work", 0),
            bus.dead_letters("work"),
            session.renew(),
        )
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(error) for error in errors] == [TryLater] * 4
        assert all(isinstance(error, TryLater) and error.seconds == 10 for error in errors)
        broker.refuse("")
        with pytest.raises(LockLost):
            await session.receive(1)
        again = await bus.accept("work", 1)
        assert again is not None
        assert len(await again.receive(1)) == 1


async def test_a_message_this_version_cannot_read_is_set_aside_and_the_next_is_delivered(broker: Broker) -> None:
    unreadable = ["{", "[]", '{"schema":1,"body":{"n":1}}', '{"schema":2,"body":{}}', b"\xff\xfe"]
    async with (
        ServiceBusClient.from_connection_string(broker.connection_string, ssl_context=trust()) as client,
        client.get_queue_sender("work") as sender,
    ):
        await sender.send_messages([ServiceBusMessage(body, session_id="a") for body in unreadable])
    async with ServiceBus.from_connection_string(broker.connection_string, patience=0.3) as bus:
        await bus.ring("work", [Doorbell("a", {"n": "good"})])
        session = await bus.accept("work", 1)
        assert session is not None
        received = []
        while not received:
            received = list(await session.receive(6))
        assert [delivery.body for delivery in received] == [{"n": "good"}]
        dead = await bus.dead_letters("work")
    assert [reason.split(":")[0] for _, reason in dead] == ["unreadable"] * 5
    assert "schema 2" in dead[3][1]
    assert all(delivery.body == {} for delivery, _ in dead)


async def test_many_senders_share_one_link_and_every_message_has_an_id_of_its_own(broker: Broker) -> None:
    async with ServiceBus.from_connection_string(broker.connection_string, patience=0.3) as bus:
        same = Doorbell("a", {"n": "1"})
        await asyncio.gather(*(bus.ring("work", [same, same]) for _ in range(5)))
        session = await bus.accept("work", 1)
        assert session is not None
        received = await session.receive(10)
    assert len({delivery.id for delivery in received}) == 10


def test_a_message_holds_the_schema_and_nothing_but_the_keys() -> None:
    text = to_text(Doorbell("a", {"person": "p-1", "traceparent": "00-1-2-01"}))
    assert json.loads(text) == {"schema": 1, "body": {"person": "p-1", "traceparent": "00-1-2-01"}}
    assert from_text(text) == {"person": "p-1", "traceparent": "00-1-2-01"}


@pytest.mark.parametrize("text", ["", "null", "[" * 100_000, '{"schema":1}', '{"schema":"<script>","body":{}}'])
def test_what_is_no_doorbell_is_unreadable_and_not_repeated(text: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        from_text(text)
    assert "script" not in str(unreadable.value)
