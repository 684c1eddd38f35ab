"""Timer triggers of one app: each at its times, one at a time whatever number of instances there is, and when asked.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer. When the host comes back after a time at
which a monitored timer was due, it fires at once and says that it is past due; times missed are not made up for.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.functions import messages
from local.functions.instance import Call, Failed
from local.functions.reports import Report
from local.functions.triggers import Function, Timer

Clock = Callable[[], datetime]
Invoke = Callable[[Call], Awaitable[Any]]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class State:
    """One timer: when it ran, when it is due, and whether it runs."""

    function: Function
    timer: Timer
    last: datetime | None = None
    next: datetime | None = None
    running: asyncio.Lock = field(default_factory=asyncio.Lock)


class Timers:
    """`memory` is the file in which the times outlive the host; in Azure it is a blob of the app's storage account."""

    def __init__(
        self, functions: Sequence[tuple[Function, Timer]], invoke: Invoke, report: Report, memory: Path | None
    ) -> None:
        self.states = {function.name: State(function, timer) for function, timer in functions}
        self._invoke, self._report, self._memory = invoke, report, memory
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        known = _read(self._memory)
        self._tasks = [asyncio.create_task(self._run(one, known.get(name, {}))) for name, one in self.states.items()]

    async def drain(self, seconds: float) -> None:
        """No more firing; a run that is on may end within `seconds`."""
        busy = [one.running.acquire() for one in self.states.values() if one.running.locked()]
        if busy:
            await asyncio.wait([asyncio.ensure_future(each) for each in busy], timeout=seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def fire(self, name: str) -> None:
        """Now, whatever the schedule says; after the run that is on, if one is."""
        await self._once(self.states[name], past_due=False)

    def told(self) -> Mapping[str, Any]:
        return {
            name: {
                "schedule": one.timer.schedule.text,
                "last": one.last.isoformat() if one.last else None,
                "next": one.next.isoformat() if one.next else None,
                "running": one.running.locked(),
            }
            for name, one in self.states.items()
        }

    async def _run(self, one: State, known: Mapping[str, str]) -> None:
        one.last = datetime.fromisoformat(known["last"]) if known.get("last") else None
        one.next = one.timer.schedule.after(now())
        missed = one.timer.monitored and bool(known.get("next")) and datetime.fromisoformat(known["next"]) <= now()
        self._remember()
        if missed or one.timer.run_on_startup:
            await self._once(one, past_due=missed)
        while True:
            wait = ((one.next or now()) - now()).total_seconds()
            if wait > 0:
                await asyncio.sleep(min(wait, 60))
                continue
            await self._once(one, past_due=False)

    async def _once(self, one: State, past_due: bool) -> None:
        async with one.running:
            due = one.next or now()
            data = messages.timer(past_due, one.last, due)
            one.last = now()
            for attempt in range(one.timer.retry.most + 1):
                if await self._tried(one, data, attempt):
                    break
                if attempt < one.timer.retry.most:
                    await asyncio.sleep(one.timer.retry.seconds(attempt + 1))
            one.next = one.timer.schedule.after(now())
            self._remember()

    async def _tried(self, one: State, data: messages.Datum, attempt: int) -> bool:
        call = Call(one.function.id, [(one.function.parameter, data)], {}, attempt, one.timer.retry.most)
        try:
            await self._invoke(call)
        except Failed as error:
            self._report.broke(one.function.name, str(error))
            return False
        self._report.succeeded(one.function.name)
        return True

    def _remember(self) -> None:
        if self._memory is not None:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._memory.with_suffix(".new")
            unfinished.write_text(json.dumps(self.told()), encoding="utf-8")
            unfinished.replace(self._memory)


def _read(memory: Path | None) -> Mapping[str, Mapping[str, str]]:
    """What is remembered of each timer; nothing when there is no file or it says nothing."""
    try:
        return dict(json.loads(memory.read_text(encoding="utf-8"))) if memory else {}
    except (OSError, ValueError):
        return {}
