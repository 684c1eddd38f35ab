"""One host of one app: indexes it, keeps its instances alive, fires its triggers, and lets it end in peace.

Every instance has a worker process and receivers of its own; timers and HTTP belong to the host, and go to whichever
instance is least busy.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.functions import connections, host_json, triggers
from local.functions.connections import Connection
from local.functions.instance import Call, Failed, Instance
from local.functions.reports import Report
from local.functions.sessions import Sessions
from local.functions.timers import Timers
from local.functions.triggers import Function, Http, Queue, Timer
from local.functions.web import web_app
from local.serve import serving
from shared.errors import Misconfigured

DRAIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class App:
    """Which app, with which settings, and how many instances of it."""

    folder: Path
    settings: Mapping[str, str]
    key: str
    instances: int = 1
    port: int = 0
    memory: Path | None = None
    """Where timers are remembered from one start to the next."""


class Host:
    def __init__(self, app: App, report: Report, instances: list[Instance], functions: list[Function]) -> None:
        self._app, self._report, self.instances, self.functions = app, report, instances, functions
        self._connections: list[Connection] = []
        self.sessions = [self._receiving(one) for one in instances]
        memory = app.memory / "timers.json" if app.memory else None
        self.timers = Timers(_of(functions, Timer), self.invoke, report, memory)
        self._fired: set[asyncio.Task[None]] = set()
        self.address = ""

    async def invoke(self, call: Call) -> Mapping[str, Any]:
        """On the least busy instance. Raises `Failed`, also when the instance ended for good."""
        try:
            return await min(self.instances, key=lambda one: one.busy).invoke(call)
        except Misconfigured as error:
            raise Failed(str(error)) from None

    def fire(self, name: str) -> bool:
        """Begin to run a timer now; whether there is one of that name."""
        if name not in self.timers.states:
            return False
        task = asyncio.create_task(self.timers.fire(name))
        self._fired.add(task)
        task.add_done_callback(self._fired.discard)
        return True

    def told(self) -> Mapping[str, Any]:
        """What the status address says."""
        instances = [
            {
                "number": one.number,
                "pid": one.pid,
                "restarts": one.restarts,
                "running": one.busy,
                "start": one.started_in,
            }
            for one in self.instances
        ]
        held = sum(one.held for each in self.sessions for one in each)
        return {
            "pid": os.getpid(),
            "instances": instances,
            "sessions": held,
            "timers": self.timers.told(),
            "names": [one.name for one in self.functions],
            "unheeded": list(self._report.rules.unheeded),
            **self._report.told(),
        }

    def start(self) -> None:
        self.timers.start()
        for each in self.sessions:
            for one in each:
                one.start()

    async def stop(self) -> None:
        parts = [
            self.timers.drain(DRAIN_SECONDS),
            *(one.drain(DRAIN_SECONDS) for each in self.sessions for one in each),
        ]
        await asyncio.gather(*parts)
        await asyncio.gather(*(one.close() for one in self._connections))
        for task in self._fired:
            task.cancel()
        await asyncio.gather(*(one.stop() for one in self.instances))

    def _receiving(self, instance: Instance) -> list[Sessions]:
        options, settings = self._report.rules.bus, self._app.settings
        queues = _of(self.functions, Queue)
        names = sorted({queue.connection for _, queue in queues})
        made = {name: connections.service_bus(name, settings, options) for name in names}
        self._connections += made.values()
        return [
            Sessions(
                function,
                queue,
                made[queue.connection].client,
                options,
                instance,
                self._report,
            )
            for function, queue in queues
        ]


@asynccontextmanager
async def hosting(app: App) -> AsyncIterator[Host]:
    """A running host. Raises `Misconfigured` for an app or a host.json that Azure, or this host, cannot start."""
    rules = host_json.read(app.folder)
    report = Report(rules)
    longest = rules.timeout.total_seconds() if rules.timeout else None
    environment = {**os.environ, **app.settings}
    instances = [
        Instance(number, app.folder, environment, longest, report.log) for number in range(1, app.instances + 1)
    ]
    try:
        await asyncio.gather(*(one.start() for one in instances))
        functions = [triggers.understood(one, app.settings) for one in instances[0].functions]
        if not functions:
            raise Misconfigured(f"{app.folder} has no function")
        host = Host(app, report, instances, functions)
        web = web_app(_of(functions, Http), rules.route_prefix, app.key, host.invoke, host.fire, host.told, report)
        async with serving(web, app.port) as host.address:
            host.start()
            try:
                yield host
            finally:
                await host.stop()
    finally:
        for one in instances:
            one.kill()
        await asyncio.gather(*(one.stop() for one in instances))


def _of(functions: list[Function], kind: type[Any]) -> list[tuple[Function, Any]]:
    return [(one, one.trigger) for one in functions if isinstance(one.trigger, kind)]
