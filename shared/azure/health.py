"""Whether this app can do its work, for anybody who asks: what passes and what fails by name, and nothing of why."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from shared import VERSION, layout, queues
from shared.azure.doors import Doors
from shared.azure.reply import Reply, answer
from shared.telemetry import logs

SECONDS = 10.0
"""How long an answer is given again to whoever asks, however many do."""

PATIENCE = 5.0
"""Seconds that each part has to answer."""

PASS, FAIL = "pass", "fail"
CHECKS = ("settings", "policy", "state", "queues")


class Health:
    """One app's health. Making it does nothing."""

    def __init__(self, doors: Doors, clock: Callable[[], float] = time.monotonic) -> None:
        self._doors, self._clock = doors, clock
        self._last: Reply | None = None
        self._asked = 0.0
        self._asking = asyncio.Lock()

    async def __call__(self) -> Reply:
        async with self._asking:
            if self._last is None or self._clock() - self._asked >= SECONDS:
                self._asked, self._last = self._clock(), await self._look()
            return self._last

    async def _look(self) -> Reply:
        found: dict[str, str] = dict.fromkeys(CHECKS, FAIL)
        said: dict[str, object] = {"version": VERSION}

        async def settings() -> None:
            said["role"] = str((await self._doors.deployment()).settings.role)

        async def policy() -> None:
            async with self._doors.engine() as engine:
                said["policy"] = engine.policy_hash

        async def state() -> None:
            store = (await self._doors.deployment()).ground.around.store
            await store.get(layout.GATES, layout.STOPS, layout.EVERYTHING)

        async def bus() -> None:
            await (await self._doors.deployment()).ground.reach(queues.CHANGES)

        for name, check in zip(CHECKS, (settings, policy, state, bus), strict=True):
            found[name] = await _passes(name, check())
        return _reply(found, said)


async def _passes(name: str, check: Awaitable[None]) -> str:
    try:
        await asyncio.wait_for(check, PATIENCE)
    except Exception as error:
        logs.warning(f"health: {name} fails ({type(error).__name__})", event="health", outcome=name)
        return FAIL
    return PASS


def _reply(found: Mapping[str, str], said: Mapping[str, object]) -> Reply:
    well = all(one == PASS for one in found.values())
    body = {"status": PASS if well else FAIL, **said, "checks": dict(found)}
    return answer(body, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
