"""What Azure's triggers do, in worlds whose queues are in memory: the next doorbell is handled, then completed."""

from collections.abc import Sequence

from shared import engine as production
from shared import queues
from shared.embedded.bus import MemoryBus
from shared.engine import Engine

ORDER = (
    *(queues.POLLS, queues.CHANGES, queues.ADMIT),
    *(queues.PROVISIONING_NOW, queues.PROVISIONING, queues.MEMBERSHIPS),
)
"""As work flows."""

MANY = frozenset({queues.ADMIT, queues.MEMBERSHIPS})
"""Queues of which one worker is given many doorbells, because one look serves all."""


async def answered(engine: Engine, bus: MemoryBus, names: Sequence[str] = ORDER) -> bool:
    """The next one that is due, of some queues or of all; whether there was one. A bug propagates."""
    for queue in names:
        session = await bus.accept(queue, 0)
        if session is not None:
            deliveries = await session.receive(100 if queue in MANY else 1)
            await production.handle(engine, queue, session.id, deliveries[-1].body)
            for delivery in deliveries:
                await session.complete(delivery)
            await session.close()
            return True
    return False
