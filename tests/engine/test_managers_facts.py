"""What rules read of a manager follows the manager: told when it changes, and on the day it changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine_world import DAY, TODAY, World, person

from shared.model import Contract, Person

RULES = {
    "employeeId": "[employeeId]",
    "companyName": 'Join(" ", Manager([name]), Manager([department]))',
}


def of(hr_id: str, manager: str | None = None, name: str = "", department: str = "Care") -> Person:
    someone = person(hr_id, department=department, **({"manager": manager} if manager else {}))
    return replace(someone, fields={"name": name or f"p{hr_id}"})


def shown(world: World, hr_id: str) -> object:
    return world.directory.of(hr_id).attributes.get("companyName")


async def test_a_managers_new_name_reaches_the_people_and_nobody_else(open_world: Any) -> None:
    world: World = await open_world(attributes=RULES)
    await world.hears(of("1", name="ann"), of("2", "1"), of("3"))
    assert (shown(world, "2"), shown(world, "3")) == ("ann Care", None)
    written = len(world.directory.writes)
    await world.hears(of("1", name="bea"), of("2", "1"), of("3"))
    assert shown(world, "2") == "bea Care"
    assert len(world.directory.writes) == written + 1


async def test_what_no_rule_reads_of_a_manager_reaches_nobody(open_world: Any) -> None:
    world: World = await open_world(attributes={**RULES, "jobTitle": "[title]"})
    await world.hears(of("1"), of("2", "1"))
    written = len(world.directory.writes)
    boss = of("1")
    contract = replace(boss.contracts[0], fields={**boss.contracts[0].fields, "title": "head"})
    await world.hears(replace(boss, contracts=(contract,)), of("2", "1"))
    assert [write.what for write in world.directory.writes[written:]] == ["jobTitle"]


async def test_a_managers_move_on_a_later_day_reaches_the_people_on_that_day(open_world: Any) -> None:
    world: World = await open_world(attributes=RULES)
    now = Contract(id="c", start=TODAY, end=TODAY + timedelta(days=4), fields={"department": "Care"})
    later = Contract(id="d", start=TODAY + timedelta(days=5), fields={"department": "Sales"})
    boss = Person(hr_id="1", fields={"name": "ann"}, contracts=(now, later))
    await world.hears(boss, of("2", "1"))
    assert shown(world, "2") == "ann Care"
    world.clock.now += 5 * DAY
    await world.doors()
    assert shown(world, "2") == "ann Sales"


async def test_a_manager_whom_hr_does_not_hold_yet_is_nothing_until_then(open_world: Any) -> None:
    world: World = await open_world(attributes=RULES)
    await world.hears(of("2", "1"))
    assert shown(world, "2") is None
    await world.hears(of("1", name="ann"), of("2", "1"))
    assert shown(world, "2") == "ann Care"


async def test_somebody_who_is_their_own_manager_has_none(open_world: Any) -> None:
    world: World = await open_world(attributes=RULES)
    await world.hears(of("2", "2"))
    assert shown(world, "2") is None


async def test_a_part_of_a_managers_name_that_not_every_source_gives_counts_too(open_world: Any) -> None:
    world: World = await open_world(attributes={**RULES, "companyName": 'Manager(Name("B", "{nick} {family}"))'})
    names = {"givenName": "Ann", "surname": "Berg"}
    await world.hears(replace(of("1"), fields=names), of("2", "1"))
    await world.hears(replace(of("1"), fields={**names, "prefix": "van den"}), of("2", "1"))
    assert shown(world, "2") == "Ann van den Berg"
