"""One process does what Azure's triggers do: open every door once, then handle doorbells until nothing is left."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from shared import queues
from shared.bus import Delivery, LockLost, Session
from shared.embedded_bus import MemoryBus
from shared.engine import Engine, breaker, detect, follow, handle, relook, sweep, wake
from shared.errors import Misconfigured, TryLater
from shared.model import Action

WORKERS = 6
PATIENCE = timedelta(seconds=90)
"""How long to wait for something that is due later; what is due after that is left for another run."""

ORDER = (queues.CHANGES, queues.ADMIT, queues.PROVISIONING_NOW, queues.PROVISIONING)
ALL_AT_ONCE = 100


@dataclass(slots=True)
class Story:
    """What happened in one run."""

    changes: int = 0
    actions: list[tuple[str, str, Action]] = field(default_factory=list)
    """(person, target, action), in order."""
    failures: list[str] = field(default_factory=list)
    """Sources and targets that could not be used, one sentence each."""
    later: Counter[str] = field(default_factory=Counter)
    """What was left for another run, and how often."""
    bugs: Counter[str] = field(default_factory=Counter)
    stopped: set[str] = field(default_factory=set)
    """Targets that nothing is sent to in this run."""

    def witness(self, person: str, target: str, action: Action) -> None:
        self.actions.append((person, target, action))

    @property
    def whole(self) -> bool:
        return not (self.failures or self.later or self.bugs)


async def drive(engine: Engine, bus: MemoryBus, story: Story, progress: Callable[[str, int], None]) -> None:
    """Detect, look, wake, sweep, and handle what that brings; `progress` hears what goes on and how much is left."""
    for name in engine.sources:
        progress(f"reading {name}", 0)
        try:
            story.changes += await detect(engine, name)
        except (TryLater, Misconfigured) as error:
            story.failures.append(str(error))
    for name in engine.targets:
        progress(f"looking at {name}", 0)
        try:
            await follow(engine, name)
        except (TryLater, Misconfigured) as error:
            story.failures.append(f"target {name}: {error}")
            story.stopped.add(name)
    await wake(engine)
    await relook(engine)
    await sweep(engine)
    await _until_nothing_is_due(engine, bus, story, progress)


async def _until_nothing_is_due(
    engine: Engine, bus: MemoryBus, story: Story, progress: Callable[[str, int], None]
) -> None:
    while True:
        busy: set[int] = set()
        await asyncio.gather(*(_work(engine, bus, story, number, busy, progress) for number in range(WORKERS)))
        due = bus.next_due()
        if due is None:
            return
        wait = due - engine.clock()
        if wait > PATIENCE:
            await _leave(bus, story)
            return
        progress(f"waiting {wait.total_seconds():.0f} s for a system that asked us to", _left(bus))
        await asyncio.sleep(max(0.0, wait.total_seconds()) + 0.01)


async def _work(
    engine: Engine, bus: MemoryBus, story: Story, number: int, busy: set[int], progress: Callable[[str, int], None]
) -> None:
    """One worker: the first queue that has something, one session at a time; ends when all workers are idle."""
    while True:
        queue, session = await _next(bus)
        if session is None:
            busy.discard(number)
            if not busy:
                return
            await asyncio.sleep(0.002)
            continue
        busy.add(number)
        try:
            deliveries = await session.receive(ALL_AT_ONCE if queue == queues.ADMIT else 1)
            await _settle(engine, story, queue, session, deliveries)
            progress("working", _left(bus))
        except LockLost:
            continue
        finally:
            await session.close()


async def _next(bus: MemoryBus) -> tuple[str, Session | None]:
    for queue in ORDER:
        session = await bus.accept(queue, 0)
        if session is not None:
            return queue, session
    return "", None


async def _settle(engine: Engine, story: Story, queue: str, session: Session, deliveries: Sequence[Delivery]) -> None:
    """Handle one doorbell for all of them: they say the same. A bug sets them aside, and others go on."""
    if not deliveries:
        return
    body = deliveries[-1].body
    if body.get("target") in story.stopped:
        story.later[f"{body['target']} cannot be used now"] += 1
    else:
        try:
            trouble = await handle(engine, queue, session.id, body)
        except Exception as error:  # a bug of ours: named, set aside, and everybody else goes on
            story.bugs[f"{type(error).__name__} while handling {queue}"] += 1
            for delivery in deliveries:
                await session.dead_letter(delivery, type(error).__name__)
            return
        if trouble and body.get("target"):
            story.stopped |= await _broken(engine, body["target"], trouble, story)
    for delivery in deliveries:
        await session.complete(delivery)


async def _broken(engine: Engine, target: str, trouble: str, story: Story) -> set[str]:
    """The target as a set when its breaker has tripped: one clear failure instead of one for every person."""
    if await breaker.state(engine, target) is None:
        return set()
    story.failures.append(f"target {target}: {trouble}")
    return {target}


async def _leave(bus: MemoryBus, story: Story) -> None:
    for queue in ORDER:
        count = bus.waiting(queue)
        if count:
            story.later[f"{queue}: due after this run"] += count


def _left(bus: MemoryBus) -> int:
    return sum(bus.waiting(queue) for queue in ORDER)
