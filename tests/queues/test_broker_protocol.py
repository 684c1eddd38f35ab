"""The broker against a client that is not the SDK: one that speaks AMQP by hand, and one that speaks nonsense."""

import asyncio
import base64
import hashlib
import hmac
import struct
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote_plus

import pytest

from local.servicebus import Broker
from local.servicebus.codec import Described, Symbol, ULong
from local.servicebus.contents import APPLICATION, DATA, PROPERTIES, VALUE, section
from local.servicebus.performatives import (
    ACCEPTED,
    MODIFIED,
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    Transfer,
    frame,
    parse,
)
from shared.bus import QueueSettings

P = TypeVar("P")
HEADER = b"AMQP\x00\x01\x00\x00"
BATCH = 0x80013700


class Client:
    """One connection with one AMQP session, frame by frame."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.handles = 0
        self.sent = 0

    def send(self, performative: Performative, payload: bytes = b"") -> None:
        self.writer.write(frame(0, performative, payload))

    async def next(self, kind: type[P]) -> tuple[P, bytes]:
        """The next frame of that kind; flow frames in between are passed over."""
        while True:
            size, offset, _, _ = struct.unpack(">IBBH", await asyncio.wait_for(self.reader.readexactly(8), 60))
            performative, payload = parse((await self.reader.readexactly(size - 8))[offset * 4 - 8 :])
            if isinstance(performative, kind):
                return performative, payload
            assert isinstance(performative, Flow), performative

    async def begin(self) -> None:
        self.writer.write(HEADER)
        assert await self.reader.readexactly(8) == HEADER
        self.send(Open("by-hand", None, 65_536))
        await self.next(Open)
        self.send(Begin(None, 0, 1000, 1000))
        await self.next(Begin)

    async def attach(self, address: str, receives: bool, filters: dict[Any, Any] | None = None) -> tuple[int, Attach]:
        self.handles += 1
        end = Described(ULong(0x28), [address, None, None, None, None, None, None, filters])
        here = Described(ULong(0x29), [address])
        self.send(Attach(f"link-{self.handles}", self.handles, receives, 0, 1, end, here, initial_delivery_count=0))
        answer, _ = await self.next(Attach)
        return self.handles, answer

    async def refused(self, address: str, receives: bool = False, filters: dict[Any, Any] | None = None) -> str:
        """The condition with which the link is refused."""
        _, answer = await self.attach(address, receives, filters)
        assert answer.source is None
        detach, _ = await self.next(Detach)
        return str(detach.error.value[0])

    async def transfer(self, handle: int, payload: bytes, message_format: int = 0, part: int = 60_000) -> Any:
        """Send a message in parts; the outcome."""
        self.sent += 1
        for start in range(0, len(payload), part):
            more = start + part < len(payload)
            self.send(Transfer(handle, self.sent, b"t", message_format, False, more), payload[start : start + part])
        disposition, _ = await self.next(Disposition)
        assert (disposition.first, disposition.settled) == (self.sent, True)
        return disposition.state

    async def sign_in(self, broker: Broker, queue: str, key: str = "") -> int:
        """Put a token on $cbs; the status code."""
        sending, _ = await self.attach("$cbs", receives=False)
        receiving, _ = await self.attach("$cbs", receives=True)
        self.send(Flow(0, 1000, 0, 1000, receiving, 0, 10))
        settings = dict(part.split("=", 1) for part in broker.connection_string.strip(";").split(";"))
        resource, expiry = quote_plus(f"sb://host/{queue}"), str(int(time.time()) + 60)
        key = key or settings["SharedAccessKey"]
        digest = hmac.new(key.encode(), f"{resource}\n{expiry}".encode(), hashlib.sha256).digest()
        signature = quote_plus(base64.b64encode(digest))
        name = settings["SharedAccessKeyName"]
        token = f"SharedAccessSignature sr={resource}&sig={signature}&se={expiry}&skn={name}"
        properties = {"operation": "put-token", "type": "servicebus.windows.net:sastoken", "name": f"sb://host/{queue}"}
        self.send(
            Transfer(sending, 0, b"t", 0, True),
            section(PROPERTIES, ["id-1"]) + section(APPLICATION, properties) + section(VALUE, token),
        )
        _, reply = await self.next(Transfer)
        assert b"id-1" in reply
        return 202 if b"Accepted" in reply else 401


def message(text: str, session: str | None = "a") -> bytes:
    properties = [*[None] * 10, session]
    return section(PROPERTIES, properties) + section(DATA, text.encode())


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    async with Broker({"Work": QueueSettings()}, lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture
async def client(broker: Broker) -> AsyncIterator[Client]:
    port = int(broker.connection_string.split(":")[2].split(";")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield Client(reader, writer)
    writer.close()
    await writer.wait_closed()


def condition(outcome: Any) -> str:
    return str(outcome.value[0].value[0])


async def test_nobody_gets_at_a_queue_without_a_token(broker: Broker, client: Client) -> None:
    await client.begin()
    for address in ("work", "work/$management", "work/$deadletterqueue"):
        assert await client.refused(address) == "amqp:unauthorized-access"
    assert await client.sign_in(broker, "work", key="wrong") == 401
    assert await client.refused("work") == "amqp:unauthorized-access"
    assert await client.sign_in(broker, "work") == 202
    _, answer = await client.attach("work", receives=False)
    assert answer.source is not None


async def test_links_that_cannot_be_are_refused_with_the_condition_of_the_service(
    broker: Broker, client: Client
) -> None:
    await client.begin()
    await client.sign_in(broker, "work")
    by_session = {Symbol("com.microsoft:session-filter"): None}
    assert await client.refused("nowhere") == "amqp:not-found"
    assert await client.refused("work", receives=True) == "amqp:not-allowed"
    assert await client.refused("work/$deadletterqueue", receives=True, filters=by_session) == "amqp:not-allowed"


async def test_messages_come_whole_in_parts_and_in_batches_and_bad_ones_are_rejected(
    broker: Broker, client: Client
) -> None:
    await client.begin()
    await client.sign_in(broker, "work")
    handle, _ = await client.attach("sb://any-host/WORK", receives=False)
    large = message("x" * 200_000)
    batch = b"".join(section(DATA, message(text)) for text in ("two", "three"))
    assert (await client.transfer(handle, large)).descriptor == ACCEPTED
    assert (await client.transfer(handle, batch, BATCH)).descriptor == ACCEPTED
    assert condition(await client.transfer(handle, message("x" * 262_200))) == "amqp:link:message-size-exceeded"
    assert condition(await client.transfer(handle, message("none", session=None))) == "amqp:not-allowed"
    assert condition(await client.transfer(handle, b"\xff\xff")) == "amqp:decode-error"
    by_session = {Symbol("com.microsoft:session-filter"): "a"}
    receiving, answer = await client.attach("work", receives=True, filters=by_session)
    assert answer.source.value[7] == {"com.microsoft:session-filter": "a"}
    client.send(Flow(0, 1000, 0, 1000, receiving, 0, 10))
    parts = []
    while True:
        transfer, payload = await client.next(Transfer)
        parts.append(payload)
        if not transfer.more:
            break
    assert b"x" * 200_000 in b"".join(parts)
    assert len(parts) == 4
    assert [b"two" in (await client.next(Transfer))[1], b"three" in (await client.next(Transfer))[1]] == [True, True]


async def test_credit_is_kept_given_back_on_drain_and_links_and_sessions_end_politely(
    broker: Broker, client: Client
) -> None:
    await client.begin()
    await client.sign_in(broker, "work")
    handle, _ = await client.attach("work", receives=False)
    for text in ("one", "two", "three"):
        await client.transfer(handle, message(text))
    receiving, _ = await client.attach("work", receives=True, filters={Symbol("com.microsoft:session-filter"): None})
    client.send(Flow(0, 1000, 0, 1000, receiving, 0, 2))
    first, _ = await client.next(Transfer)
    await client.next(Transfer)
    client.send(Disposition(True, first.delivery_id or 0, None, False, Described(ULong(MODIFIED), [True, True])))
    echoed, _ = await client.next(Disposition)
    assert echoed.state.descriptor == MODIFIED
    client.send(Flow(0, 1000, 0, 1000, receiving, 2, 5, None, True))
    await client.next(Transfer)
    drained, _ = await client.next(Flow)
    assert (drained.delivery_count, drained.link_credit, drained.drain) == (7, 0, True)
    client.send(Detach(receiving, True))
    await client.next(Detach)
    client.send(End())
    await client.next(End)
    client.send(Close())
    await client.next(Close)
    assert await client.reader.read() == b""


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        HEADER + b"\xff\xff\xff\xff\x02\x00\x00\x00",
        HEADER + b"\x00\x00\x00\x04\x02\x00\x00\x00",
        HEADER + b"\x00\x00\x00\x0a\x02\x00\x00\x00\x40\x40",
        HEADER + b"\x00\x00\x00\x0c\x02\x00\x00\x00\x00\x53\x12\x45",
    ],
)
async def test_nonsense_ends_the_connection_with_a_decode_error(broker: Broker, client: Client, noise: bytes) -> None:
    client.writer.write(noise)
    assert await client.reader.readexactly(8) == HEADER
    closed, _ = await client.next(Close)
    assert closed.error.value[0] == "amqp:decode-error"
    assert await client.reader.read() == b""
    port = int(broker.connection_string.split(":")[2].split(";")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await Client(reader, writer).begin()
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_asks_for_it_hears_a_heartbeat(client: Client) -> None:
    client.writer.write(HEADER)
    await client.reader.readexactly(8)
    client.send(Open("by-hand", None, 65_536, None, 100))
    await client.next(Open)
    assert await asyncio.wait_for(client.reader.readexactly(8), 60) == b"\x00\x00\x00\x08\x02\x00\x00\x00"


async def test_stopping_the_broker_ends_every_connection(broker: Broker, client: Client) -> None:
    await client.begin()
    await broker.stop()
    assert await asyncio.wait_for(client.reader.read(), 60) == b""
