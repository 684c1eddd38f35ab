"""Visma read in turns: its jobs go on by themselves, and a place is good while their files are what they were."""

from contextlib import aclosing
from typing import Any

import pytest

from connectors.visma.read import Employees
from shared.connector import Reached
from shared.errors import Anew, Misconfigured
from shared.model import Person, Rejected
from tests.connector_visma.visma_world import CANARY, World


async def turn(
    world: World, since: str = "", *, people: int = 0, places: int = 0, **settings: Any
) -> tuple[list[Person | Rejected], str]:
    """Read on to the first place behind so many people, or to so many places, or to the end: "" for that."""
    found: list[Person | Rejected] = []
    async with world.outside(**settings) as outside:
        stream: Any = Employees(world.settings(**settings), outside).fetch(since)
        async with aclosing(stream) as answer:
            async for one in answer:
                if not isinstance(one, Reached):
                    found.append(one)
                    continue
                places -= 1
                if places == 0 or (people and len(found) >= people):
                    return found, one.cursor
    return found, ""


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1200])
async def test_in_turns_everybody_is_given_once_and_as_in_one_go(count: int, world: World) -> None:
    world.crowd(count)
    everyone, since = await turn(world, people=1)
    while since:
        some, since = await turn(world, since, people=1)
        everyone += some
    assert everyone == await world.read()
    assert len(everyone) == count


async def test_a_turn_may_end_while_visma_is_still_at_work(world: World) -> None:
    world.crowd(3)
    world.faults.looks = 4
    _, since = await turn(world, places=2)
    found, _ = await turn(world, since)
    assert len(found) == 3
    assert len(world.wire_end.paths("/v1/command")) == 5


async def test_there_is_a_sign_of_life_after_every_round_of_questions(world: World) -> None:
    """Whoever reads loses the turn after two minutes without one."""
    world.crowd(1)
    world.faults.looks = 60
    last, longest = world.time.now, 0.0
    async with world.outside() as outside:
        async for _ in Employees(world.settings(), outside).fetch():
            longest = max(longest, (world.time.now - last).total_seconds())
            last = world.time.now
    assert longest < 60


async def test_the_deadline_counts_from_when_the_exports_were_asked_for(world: World) -> None:
    world.crowd(1)
    world.faults.stuck = frozenset({"users"})
    _, since = await turn(world, places=3)
    await world.time.sleep(3600)
    with pytest.raises(Anew, match="was not ready within 60 minutes"):
        await turn(world, since)


async def test_a_place_is_good_for_the_picture_that_was_taken_and_not_for_what_came_after(world: World) -> None:
    world.crowd(600)
    first, since = await turn(world, people=1)
    for rows in world.company.rows.values():
        rows.clear()
    rest, _ = await turn(world, since)
    assert len(first) + len(rest) == 600


async def test_files_that_are_not_what_they_were_are_read_from_the_beginning(world: World) -> None:
    world.crowd(600)
    _, since = await turn(world, people=1)
    for job in world.company.jobs.values():
        if job.path == "contracts":
            job.files = [b"".join(file.splitlines(True)[:-1]) for file in job.files]
    with pytest.raises(Anew, match="are not what they were"):
        await turn(world, since)


async def test_a_job_that_is_not_known_any_more_is_read_from_the_beginning(world: World) -> None:
    world.crowd(600)
    _, since = await turn(world, people=1)
    world.company.jobs.clear()
    with pytest.raises(Anew, match="not known any more"):
        await turn(world, since)


async def test_addresses_that_ended_between_two_turns_are_asked_for_again(world: World) -> None:
    world.crowd(600)
    first, since = await turn(world, people=1)
    await world.time.sleep(5 * 3600)
    rest, _ = await turn(world, since)
    assert len(first) + len(rest) == 600


@pytest.mark.parametrize("since", ["x", "[]", "{}", "[1,2,3,4,5]", '[{"A": "1"}, "2026-03-02", "x", 0, ""]', '["a"]'])
async def test_a_place_of_another_version_or_other_settings_is_none(since: str, world: World) -> None:
    world.crowd(1)
    with pytest.raises(Anew, match="read anew"):
        await turn(world, since)


@pytest.mark.parametrize("other", [{"lookups": []}, {"records": "together"}, {"fields": {"phone": "homephonenumber"}}])
async def test_a_place_of_other_settings_is_none(other: dict[str, Any], world: World) -> None:
    """Its jobs were asked for other columns, or other records were one person."""
    world.crowd(1)
    _, since = await turn(world, places=1)
    with pytest.raises(Anew, match="read anew"):
        await turn(world, since, **other)


async def test_records_without_an_id_are_told_of_once(world: World) -> None:
    world.crowd(600)
    world.hire("")
    first, since = await turn(world, people=3)
    rest, _ = await turn(world, since)
    assert [one.hr_id for one in (*first, *rest)].count("") == 2


async def test_a_place_holds_ids_and_nothing_else_of_anybody(world: World) -> None:
    for number in range(501):
        world.hire(str(number), firstname=CANARY, birthname=CANARY)
    _, since = await turn(world, people=1)
    assert CANARY not in since
    assert "sig=" not in since


async def test_whoever_may_not_ask_any_more_is_told_so_in_the_next_turn_too(world: World) -> None:
    world.crowd(1)
    _, since = await turn(world, places=1)
    world.faults.blocked = True
    with pytest.raises(Misconfigured, match="answered 403; check that the API may be called from this address"):
        await turn(world, since)
