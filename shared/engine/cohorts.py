"""What one door brought in together: open while members are still being saved or mapped, then decided as a whole."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from shared import codec, layout
from shared.engine.parts import Engine
from shared.layout import Hop
from shared.store import Conflict, Delete, Put, prefixed

PATIENCE = timedelta(minutes=10)
"""How long a cohort waits for members that are not mapped; one that is stuck must not hold up the others."""

OLD = timedelta(days=1)
"""After which it is forgotten; a poll that goes on so long opens it again and again."""


@asynccontextmanager
async def gathering(engine: Engine, cohort: str) -> AsyncIterator[None]:
    """While a door saves the members of a cohort, nothing of it is decided; when it fails, what it saved waits."""
    await keep_open(engine, cohort)
    yield
    await close(engine, cohort)


async def keep_open(engine: Engine, cohort: str) -> datetime:
    """Nothing of it is decided, for as long as anybody is patient from now on; the time of now."""
    now = engine.clock()
    opened = Put(layout.cohort(cohort), codec.plain(at=now.isoformat()))
    await engine.store.commit(layout.GATES, layout.COHORTS, [opened])
    return now


async def close(engine: Engine, cohort: str) -> None:
    """All its members are saved: it may be decided."""
    await engine.store.commit(layout.GATES, layout.COHORTS, [Delete(layout.cohort(cohort))])
    await engine.ring(Hop.ADMIT, ["all"])


async def remove_old(engine: Engine) -> None:
    """Remove what nobody waits for any more: doors that were killed while they saved."""
    rows = engine.store.scan(layout.GATES, layout.COHORTS, *prefixed(layout.cohort("")))
    old = [
        row async for row in rows if codec.readable(row.data) and engine.clock() - codec.moment(row.data["at"]) > OLD
    ]
    for row in old:
        with suppress(Conflict):  # it was opened anew
            await engine.store.commit(layout.GATES, layout.COHORTS, [Delete(row.key, row.version)])


async def incomplete(engine: Engine) -> frozenset[str]:
    """Cohorts some of whose members are still to be saved or mapped."""
    first, last = prefixed(layout.cohort(""))
    found = set()
    async for row in engine.store.scan(layout.GATES, layout.COHORTS, first, last):
        if codec.readable(row.data) and engine.clock() - codec.moment(row.data["at"]) < PATIENCE:
            found.add(row.key.removeprefix(first))
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.marks(Hop.MAP))):
            if codec.readable(row.data) and engine.clock() - codec.moment(row.data["at"]) < PATIENCE:
                found.add(str(row.data["cohort"]))
    return frozenset(found)
