"""One doorbell handled: which step it asks for, and what each kind of failure means for the message.

Handled, held and left for later all complete the message, because the mark is the truth; only a bug gives it back,
for redelivery and in the end the dead-letter queue. A poll that cannot be done now is not rung for again: the next one
comes by itself, and an HR system that is down is not asked the more often for it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shared import queues
from shared.bus import Doorbell
from shared.codec import UnknownSchema
from shared.engine.admitting import admit_all
from shared.engine.dependents import ring_dependents
from shared.engine.detect import poll
from shared.engine.glancing import glance
from shared.engine.mapping import map_person
from shared.engine.packing import pack
from shared.engine.parts import Engine
from shared.engine.provisioning import provision
from shared.errors import Misconfigured, Refused, TryLater
from shared.layout import Hop
from shared.telemetry import carried, catalogue, continuing, tell


async def handle(engine: Engine, queue: str, session: str, body: Mapping[str, str], traces: Sequence[str] = ()) -> str:
    """Handle one doorbell of `queue`; what stands in the way, or "" when nothing does.

    `traces` are those of all doorbells that said the same.
    """
    with continuing(traces):
        return await _handle(engine, queue, session, body)


async def _handle(engine: Engine, queue: str, session: str, body: Mapping[str, str]) -> str:
    try:
        match queue:
            case queues.POLLS if body.get("only") == queues.CHANGED:
                await glance(engine, body["source"])
            case queues.POLLS:
                await poll(engine, body["source"], body.get("after", ""))
            case queues.CHANGES if body["hop"] == Hop.DEPENDENTS:
                await ring_dependents(engine, body["person"])
            case queues.CHANGES:
                await map_person(engine, body["person"])
            case queues.ADMIT:
                await admit_all(engine)
            case queues.PROVISIONING | queues.PROVISIONING_NOW:
                await provision(engine, body["person"], body["target"])
            case queues.MEMBERSHIPS:
                await pack(engine, body["target"], body["group"])
            case _:
                raise ValueError(f"nothing handles the queue {queue}")
    except TryLater as later:
        if queue == queues.POLLS:
            return str(later)
        at = engine.clock() + timedelta(seconds=later.seconds)
        await engine.bus.ring(queue, [Doorbell(session, body, carried())], at)
        tell(catalogue.WAITED, later.seconds, {catalogue.WHERE: "queue"})
        return str(later)
    except (Misconfigured, Refused, UnknownSchema) as stopped:
        return str(stopped)
    return ""
