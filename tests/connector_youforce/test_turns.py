"""Read in turns: taken up behind the last person who was given, with lists that fit together."""

from contextlib import aclosing
from typing import Any

import pytest

from connectors.youforce.source import People
from shared.connector import STILL_READING, Reached
from shared.errors import Anew
from shared.model import Person, Rejected
from tests.connector_youforce.youforce_world import World


async def turn(world: World, since: str = "") -> tuple[list[Person | Rejected], str]:
    """Read from there to the next place, or to the end: everybody who was given, and the place; "" for the end."""
    found: list[Person | Rejected] = []
    async with world.outside() as outside:
        stream: Any = People(world.settings(), outside).fetch(since)
        async with aclosing(stream) as answer:
            async for one in answer:
                if isinstance(one, Reached) and one.cursor:
                    return found, one.cursor
                if not isinstance(one, Reached):
                    found.append(one)
    return found, ""


@pytest.mark.parametrize("people", [1, 500, 501, 1200])
async def test_in_turns_everybody_is_given_once_and_as_in_one_go(people: int, world: World) -> None:
    world.crowd(people)
    world.person("")
    everyone, since = await turn(world)
    while since:
        some, since = await turn(world, since)
        everyone += some
    assert everyone == await world.read()
    assert len(everyone) == people + 1


async def test_at_every_page_it_says_that_it_is_still_reading(world: World) -> None:
    world.crowd(501)
    async with world.outside() as outside:
        given = [one async for one in People(world.settings(), outside).fetch()]
    asked = [path for path in world.wire_end.paths() if not path.endswith("/token")]
    assert given[: len(asked)] == [STILL_READING] * len(asked)
    assert STILL_READING not in given[len(asked) :]


async def test_somebody_new_or_gone_between_two_turns_moves_nobody(world: World) -> None:
    world.crowd(1000)
    some, since = await turn(world)
    for name in (world.people, "employments"):
        world.company.drop(name, personCode="7")
    world.hire("0")
    rest, _ = await turn(world, since)
    assert [one.hr_id for one in (*some, *rest)] == [str(number) for number in range(1, 1001)]


@pytest.mark.parametrize("cursor", ["[1]", "nothing", "7", '{"a": 1}', '["7", 2]'])
async def test_a_place_of_another_version_makes_it_begin_anew(cursor: str, world: World) -> None:
    world.crowd(3)
    with pytest.raises(Anew, match="written by another version"):
        await turn(world, cursor)


async def test_a_place_holds_no_value_of_anybody(world: World) -> None:
    world.crowd(501)
    _, since = await turn(world)
    assert since == '["500"]'
