"""HR that is delivered, one file after another: an earlier delivery that comes after a later one changes nobody."""

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from engine_world import World, person

from shared import engine as production
from shared import layout, queues
from shared.connector import Edition
from shared.engine import Doubted, reading, ring_polls
from shared.model import Person

detect = sys.modules["shared.engine.detect"]
Open = Callable[..., Awaitable[World]]


def edition(day: int, series: str = "people-{yyyy}{mm}{dd}.csv") -> Edition:
    return Edition(series=series, order=f"2026.11.{day:02}", name=f"people-202611{day:02}.csv")


def staff(*changed: str) -> list[Person]:
    return [person(name, department="Sales" if name in changed else "Care") for name in "abcdefgh"]


@pytest.fixture
async def world(open_world: Open) -> World:
    """The delivery of the 23rd was read, in which somebody has moved."""
    world = await open_world(source={"plausible": {}})
    world.hr.edition = edition(22)
    await world.hears(*staff())
    world.hr.edition = edition(23)
    await world.hears(*staff("a"))
    return world


async def doubted(world: World, *records: Person) -> Doubted:
    before = len(world.directory.writes)
    with pytest.raises(Doubted) as doubt:
        await world.hears(*records)
    assert world.directory.writes[before:] == []
    return doubt.value


async def test_an_earlier_delivery_is_doubted_whatever_little_it_says_differently(world: World) -> None:
    world.hr.edition = edition(21)
    said = str(await doubted(world, *staff("b")))
    assert "it is people-20261121.csv, which is earlier than people-20261123.csv, the last one that was read" in said
    await doubted(world, *staff())


async def test_the_same_delivery_again_and_a_later_one_are_believed(world: World) -> None:
    before = len(world.directory.writes)
    await world.hears(*staff("a"))
    assert len(world.directory.writes) == before
    world.hr.edition = edition(24)
    await world.hears(*staff("a", "c"))
    assert len(world.directory.writes) > before


async def test_an_earlier_delivery_that_says_the_same_is_no_news(world: World) -> None:
    before = len(world.directory.writes)
    world.hr.edition = edition(20)
    await world.hears(*staff("a"))
    assert len(world.directory.writes) == before


async def test_deliveries_of_another_series_are_not_compared(world: World) -> None:
    world.hr.edition = edition(1, "other-{yyyy}{mm}{dd}.csv")
    await world.hears(*staff("d"))
    world.hr.edition = None
    await world.hears(*staff("e"))


async def test_a_person_may_accept_an_earlier_delivery_which_is_then_the_last(world: World) -> None:
    world.hr.edition = edition(21)
    doubt = await doubted(world, *staff("b"))
    await production.accept(world.engine, "hr", doubt.answer, "somebody", "the one of the 23rd was a trial")
    await world.hears(*staff("b"))
    world.hr.edition = edition(22)
    await world.hears(*staff("b", "c"))


async def test_which_delivery_it_is_is_known_in_every_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ENOUGH", 1)
    monkeypatch.setattr(detect, "SHORT", timedelta(seconds=30))
    world.hr.passes, world.hr.page = lambda: world.clock.passes(timedelta(seconds=20)), 2
    world.hr.edition, world.hr.records, world.hr.asked = edition(21), staff("b"), []
    await ring_polls(world.engine)
    await world.work(queues.POLLS)
    assert world.hr.asked == ["", "2", "4", "6", "8"]
    answers = await world.store.get(layout.SOURCES, "hr", layout.ANSWERS)
    assert answers is not None
    assert answers.data["edition"]["name"] == "people-20261123.csv"
