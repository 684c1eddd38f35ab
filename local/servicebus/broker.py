"""The namespace itself: queues with sessions and their dead-letter queues, on a loopback port and a given clock."""

import asyncio
import base64
import contextlib
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Self

from local.servicebus.access import KEY_NAME, May, everything
from local.servicebus.channel import Fault, Namespace
from local.servicebus.connection import Connection
from local.servicebus.entity import Entity
from local.servicebus.feed import Feed
from shared.bus import QueueSettings

_HOST = "127.0.0.1"
DEAD_LETTERS = "/$deadletterqueue"


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Length:
    """How many messages a queue holds: due or locked, for later, and set aside."""

    active: int
    scheduled: int
    dead: int


class Broker:
    """`async with Broker(QUEUES) as broker: ServiceBusClient.from_connection_string(broker.connection_string)`.

    `clock` gives the time now, aware. After moving a virtual clock call `wake`. Nothing outlives `stop`. `may` says
    what identities may do. With `tls`, a certificate and its key, there is an address for clients that speak TLS.
    """

    def __init__(
        self,
        queues: Mapping[str, QueueSettings],
        clock: Callable[[], datetime] = wall_clock,
        may: May = everything,
        tls: tuple[Path, Path] | None = None,
        remembers: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """`remembers`: queue → for how many seconds a message of the same id is dropped (duplicate detection)."""
        self._key = base64.b64encode(secrets.token_bytes(32)).decode()
        self._feeds: dict[str, Feed] = {}
        for name, settings in queues.items():
            dead = Entity(name + DEAD_LETTERS, QueueSettings(lock_seconds=settings.lock_seconds), clock)
            self._feeds[name.lower()] = Feed(Entity(name, settings, clock, dead, remembers.get(name, 0.0)), clock)
            self._feeds[name.lower() + DEAD_LETTERS] = Feed(dead, clock)
        self._fault = Fault()
        self._may, self._tls = may, tls
        self._servers: list[asyncio.Server] = []
        self._serving: set[asyncio.Task[None]] = set()
        self._port = 0

    @property
    def connection_string(self) -> str:
        """For the Azure SDK, without TLS; start first."""
        return (
            f"Endpoint=sb://{_HOST}:{self._port};SharedAccessKeyName={KEY_NAME};SharedAccessKey={self._key};"
            "UseDevelopmentEmulator=true;"
        )

    async def start(self, port: int = 0) -> int:
        """The port that is listened on: `port`, or a free one for 0."""
        self._servers = [await asyncio.start_server(self._serve, _HOST, port)]
        if self._tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*self._tls)
            self._servers.append(await asyncio.start_server(self._serve, _HOST, 0, ssl=context))
        self._port = _port(self._servers[0])
        return self._port

    @property
    def address(self) -> str:
        """Host and port, without TLS."""
        return f"{_HOST}:{self._port}"

    @property
    def tls_address(self) -> str:
        """Host and port with TLS, where the broker has a certificate."""
        return f"{_HOST}:{_port(self._servers[1])}"

    def lengths(self) -> Mapping[str, Length]:
        """What each queue holds now."""
        names = [name for name in self._feeds if not name.endswith(DEAD_LETTERS)]
        return {name: self._length(name) for name in names}

    def _length(self, name: str) -> Length:
        active, scheduled = self._feeds[name].entity.counts()
        return Length(active, scheduled, sum(self._feeds[name + DEAD_LETTERS].entity.counts()))

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for feed in self._feeds.values():
            feed.stop()
        for server in self._servers:
            await server.wait_closed()
        self._servers = []

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def wake(self) -> None:
        """A virtual clock was moved: let what became due happen."""
        for feed in self._feeds.values():
            feed.pump()

    def refuse(self, condition: str) -> None:
        """Answer every new link, message and question with this error condition, until told "".

        Throttling is "com.microsoft:server-busy"
        (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-throttling).
        """
        self._fault.condition = condition

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        namespace = Namespace(self._feeds, self._key, self._fault, self._may)
        with contextlib.suppress(asyncio.CancelledError):
            await Connection(reader, writer, namespace).serve()


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])
