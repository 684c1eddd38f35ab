"""The net under every connector: what may not be kept of anybody never reaches the state, however much is read."""

import logging
import sys
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from engine_world import World, person, policy

from shared import engine as production
from shared import layout
from shared.forbidden import BSN
from shared.model import Person

DICE = Random(5)


def bsns(count: int) -> list[str]:
    found = list[str]()
    while len(found) < count:
        if BSN.passes(number := f"{DICE.randrange(10**9):09d}"):
            found.append(number)
    return found


def told(hr_id: str, value: str, name: str = "field12") -> Person:
    one = person(hr_id)
    return replace(one, fields={**one.fields, name: value})


async def kept(world: World) -> str:
    """Everything that is in the state, as text."""
    rows = [repr(row) for table in layout.TABLES async for row in world.store.everything(table)]
    return "\n".join(rows)


async def anywhere(world: World, numbers: list[str]) -> bool:
    text = await kept(world)
    return any(number in text for number in numbers)


@pytest.fixture
def reading(world: World) -> World:
    attributes = {
        "employeeId": "[employeeId]",
        "department": "[field12]",
        "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
    }
    world.renewed("reading", policy(attributes=attributes))
    return world


async def test_numbers_that_may_not_be_kept_are_never_kept_and_hold_nobody(
    reading: World, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = bsns(12)
    with caplog.at_level(logging.WARNING, "joinly"):
        await reading.hears(*[told(f"{place}", number) for place, number in enumerate(numbers)])
    assert not await anywhere(reading, numbers)
    assert len(reading.directory.enabled()) == 12
    assert await reading.reasons() == set()
    said = [one.getMessage() for one in caplog.records if "field12" in one.getMessage()]
    assert said == ["source hr: field12 held BSN 12 times; take it out of what is read"]


async def test_an_answer_in_which_it_shows_late_is_read_again_and_nothing_of_it_stays(
    reading: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.engine.reading.ENOUGH", 1)
    numbers = bsns(8)
    early = [told(f"{place}", number) for place, number in enumerate(numbers[:3])]
    reading.hr.page = 1
    await reading.says(*early, *[told(f"x{place}", number) for place, number in enumerate(numbers[3:])])
    assert not await anywhere(reading, numbers)
    assert reading.hr.asked == ["", ""]
    await reading.work()
    assert len(reading.directory.enabled()) == 8


async def test_it_is_learnt_once_and_told_once_a_poll(reading: World, caplog: pytest.LogCaptureFixture) -> None:
    numbers = bsns(9)
    records = [told(f"{place}", number) for place, number in enumerate(numbers)]
    await reading.hears(*records)
    reading.hr.asked.clear()
    caplog.clear()
    with caplog.at_level(logging.WARNING, "joinly"):
        assert await production.detect(reading.engine, "hr") == 0
    assert reading.hr.asked == [""]
    assert len([one for one in caplog.records if "field12" in one.getMessage()]) == 1
    lines = [row async for row in reading.store.everything(layout.LEDGER) if row.data["verb"] == "forbidden facts"]
    assert len(lines) == 1


async def test_the_last_few_of_an_answer_are_cleaned_by_what_the_others_showed(reading: World) -> None:
    numbers = bsns(9)
    await reading.hears(*[told(f"{place}", number) for place, number in enumerate(numbers)])
    await reading.hears(told("0", numbers[0]), told("new", "123456782"))
    assert not await anywhere(reading, [*numbers, "123456782"])


async def test_employee_numbers_that_happen_to_pass_are_left_as_they_are(reading: World) -> None:
    numbers = bsns(9)
    await reading.hears(*[person(number) for number in numbers])
    assert reading.directory.enabled() == set(numbers)


async def test_a_fact_that_holds_something_else_now_is_read_again(reading: World) -> None:
    await reading.hears(*[told(f"{place}", number) for place, number in enumerate(bsns(40))])
    codes = [f"{10**8 + place}" for place in range(40)]
    await reading.hears(*[told(f"{place}", code) for place, code in enumerate(codes)])
    await reading.hears(*[told(f"{place}", code) for place, code in enumerate(codes)])
    assert reading.directory.of("7").attributes["department"] == codes[7]


async def test_who_is_told_of_by_another_worker_is_cleaned_the_same_way(
    reading: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.engine.reading.ENOUGH", 1)
    monkeypatch.setattr(sys.modules["shared.engine.detect"], "SHORT", timedelta(seconds=16))
    numbers = bsns(20)
    reading.hr.page = 1
    reading.hr.records = [told(f"{place}", number) for place, number in enumerate(numbers)]
    reading.hr.passes = lambda: reading.clock.passes(timedelta(seconds=2))
    await production.poll(reading.engine, "hr")
    assert not await anywhere(reading, numbers[:6]), "what was kept when it showed is gone"
    await reading.work()
    assert not await anywhere(reading, numbers)
    assert len(reading.hr.asked) > 3
    assert len(reading.directory.enabled()) == 20
