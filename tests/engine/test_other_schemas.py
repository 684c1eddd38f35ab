"""Rows of another version of Joinly stop nobody else and are left as they are, during and after a deployment."""

from collections.abc import Callable
from typing import Any

import pytest
from engine_world import DAY, HOUR, MANAGER, TODAY, YESTERDAY, World, person

from shared import engine as production
from shared import layout
from shared.errors import Reason
from shared.layout import Hop
from shared.model import Person, Rejected

NEWER = {"schema": layout.SCHEMA + 1, "something": "else"}
NO_LIMITS: dict[str, Any] = {"limits": {"disable": {}, "delete": {}}}
LED: dict[str, Any] = {
    "kinds": [MANAGER],
    "attributes": {"employeeId": "[employeeId]", "department": "[department]", "manager": "[manager]"},
}

Key = Callable[[str], str]

MARKS: dict[str, Key] = {
    "for mapping": lambda own: layout.mark(Hop.MAP, own),
    "for telling dependents": lambda own: layout.mark(Hop.DEPENDENTS, own),
    "for deciding": lambda own: layout.mark(Hop.ADMIT, own, "entra"),
    "for provisioning": lambda own: layout.mark(Hop.PROVISION, own, "entra"),
}
KEPT: dict[str, Key] = {
    "a hold of a verb": lambda own: layout.hold(own, "entra", "disable"),
    "a hold of a person": lambda own: layout.hold(own, "entra", "-"),
    "a link": lambda own: layout.link(own, "entra"),
    "a desired state": lambda own: layout.desired(own, "entra"),
    "a permit": lambda own: layout.permit(own, "entra"),
    "a lease": lambda own: layout.lease(own, "entra"),
    "what was mapped": layout.mapped,
    "a person": layout.person,
}
WAKES: dict[str, Key] = {"a wake": lambda own: layout.wake(TODAY, own)}
ALL = {**{f"a mark {name}": key for name, key in MARKS.items()}, **KEPT, **WAKES}


@pytest.mark.slow
@pytest.mark.parametrize("key", ALL.values(), ids=ALL.keys())
async def test_a_row_of_another_version_stops_nobody_else(open_world: Any, key: Key) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    await world.put("7", key, NEWER)
    await world.says(person("7"), person("8", department="Sales"), person("9"))
    await world.doors()
    world.clock.now += DAY
    await world.hours(24)
    await world.hears(person("7"), person("8", end=YESTERDAY), person("9"))
    assert world.directory.enabled() == {"7", "9"}
    assert {one.hr_id for one in await world.held()} <= {"7"}


@pytest.mark.parametrize("key", MARKS.values(), ids=MARKS.keys())
async def test_a_mark_of_another_version_stays_when_it_is_rung(world: World, key: Key) -> None:
    await world.hears(person("7"), person("8"))
    await world.put("7", key, NEWER)
    world.clock.now += HOUR
    await production.sweep(world.engine)
    await world.work()
    await stays(world, key)


async def test_a_mark_of_another_version_of_somebody_with_dependents_stays(open_world: Any) -> None:
    world: World = await open_world(**LED)
    await world.hears(person("7"), person("8", manager="7"))
    await world.put("7", MARKS["for telling dependents"], NEWER)
    await production.sweep(world.engine)
    await world.work()
    await stays(world, MARKS["for telling dependents"])


@pytest.mark.parametrize("key", KEPT.values(), ids=KEPT.keys())
async def test_a_row_of_another_version_stays_in_a_day_of_looking(world: World, key: Key) -> None:
    await world.hears(person("7"), person("8"))
    await world.put("7", key, NEWER)
    await world.hours(24)
    await stays(world, key)


async def stays(world: World, key: Key) -> None:
    row = await world.row("7", key)
    assert row is not None
    assert row.data == NEWER


NEWS: dict[str, list[Person | Rejected]] = {
    "who changed": [person("7", department="Sales")],
    "who left": [person("7", end=YESTERDAY)],
    "whose record is bad": [Rejected(hr_id="7", code=Reason.INVALID_RECORD, because="bad date")],
    "who vanished": [],
}


@pytest.mark.slow
@pytest.mark.parametrize("key", ALL.values(), ids=ALL.keys())
@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS.keys())
async def test_news_of_somebody_with_a_row_of_another_version_stops_nobody_else(
    open_world: Any, news: list[Person | Rejected], key: Key
) -> None:
    world: World = await open_world(**NO_LIMITS)
    await world.hears(person("7"), person("8"))
    await world.put("7", key, NEWER)
    await world.hears(*news, person("8", end=YESTERDAY), person("9"))
    await world.hours(1)
    assert world.directory.enabled() - {"7"} == {"9"}


@pytest.mark.parametrize("news", NEWS.values(), ids=NEWS.keys())
async def test_a_person_of_another_version_is_not_overwritten_by_news(
    world: World, news: list[Person | Rejected]
) -> None:
    await world.hears(person("7"), person("8"))
    await world.put("7", layout.person, NEWER)
    await world.hears(*news, person("8"))
    await stays(world, layout.person)


async def test_whoever_points_to_somebody_with_a_link_of_another_version_goes_on(open_world: Any) -> None:
    world: World = await open_world(**LED)
    await world.hears(person("7"), person("8", manager="7"))
    await world.put("7", KEPT["a link"], NEWER)
    await world.hears(person("7"), person("8", manager="7", department="Sales"))
    assert world.directory.of("8").attributes["department"] == "Sales"
    assert world.directory.of("8").attributes["manager"] == world.directory.of("7").id
