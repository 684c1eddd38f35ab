"""Rings for what is marked: the repair of every doorbell that was lost. What is due later is left to its own time.

And for every HR system, so that each is read by whoever handles its doorbell.
"""

from shared import codec, layout, queues
from shared.bus import Doorbell
from shared.engine.parts import Engine, session
from shared.layout import Hop
from shared.store import Row, prefixed
from shared.telemetry import carried


async def ring_polls(engine: Engine) -> int:
    """Ring for every HR system to be read, or to be gone on with where somebody stopped; how many there are."""
    bodies = [{"source": name} for name in engine.sources]
    await engine.bus.ring(queues.POLLS, [Doorbell(session(queues.POLLS, body), body, carried()) for body in bodies])
    return len(bodies)


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
