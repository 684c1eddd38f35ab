"""Nmbrs is asked whom it has changed: whoever has a new row in some list, each told as a whole read tells them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.nmbrs import source
from local.nmbrs import Contract, Cost, Employee, Extra, Leave
from shared.connector import Glancing
from shared.model import Person, Rejected
from tests.connector_nmbrs.nmbrs_world import World

HOUR = timedelta(hours=1)


async def glance(world: World, since: datetime, most: int = 10, **settings: Any) -> list[Person | Rejected]:
    known = world.settings(**settings)
    async with world.outside(known, writes_allowed=False) as outside:
        reader = source(known, outside)
        assert isinstance(reader, Glancing)
        return [one async for one in reader.glance(since, most)]


def stamp(world: World) -> str:
    return f"{world.time.clock():%Y-%m-%dT%H:%M:%S}"


def staffed(world: World, count: int = 4) -> tuple[datetime, list[Employee]]:
    """So many people with a manager, who were entered long ago; now, and who they are."""
    world.crowd(count)
    return world.time.now, list(world.company.employees.values())


async def as_read_whole(world: World, *employees: Employee, **settings: Any) -> list[Person | Rejected]:
    wanted = {one.id for one in employees}
    return [one for one in await world.read(**settings) if one.hr_id in wanted]


async def test_a_last_day_that_was_entered_is_told(world: World) -> None:
    since, (_, leaver, *_) = staffed(world)
    leaver.employments[0] = replace(leaver.employments[0], end=date(2026, 3, 31), changed=stamp(world))
    [found] = await glance(world, since)
    assert isinstance(found, Person)
    assert found.contracts[-1].end == date(2026, 3, 31)
    assert [found] == await as_read_whole(world, leaver)


async def test_another_department_or_manager_is_told(world: World) -> None:
    since, (boss, mover, *_) = staffed(world)
    boss.info[0] = replace(boss.info[0], mail="new@contoso.example")
    world.place(mover, department="Care", manager="new@contoso.example", period=(2026, 3), made=stamp(world))
    [found] = await glance(world, since)
    assert isinstance(found, Person)
    assert (found.contracts[-1].fields["department"], found.contracts[-1].fields["manager"]) == ("Care", boss.id)
    assert [found] == await as_read_whole(world, mover)


async def test_in_one_of_several_companies_it_is_the_same(world: World) -> None:
    since, (boss, *_) = staffed(world)
    other = world.second_company()
    world.crowd(3, company=other)
    mover = next(iter(other.employees.values()))
    boss.info[0] = replace(boss.info[0], mail="boss@contoso.example")
    mover.info.append(replace(mover.info[0], last="Other", made=stamp(world)))
    assert await glance(world, since) == await as_read_whole(world, mover)


@pytest.mark.parametrize("others_have_it", [True, False], ids=["others have it", "nobody has"])
async def test_who_has_nothing_in_a_list_is_told_as_the_whole_list_tells_it(world: World, others_have_it: bool) -> None:
    """Nothing is null where the list holds others, and unsaid where it holds nobody: it may be withheld."""
    since, (first, mover, *_) = staffed(world)
    for one in world.company.employees.values():
        one.managers.clear()
    if others_have_it:
        world.place(first, manager="boss@contoso.example")
        first.costs.append(Cost(code="K1", name="Care"))
        first.leaves.append(Leave(start=date(2026, 1, 1)))
        first.extras.append(Extra(name="Shoe size", value="42"))
    mover.info.append(replace(mover.info[0], last="Other", made=stamp(world)))
    asked = {"cost_centers": True, "leave": ("1",), "fields": {"shoeSize": "extra:Shoe size"}}
    [found] = await glance(world, since, **asked)
    assert isinstance(found, Person)
    assert ("manager" in found.contracts[-1].fields) is others_have_it
    assert [found] == await as_read_whole(world, mover, **asked)


async def test_a_list_that_must_be_read_whole_is_read_once(world: World) -> None:
    since, everybody = staffed(world, 6)
    everybody[0].extras.append(Extra(name="Shoe size", value="42"))
    for one in everybody[:4]:
        one.info.append(replace(one.info[0], last="Other", made=stamp(world)))
    assert len(await glance(world, since, fields={"shoeSize": "extra:Shoe size"})) == 4
    assert len([path for path in world.wire_end.paths() if path.endswith("/extraFields")]) == 1


async def test_an_applicant_is_nobody(world: World) -> None:
    since, _ = staffed(world)
    world.hire(type="applicant", made=stamp(world))
    assert await glance(world, since) == []


async def test_each_list_is_asked_for_a_moment_in_utc(world: World) -> None:
    since, _ = staffed(world)
    await glance(world, since + timedelta(seconds=1))
    asked = {
        request.url.path.rpartition("/")[2]: dict(request.url.params)
        for request in world.wire_end.heard
        if "/employees/" in request.url.path
    }
    assert asked["employments"]["changedFrom"] == asked["managers"]["createdFrom"] == "2026-03-16T08:00:01Z"
    assert asked.keys() == {
        *("personalinfo", "employments", "contracts", "schedules", "departments", "functions", "managers")
    }


async def test_more_than_may_change_over_all_companies_are_left_to_the_whole_read(world: World) -> None:
    since, everybody = staffed(world)
    other = world.second_company()
    world.crowd(3, company=other)
    changed = [*everybody[:2], *list(other.employees.values())[:2]]
    for one in changed:
        one.info.append(replace(one.info[0], last="Other", made=stamp(world)))
    assert await glance(world, since, most=3) == []
    assert len(await glance(world, since, most=4)) == 4


async def test_a_hundred_and_more_who_changed_are_met_on_the_next_page(world: World) -> None:
    since, everybody = staffed(world, 130)
    for one in everybody:
        one.contracts.append(Contract(start=date(2026, 3, 1), made=stamp(world)))
    assert await glance(world, since, most=129) == []
    asked = [request for request in world.wire_end.heard if "createdFrom" in request.url.params]
    assert [request.url.params["pageNumber"] for request in asked if request.url.path.endswith("contracts")] == [
        "1",
        "2",
    ]


async def test_over_soap_nobody_is_glanced_at(world: World) -> None:
    world.api = "soap"
    async with world.outside() as outside:
        assert not isinstance(source(world.settings(), outside), Glancing)


@pytest.mark.parametrize("key", ["startDate", "endDate"])
async def test_somebody_whose_days_are_shown_no_longer_is_left_to_the_whole_read(world: World, key: str) -> None:
    since, (_, leaver, *_) = staffed(world)
    leaver.employments[0] = replace(leaver.employments[0], end=date(2026, 1, 31))
    leaver.contracts.append(Contract(start=date(2026, 3, 1), made=stamp(world)))
    world.nmbrs.hidden = {key}
    assert await glance(world, since) == []
