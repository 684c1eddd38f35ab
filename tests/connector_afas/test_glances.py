"""Profit is asked whom it has changed: by the day and time in its rows, each by itself, in Amsterdam's time."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.afas.glanced import Glanced
from local.afas import Position, Token
from local.afas.environment import AUDIT
from shared.connector import Glancing
from shared.errors import Misconfigured
from shared.model import Person, Rejected
from tests.connector_afas.afas_world import DATA, World, job, source

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NINE_IN_SUMMER = datetime(2026, 7, 1, 7, 0, tzinfo=UTC)
DATED = {"people": {"changed": AUDIT}, "employments": {"changed": AUDIT}, "positions": {"changed": AUDIT}}


@pytest.fixture
def audited(world: World) -> World:
    """Three employees, none of whom was changed this year."""
    world.environment.audited = True
    for number in ("1", "2", "3"):
        world.hire(number, job(manager="1", positions=[Position(start=date(2020, 1, 1))]))
    for own in (*world.environment.employees, *(f"{number}-1" for number in "123")):
        world.environment.touch(own, datetime(2025, 1, 1, tzinfo=UTC))
    return world


async def glance(world: World, since: datetime = EIGHT, most: int = 10, **settings: Any) -> list[Person | Rejected]:
    async with world.outside(writes_allowed=False) as outside:
        reader = source(world.settings(**{**DATED, **settings}), outside)
        assert isinstance(reader, Glancing)
        answer: AsyncIterator[Person | Rejected] = reader.glance(since, most)
        return [one async for one in answer]


async def test_an_employment_that_was_changed_brings_its_employee(audited: World) -> None:
    audited.environment.employees["2"].employments[0].end = date(2026, 4, 30)
    audited.environment.touch("2-1", EIGHT)
    [found] = await glance(audited)
    assert found == (await audited.read(**DATED))["2"]
    assert isinstance(found, Person)
    assert found.contracts[0].end == date(2026, 4, 30)


async def test_a_position_that_was_changed_brings_its_employee_where_positions_are_read(audited: World) -> None:
    audited.environment.touch("3-1-P1", EIGHT)
    assert await glance(audited) == []
    [found] = await glance(audited, contracts="positions")
    assert found == (await audited.read(contracts="positions", **DATED))["3"]


async def test_an_employee_of_whom_several_rows_were_changed_comes_once(audited: World) -> None:
    for own in ("2", "2-1"):
        audited.environment.touch(own, EIGHT)
    assert [one.hr_id for one in await glance(audited)] == ["2"]


async def test_what_changed_in_a_joined_table_only_is_left_to_the_whole_read(audited: World) -> None:
    audited.environment.units[0].name = "Research"
    assert await glance(audited) == []
    assert {one.contracts[0].fields["department"] for one in (await audited.read(**DATED)).values()} == {"Research"}


@pytest.mark.parametrize(("since", "asked"), [(EIGHT, "2026-03-02T09:00:00"), (NINE_IN_SUMMER, "2026-07-01T09:00:00")])
async def test_it_is_asked_in_amsterdams_time(audited: World, since: datetime, asked: str) -> None:
    await glance(audited, since)
    [query] = audited.wire_end.asked("T4E_HelloID_Users_v2")
    assert (query["filterfieldids"], query["operatortypes"], query["filtervalues"]) == (AUDIT, "2", asked)


async def test_a_change_at_that_very_second_is_one(audited: World) -> None:
    audited.environment.touch("2", NINE_IN_SUMMER)
    assert [one.hr_id for one in await glance(audited, NINE_IN_SUMMER)] == ["2"]
    assert await glance(audited, NINE_IN_SUMMER.replace(second=1)) == []


async def test_a_number_that_only_begins_like_another_is_another_employees(audited: World) -> None:
    audited.hire("22")
    audited.environment.touch("2", EIGHT)
    assert await glance(audited) == [(await audited.read(**DATED))["2"]]


async def test_an_employee_who_is_not_shown_is_left_to_the_whole_read(audited: World) -> None:
    audited.environment.touch("2-1", EIGHT)
    hidden = Token(data=DATA, hidden=frozenset({"2"}), hidden_in=frozenset({"T4E_HelloID_Users_v2"}))
    audited.environment.allow(hidden)
    assert await glance(audited) == []


async def test_without_the_field_profit_is_never_glanced_at(audited: World) -> None:
    async with audited.outside() as outside:
        assert not isinstance(source(audited.settings(), outside), Glanced)
        assert isinstance(source(audited.settings(people={"changed": AUDIT}), outside), Glanced)


async def test_a_field_that_is_not_there_is_told_by_the_whole_read_before_anybody_is_read(audited: World) -> None:
    with pytest.raises(Misconfigured, match="has no Veranderd in T4E_HelloID_Employments_v2"):
        await audited.read(employments={"changed": "Veranderd"})
