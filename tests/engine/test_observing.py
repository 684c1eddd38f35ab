"""What is only observed is never done, whatever was permitted; to enforce it later is one guarded decision."""

from typing import Any

import pytest
from engine_world import HOUR, YESTERDAY, World, person, policy

from shared.errors import Reason
from shared.model import Verb

SOME = [str(number) for number in range(100, 110)]
NOTHING: dict[str, Any] = {"grants": []}


async def test_once_it_is_enforced_everybody_is_decided_together(open_world: Any) -> None:
    world: World = await open_world(**NOTHING)
    await world.hears(*map(person, SOME))
    world.renewed("watching", policy(**NOTHING, observe=["disable"]))
    await world.hears(*(person(name, end=YESTERDAY) for name in SOME))
    await world.hours(2)
    assert await world.reasons() == {(name, Reason.OBSERVED) for name in SOME}
    world.renewed("limited", policy(**NOTHING, limits={"disable": {"day": 9}}))
    await world.hours(2)
    assert await world.reasons() == {(name, Reason.LIMIT) for name in SOME}
    assert world.directory.enabled() == set(SOME), "ten at once are too many, and not nine of them go on"
    assert await world.approve_all() == len(SOME)
    await world.work()
    assert world.directory.enabled() == set()


async def test_a_target_that_is_observed_is_never_written_to_and_then_is(open_world: Any) -> None:
    world: World = await open_world(mode="observe")
    await world.hears(*map(person, SOME))
    await world.hours(26)
    assert world.directory.writes == []
    assert not any(one.approvable for one in await world.held())
    world.renewed("enforced", policy())
    await world.hours(1)
    assert world.directory.enabled() == set(SOME)
    assert await world.held() == []


async def test_what_was_permitted_is_not_done_once_it_is_only_observed(open_world: Any) -> None:
    world: World = await open_world()
    await world.hears(person("7"))
    await world.says(person("7", end=YESTERDAY))
    await world.work("changes", "admit")
    world.renewed("watching", policy(mode="observe"))
    await world.work()
    await world.hours(2)
    assert world.directory.enabled() == {"7"}
    assert {reason for _, reason in await world.reasons()} == {Reason.OBSERVED}
    world.renewed("enforced", policy())
    await world.hours(1)
    assert world.directory.enabled() == set()


async def test_what_waited_for_a_yes_cannot_be_approved_past_observation(open_world: Any) -> None:
    world: World = await open_world(limits={"disable": {"day": 0}})
    await world.hears(person("7"))
    await world.hears(person("7", end=YESTERDAY))
    world.renewed("watching", policy(mode="observe", limits={"disable": {"day": 0}}))
    await world.approve_all()
    await world.work()
    await world.settle(HOUR)
    assert world.directory.enabled() == {"7"}
    assert ("7", Reason.OBSERVED) in await world.reasons()


async def test_one_attribute_can_be_observed_also_where_nothing_stands(open_world: Any) -> None:
    world: World = await open_world(**NOTHING, observe=["update:jobTitle"])
    await world.hears(person("7", title=None))
    await world.hears(person("7", title="cook", department="Sales"))
    assert world.directory.of("7").attributes["department"] == "Sales"
    assert not world.directory.of("7").attributes.get("jobTitle")
    assert [(one.what, one.reason) for one in await world.held()] == [("update:jobTitle", Reason.OBSERVED)]


@pytest.mark.parametrize("pilot", [{"people": ["7"]}, {"when": {"department": "ICT"}}])
async def test_outside_the_pilot_nothing_is_written(open_world: Any, pilot: Any) -> None:
    world: World = await open_world(pilot=pilot)
    await world.hears(person("7", department="ICT"), person("8"))
    await world.hours(26)
    assert world.directory.enabled() == {"7"}
    assert {name for name, _ in await world.reasons()} == {"8"}
    world.renewed("all", policy())
    await world.hours(1)
    assert world.directory.enabled() == {"7", "8"}
    assert await world.held() == []


async def test_nothing_is_done_twice_when_observation_ends_and_something_else_is_asked(open_world: Any) -> None:
    world: World = await open_world(observe=["grant"])
    await world.hears(person("7"))
    world.renewed("enforced", policy())
    await world.hears(person("7", department="Sales"))
    await world.hours(2)
    assert world.directory.verbs().count(Verb.GRANT) == 2
    assert await world.held() == []
