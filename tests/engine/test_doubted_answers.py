"""An answer of HR that cannot be right: nobody is changed by it, until HR answers otherwise or a person accepts it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from engine_world import DAY, HOUR, YESTERDAY, World, person

from shared import engine as production
from shared import layout
from shared.engine import Doubted
from shared.errors import Misconfigured, TryLater
from shared.model import Person

Open = Callable[..., Awaitable[World]]
CAREFUL = {"plausible": {}}
MANY = 60


def staff(**changes: Any) -> list[Person]:
    return [person(f"{number:03}", **changes) for number in range(MANY)]


async def doubted(world: World, *records: Person) -> Doubted:
    """HR says this and is not believed; every timer runs and nothing at all is written."""
    before = len(world.directory.writes)
    with pytest.raises(Doubted) as doubt:
        await world.hears(*records)
    await world.hours(3)
    assert world.directory.writes[before:] == []
    return doubt.value


@pytest.fixture
async def working(open_world: Open) -> World:
    """Sixty people in service, a week ago."""
    world = await open_world(source=CAREFUL, limits={"disable": {"percent": 10}})
    await world.hears(*staff())
    assert len(world.directory.enabled()) == MANY
    world.clock.now += 7 * DAY
    return world


async def test_an_empty_export_makes_no_leaver(working: World) -> None:
    assert "HR returned nobody" in str(await doubted(working))


async def test_half_an_export_makes_no_leaver(working: World) -> None:
    said = str(await doubted(working, *staff()[: MANY // 2]))
    assert "30 of the 60 people known are missing, and at most 10 % may be" in said


async def test_contracts_that_end_for_half_of_all_people_are_not_believed(working: World) -> None:
    said = str(await doubted(working, *staff()[: MANY // 2], *staff(end=YESTERDAY)[MANY // 2 :]))
    assert "HR says something else about contractEnd of 30 people (of 60 known)" in said
    assert len(working.directory.enabled()) == MANY


async def test_even_when_a_person_accepts_it_the_limits_hold(working: World) -> None:
    half = [*staff()[: MANY // 2], *staff(end=YESTERDAY)[MANY // 2 :]]
    doubt = await doubted(working, *half)
    await production.accept(working.engine, "hr", doubt.answer, "somebody", "asked HR")
    await working.hears(*half)
    assert len(working.directory.enabled()) == MANY
    assert {reason for _, reason in await working.reasons()} == {"limit"}
    await working.approve_all()
    await working.work()
    assert len(working.directory.enabled()) == MANY // 2


async def test_a_column_that_is_gone_empties_nobody(working: World) -> None:
    without = [replace(one, contracts=(replace(one.contracts[0], fields={"title": "aide"}),)) for one in staff()]
    said = str(await doubted(working, *without))
    assert "HR says nothing any longer about department of 60 people (of 60 known)" in said


async def test_columns_that_were_shifted_change_nobody(working: World) -> None:
    said = str(await doubted(working, *staff(department="aide", title="Care")))
    assert "department of 60 people, title of 60 people" in said


async def test_a_few_changes_are_believed(working: World) -> None:
    await working.hears(*staff(department="Sales")[:10], *staff()[10:])
    assert len([one for one in working.directory.writes if one.what == "department"]) == 10


async def test_an_older_export_is_not_believed(working: World) -> None:
    await working.hears(*staff(department="Sales")[:5], *staff()[5:])
    working.clock.now += DAY
    said = str(await doubted(working, *staff()))
    assert "it is the answer of 2026-03-02 again, an older one than the last" in said


async def test_the_same_answer_again_is_no_older_one(working: World) -> None:
    for _ in range(3):
        await working.hears(*staff())
        working.clock.now += DAY


async def test_a_doubted_answer_is_not_remembered_as_given(working: World) -> None:
    await doubted(working, *staff()[:5])
    await working.hears(*staff())
    await doubted(working, *staff()[:5])


async def test_only_the_answer_that_was_accepted_is_believed_and_for_a_day_only(working: World) -> None:
    doubt = await doubted(working, *staff(department="Sales"))
    await production.accept(working.engine, "hr", doubt.answer, "somebody", "reorganisation")
    await doubted(working, *staff(department="Staff"))
    working.clock.now += DAY
    await doubted(working, *staff(department="Sales"))
    await production.accept(working.engine, "hr", doubt.answer, "somebody", "reorganisation")
    await working.hears(*staff(department="Sales"))
    assert working.directory.of("007").attributes["department"] == "Sales"


async def test_an_empty_answer_cannot_be_accepted(working: World) -> None:
    doubt = await doubted(working)
    await production.accept(working.engine, "hr", doubt.answer, "somebody", "is right")
    await doubted(working)


async def test_who_accepted_an_answer_and_why_stands_in_the_ledger(working: World) -> None:
    doubt = await doubted(working, *staff(department="Sales"))
    await production.accept(working.engine, "hr", doubt.answer, "somebody", "reorganisation")
    lines = [row.data async for row in working.store.everything(layout.LEDGER) if row.key.startswith("hr|")]
    assert [(line["verb"], line["by"], line["because"]) for line in lines] == [
        ("accept answer", "somebody", "reorganisation")
    ]


async def test_a_source_nobody_knows_has_no_answer_to_accept(working: World) -> None:
    with pytest.raises(Misconfigured, match="the policy has no source other; it has hr"):
        await production.accept(working.engine, "other", "abc", "somebody", "why")


async def test_one_percent_a_day_for_two_weeks_is_stopped_by_the_limit_of_a_week(open_world: Open) -> None:
    world = await open_world(source=CAREFUL, limits={"disable": {"day": 20, "week": 3}})
    people = [person(f"{number:03}") for number in range(100)]
    await world.hears(*people)
    for day in range(14):
        world.clock.now += DAY
        people[day] = person(f"{day:03}", end=date(2026, 3, 2) + timedelta(days=day))
        try:
            await world.hears(*people)
        except TryLater:
            await world.settle(HOUR)
        await world.hours(1)
        disabled = 100 - len(world.directory.enabled())
        assert disabled <= 3 * (1 + day // 7)
    assert {reason for _, reason in await world.reasons()} == {"limit"}
