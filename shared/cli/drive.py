"""One process does what Azure's triggers do: open every door once, then handle doorbells until nothing is left."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from shared import queues
from shared.bus import Delivery, LockLost, Session
from shared.cli.ending import place_of
from shared.cli.leftovers import forget_leases, mend, unfinished
from shared.cli.stock import Free, free_seats
from shared.embedded.bus import MemoryBus
from shared.engine import (
    Doubted,
    Engine,
    breaker,
    detect,
    follow,
    handle,
    patrol,
    relook,
    renew,
    reseat,
    retain,
    sweep,
    wake,
)
from shared.engine.tokens import renew_tokens
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Action

WORKERS = 6
PATIENCE = timedelta(seconds=90)
"""How long to wait for something that is due later; what is due after that is left for another run."""

SWEEPS = 3
"""Times that marks without a doorbell are rung for; a doorbell may be lost, and the mark is the truth."""

ORDER = (queues.POLLS, queues.CHANGES, queues.ADMIT, queues.PROVISIONING_NOW, queues.PROVISIONING)
ALL_AT_ONCE = 100
UNUSABLE = (TryLater, Misconfigured, Refused)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source or target that could not be used: one sentence, and whether it may pass by itself."""

    text: str
    passes: bool


@dataclass(slots=True)
class Story:
    """What happened in one run."""

    changes: int = 0
    actions: list[tuple[str, str, Action]] = field(default_factory=list)
    """(person, target, action), in order."""
    troubles: list[Trouble] = field(default_factory=list)
    bugs: Counter[str] = field(default_factory=Counter)
    stopped: set[str] = field(default_factory=set)
    """Targets that nothing is sent to in this run."""
    hindered: dict[str, str] = field(default_factory=dict)
    """Session → what stood in the way when it was last handled."""
    left: int = 0
    """People whose work is left for another run."""
    seats: Free = field(default_factory=dict)
    """How many seats of licences were free when it began."""

    def witness(self, person: str, target: str, action: Action) -> None:
        self.actions.append((person, target, action))

    def failed(self, name: str, error: Exception) -> None:
        """A source or target cannot be used: said once, whatever it stops."""
        text = str(error)
        said = text if text.startswith(f"{name}: ") else f"{name}: {text}"
        if isinstance(error, Doubted):
            said += f" (joinly preview --accept {error.answer}, then joinly accept)"
        self.troubles.append(Trouble(said, isinstance(error, TryLater)))

    @property
    def whole(self) -> bool:
        return not (self.troubles or self.bugs or self.left)


async def drive(engine: Engine, bus: MemoryBus, story: Story, progress: Callable[[str, int], None]) -> None:
    """Detect, look, wake, sweep, and handle what that brings; `progress` hears what goes on and how much is left."""
    await forget_leases(engine)
    with suppress(*UNUSABLE):  # what is wrong with a consent is said by whoever needs it
        await renew_tokens(engine)
    for name in engine.sources:
        progress(f"reading {name}", 0)
        try:
            story.changes += await detect(engine, name)
        except UNUSABLE as error:
            story.failed(f"source {name}", error)
    for name in engine.targets:
        progress(f"looking at {name}", 0)
        try:
            await follow(engine, name)
            await mend(engine, name)
        except UNUSABLE as error:
            story.failed(f"target {name}", error)
            story.stopped.add(name)
    story.seats = await free_seats(engine, story.stopped)
    await renew(engine)
    await wake(engine)
    await relook(engine)
    await patrol(engine)
    await retain(engine)
    for _ in range(SWEEPS):
        await sweep(engine)
        await until_nothing_is_due(engine, bus, story, progress)
        if await reseat(engine):
            await until_nothing_is_due(engine, bus, story, progress)
        story.left = await unfinished(engine)
        if not story.left or story.stopped or story.bugs or bus.next_due() is not None:
            return


async def until_nothing_is_due(
    engine: Engine, bus: MemoryBus, story: Story, progress: Callable[[str, int], None]
) -> None:
    """Handle doorbells until none is left, or the next one is due only long after."""
    while True:
        busy: set[int] = set()
        await asyncio.gather(*(_work(engine, bus, story, number, busy, progress) for number in range(WORKERS)))
        due = bus.next_due()
        if due is None:
            return
        wait = due - engine.clock()
        if wait > PATIENCE:
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
    if body.get("target") not in story.stopped:
        try:
            trouble = await handle(engine, queue, session.id, body, [one.trace for one in deliveries])
        except Exception as error:  # a bug of ours: named, set aside, and everybody else goes on
            story.bugs[f"{place_of(error)} while handling {queue}"] += 1
            for delivery in deliveries:
                await session.dead_letter(delivery, type(error).__name__)
            return
        await _remember(engine, story, session.id, body.get("target", ""), trouble)
    for delivery in deliveries:
        await session.complete(delivery)


async def _remember(engine: Engine, story: Story, session: str, target: str, trouble: str) -> None:
    """A target whose breaker has tripped is one clear failure, instead of one for every person."""
    if not trouble:
        story.hindered.pop(session, None)
        return
    tripped = bool(target) and await breaker.state(engine, target) is not None
    if target in story.stopped:
        return  # another worker met the same, and has said so
    if tripped:
        story.stopped.add(target)
        story.failed(f"target {target}", Misconfigured(trouble))
    else:
        story.hindered[session] = trouble


def _left(bus: MemoryBus) -> int:
    return sum(bus.waiting(queue) for queue in ORDER)
