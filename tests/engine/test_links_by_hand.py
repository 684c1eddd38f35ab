"""Whose account it is, said by a person: a wrong link is cut, the right one is made, and the next look agrees."""

import pytest
from engine_world import DAY, HOUR, World, group, person

from shared import engine as production
from shared.errors import Reason, Refused
from shared.model import Account, Verb


async def cut(world: World, hr_id: str = "7") -> str:
    account = await production.cut(world.engine, "hr", hr_id, "entra", "somebody", "it is a namesake's")
    await world.work()
    return account


async def join(world: World, account: str, hr_id: str = "7") -> None:
    await production.join(world.engine, "hr", hr_id, "entra", account, "somebody", "asked them")
    await world.work()


async def test_somebody_whose_link_is_cut_gets_an_account_of_their_own(world: World) -> None:
    world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "7", "userPrincipalName": "p7"}))
    await world.hears(person("7"))
    assert world.directory.verbs()[0] is Verb.CORRELATE
    assert await cut(world) == "old"
    mine = [one for one in world.directory.accounts.values() if one.id != "old"]
    assert [(one.attributes["employeeId"], one.attributes["userPrincipalName"]) for one in mine] == [("7", "p72")]


async def test_an_account_that_is_not_theirs_is_left_alone_for_ever(world: World) -> None:
    world.directory.holds(Account(id="old", enabled=True, attributes={"employeeId": "7", "userPrincipalName": "p7"}))
    await world.hears(person("7"))
    await cut(world)
    before = world.directory.accounts["old"]
    await world.hears(person("7", department="Sales"))
    await world.hours(26)
    assert world.directory.accounts["old"] == before


async def test_a_cut_that_is_asked_twice_says_that_there_is_nothing_to_cut(world: World) -> None:
    await world.hears(person("7", end=world.engine.today - DAY))
    with pytest.raises(Refused, match="7 has no account on entra"):
        await cut(world)


async def test_the_right_account_is_given_to_the_right_person(world: World) -> None:
    world.directory.holds(Account(id="seven", enabled=True, attributes={"userPrincipalName": "boss"}))
    await world.hears(person("7"), person("8"))
    wrong = world.directory.of("7").id
    await join(world, "seven")
    assert world.directory.of("8").enabled
    held = world.directory.accounts["seven"]
    assert held.attributes["employeeId"] == "7"
    assert group("All") in held.entitlements
    assert world.directory.accounts[wrong].enabled, "what was theirs before is left as it is"
    await world.hears(person("7", department="Sales"), person("8"))
    assert world.directory.accounts["seven"].attributes["department"] == "Sales"
    await world.hours(26)
    world.directory.writes.clear()
    await world.hours(3)
    assert world.directory.writes == []


async def test_an_account_of_somebody_else_is_not_given_away(world: World) -> None:
    await world.hears(person("7"), person("8"))
    with pytest.raises(Refused, match="is linked to somebody else; cut it there first") as refused:
        await join(world, world.directory.of("8").id)
    assert refused.value.reason is Reason.DISPUTED


async def test_an_account_that_was_cut_can_be_given_to_another(world: World) -> None:
    await world.hears(person("7"), person("8"))
    account = await cut(world)
    await join(world, account, "8")
    assert world.directory.accounts[account].attributes["employeeId"] == "8"


async def test_what_was_cut_by_mistake_can_be_joined_again(world: World) -> None:
    await world.hears(person("7"))
    account = world.directory.of("7").id
    await production.cut(world.engine, "hr", "7", "entra", "somebody", "by mistake")
    await join(world, account)
    world.directory.writes.clear()
    await world.hours(3)
    assert world.directory.writes == []
    assert world.directory.enabled() == {"7"}


@pytest.mark.parametrize("protected", ["", "named"])
async def test_a_protected_account_is_nobodys_to_give(open_world, protected: str) -> None:  # type: ignore[no-untyped-def]
    world = await open_world(protected=["admin"] if protected else [])
    world.directory.holds(Account(id="admin", enabled=True, protected="" if protected else "a directory role"))
    await world.hears(person("7"))
    with pytest.raises(Refused, match="account admin is protected"):
        await join(world, "admin")


async def test_an_account_that_does_not_exist_is_refused(world: World) -> None:
    await world.hears(person("7"))
    with pytest.raises(Refused, match="there is no account nowhere on entra"):
        await join(world, "nowhere")


async def test_who_cut_and_joined_and_why_stands_in_the_ledger(world: World) -> None:
    await world.hears(person("7"))
    account = await cut(world)
    world.clock.now += HOUR
    await join(world, account)
    said = [(line["verb"], line["by"], line["because"]) for line in await world.ledger("7") if "by" in line]
    assert said == [("cut account", "somebody", "it is a namesake's"), ("join account", "somebody", "asked them")]


async def test_a_leaver_whose_link_is_cut_gets_nothing_and_loses_nothing(world: World) -> None:
    await world.hears(person("7"))
    await world.hears(person("7", end=world.engine.today - DAY))
    account = await cut(world)
    world.directory.writes.clear()
    await world.hours(26)
    assert world.directory.writes == []
    assert not world.directory.accounts[account].enabled
