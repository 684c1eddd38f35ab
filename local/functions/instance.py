"""One instance of the app as the host sees it: a worker process that is started, asked, killed and started again.

A worker that dies fails everything it was asked and had not answered, and so does one that is killed because an
invocation took too long (https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout).
"""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.functions.messages import Datum
from shared.errors import Misconfigured

_LONGEST_LINE = 1 << 26
_LAST_SECONDS = 5.0
"""So long a worker that closed its output may take to end."""
_FALLS = 3
"""So often in a row a worker may die before the app is indexed; after that it will not come up at all."""

Log = Callable[[str, str, str], None]
"""Category, level, text."""


class Failed(Exception):
    """An invocation that ended with an error of the app, or with its worker."""


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    inputs: Sequence[tuple[str, Datum]]
    metadata: Mapping[str, Datum]
    retry: int = 0
    retries: int = 0


class Instance:
    def __init__(self, number: int, app: Path, environment: Mapping[str, str], timeout: float | None, log: Log) -> None:
        self.number = number
        self.restarts = 0
        self.started_in = 0.0
        self.functions: Sequence[Mapping[str, Any]] = ()
        self._app, self._environment, self._timeout, self._log = app, environment, timeout, log
        self._process: asyncio.subprocess.Process | None = None
        self._asked: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self._ready = asyncio.Event()
        self._ending = False
        self._life: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._ready.is_set() else None

    @property
    def busy(self) -> int:
        """How many invocations are running."""
        return len(self._asked)

    async def start(self) -> None:
        """Return when the app is indexed. Raises `Misconfigured` when the runtime refuses it or never comes up."""
        indexed = asyncio.get_running_loop().create_future()
        self._life = asyncio.create_task(self._live(indexed))
        await indexed

    async def ready(self) -> None:
        """Wait until a worker is there; raises what ended the instance."""
        waiting = asyncio.ensure_future(self._ready.wait())
        try:
            await asyncio.wait({waiting, self._life} if self._life else {waiting}, return_when="FIRST_COMPLETED")
        finally:
            waiting.cancel()
        if self._life is not None and self._life.done():
            await self._life

    async def invoke(self, call: Call) -> Mapping[str, Any]:
        """The worker's answer. Raises `Failed`."""
        await self.ready()
        process, number = self._process, str(next(self._numbers))
        if process is None or process.stdin is None or self._ending:
            raise Failed("the instance is ending")
        asked = {"id": number, "function": call.function, "inputs": call.inputs, "metadata": call.metadata}
        line = json.dumps({**asked, "retry": call.retry, "retries": call.retries}).encode() + b"\n"
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            process.stdin.write(line)
            found: Mapping[str, Any] = await asyncio.wait_for(answer, self._timeout)
        except TimeoutError:
            self.kill()
            raise Failed(f"it took longer than functionTimeout ({self._timeout:g} s); the worker was killed") from None
        finally:
            self._asked.pop(number, None)
        if not found["ok"]:
            raise Failed(found["error"])
        return found

    def kill(self) -> None:
        """SIGKILL, in the middle of whatever it does; another worker is started."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self) -> None:
        """The caller has let running invocations end; what still runs is ended with the worker."""
        self._ending = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if self._life is not None:
            with contextlib.suppress(Misconfigured):
                await self._life

    async def _live(self, indexed: asyncio.Future[None]) -> None:
        falls = 0
        try:
            while not self._ending:
                falls = 0 if await self._one(indexed) else falls + 1
                if falls == _FALLS:
                    raise Misconfigured("the worker process ends before it has indexed the app; its output says why")
                self.restarts += not self._ending
        except Misconfigured as error:
            if not indexed.done():
                indexed.set_exception(error)
                return
            raise

    async def _one(self, indexed: asyncio.Future[None]) -> bool:
        """One worker from its start to its end; whether it got as far as indexing."""
        began = time.monotonic()
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(Path(__file__).with_name("worker.py")), str(self._app)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**self._environment, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            limit=_LONGEST_LINE,
        )
        if process.stdout is None:
            raise Misconfigured("the worker process has no output")
        try:
            async for line in process.stdout:
                said = json.loads(line)
                if "log" in said:
                    self._log(said["category"], said["level"], said["log"])
                elif "refused" in said:
                    process.kill()
                    raise Misconfigured(f"the Functions runtime refuses the app: {said['refused']}")
                elif "functions" in said:
                    self.functions, self.started_in = said["functions"], time.monotonic() - began
                    self._ready.set()
                    if not indexed.done():
                        indexed.set_result(None)
                elif (answer := self._asked.get(said["id"])) is not None and not answer.done():
                    answer.set_result(said)
            return self._ready.is_set()
        finally:
            await self._gone(process)

    async def _gone(self, process: asyncio.subprocess.Process) -> None:
        self._ready.clear()
        try:
            await asyncio.wait_for(process.wait(), _LAST_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Failed(f"worker process {process.pid} ended"))
