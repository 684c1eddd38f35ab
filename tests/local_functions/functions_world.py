"""The test app, hosted for real: worker processes with Microsoft's runtime, a broker, and Microsoft's SDK between."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from azure.servicebus import ServiceBusMessage, ServiceBusSubQueue
from azure.servicebus.aio import ServiceBusClient

from local.functions.host import App, Host, hosting
from local.servicebus import Broker
from shared.bus import QueueSettings
from shared.servicebus import trust

HERE = Path(__file__).parent
KEY = "a-key"
NEVER = "0 0 0 29 2 *"
QUEUES = {
    "one": QueueSettings(lock_seconds=3, max_deliveries=3),
    "many": QueueSettings(lock_seconds=30, max_deliveries=3),
}
BUS = {"autoCompleteMessages": True, "maxConcurrentSessions": 4, "sessionIdleTimeout": "00:00:00.2"}
PATIENCE = 40.0


@dataclass
class World:
    folder: Path
    broker: Broker
    sdk: ServiceBusClient
    settings: dict[str, str]

    def host_json(self, bus: dict[str, Any] | None = None, **keys: Any) -> None:
        found = {"version": "2.0", **keys, "extensions": {"serviceBus": {**BUS, **(bus or {})}}}
        (self.folder / "app" / "host.json").write_text(json.dumps(found), encoding="utf-8")

    def app(self, instances: int = 1) -> App:
        return App(self.folder / "app", self.settings, KEY, instances, memory=self.folder)

    @asynccontextmanager
    async def hosted(self, instances: int = 1) -> AsyncIterator[Host]:
        async with hosting(self.app(instances)) as host:
            yield host

    async def send(self, queue: str, *texts: str, session: str | None = None) -> None:
        """Each to a session of its own, unless `session` is named."""
        async with self.sdk.get_queue_sender(queue) as sender:
            sent = [
                ServiceBusMessage(text, session_id=session or text, application_properties={"n": number})
                for number, text in enumerate(texts)
            ]
            await sender.send_messages(sent)

    async def dead_letters(self, queue: str) -> list[tuple[str, str | None, int | None]]:
        async with self.sdk.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER) as receiver:
            found = await receiver.peek_messages(100)
            return [(str(one), one.dead_letter_reason, one.delivery_count) for one in found]

    def notes(self, function: str) -> list[dict[str, Any]]:
        file = Path(self.settings["NOTES"])
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [found for found in map(json.loads, lines) if found["function"] == function]

    def texts(self, function: str = "one") -> list[str]:
        return [one["text"] for one in self.notes(function)]


async def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"it never came to this: {what}"
        await asyncio.sleep(0.05)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[World]:
    shutil.copytree(HERE / "app", folder / "app", ignore=lambda _, names: [one for one in names if one[0] == "_"])
    async with (
        Broker(QUEUES) as broker,
        ServiceBusClient.from_connection_string(broker.connection_string, ssl_context=trust()) as sdk,
    ):
        settings = {
            "Bus": broker.connection_string,
            "ONE": "one",
            "TICK": NEVER,
            "NOTES": str(folder / "notes.jsonl"),
        }
        world = World(folder, broker, sdk, settings)
        world.host_json()
        yield world


async def asked(host: Host, method: str, path: str, key: str = "", **details: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=host.address, trust_env=False) as http:
        return await http.request(method, path, headers={"x-functions-key": key} if key else {}, **details)


def pids(notes: Iterable[dict[str, Any]]) -> set[int]:
    return {one["pid"] for one in notes}
