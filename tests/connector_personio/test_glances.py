"""Personio is asked whom it has changed: one request, and in v2 one more for each of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.personio import source
from shared.connector import Glancing
from shared.errors import Misconfigured
from shared.model import Person, Rejected
from tests.connector_personio.personio_world import World, job

HOUR = timedelta(hours=1)


async def glance(world: World, since: datetime, most: int = 10) -> list[Person | Rejected]:
    async with world.outside(writes_allowed=False) as outside:
        reader = source(world.settings(), outside)
        assert isinstance(reader, Glancing)
        return [one async for one in reader.glance(since, most)]


def settled(world: World, count: int) -> datetime:
    """So many people who were entered an hour ago; now."""
    world.crowd(count)
    world.time.now += HOUR
    return world.time.now


async def test_it_asks_for_a_moment_in_utc_whatever_the_zone_it_was_given_in(world: World) -> None:
    since = settled(world, 3)
    await glance(world, since.astimezone(tz=None))
    [asked] = [request for request in world.wire_end.heard if request.method == "GET"]
    name, mark = ("updated_since", "") if world.api == "v1" else ("updated_at.gt", "Z")
    assert asked.url.params[name] == f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{mark}"


async def test_a_page_of_changes_that_is_full_is_left_to_the_whole_read_however_many_are_allowed(world: World) -> None:
    since = settled(world, 3)
    world.crowd(101)
    assert await glance(world, since, most=1_000) == []


async def test_in_v1_another_manager_or_last_day_is_told_too(v1: World) -> None:
    since = settled(v1, 3)
    v1.company.employees[2].employments[0].last_working_day = date(2026, 4, 30)
    v1.company.change(2)
    [found] = await glance(v1, since - timedelta(seconds=1))
    assert isinstance(found, Person)
    assert found.contracts[0].end == date(2026, 4, 30)


async def test_in_v2_a_change_of_the_employment_alone_is_left_to_the_whole_read(v2: World) -> None:
    since = settled(v2, 3)
    v2.company.employees[2].employments[0].end = date(2026, 4, 30)
    assert await glance(v2, since) == []
    ends = [one.contracts[0].end for one in await v2.read() if isinstance(one, Person)]
    assert ends == [None, date(2026, 4, 30), None]


async def test_in_v2_all_their_employments_are_read(v2: World) -> None:
    since = settled(v2, 3)
    v2.hire(4, job(date(2020, 1, 1), end=date(2021, 1, 1)), job(date(2022, 1, 1)))
    [found] = await glance(v2, since - timedelta(seconds=1))
    assert isinstance(found, Person)
    assert len(found.contracts) == 2


async def test_a_filter_that_is_ignored_brings_no_more_than_may_change_anyway(world: World) -> None:
    """Some credentials are said to get everybody, whatever they ask for."""
    since = settled(world, 20)
    ignoring = world.wire_end.handle_async_request

    async def without_filter(request: Any) -> Any:
        request.url = request.url.copy_remove_param("updated_since").copy_remove_param("updated_at.gt")
        return await ignoring(request)

    world.wire_end.handle_async_request = without_filter  # type: ignore[method-assign]
    assert await glance(world, since) == []


async def test_an_attribute_that_is_withheld_since_is_told_and_nobody_changes(world: World) -> None:
    since = settled(world, 3)
    world.company.change(2, last_name="Changed")
    world.credential.attributes = frozenset({"first_name", "status", "hire_date", "termination_date"})
    with pytest.raises(Misconfigured, match="does not share last_name"):
        await glance(world, since - timedelta(seconds=1))


async def test_in_v2_one_who_comes_twice_is_the_first_of_both_as_in_a_whole_read(v2: World) -> None:
    since = settled(v2, 3)
    v2.company.change(2, last_name="Changed")

    def twice(path: str, body: Any) -> Any:
        if path.endswith("/persons"):
            rows = [row for row in body["_data"] if row["id"] == "2"]
            body["_data"] += [{**row, "last_name": "Another"} for row in rows]
        return body

    v2.wire_end.spoil = twice
    whole = {one.hr_id: one for one in await v2.read()}
    assert await glance(v2, since - timedelta(seconds=1)) == [whole["2"]]


async def test_in_v2_whoever_has_no_employment_is_left_to_the_whole_read(v2: World) -> None:
    since = settled(v2, 3)
    v2.company.change(2, last_name="Changed")
    del v2.company.employees[2].employments[:]
    [found] = await glance(v2, since - timedelta(seconds=1))
    assert isinstance(found, Rejected)
    assert found.hr_id == "2"
