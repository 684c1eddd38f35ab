"""What has been kept for as long as the policy says is taken out by itself; what somebody still needs never is."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, HOUR, World, opened, person

from shared import engine as production
from shared import layout, ledger
from shared.engine import retaining
from shared.policy import Retention


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as opening:
        yield opening


def kept(world: World, **retention: int) -> None:
    """Have the policy keep things for so many days."""
    policy = world.engine.policy.model_copy(update={"retention": Retention(**retention)})
    world.engine = replace(world.engine, policy=policy)


async def left(world: World, *who: str) -> None:
    """These people leave, their accounts are deleted, and HR names them no longer; person 8 stays."""
    stays = person("8")
    await world.hears(*map(person, who), stays)
    await world.hears(*(person(one, end=world.engine.today - DAY) for one in who), stays)
    world.clock.now += 25 * DAY
    await world.doors()
    await world.settle(HOUR)
    await world.hears(stays)


async def people(world: World) -> set[str]:
    return {row.data["is"]["hr_id"] async for row in world.store.everything(layout.STATE) if _is_person(row)}


def _is_person(row: Any) -> bool:
    return bool(row.key.endswith("|person"))


async def lines(world: World) -> list[Any]:
    return [row async for row in world.store.everything(layout.LEDGER)]


async def test_who_left_is_taken_out_when_the_days_have_passed_and_not_before(world: World) -> None:
    kept(world, people=30)
    await left(world, "7")
    assert await production.retain(world.engine) == 0
    world.clock.now += 29 * DAY
    assert await production.retain(world.engine) == 0
    world.clock.now += DAY
    assert await production.retain(world.engine) > 0
    assert await people(world) == {"8"}
    mine = layout.own_id("hr", "7")
    assert not [row for row in await lines(world) if mine in row.key]
    assert await production.retain(world.engine) == 0


async def test_it_is_in_the_ledger_that_it_was_done_and_why(world: World) -> None:
    kept(world, people=30)
    await left(world, "7")
    world.clock.now += 30 * DAY
    await production.retain(world.engine)
    [line] = [row.data for row in await lines(world) if row.data["verb"] == "erase"]
    assert (line["by"], line["because"], line["people"]) == ("policy", "they left more than 30 days ago", 1)


async def test_without_a_retention_nothing_is_ever_taken_out(world: World) -> None:
    await left(world, "7")
    world.clock.now += 3650 * DAY
    assert await production.retain(world.engine) == 0
    assert await people(world) == {"7", "8"}


async def test_nobody_is_taken_out_who_has_an_account_or_whom_HR_names(world: World) -> None:
    kept(world, people=1)
    await world.hears(person("6"), person("7"), person("8"))
    await world.hears(person("6", end=world.engine.today - DAY), person("8"))
    world.clock.now += 5 * DAY
    await production.retain(world.engine)
    assert await people(world) == {"6", "7", "8"}, "6 is named, and 7 has an account still"


async def test_who_came_back_while_they_were_taken_out_stays(world: World) -> None:
    kept(world, people=30)
    await left(world, "7")
    world.clock.now += 30 * DAY

    async def returns(table: str, changes: object) -> None:
        if table == layout.LEDGER:  # the line that it will be done
            world.store.after = None
            world.directory.bin.clear()
            await world.hears(person("7"), person("8"))

    world.store.after = returns
    await production.retain(world.engine)
    await world.settle(HOUR)
    await world.doors()
    await world.settle(HOUR)
    assert await people(world) == {"7", "8"}
    assert world.directory.enabled() == {"7", "8"}


async def test_only_so_many_are_taken_out_at_once_and_the_next_day_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retaining, "PEOPLE", 2)
    async with opened(limits={"disable": {"day": 9}, "delete": {"day": 9}}) as world:
        kept(world, people=30)
        await left(world, *"12345")
        world.clock.now += 30 * DAY
        counts = []
        for _ in range(4):
            await production.retain(world.engine)
            counts.append(len(await people(world)))
            world.clock.now += DAY
        assert counts == [4, 2, 1, 1]


async def test_one_who_is_stopped_half_way_is_finished_the_next_day() -> None:
    stops = 0
    while True:
        async with opened() as world:
            kept(world, people=30)
            await left(world, "7")
            world.clock.now += 30 * DAY
            stops += 1
            whole = await _stopped_after(world, stops)
            world.clock.now += DAY
            await production.retain(world.engine)
            assert await people(world) == {"8"}
            assert not [row for row in await lines(world) if layout.own_id("hr", "7") in row.key]
        if whole:
            break
    assert stops > 5


async def _stopped_after(world: World, commits: int) -> bool:
    """Whether it was done before it could be stopped after so many commits."""
    left_over = commits

    async def stop(table: str, changes: object) -> None:
        nonlocal left_over
        left_over -= 1
        if left_over == 0:
            raise InterruptedError

    world.store.after = stop
    try:
        await production.retain(world.engine)
    except InterruptedError:
        return False
    finally:
        world.store.after = None
    return True


async def test_old_lines_of_the_ledger_say_no_longer_of_whom_they_were_nor_any_value(world: World) -> None:
    kept(world, ledger=100)
    await world.hears(person("7", department="Sales"))
    await world.hears(person("7", department="Care"))
    mine, old = layout.own_id("hr", "7"), world.clock.now
    world.clock.now += 60 * DAY
    await world.hears(person("7", department="Board"))
    world.clock.now += 50 * DAY
    for _ in range(retaining.PARTS):
        await production.retain(world.engine)
        world.clock.now += DAY
    found = [ledger.load(row.key, row.data) for row in await lines(world)]
    aged = [one for one in found if one.at <= old]
    assert aged
    assert not [one for one in aged if one.person == mine or one.values or one.account or one.attributes]
    assert {"update", "create"} <= {one.verb for one in aged}
    assert [one.verb for one in found if one.person == mine and one.values] == ["update"]


async def test_a_part_of_the_ledger_is_looked_through_each_day_and_all_of_it_in_a_few(world: World) -> None:
    kept(world, ledger=100)
    await world.hears(*(person(str(number)) for number in range(20)))
    world.clock.now += 100 * DAY
    counts = []
    for _ in range(retaining.PARTS + 1):
        world.clock.now += DAY
        counts.append(await production.retain(world.engine))
    assert sum(counts[:-1]) > 0
    assert max(counts) < sum(counts)
    assert counts[-1] == 0
