"""HR is read by doorbell: one for each source, one reader at a time, and a poll that fails waits for the next."""

from collections.abc import AsyncIterator
from dataclasses import replace

from engine_world import World, person

from shared import engine as production
from shared import queues
from shared.engine import ring_polls
from shared.errors import TryLater
from shared.model import Person


async def test_a_doorbell_has_its_source_read(world: World) -> None:
    world.hr.records = [person("7")]
    assert await ring_polls(world.engine) == 1
    await world.work()
    assert world.directory.enabled() == {"7"}


async def test_a_poll_that_fails_is_left_to_the_next_one(world: World) -> None:
    class Busy:
        async def fetch(self, since: str = "") -> AsyncIterator[Person]:
            raise TryLater("HR is busy", 5)
            yield

    world.engine = replace(world.engine, sources={"hr": Busy()})
    said = await production.handle(world.engine, queues.POLLS, "hr", {"source": "hr"})
    assert said == "HR is busy"
    assert world.bus.next_due() is None


async def test_a_doorbell_for_a_source_that_the_policy_no_longer_has_is_answered_with_a_sentence(world: World) -> None:
    said = await production.handle(world.engine, queues.POLLS, "old", {"source": "old"})
    assert said == "the policy has no source old; it is not read any longer"
