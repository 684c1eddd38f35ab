"""One client's connection: the protocol headers, SASL, frames, heartbeats and channels.

OASIS AMQP 1.0 part 2, sections 2.2 to 2.4, and part 5 (SASL). Who the client is comes later, with a token on `$cbs`,
as in Service Bus; SASL lets everybody in.
"""

import asyncio
import contextlib
import struct

from local.servicebus.channel import Channel, Namespace
from local.servicebus.codec import Array, Malformed, Symbol
from local.servicebus.performatives import (
    FRAME_SASL,
    AmqpError,
    Begin,
    Close,
    End,
    Open,
    Performative,
    SaslMechanisms,
    SaslOutcome,
    empty_frame,
    frame,
    parse,
)

FRAME_SIZE = 65_536
_HEADER = b"AMQP\x00\x01\x00\x00"
_SASL_HEADER = b"AMQP\x03\x01\x00\x00"
_MECHANISMS = Array(map(Symbol, ("MSSBCBS", "PLAIN", "ANONYMOUS", "EXTERNAL")))
_WINDOW = 0x7FFFFFFF
_IDLE = 240_000


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, namespace: Namespace) -> None:
        self._reader, self._writer, self._namespace = reader, writer, namespace
        self._channels: dict[int, Channel] = {}
        self._frame_size = FRAME_SIZE
        self._heart: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Until the client closes the connection, goes away or breaks the protocol."""
        try:
            await self._greet()
            while await self._next():
                await self._writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Malformed as error:
            self._write(0, Close(AmqpError("amqp:decode-error", str(error)).described()))
        finally:
            if self._heart is not None:
                self._heart.cancel()
            for channel in self._channels.values():
                channel.end()
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()

    async def _greet(self) -> None:
        header = await self._reader.readexactly(8)
        if header == _SASL_HEADER:
            self._writer.write(_SASL_HEADER + frame(0, SaslMechanisms(_MECHANISMS), kind=FRAME_SASL))
            await self._frame()
            self._writer.write(frame(0, SaslOutcome(0), kind=FRAME_SASL))
            header = await self._reader.readexactly(8)
        self._writer.write(_HEADER)
        if header != _HEADER:
            raise Malformed("the client does not speak AMQP 1.0")

    async def _next(self) -> bool:
        """Handle one frame; False after the last."""
        number, body = await self._frame()
        if not body:
            return True
        performative, payload = parse(body)
        match performative:
            case Open():
                self._open(performative)
            case Begin():
                self._begin(number, performative)
            case End():
                if number in self._channels:
                    self._channels.pop(number).end()
                self._write(number, End())
            case Close():
                self._write(0, Close())
                return False
            case _ if number in self._channels:
                self._channels[number].handle(performative, payload)
        return True

    def _open(self, opened: Open) -> None:
        if opened.max_frame_size:
            self._frame_size = min(FRAME_SIZE, opened.max_frame_size)
        self._write(0, Open("local-servicebus", None, FRAME_SIZE, 4999, _IDLE))
        if opened.idle_time_out:
            self._heart = asyncio.get_running_loop().create_task(self._beat(opened.idle_time_out / 2000))

    def _begin(self, number: int, begin: Begin) -> None:
        def write(performative: Performative, payload: bytes) -> None:
            self._write(number, performative, payload)

        self._channels[number] = Channel(write, self._namespace, self._frame_size)
        self._write(number, Begin(number, 0, _WINDOW, _WINDOW, 255))

    async def _beat(self, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            self._writer.write(empty_frame())

    async def _frame(self) -> tuple[int, bytes]:
        """Channel and body. Raises `Malformed` for a frame that is too small or larger than agreed."""
        size, offset, _, channel = struct.unpack(">IBBH", await self._reader.readexactly(8))
        if not 8 <= size <= FRAME_SIZE or not 2 <= offset <= size // 4:
            raise Malformed("a frame has a size that was not agreed on")
        body = await self._reader.readexactly(size - 8)
        return channel, body[offset * 4 - 8 :]

    def _write(self, channel: int, performative: Performative, payload: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(frame(channel, performative, payload))
