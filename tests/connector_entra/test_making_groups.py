"""Missing groups: made only when that is allowed, once however many ask, and never over somebody's decision."""

import asyncio
from typing import Any

import pytest
from entra_world import World, refusal, scripted

from connectors.entra.making import nickname, unique_name
from shared.errors import Misconfigured, Reason, Refused
from shared.model import Action, Entitlement, Verb

GRANT = Action(verb=Verb.GRANT, entitlement=Entitlement("group", "Sales"), may_create=True)
ANNA = "00000000-0000-4000-8000-000000000001"


def groups(world: World) -> dict[str, dict[str, Any]]:
    return {group["displayName"]: group for group in world.tenant.groups.values()}


async def test_a_missing_group_is_made_only_when_that_is_allowed(world: World) -> None:
    anna = world.tenant.add_user()
    with pytest.raises(Refused, match="there is no group"):
        await world.grant(anna, "group", "Sales")
    assert groups(world) == {}
    await world.grant(anna, "group", "Sales", may_create=True)
    made = groups(world)["Sales"]
    assert world.tenant.members(made["id"]) == [anna]
    assert (made["securityEnabled"], made["mailEnabled"], made["groupTypes"]) == (True, False, [])
    assert made["uniqueName"] == unique_name("Sales")
    assert "Joinly" in made["description"]
    assert not made.get("isAssignableToRole")
    assert Entitlement("group", "Sales") in (await world.read(anna)).entitlements
    await world.revoke(anna, "group", "Sales")
    assert world.tenant.members(made["id"]) == []


async def test_a_group_that_is_there_is_used(world: World) -> None:
    anna, sales = world.tenant.add_user(), world.tenant.add_group("Sales")
    await world.grant(anna, "group", "Sales", may_create=True)
    assert world.tenant.members(sales) == [anna]
    assert len(world.tenant.groups) == 1


async def test_workers_that_ask_at_once_make_one_group(world: World) -> None:
    people = [world.tenant.add_user() for _ in range(6)]
    workers = [world.connect() for _ in people]
    await asyncio.gather(*(worker.apply(one, GRANT) for worker, one in zip(workers, people, strict=True)))
    (made,) = world.tenant.groups
    assert sorted(world.tenant.members(made)) == sorted(people)


async def test_a_group_that_no_search_finds_yet_is_met_all_the_same(world: World) -> None:
    world.faults.lag = 3600
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    await world.grant(anna, "group", "Sales", may_create=True)
    await world.connect().apply(bert, GRANT)
    (made,) = world.tenant.groups
    assert world.tenant.members(made) == [anna, bert]


async def test_a_group_whose_name_differs_in_case_only_stops_the_making(world: World) -> None:
    world.tenant.add_group("sales")
    with pytest.raises(Refused, match="exactly Sales"):
        await world.grant(world.tenant.add_user(), "group", "Sales", may_create=True)
    assert len(world.tenant.groups) == 1


async def test_an_id_is_never_the_name_of_a_new_group(world: World) -> None:
    with pytest.raises(Refused, match="there is no group"):
        await world.grant(world.tenant.add_user(), "group", ANNA, may_create=True)
    assert world.tenant.groups == {}


async def test_a_group_that_somebody_renamed_is_not_named_back(world: World) -> None:
    anna = world.tenant.add_user()
    await world.grant(anna, "group", "Sales", may_create=True)
    (made,) = world.tenant.groups
    world.tenant.change(made, displayName="Sales and more", description="Ours")
    world.clock.move(hours=1)
    with pytest.raises(Refused, match="called otherwise now"):
        await world.grant(anna, "group", "Sales", may_create=True)
    assert list(groups(world)) == ["Sales and more"]
    assert groups(world)["Sales and more"]["description"] == "Ours"


async def test_a_group_that_was_made_here_and_is_not_ours_to_change_by_now_is_left_alone(world: World) -> None:
    anna = world.tenant.add_user()
    await world.grant(anna, "group", "Sales", may_create=True)
    (made,) = world.tenant.groups
    world.tenant.change(made, onPremisesSyncEnabled=True)
    world.faults.lag = 7200
    with pytest.raises(Refused) as refused:
        await world.connect().apply(world.tenant.add_user(), GRANT)
    assert refused.value.reason is Reason.PROTECTED


async def test_a_group_that_was_deleted_is_not_made_again() -> None:
    taken = "Another object with the same value for property uniqueName already exists."
    nobody, gone = {"value": []}, refusal(404, "Request_ResourceNotFound")
    batch = refusal(200, "")
    batch = type(batch)(200, json={"responses": [{"id": "0", "status": 200, "body": nobody}]})
    async with scripted(batch, gone, refusal(400, "Request_BadRequest", taken)) as (target, seen):
        with pytest.raises(Refused, match="is deleted"):
            await target.apply(ANNA, GRANT)
        assert seen[-1].headers["prefer"] == "create-if-missing"
        assert len(seen) == 3


async def test_an_administrator_causes_no_group_to_be_filled(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_directory_role("User Administrator", [anna])
    with pytest.raises(Refused):
        await world.grant(anna, "group", "Sales", may_create=True)
    assert not any(world.tenant.members(id) for id in world.tenant.groups)


async def test_without_the_permission_it_says_so(world: World) -> None:
    world.faults.deny.add("Group.ReadWrite.All")
    with pytest.raises(Misconfigured, match="permissions"):
        await world.grant(world.tenant.add_user(), "group", "Sales", may_create=True)


async def test_a_name_that_is_too_long_is_refused_before_anything_is_sent(world: World) -> None:
    with pytest.raises(Refused, match="256"):
        await world.grant(world.tenant.add_user(), "group", "x" * 257, may_create=True)
    assert world.sent.writes() == []


@pytest.mark.parametrize("name", ["Sales", "Afdeling Inkoop & Verkoop", "Ärzte/Ä", "部門", "@()[]", "x" * 256, "."])
async def test_every_name_gives_an_alias_that_graph_takes(world: World, name: str) -> None:
    assert len(nickname(name)) <= 64
    await world.grant(world.tenant.add_user(), "group", name, may_create=True)
    assert list(groups(world)) == [name]
