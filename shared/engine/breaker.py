"""One row per target that stops all its work while it is misconfigured; marks stay and attempts are not spent.

After a pause one piece of work is let through as a probe; when it succeeds the breaker closes and everything that was
left marked is rung again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared import codec, layout
from shared.engine.parts import Engine
from shared.engine.ringing import ring_marked
from shared.store import Conflict, Delete, Put, Replace

PAUSE = timedelta(minutes=5)


class Passage(Enum):
    """What the breaker says to somebody who is about to start."""

    FREE = "free"
    STOPPED = "stopped"
    PROBE = "probe"


@dataclass(frozen=True, slots=True)
class Tripped:
    """Why a target is stopped, and when it is tried again (UTC)."""

    because: str
    retry_at: datetime


async def state(engine: Engine, target: str) -> Tripped | None:
    row = await engine.store.get(layout.GATES, target, layout.BREAKER)
    return Tripped(str(row.data["because"]), codec.moment(row.data["retry_at"])) if row else None


async def ask(engine: Engine, target: str) -> Passage:
    """Whether work on this target may go on; the first to ask after the pause is let through, alone, as a probe."""
    row = await engine.store.get(layout.GATES, target, layout.BREAKER)
    if row is None:
        return Passage.FREE
    if codec.moment(codec.known(row.data)["retry_at"]) > engine.clock():
        return Passage.STOPPED
    probing = {**row.data, "retry_at": (engine.clock() + PAUSE).isoformat()}
    try:
        await engine.store.commit(layout.GATES, target, [Replace(layout.BREAKER, probing, row.version)])
    except Conflict:
        return Passage.STOPPED
    return Passage.PROBE


async def trip(engine: Engine, target: str, because: str) -> None:
    retry_at = (engine.clock() + PAUSE).isoformat()
    row = Put(layout.BREAKER, codec.plain(because=because, retry_at=retry_at))
    await engine.store.commit(layout.GATES, target, [row])


async def close(engine: Engine, target: str) -> None:
    """The probe succeeded: let everything through again, and ring what was left marked."""
    await engine.store.commit(layout.GATES, target, [Delete(layout.BREAKER)])
    await ring_marked(engine, target)
