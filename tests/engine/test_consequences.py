"""What a yes would do is foreseen from the state: exactly what waits, and nothing where it cannot be known."""

from dataclasses import replace
from typing import Any

from engine_world import DAY, YESTERDAY, World, group, person

from shared import engine as production
from shared.model import Account, Verb


async def foreseen(world: World, hr_id: str, what: str = "") -> list[tuple[str, Any]]:
    """The actions of the first thing that waits for them, or of a part of it that is called `what`."""
    one = next(one for one in await world.held() if one.hr_id == hr_id)
    actions = await production.consequences(world.engine, replace(one, what=what) if what else one)
    return [(action.verb, action.entitlement or dict(action.attributes)) for action in actions]


async def test_a_leaver_would_be_disabled_and_nothing_else_is_named(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"day": 0}})
    await world.hears(person("7"))
    await world.hears(person("7", end=YESTERDAY))
    assert await foreseen(world, "7") == [(Verb.DISABLE, {})]


async def test_of_a_plan_only_the_part_that_waits_is_named(open_world: Any) -> None:
    world: World = await open_world(limits={"update": {"day": 0}, "grant": {"day": 0}})
    await world.hears(person("7"))
    await world.hears(person("7", department="Sales", title="head"))
    changed = {"department": "Sales", "jobTitle": "head"}
    assert await foreseen(world, "7", "update") == [(Verb.UPDATE, changed)]
    assert await foreseen(world, "7", "update:jobTitle") == [(Verb.UPDATE, {"jobTitle": "head"})]
    assert await foreseen(world, "7", "update:employeeId") == []
    both = [(Verb.GRANT, group("All")), (Verb.GRANT, group("Sales"))]
    for what in ("grant", "grant:group"):
        assert await foreseen(world, "7", what) == both
    assert await foreseen(world, "7", "grant:group:Sales") == both[1:]
    assert await foreseen(world, "7", "grant:license") == []


async def test_a_rename_names_the_first_name_that_would_be_tried(open_world: Any) -> None:
    world: World = await open_world()
    await world.hears(person("7"))
    married = person("7")
    await world.hears(replace(married, fields={"name": "vries"}))
    assert await foreseen(world, "7") == [(Verb.RENAME, {"userPrincipalName": "vries"})]


async def test_what_would_be_adopted_is_seen_in_the_directory(open_world: Any) -> None:
    world: World = await open_world()
    world.directory.holds(Account(id="A", enabled=True, attributes={"employeeId": "7", "userPrincipalName": "A"}))
    await world.hears(person("7", end=YESTERDAY))
    await production.follow(world.engine, "entra")
    assert await foreseen(world, "7", "correlate") == [(Verb.CORRELATE, {})]
    assert await foreseen(world, "7", "disable") == [(Verb.DISABLE, {})]


async def test_an_account_that_others_closed_or_deleted_would_be_opened_or_brought_back(world: World) -> None:
    await world.hears(person("7"), person("8"))
    world.directory.changed_by_hand(world.directory.of("7").id, enabled=False)
    gone = world.directory.accounts.pop(world.directory.of("8").id)
    world.directory.log.append(gone.id)
    await world.hours(1)
    await world.hours(24)
    assert await foreseen(world, "7") == [(Verb.ENABLE, {})]
    assert await foreseen(world, "8") == [(Verb.RESTORE, {})]


async def test_what_was_replaced_or_cannot_be_planned_is_not_guessed_at(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"day": 0}})
    await world.hears(person("7"), person("8"))
    await world.hears(person("7", end=YESTERDAY))
    seven, eight = await world.held()
    assert await production.consequences(world.engine, replace(seven, version=1)) == ()
    assert await production.consequences(world.engine, replace(seven, person="nobody")) == ()
    assert (eight.reason, await production.consequences(world.engine, eight)) == ("vanished", ())
    world.directory.holds(replace(world.directory.of("7"), protected="it is an administrator"))
    world.clock.now += DAY
    await production.follow(world.engine, "entra")
    assert await production.consequences(world.engine, seven) == ()
