"""Personio read in turns: taken up where it was left, and from the beginning when the list is not what it was."""

from contextlib import aclosing
from datetime import date
from typing import Any

import pytest

from connectors.personio import source
from shared.connector import Reached
from shared.errors import Anew, Misconfigured
from shared.model import Person, Rejected
from tests.connector_personio.personio_world import World, job


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
        some, since = await turn(world, since, places=2 if world.api == "v1" else 1)
        everyone += some
    return everyone


@pytest.mark.parametrize("people", [1, 99, 100, 101, 230])
async def test_in_turns_everybody_is_given_once_and_as_in_one_go(world: World, people: int) -> None:
    world.crowd(people)
    found = await in_turns(world)
    assert sorted(found, key=lambda one: (len(one.hr_id), one.hr_id)) == await world.read()
    assert len(found) == people


async def test_nobody_is_asked_for_again_but_the_last_page(v1: World) -> None:
    v1.crowd(250)
    _, since = await turn(v1, places=2)
    v1.wire_end.heard.clear()
    found, _ = await turn(v1, since, places=9)
    assert [one.hr_id for one in found] == [str(number) for number in range(201, 251)]
    assert [request.url.params["offset"] for request in v1.wire_end.heard if "offset" in request.url.params] == [
        "100",
        "200",
    ]


async def test_employments_are_asked_for_once_in_all(v2: World) -> None:
    v2.crowd(120)
    await in_turns(v2)
    asked = [path for path in v2.wire_end.paths() if path.endswith("/employments")]
    assert len(set(asked)) == 120
    assert len(asked) <= 120 + 2 * 3, "each turn that ends leaves those behind who were asked about side by side"


async def test_somebody_who_left_from_a_page_before_makes_v1_begin_anew(v1: World) -> None:
    """Everybody after them has moved one place on, and who stood first on the next page would never be read."""
    v1.crowd(250)
    _, since = await turn(v1)
    del v1.company.employees[7]
    v1.hire(900, job(date(2020, 1, 1)))
    with pytest.raises(Anew, match="the list of employees is not what it was"):
        await turn(v1, since)


async def test_somebody_new_makes_v1_begin_anew_because_there_are_more_than_there_were(v1: World) -> None:
    v1.crowd(250)
    _, since = await turn(v1)
    v1.hire(900, job(date(2020, 1, 1)))
    with pytest.raises(Anew):
        await turn(v1, since)


async def test_somebody_who_left_v2_between_two_turns_moves_nobody(v2: World) -> None:
    v2.crowd(120)
    some, since = await turn(v2)
    del v2.company.employees[7]
    rest, _ = await turn(v2, since, places=9)
    assert [one.hr_id for one in (*some, *rest)] == [str(number) for number in range(1, 121)]


@pytest.mark.parametrize("cursor", ["[1]", "nothing", "7", '{"a": 1}', "[true, null, 3]", '["7"]'])
async def test_a_place_of_another_version_makes_it_begin_anew(world: World, cursor: str) -> None:
    world.crowd(3)
    with pytest.raises(Anew, match="written by another version"):
        await turn(world, cursor)


async def test_a_required_attribute_that_is_withheld_is_noticed_however_many_turns_it_takes(v1: World) -> None:
    v1.crowd(150)

    def spoil(path: str, body: Any) -> Any:
        for row in body["data"] if isinstance(body.get("data"), list) else ():
            del row["attributes"]["termination_date"]
        return body

    v1.wire_end.spoil = spoil
    with pytest.raises(Misconfigured, match="does not share termination_date"):
        await in_turns(v1)


async def test_one_refusal_in_the_last_turn_does_not_say_that_nobody_may_be_read(v2: World) -> None:
    v2.crowd(51)
    _, since = await turn(v2)

    def leaves(path: str, body: Any) -> Any:
        if path == "/v2/persons" and any(row["id"] == "51" for row in body["_data"]):
            v2.company.employees.pop(51, None)
        return body

    v2.wire_end.spoil = leaves
    rest, _ = await turn(v2, since, places=9)
    assert [type(one) for one in rest] == [Rejected]


async def test_a_place_holds_no_value_of_anybody(world: World) -> None:
    world.crowd(120)
    _, since = await turn(world)
    assert not [value for value in ("Given", "Family", "@", world.secret) if value in since]
