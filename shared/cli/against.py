"""The world as another policy wants it, reached in a preview: what is done from there is what the change means."""

from collections.abc import Callable
from dataclasses import replace

from shared import layout
from shared.cli.drive import Story, drive
from shared.embedded.bus import MemoryBus
from shared.engine import Engine
from shared.errors import Misconfigured
from shared.store import MOST, Delete, prefixed


async def in_line(engine: Engine, bus: MemoryBus, progress: Callable[[str, int], None]) -> None:
    """Bring everything in line with `engine`'s policy, and forget what that took from the limits.

    Raises `Misconfigured` when it cannot be done, because nothing could be compared with it.
    """
    story = Story()
    await drive(replace(engine, witness=story.witness), bus, story, progress)
    if story.troubles or story.bugs:
        reasons = [*(trouble.text for trouble in story.troubles), *story.bugs]
        raise Misconfigured(f"the policy to compare with: {'; '.join(reasons)}")
    for target in engine.policy.targets:
        rows = [row async for row in engine.store.scan(layout.GATES, target, *prefixed(layout.USES))]
        for start in range(0, len(rows), MOST):
            used = [Delete(row.key) for row in rows[start : start + MOST]]
            await engine.store.commit(layout.GATES, target, used)
