"""Nmbrs read in turns: taken up after a company or within a large one, and from the beginning by another version."""

from contextlib import aclosing
from typing import Any

import pytest

from connectors.nmbrs import source
from shared.connector import Reached
from shared.errors import Anew
from shared.model import Person, Rejected
from tests.connector_nmbrs.nmbrs_world import World


async def turn(world: World, since: str = "", places: int = 1) -> tuple[list[Person | Rejected], str]:
    """Read from there to so many places on, or to the end: everybody who was given, and the place; "" for the end."""
    found: list[Person | Rejected] = []
    async with world.outside() as outside:
        stream: Any = source(world.settings(), outside).fetch(since)
        async with aclosing(stream) as answer:
            async for one in answer:
                if not isinstance(one, Reached):
                    found.append(one)
                    continue
                places -= 1
                if not places:
                    return found, one.cursor
    return found, ""


async def in_turns(world: World) -> list[Person | Rejected]:
    everyone, since = await turn(world)
    while since:
        some, since = await turn(world, since)
        everyone += some
    return everyone


async def test_in_turns_everybody_is_given_once_and_as_in_one_go(world: World) -> None:
    world.crowd(3)
    world.crowd(501, world.second_company())
    world.crowd(2, world.second_company(world.nmbrs.debtor("Fabrikam")))
    found = await in_turns(world)
    assert found == await world.read()
    assert len(found) == 506


async def test_a_large_company_can_be_taken_up_after_some_hundred_people(world: World) -> None:
    world.crowd(620)
    some, since = await turn(world)
    rest, end = await turn(world, since, places=9)
    assert (len(some), len(rest), end) == (500, 120, "")


async def test_companies_that_were_given_are_only_asked_for_their_people_s_mail(world: World) -> None:
    """Somebody of another company may have a manager there."""
    world.crowd(1)
    world.crowd(1, world.second_company())
    _, since = await turn(world)
    world.wire_end.heard.clear()
    await turn(world, since, places=9)
    first = min(world.debtor.companies)
    asked = [path.rpartition("/")[2] for path in world.wire_end.paths() if first in path]
    assert sorted(asked) == ["employees", "period", "personalinfo"]


async def test_somebody_who_left_between_two_turns_moves_nobody(world: World) -> None:
    world.crowd(620)
    some, since = await turn(world)
    del world.company.employees[some[7].hr_id]
    rest, _ = await turn(world, since, places=9)
    assert len({one.hr_id for one in (*some, *rest)}) == 620


@pytest.mark.parametrize("cursor", ["[1]", "nothing", "7", '{"a": 1}', '["a", 3]', '["7"]'])
async def test_a_place_of_another_version_makes_it_begin_anew(world: World, cursor: str) -> None:
    world.crowd(3)
    with pytest.raises(Anew, match="written by another version"):
        await turn(world, cursor)


async def test_a_place_holds_ids_and_nothing_else_of_anybody(world: World) -> None:
    world.crowd(501)
    some, since = await turn(world)
    assert since == f'["{world.company.id}", "{some[-1].hr_id}"]'
