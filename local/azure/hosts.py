"""The hosts of the apps, each a process of its own: started, asked how it is, told to fire, ended."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from shared.errors import Misconfigured

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 90.0
_END_SECONDS = 20.0
_KEY = "LOCAL_FUNCTIONS_KEY"


@dataclass(slots=True)
class Hosted:
    """One host. After `kill` it can be started again."""

    name: str
    settings: Path
    folder: Path
    instances: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the process has besides this one's."""
    address: str = ""
    process: asyncio.subprocess.Process | None = None
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _log: IO[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """What the host and its workers write."""
        return self.folder / f"{self.name}.log"

    async def start(self) -> None:
        """Return when it listens. Raises `Misconfigured` with its last words when it ends instead."""
        command = [sys.executable, "-m", "local.functions", "--settings", str(self.settings), "--until-closed"]
        more = ["--instances", str(self.instances), "--memory", str(self.folder / self.name), "--app", str(ROOT)]
        self._log = self.log.open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *command,
            *more,
            cwd=ROOT,
            env={**os.environ, **self.environment, _KEY: self._key},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        if self.process.stdout is None:
            raise Misconfigured(f"the host of {self.name} has no output")
        line = await asyncio.wait_for(self.process.stdout.readline(), _START_SECONDS)
        self.address = line.decode().strip()
        if not self.address:
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Misconfigured(f"the host of {self.name} did not start: {words[-1] if words else 'no output'}")

    async def told(self) -> Mapping[str, Any]:
        """Its status; empty when it does not answer now."""
        try:
            async with self._http() as http:
                return dict((await http.get("/admin/host/status")).json())
        except (httpx.HTTPError, ValueError):
            return {}

    async def fire(self, timer: str) -> bool:
        """Run a timer now; whether the host has one of that name."""
        async with self._http() as http:
            return (await http.post(f"/admin/functions/{timer}")).is_success

    def kill(self) -> None:
        """SIGKILL: host and workers are gone in the middle of what they do."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()

    async def stop(self) -> None:
        """Let it end in peace, within some seconds."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), _END_SECONDS)
            except TimeoutError:
                self.process.kill()
        if self.process is not None:
            await self.process.wait()
        if self._log is not None:
            self._log.close()

    def _http(self) -> httpx.AsyncClient:
        headers = {"x-functions-key": self._key}
        return httpx.AsyncClient(base_url=self.address, headers=headers, trust_env=False, verify=False, timeout=30)  # noqa: S501 - it is http


@asynccontextmanager
async def hosted(*hosts: Hosted) -> AsyncIterator[tuple[Hosted, ...]]:
    """All of them, running."""
    try:
        await asyncio.gather(*(one.start() for one in hosts))
        yield hosts
    finally:
        await asyncio.gather(*(one.stop() for one in hosts))
