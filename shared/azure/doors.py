"""What triggers call: each door of the engine, opened with what one process has, put together when first needed.

A timer leaves what is busy to its next time and fails for what a person must repair. A doorbell is given back only
for a bug or when there is no engine yet; everything else completes it, because the mark in the state is the truth.

The engine's steps are imported where they are taken: indexing waits for this module, and they are most of its weight.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING

from shared.azure.bug import told_by_place
from shared.azure.messages import Beside
from shared.azure.triggers import listened
from shared.doorbells import Unreadable, from_text
from shared.errors import Misconfigured, TryLater
from shared.telemetry import catalogue, logs, tell

if TYPE_CHECKING:
    from shared.azure.root import Deployment
    from shared.engine import Engine


Step = tuple[str, Callable[[], Awaitable[int]]]
"""What it is called, and what it does; it says how many."""


class Doors:
    """The doors of one process. Making it does nothing; a failed `deploy` is tried again by the next who comes."""

    def __init__(self, deploy: Callable[[AsyncExitStack], Awaitable["Deployment"]]) -> None:
        self._deploy = deploy
        self._deployment: Deployment | None = None
        self._open = AsyncExitStack()
        self._deploying = asyncio.Lock()

    async def deployment(self) -> "Deployment":
        """Raises `Misconfigured` and `TryLater`."""
        async with self._deploying:
            if self._deployment is None:
                with told_by_place():
                    async with AsyncExitStack() as stack:
                        self._deployment = await self._deploy(stack)
                        self._open = stack.pop_all()
            return self._deployment

    @asynccontextmanager
    async def engine(self) -> AsyncIterator["Engine"]:
        """The engine of the active policy, for as long as the block lasts. Raises `Misconfigured` and `TryLater`."""
        current = (await self.deployment()).current
        async with AsyncExitStack() as stack:
            with told_by_place():
                engine = await stack.enter_async_context(current.engine())
            yield engine

    async def close(self) -> None:
        self._deployment = None
        await self._open.aclose()

    async def poll(self) -> None:
        """Ring for every HR system to be asked who works there."""
        from shared import engine as steps

        async with self.engine() as engine:
            await _all([("poll", partial(steps.ring_polls, engine))])

    async def glance(self) -> None:
        """Ring for every HR system that can say it to be asked whom it has changed."""
        from shared import engine as steps

        async with self.engine() as engine:
            await _all([("glance", partial(steps.ring_glances, engine))])

    async def follow(self) -> None:
        """Ask every target what changed there, and tell the levels that must be fresh."""
        from shared import engine as steps

        async with self.engine() as engine:
            asked: list[Step] = [(f"follow {name}", partial(steps.follow, engine, name)) for name in engine.targets]
            await _all([*asked, ("levels", partial(steps.gauge_flow, engine))])

    async def wake(self) -> None:
        """Look at everybody for whom a day has come, or for whom the policy says something new."""
        from shared import engine as steps

        async with self.engine() as engine:
            await _all([("renew", partial(steps.renew, engine)), ("wake", partial(steps.wake, engine))])

    async def sweep(self) -> None:
        """Look again at what was refused and at a part of all accounts, ring for whatever is still marked, and tell the
        levels that everybody's rows are read for.
        """
        from shared import engine as steps

        async with self.engine() as engine:
            looks = (steps.relook, steps.patrol, steps.sweep)
            asked: list[Step] = [(look.__name__, partial(look, engine)) for look in looks]
            await _all([*asked, ("levels", partial(steps.gauge_stock, engine))])

    async def tokens(self) -> None:
        """Renew every consent that this app keeps, well before it dies, and tell the levels that only this app can."""
        from shared.engine import gauge_own
        from shared.engine.tokens import renew_tokens

        role = (await self.deployment()).settings.role
        async with self.engine() as engine:
            levels = partial(gauge_own, engine, listened(role))
            await _all([("tokens", partial(renew_tokens, engine)), ("levels", levels)])

    async def retention(self) -> None:
        """Take out what has been kept for as long as the policy says."""
        from shared import engine as steps

        async with self.engine() as engine:
            await _all([("retention", partial(steps.retain, engine))])

    async def digest(self) -> None:
        """Tell by mail what waits for people."""
        from shared.azure.posting import sending
        from shared.engine.digesting import send_digest

        ground = (await self.deployment()).ground
        async with self.engine() as engine:
            await _all([("digest", partial(send_digest, engine, sending(ground, engine.policy)))])

    async def answer(self, queue: str, messages: Sequence[bytes], beside: Sequence[Beside] = ()) -> None:
        """Handle the doorbells of one delivery; those that say the same are handled once. `beside` is what came with
        each.

        Raises `Bug`, `Unreadable` (after the others are handled) and, when no engine can be built now, `TryLater`.
        """
        async with AsyncExitStack() as stack:
            try:
                engine = await stack.enter_async_context(self.engine())
            except Misconfigured as error:
                logs.error(f"{queue}: {error}", event="answer", queue=queue, outcome="misconfigured")
                return
            await _answered(engine, queue, messages, beside)


async def _answered(engine: "Engine", queue: str, messages: Sequence[bytes], beside: Sequence[Beside]) -> None:
    from shared import engine as steps

    bodies: dict[tuple[tuple[str, str], ...], list[str]] = {}
    unreadable = None
    for message, one in zip(messages, chain(beside, repeat(Beside())), strict=False):
        if one.due is not None:
            age = (engine.clock() - one.due).total_seconds()
            tell(catalogue.QUEUE_AGE, max(0.0, age), {catalogue.QUEUE: queue})
        try:
            body = from_text(_text(message))
            bodies.setdefault(tuple(sorted(body.items())), []).append(one.trace)
        except Unreadable as error:
            unreadable = error
    for said, traces in bodies.items():
        body = dict(said)
        with told_by_place():
            trouble = await steps.handle(engine, queue, steps.session(queue, body), body, traces)
        if trouble:
            person, target = body.get("person", ""), body.get("target", "")
            logs.warning(f"{queue}: {trouble}", event="answer", queue=queue, person=person, target=target)
    if unreadable is not None:
        raise unreadable


def _text(message: bytes) -> str:
    try:
        return message.decode()
    except UnicodeDecodeError:
        raise Unreadable("not text") from None


async def _all(steps: Iterable[Step]) -> None:
    """Do every step, whatever becomes of the others; then raise what a person must look at."""
    failures: list[Exception] = []
    for name, step in steps:
        try:
            with told_by_place():
                count = await step()
            logs.info(f"{name}: {count}", event=name, count=count)
        except TryLater as later:
            logs.warning(f"{name}: {later}; the next time comes by itself", event=name, outcome="later")
        except Exception as error:
            logs.error(f"{name}: {error}", event=name, outcome="failed")
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup("several failed", failures)
