"""Nothing is written from somebody's word until it is lifted: soon in every process, and nothing of it is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from engine_world import DAY, HOUR, World, killed_at, person

from shared import layout
from shared.engine import Brake, halting
from shared.engine.brake import FRESH
from shared.errors import Misconfigured, Refused, TryLater
from shared.layout import Hop
from shared.model import Person, Verb
from shared.store import Row, Store


async def stop(world: World, target: str = "") -> None:
    await halting.stop(world.engine, target, "boss", "something is wrong")


async def resume(world: World, target: str = "") -> None:
    await halting.resume(world.engine, target, "boss", "it is right again")


def another_process(world: World, store: Store | None = None) -> None:
    """The workers live in a process of their own, which hears of a stop by reading."""
    world.engine = replace(world.engine, brake=Brake(), store=store or world.engine.store)


async def attempts(world: World, hr_id: str = "7") -> int:
    mark = await world.mark(Hop.PROVISION, hr_id, "entra")
    assert mark is not None
    return int(mark.data["attempts"])


@pytest.mark.parametrize("target", ["", "entra"])
async def test_nothing_is_written_and_nothing_is_lost(world: World, target: str) -> None:
    await world.hears(person("7"))
    world.directory.writes.clear()
    await stop(world, target)
    await world.hears(person("7", department="Sales"), person("8"))
    await world.hours(25)
    assert (world.directory.writes, await world.held()) == ([], [])
    assert await attempts(world) == 0
    await resume(world, target)
    await world.work()
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7", "8"}
    assert world.directory.of("7").attributes["department"] == "Sales"


@pytest.mark.parametrize("done", range(1, 5))
async def test_a_plan_that_is_half_done_stops_after_the_present_write_and_goes_on_from_there(
    world: World, done: int
) -> None:
    left = done

    async def stops() -> None:
        nonlocal left
        left -= 1
        if left:
            world.directory.after_write = stops
        else:
            await stop(world)

    whole = [Verb.CREATE, Verb.GRANT, Verb.GRANT, Verb.ENABLE]
    world.directory.after_write = stops
    await world.hears(person("7", department="Sales"))
    await world.hours(5)
    assert world.directory.verbs() == whole[:done]
    if done < len(whole):
        assert await attempts(world) == 0
    await resume(world)
    await world.work()
    assert world.directory.verbs() == whole
    assert await world.held() == []


async def test_another_process_hears_of_it_within_a_quarter_of_a_minute(world: World) -> None:
    await world.hears(person("7"))
    world.directory.writes.clear()
    heard = world.engine
    another_process(world)
    await world.hears(person("7", department="A"))
    await halting.stop(heard, "", "boss", "something is wrong")
    world.clock.now += FRESH
    await world.hears(person("7", department="B"))
    assert [write.verb for write in world.directory.writes] == [Verb.UPDATE]
    await halting.resume(heard, "", "boss", "")
    await world.work()
    await world.doors()
    assert world.directory.of("7").attributes["department"] == "B", "that it is over is heard at once"


async def test_while_one_worker_asks_the_others_do_not_go_by_what_was_known_an_hour_ago(world: World) -> None:
    heard, store = world.engine, world.engine.store
    another_process(world)
    brake = world.engine.brake
    assert await brake.on(store, "entra", world.clock.now) is None
    await halting.stop(heard, "", "boss", "something is wrong")
    world.clock.now += HOUR
    found = await asyncio.gather(*(brake.on(store, "entra", world.clock.now) for _ in range(3)))
    assert None not in found


async def test_asking_costs_one_read_in_a_quarter_of_a_minute_whatever_is_written(world: World) -> None:
    counted = Counting(world.engine.store)
    another_process(world, counted)
    await world.hears(*(person(str(number), department="Sales") for number in range(40)))
    await world.settle(HOUR)
    assert len(world.directory.writes) == 160
    assert counted.asked <= 40, "the clock of a test stands still but for a few waits"
    world.clock.now += FRESH
    before = counted.asked
    await world.hears(*(person(str(number), department="Sales", title="nurse") for number in range(40)))
    assert len(world.directory.writes) == 200
    assert counted.asked == before + 1


class Counting:
    """A store that counts how often it is asked who said stop."""

    def __init__(self, inner: Store) -> None:
        self._inner, self.asked = inner, 0
        self.get, self.everything, self.commit = inner.get, inner.everything, inner.commit

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        self.asked += (table, partition) == (layout.GATES, layout.STOPS)
        async for row in self._inner.scan(table, partition, first, last):
            yield row


async def test_when_nobody_can_say_whether_writes_are_stopped_nothing_is_written(world: World) -> None:
    class Dumb(Counting):
        async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
            if (table, partition) == (layout.GATES, layout.STOPS):
                raise TryLater("the tables cannot be reached")
            async for row in self._inner.scan(table, partition, first, last):
                yield row

    store = world.engine.store
    another_process(world, Dumb(store))
    await world.hears(person("7"))
    assert world.directory.writes == []
    another_process(world, store)
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7"}


async def test_a_setting_stops_a_process_whatever_the_table_says(world: World) -> None:
    world.engine = replace(world.engine, brake=Brake(stopped=True))
    await world.hears(person("7"))
    await world.hours(2)
    assert world.directory.writes == []
    (one,) = await halting.stops(world.engine)
    assert one.by == "the app setting JOINLY_STOPPED"
    world.engine = replace(world.engine, brake=Brake())
    await world.hours(1)
    assert world.directory.enabled() == {"7"}


async def test_a_preview_plans_on(world: World) -> None:
    await stop(world)
    world.engine = replace(world.engine, brake=Brake(heeded=False))
    await world.hears(person("7"))
    assert world.directory.enabled() == {"7"}


async def test_people_are_mapped_and_decided_on_meanwhile(world: World) -> None:
    await world.hears(person("7"))
    await stop(world)
    await world.hears(person("7", department="Sales"))
    row = await world.row("7", lambda own: layout.desired(own, "entra"))
    assert row is not None
    assert row.data["is"]["attributes"]["department"] == "Sales"
    assert await world.mark(Hop.ADMIT, "7", "entra") is None


async def test_one_target_is_resumed_by_itself_and_never_out_of_a_stop_of_all(world: World) -> None:
    await stop(world)
    with pytest.raises(Refused, match="writes to all targets are stopped, not only to entra"):
        await resume(world, "entra")
    await stop(world, "entra")
    assert [one.target for one in await halting.stops(world.engine)] == ["", "entra"]
    lifted = await halting.resume(world.engine, "", "boss", "")
    assert [one.target for one in lifted] == ["", "entra"]
    assert await halting.stops(world.engine) == []
    with pytest.raises(Refused, match="writes are not stopped"):
        await resume(world)
    with pytest.raises(Refused, match="writes to entra are not stopped"):
        await resume(world, "entra")
    with pytest.raises(Misconfigured, match="name one of the policy's targets: entra"):
        await resume(world, "x")


async def test_who_stopped_and_resumed_and_why_is_in_the_ledger(world: World) -> None:
    await stop(world)
    world.clock.now += HOUR
    await resume(world)
    lines = [row.data async for row in world.store.everything(layout.LEDGER)]
    assert [(line["verb"], line["by"], line["because"]) for line in lines] == [
        ("stop", "boss", "something is wrong"),
        ("resume", "boss", "it is right again"),
    ]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 5))
async def test_wherever_the_process_ends_stopping_and_resuming_can_be_said_again(
    world: World, moment: str, number: int
) -> None:
    await world.hears(person("7"))
    world.directory.writes.clear()
    await killed_at(world, moment, number, lambda: stop(world))
    another_process(world)
    said = bool(await halting.stops(world.engine))
    await world.hears(person("7", department="Sales"))
    assert (world.directory.writes == []) is said
    await stop(world)
    await killed_at(world, moment, number, lambda: resume(world))
    another_process(world)
    if await halting.stops(world.engine):
        await resume(world)
    await world.hours(1)
    assert world.directory.of("7").attributes["department"] == "Sales"


async def test_leave_that_ran_out_meanwhile_is_asked_for_again(world: World) -> None:
    people: list[Person] = [person(str(number)) for number in range(3)]
    await stop(world)
    await world.hears(*people)
    world.clock.now += 3 * DAY
    await resume(world)
    await world.work()
    await world.settle(HOUR)
    assert world.directory.enabled() == {"0", "1", "2"}
