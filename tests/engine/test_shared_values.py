"""A value that no two people may have: whoever comes later waits, and nobody who was there loses anything by it."""

from dataclasses import replace
from typing import Any

import pytest
from engine_world import DAY, TODAY, World, person, policy

from shared.errors import Reason
from shared.model import Person
from shared.policy import Alike, People

WAITS = ("8", Reason.DUPLICATE_VALUE)
HOURS = 26


def mailed(hr_id: str, email: str | None = "a@x.nl", **given: Any) -> Person:
    one = person(hr_id, **given)
    return replace(one, fields={**one.fields, "email": email})


@pytest.fixture
def reading(world: World) -> World:
    """A world whose policy reads the fact."""
    attributes = {
        "employeeId": "[employeeId]",
        "mail": "[email]",
        "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
    }
    world.renewed("reading", policy(attributes=attributes))
    return world


def accounts(world: World) -> set[str]:
    return {str(one.attributes["employeeId"]) for one in world.directory.accounts.values()}


async def quiet(world: World) -> None:
    world.directory.writes.clear()
    await world.hours(HOURS)
    assert world.directory.writes == []


async def test_whoever_comes_later_with_the_mail_of_somebody_waits_and_everybody_else_goes_on(reading: World) -> None:
    await reading.hears(mailed("7"))
    await reading.hears(mailed("7"), mailed("8", " A@X.nl "), mailed("9", "b@x.nl"))
    assert accounts(reading) == {"7", "9"}
    assert await reading.reasons() == {WAITS}
    await quiet(reading)


@pytest.mark.parametrize("order", [("7", "8"), ("8", "7")])
async def test_two_who_are_new_wait_both_whatever_order_they_came_in(reading: World, order: tuple[str, str]) -> None:
    await reading.hears(*[mailed(hr_id) for hr_id in order], mailed("9", "b@x.nl"))
    assert accounts(reading) == {"9"}
    assert await reading.reasons() == {("7", Reason.DUPLICATE_VALUE), WAITS}
    await quiet(reading)


async def test_a_corrected_mail_lets_both_go_on_by_themselves(reading: World) -> None:
    await reading.hears(mailed("7"), mailed("8"))
    await reading.hears(mailed("7"), mailed("8", "b@x.nl"))
    assert accounts(reading) == {"7", "8"}
    assert await reading.reasons() == set()
    await quiet(reading)


async def test_when_the_other_has_left_only_their_account_stands_in_the_way(reading: World) -> None:
    await reading.hears(mailed("7", end=TODAY + DAY))
    await reading.hears(mailed("7", end=TODAY + DAY), mailed("8"))
    assert await reading.reasons() == {WAITS}
    await reading.hours(60)
    assert reading.directory.enabled() == set()
    assert await reading.reasons() == {("8", Reason.TAKEN)}
    del reading.directory.accounts[reading.directory.of("7").id]
    await reading.hours(HOURS)
    assert reading.directory.enabled() == {"8"}


async def test_a_leaver_leaves_though_somebody_has_the_same_mail(reading: World) -> None:
    await reading.hears(mailed("7"), mailed("8", "b@x.nl"))
    await reading.hears(mailed("7", end=TODAY - DAY), mailed("8"))
    assert reading.directory.enabled() == {"8"}


async def test_whoever_has_an_account_keeps_it_when_their_mail_becomes_that_of_another(reading: World) -> None:
    await reading.hears(mailed("7"), mailed("8", "b@x.nl"))
    await reading.hears(mailed("7"), mailed("8"))
    assert reading.directory.enabled() == {"7", "8"}
    assert ("8", Reason.DUPLICATE_VALUE) not in await reading.reasons()


async def test_records_of_one_human_may_share_a_mail(reading: World) -> None:
    people = People(same=(Alike(all=("email",)),))
    reading.engine = replace(reading.engine, policy=reading.engine.policy.model_copy(update={"people": people}))
    await reading.hears(mailed("7"))
    await reading.hears(mailed("7"), mailed("8"))
    assert len(accounts(reading)) == 1
    assert ("7", Reason.DUPLICATE_VALUE) not in await reading.reasons()
    await quiet(reading)


async def test_nobody_waits_for_a_fact_that_the_policy_does_not_read(world: World) -> None:
    await world.hears(mailed("7"), mailed("8"))
    assert accounts(world) == {"7", "8"}
    assert await world.reasons() == set()


async def test_an_empty_mail_is_nobodys(reading: World) -> None:
    await reading.hears(mailed("7", None), mailed("8", ""))
    assert accounts(reading) == {"7", "8"}


async def test_whoever_left_long_ago_holds_nobody(reading: World) -> None:
    await reading.hears(mailed("7", end=TODAY - DAY * 90))
    await reading.hears(mailed("8"))
    assert accounts(reading) == {"8"}


async def test_a_crowd_that_shares_a_mail_waits_and_each_goes_on_when_it_is_corrected(reading: World) -> None:
    crowd = [mailed(str(each), "all@x.nl") for each in range(12)]
    await reading.hears(*crowd)
    assert {hr_id for hr_id, reason in await reading.reasons() if reason == Reason.DUPLICATE_VALUE} == {
        str(each) for each in range(12)
    }
    assert accounts(reading) == set()
    corrected = [mailed(str(each), f"{each}@x.nl") for each in range(11)]
    await reading.hears(*corrected, crowd[11])
    await reading.hours(26)
    assert accounts(reading) == {str(each) for each in range(12)}
    assert await reading.reasons() == set()
