"""Seats of licences are counted before they are given, also by a process that dies in between, and never twice."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, TODAY, YESTERDAY, Killed, World, person, policy

from shared import engine as production
from shared import layout
from shared.errors import Reason
from shared.store import Change

LICENSED: dict[str, Any] = {
    "attributes": {"employeeId": "[employeeId]", "userPrincipalName": "[name]"},
    "grants": [{"license": "E3"}],
}
SOME = [str(number) for number in range(100, 110)]


async def with_seats(open_world: Any, seats: int, **changes: Any) -> World:
    world: World = await open_world(**{**LICENSED, **changes})
    world.directory.seats["E3"] = seats
    return world


def seated(world: World) -> set[str]:
    return {str(one.attributes["employeeId"]) for one in world.directory.accounts.values() if one.entitlements}


def started(name: str, day: int, month: int = 1) -> Any:
    return person(name, start=date(2026, month, day))


async def test_the_first_to_start_are_served_however_they_come(open_world: Any) -> None:
    world = await with_seats(open_world, 3)
    days = dict(zip(SOME, (9, 3, 8, 1, 7, 2, 6, 5, 10, 4), strict=True))
    await world.hears(*(started(name, day) for name, day in days.items()))
    assert seated(world) == {name for name, day in days.items() if day <= 3}
    assert await world.reasons() == {(name, Reason.NO_SEAT) for name, day in days.items() if day > 3}
    assert not any(one.approvable for one in await world.held())
    assert world.directory.enabled() == set(SOME)


async def test_what_waits_for_a_seat_is_given_in_the_same_order_as_seats_come_free(open_world: Any) -> None:
    world = await with_seats(open_world, 0)
    await world.hears(started("1", 9), started("2", 5), started("3", 7))
    for bought, served in ((1, {"2"}), (1, {"2"}), (2, {"2", "3"}), (3, {"1", "2", "3"})):
        world.directory.seats["E3"] = bought
        await world.hours(1)
        assert seated(world) == served
    written = len(world.directory.writes)
    await world.hours(5)
    assert len(world.directory.writes) == written
    assert await world.held() == []


async def test_a_seat_that_is_permitted_and_not_taken_yet_is_nobody_elses(open_world: Any) -> None:
    world = await with_seats(open_world, 1)
    await world.says(started("1", 5))
    await world.work("changes", "admit")
    await world.says(started("1", 5), started("2", 1))
    await world.work("changes", "admit")
    await world.work()
    assert seated(world) == {"1"}, "it was promised before the other one came"
    assert await world.reasons() == {("2", Reason.NO_SEAT)}


async def test_a_seat_that_nobody_took_in_time_is_free_again(open_world: Any) -> None:
    world = await with_seats(open_world, 1)
    await world.says(started("1", 5))
    await world.work("changes", "admit")
    world.directory.silent = True
    await world.settle(2 * HOUR)
    await world.says(started("1", 5, month=1), started("2", 1))
    await world.work()
    world.clock.now += 9 * HOUR
    await production.sweep(world.engine)
    rows = [row.key async for row in world.store.everything(layout.GATES) if row.key.startswith(layout.SEATS)]
    assert rows == []
    world.directory.silent = False
    await world.hours(8)
    assert len(seated(world)) == 1, "whoever it is, one seat is one licence"


@pytest.mark.parametrize("moment", range(1, 9))
async def test_wherever_a_process_dies_no_more_seats_are_given_than_there_are(open_world: Any, moment: int) -> None:
    world = await with_seats(open_world, 2)
    left = moment

    async def die(table: str, changes: Sequence[Change]) -> None:
        nonlocal left
        if table == layout.GATES or any(change.key.startswith("mark|admit") for change in changes):
            left -= 1
            if left == 0:
                world.store.kill()

    world.store.after = die
    with suppress(Killed):
        await world.hears(*(started(name, index + 1) for index, name in enumerate(SOME)))
    world.store.after, world.store.dead = None, False
    world.clock.now += timedelta(minutes=40)
    await world.hears(*(started(name, index + 1) for index, name in enumerate(SOME)))
    await world.hours(8)
    assert len(seated(world)) == 2
    assert world.directory.enabled() == set(SOME)
    assert {one.reason for one in await world.held()} == {Reason.NO_SEAT}
    assert len(await world.held()) == len(SOME) - 2


async def test_a_joiner_is_held_before_the_first_day_and_no_longer_once_there_is_a_seat(open_world: Any) -> None:
    world = await with_seats(open_world, 1)
    await world.hears(person("1"), person("7", start=TODAY + 2 * DAY), person("8", start=TODAY + 3 * DAY))
    await world.hours(1)
    assert await world.reasons() == {("7", Reason.NO_SEAT), ("8", Reason.NO_SEAT)}
    world.directory.seats["E3"] = 2
    await world.hours(1)
    assert await world.reasons() == {("8", Reason.NO_SEAT)}
    world.directory.seats["E3"] = 3
    await world.hours(1)
    assert await world.held() == []
    world.clock.now += 3 * DAY
    await world.hours(1)
    assert seated(world) == {"1", "7", "8"}


async def test_a_warning_goes_with_what_it_warned_of(open_world: Any) -> None:
    world = await with_seats(open_world, 0)
    await world.hears(person("7", start=TODAY + 2 * DAY))
    await world.hours(1)
    assert await world.reasons() == {("7", Reason.NO_SEAT)}
    world.renewed("second", policy(**{**LICENSED, "grants": []}))
    await world.hours(1)
    assert await world.held() == []


async def test_a_leaver_who_frees_a_seat_serves_the_next(open_world: Any) -> None:
    world = await with_seats(open_world, 1)
    await world.hears(started("1", 1), started("2", 2))
    await world.hears(person("1", end=YESTERDAY), started("2", 2))
    await world.hours(1)
    assert seated(world) == {"2"}


async def test_a_target_that_does_not_say_how_many_seats_there_are_keeps_nobody_waiting(open_world: Any) -> None:
    world = await with_seats(open_world, 0)
    world.directory.seats.clear()
    await world.hears(person("7"))
    assert seated(world) == {"7"}


async def test_who_is_only_observed_is_warned_of_nothing(open_world: Any) -> None:
    world = await with_seats(open_world, 0, observe=["grant"])
    await world.hears(person("7", start=TODAY + 2 * DAY))
    await world.hours(1)
    assert await world.held() == []
