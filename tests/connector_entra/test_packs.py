"""Many members in one request: all of them or none, and never one who may not be written to."""

from collections.abc import Callable, Sequence

import pytest
from entra_world import World

from connectors.entra import MANIFEST
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Action, Entitlement, Verb

MOST = MANIFEST.packs["group"]


def many(world: World, number: int) -> list[str]:
    return [world.tenant.add_user() for _ in range(number)]


async def grant_all(world: World, accounts: Sequence[str], name: str = "Sales", *, may_create: bool = False) -> None:
    action = Action(verb=Verb.GRANT, entitlement=Entitlement("group", name), may_create=may_create)
    await world.target.grant_all(accounts, action)


async def test_twenty_become_members_in_one_write(world: World) -> None:
    sales, people = world.tenant.add_group("Sales"), many(world, MOST)
    await grant_all(world, people)
    assert world.sent.writes() == [("PATCH", f"/groups/{sales}")]
    assert sorted(world.tenant.members(sales)) == sorted(people)


async def test_the_manifest_names_no_more_than_graph_takes(world: World) -> None:
    world.tenant.add_group("Sales")
    with pytest.raises(Refused):
        await grant_all(world, many(world, MOST + 1))


async def test_those_who_were_members_before_stay_so(world: World) -> None:
    sales, (anna, *others) = world.tenant.add_group("Sales"), many(world, 3)
    world.tenant.add_member(sales, anna)
    await grant_all(world, others)
    assert sorted(world.tenant.members(sales)) == sorted([anna, *others])


def is_a_member(world: World, group: str, account: str) -> None:
    world.tenant.add_member(group, account)


def is_gone(world: World, group: str, account: str) -> None:
    world.tenant.directory.delete(world.tenant.directory.entries[account])


@pytest.mark.parametrize("happens", [is_a_member, is_gone])
async def test_one_in_the_way_keeps_the_others_out_and_they_go_without_them(
    world: World, happens: Callable[[World, str, str], None]
) -> None:
    sales, (anna, *others) = world.tenant.add_group("Sales"), many(world, 5)
    happens(world, sales, anna)
    with pytest.raises(Refused):
        await grant_all(world, [anna, *others])
    assert set(world.tenant.members(sales)) <= {anna}
    await grant_all(world, others)
    assert set(others) <= set(world.tenant.members(sales))


async def test_nothing_is_sent_for_somebody_who_is_an_administrator(world: World) -> None:
    world.tenant.add_group("Sales")
    anna, *others = many(world, 3)
    world.tenant.add_member(world.tenant.add_group("Admins", isAssignableToRole=True), anna)
    with pytest.raises(Refused) as refused:
        await grant_all(world, [anna, *others])
    assert refused.value.reason is Reason.PROTECTED
    assert world.sent.writes() == []


async def test_a_permission_that_is_missing_is_seen_when_each_is_written_alone(world: World) -> None:
    sales, people = world.tenant.add_group("Sales"), many(world, 2)
    world.faults.deny.add("GroupMember.ReadWrite.All")
    world.faults.deny.add("Group.ReadWrite.All")
    with pytest.raises(Refused) as refused:
        await grant_all(world, people)
    assert refused.value.reason is Reason.PROTECTED
    with pytest.raises(Misconfigured, match="permissions"):
        await world.grant(people[0], "group", "Sales")
    assert world.tenant.members(sales) == []


async def test_a_group_that_is_missing_is_made_once_for_all_of_them_where_the_rule_allows_it(world: World) -> None:
    people = many(world, 3)
    with pytest.raises(Refused, match="there is no group"):
        await grant_all(world, people)
    await grant_all(world, people, may_create=True)
    [made] = world.tenant.groups
    assert sorted(world.tenant.members(made)) == sorted(people)


async def test_a_group_that_is_gone_is_looked_up_again(world: World) -> None:
    old, people = world.tenant.add_group("Sales"), many(world, 4)
    await grant_all(world, people[:2])
    world.tenant.directory.purge(world.tenant.directory.entries[old])
    with pytest.raises(Refused):
        await grant_all(world, people)
    new = world.tenant.add_group("Sales")
    await grant_all(world, people)
    assert sorted(world.tenant.members(new)) == sorted(people)


@pytest.mark.parametrize("effect", [True, False])
async def test_an_answer_that_is_lost_is_said_to_be_and_the_next_reading_knows(world: World, effect: bool) -> None:
    world.tenant.add_group("Sales")
    people = many(world, 3)
    world.faults.lose_answer_of_write(effect=effect)
    with pytest.raises(TryLater):
        await grant_all(world, people)
    for one in people:
        assert (Entitlement("group", "Sales") in (await world.read(one)).entitlements) is effect


async def test_throttling_is_passed_on(world: World) -> None:
    world.tenant.add_group("Sales")
    anna, bert = many(world, 2)
    await world.read(anna)
    await grant_all(world, [bert, anna])
    world.tenant.add_group("Care")
    with pytest.raises(Refused):
        await grant_all(world, [bert, anna])
    world.faults.fail_write(status=429)
    with pytest.raises(TryLater, match="throttled"):
        await grant_all(world, [bert, anna], "Care")


async def test_only_groups_are_granted_to_many(world: World) -> None:
    for one in (Entitlement("license", "E3"), None):
        with pytest.raises(Misconfigured, match="only groups"):
            await world.target.grant_all(many(world, 2), Action(verb=Verb.GRANT, entitlement=one))
