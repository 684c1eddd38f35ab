"""What a policy may leave out, take away or fail to work out, without a leaver staying or anybody being lost."""

from typing import Any

import pytest
from engine_world import DAY, HOUR, START, TODAY, YESTERDAY, World, person, policy
from pydantic import ValidationError

from shared import queues
from shared.errors import Reason
from shared.policy import Policy


def test_a_source_and_a_target_cannot_have_the_same_name() -> None:
    raw = policy().model_dump()
    raw["targets"]["hr"] = raw["targets"].pop("entra")
    with pytest.raises(ValidationError, match="hr names a source and a target"):
        Policy.model_validate(raw)


def without_hr() -> Policy:
    raw = policy().model_dump()
    raw["sources"]["other"] = raw["sources"].pop("hr")
    return Policy.model_validate(raw)


async def nothing_is_set_aside(world: World) -> None:
    assert [letter for queue in queues.QUEUES for letter in await world.bus.dead_letters(queue)] == []


@pytest.mark.parametrize("back", ["third", "first"], ids=["by another policy", "by the policy of before"])
async def test_people_of_a_source_that_is_taken_away_are_held_until_it_is_named_again(world: World, back: str) -> None:
    await world.hears(person("7"), person("8"))
    world.renewed("second", without_hr())
    await world.hours(2)
    assert await world.reasons() == {("7", Reason.VANISHED), ("8", Reason.VANISHED)}
    assert world.directory.enabled() == {"7", "8"}
    await nothing_is_set_aside(world)
    world.renewed(back, policy())
    await world.hours(1)
    assert await world.held() == []
    await world.hears(person("7", end=YESTERDAY), person("8"))
    assert world.directory.enabled() == {"8"}


@pytest.mark.parametrize("back", ["third", "first"], ids=["by another policy", "by the policy of before"])
async def test_a_last_day_that_passed_while_the_source_was_away_is_made_good(world: World, back: str) -> None:
    await world.hears(person("7", end=TODAY), person("8"))
    world.renewed("second", without_hr())
    await world.hours(1)
    world.clock.now = START + 2 * DAY
    await world.hours(1)
    assert world.directory.enabled() == {"7", "8"}, "nobody knows whether it still holds"
    world.renewed(back, policy())
    await world.hours(1)
    assert world.directory.enabled() == {"8"}
    assert await world.held() == []


BADGE = 'FormatDateTime([badge], , "yyyy-MM-dd", "yyyy")'
KEYS = {"employeeId": BADGE, "userPrincipalName": "[name]"}
OTHERS = {"employeeId": "[employeeId]", "jobTitle": BADGE, "userPrincipalName": "[name]"}


@pytest.mark.parametrize("attributes", [KEYS, OTHERS], ids=["the key", "another attribute"])
async def test_a_leaver_is_disabled_also_when_an_expression_cannot_be_worked_out(
    open_world: Any, attributes: dict[str, str]
) -> None:
    world: World = await open_world(attributes=attributes)
    await world.hears(person("7", badge="2026-03-01"), person("8", badge="2025-03-01"))
    await world.hears(person("7", badge="lost"), person("8", badge="2025-03-01"))
    assert await world.reasons() == {("7", Reason.MISSING_DATA)}
    await world.hears(person("7", end=YESTERDAY, badge="lost"), person("8", badge="2025-03-01"))
    assert [one.attributes["userPrincipalName"] for one in world.directory.accounts.values() if one.enabled] == ["p8"]
    assert await world.held() == []


async def test_a_leaver_whose_key_cannot_be_worked_out_is_deleted_in_the_end(open_world: Any) -> None:
    world: World = await open_world(attributes=KEYS)
    await world.hears(person("7", badge="2026-03-01"))
    await world.hears(person("7", end=YESTERDAY, badge="lost"))
    world.clock.now += 20 * DAY
    await world.doors()
    await world.settle(HOUR)
    assert world.directory.accounts == {}
