"""Rings for what is marked: the repair of every doorbell that was lost. What is due later is left to its own time.

And for every HR system, so that each is read by whoever handles its doorbell.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared import codec, layout, queues
from shared.bus import Doorbell
from shared.connector import Glancing
from shared.engine.parts import Engine, session
from shared.layout import Hop
from shared.store import Row, prefixed
from shared.telemetry import carried


async def ring_polls(engine: Engine) -> int:
    """Ring for every HR system to be read, or to be gone on with where somebody stopped; how many there are."""
    return await ring_sources(engine, [{"source": name} for name in engine.sources])


async def ring_glances(engine: Engine) -> int:
    """Ring for every HR system that says whom it has changed, to be asked just that; how many there are."""
    glancing = [name for name, source in engine.sources.items() if isinstance(source, Glancing)]
    wanted = [name for name in glancing if engine.policy.sources[name].glances]
    return await ring_sources(engine, [{"source": name, "only": queues.CHANGED} for name in wanted])


async def ring_sources(engine: Engine, bodies: Sequence[Mapping[str, str]], seconds: float = 0.0) -> int:
    """Ring on `polls` for each of these, now or after so many seconds; how many there are.

    Losing one is repaired by the next poll, which goes on with what is left.
    """
    bells = [Doorbell(session(queues.POLLS, body), body, carried()) for body in bodies]
    if bells:
        await engine.bus.ring(queues.POLLS, bells, engine.clock() + timedelta(seconds=seconds) if seconds else None)
    return len(bells)


async def ring_marked(engine: Engine, only: str = "") -> int:
    """Ring for every mark that is due, of one target only or of all hops; how many there were."""
    found: dict[tuple[Hop, str], list[str]] = {}
    traces: dict[str, str] = {}
    for bucket in layout.buckets():
        first, last = prefixed(layout.marks(Hop.PROVISION) if only else layout.MARKS)
        async for row in engine.store.scan(layout.STATE, bucket, first, last):
            _, hop, person, target = row.key.split("|")
            if _due(engine, row) and only in ("", target):
                place = "" if hop == Hop.ADMIT else target
                found.setdefault((Hop(hop), place), []).append(person)
                traces[person] = str(row.data.get("trace", ""))
    for (hop, target), people in sorted(found.items()):
        await engine.ring(hop, people, target, traces=traces)
    return sum(map(len, found.values()))


def _due(engine: Engine, row: Row) -> bool:
    due = row.data.get("due", "")
    return not due or codec.moment(due) <= engine.clock()
