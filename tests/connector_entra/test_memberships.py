"""Groups and licences: by the names a policy gives them, twice is once, and none that is not ours to change."""

from typing import Any

import pytest
from entra_world import NOBODY, World

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Entitlement


async def test_granting_a_group_twice_is_granting_it_once(world: World) -> None:
    anna, sales = world.tenant.add_user(), world.tenant.add_group("Sales")
    for _ in range(2):
        await world.grant(anna, "group", "Sales")
    assert world.tenant.members(sales) == [anna]
    assert Entitlement("group", "Sales") in (await world.read(anna)).entitlements


@pytest.mark.parametrize("status", [400, 404])
async def test_revoking_a_group_twice_is_revoking_it_once(world: World, status: int) -> None:
    world.faults.not_a_member_status = status
    anna, sales = world.tenant.add_user(), world.tenant.add_group("Sales")
    world.tenant.add_member(sales, anna)
    for _ in range(2):
        await world.revoke(anna, "group", "Sales")
    assert world.tenant.members(sales) == []
    assert anna in world.tenant.users


async def test_a_group_may_be_named_by_its_id(world: World) -> None:
    anna, sales = world.tenant.add_user(), world.tenant.add_group("Sales")
    world.tenant.add_group("Sales")
    await world.grant(anna, "group", sales)
    assert world.tenant.members(sales) == [anna]
    assert Entitlement("group", sales) in (await world.read(anna)).entitlements
    await world.revoke(anna, "group", sales)
    assert world.tenant.members(sales) == []


async def test_a_quote_in_a_groups_name_is_just_a_quote(world: World) -> None:
    anna, group = world.tenant.add_user(), world.tenant.add_group("Kid's & more")
    await world.grant(anna, "group", "Kid's & more")
    assert world.tenant.members(group) == [anna]


async def test_an_id_counts_only_as_entra_writes_it(world: World) -> None:
    sales = world.tenant.add_group("Sales")
    with pytest.raises(Refused, match="exactly"):
        await world.grant(world.tenant.add_user(), "group", sales.upper())


@pytest.mark.parametrize("name", ["Sales", "sales", NOBODY])
async def test_a_group_that_does_not_exist_is_refused_until_it_does(world: World, name: str) -> None:
    anna = world.tenant.add_user()
    with pytest.raises(Refused, match="there is no group"):
        await world.grant(anna, "group", name)
    world.tenant.add_group("Sales")
    if name == "Sales":
        await world.grant(anna, "group", name)
    else:
        with pytest.raises(Refused, match="there is no group"):
            await world.grant(anna, "group", name)


async def test_a_name_of_two_groups_is_refused(world: World) -> None:
    for _ in range(2):
        world.tenant.add_group("Sales")
    with pytest.raises(Refused, match="2 groups"):
        await world.grant(world.tenant.add_user(), "group", "Sales")


@pytest.mark.parametrize(
    ("properties", "because"),
    [
        ({"groupTypes": ["DynamicMembership"], "membershipRule": "true"}, "rule"),
        ({"isAssignableToRole": True}, "roles"),
        ({"isManagementRestricted": True}, "restricted"),
        ({"onPremisesSyncEnabled": True}, "Active Directory"),
        ({"mailEnabled": True}, "distribution list"),
    ],
)
@pytest.mark.parametrize("verb", ["grant", "revoke"])
async def test_a_group_that_is_not_ours_to_change_is_left_alone(
    world: World, properties: dict[str, Any], because: str, verb: str
) -> None:
    anna, group = world.tenant.add_user(), world.tenant.add_group("Special", **properties)
    for name in ("Special", group):
        with pytest.raises(Refused, match=because) as refused:
            await getattr(world, verb)(anna, "group", name)
        assert refused.value.reason is Reason.PROTECTED
    assert world.sent.writes() == []


async def test_a_microsoft_365_group_can_be_granted(world: World) -> None:
    anna = world.tenant.add_user()
    team = world.tenant.add_group("Team", groupTypes=["Unified"], mailEnabled=True, securityEnabled=False)
    await world.grant(anna, "group", "Team")
    assert world.tenant.members(team) == [anna]


async def test_a_group_is_looked_up_once_and_again_when_it_is_gone(world: World) -> None:
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    old = world.tenant.add_group("Sales")
    await world.grant(anna, "group", "Sales")
    before = world.count()
    await world.grant(bert, "group", "Sales")
    assert world.count() == before + 1
    world.tenant.directory.purge(world.tenant.directory.entries[old])
    with pytest.raises(Refused, match="there is no group"):
        await world.grant(anna, "group", "Sales")
    new = world.tenant.add_group("Sales")
    await world.grant(anna, "group", "Sales")
    assert world.tenant.members(new) == [anna]


async def test_a_name_that_is_doubled_later_is_noticed(world: World) -> None:
    anna, sales = world.tenant.add_user(), world.tenant.add_group("Sales")
    world.tenant.add_member(sales, anna)
    await world.read(anna)
    world.tenant.add_group("Sales")
    world.clock.move(hours=1)
    assert (await world.read(anna)).entitlements == {Entitlement("group", sales)}


async def test_a_new_account_is_put_in_its_groups_later(world: World) -> None:
    sales = world.tenant.add_group("Sales")
    world.faults.lag, world.faults.lag_reads = 60, True
    world.clock.move(minutes=5)
    anna = await world.create()
    with pytest.raises(TryLater) as later:
        await world.grant(anna, "group", "Sales")
    assert later.value.seconds <= 30
    world.clock.move(minutes=5)
    await world.grant(anna, "group", "Sales")
    assert world.tenant.members(sales) == [anna]


async def test_without_leave_to_read_groups_the_target_is_misconfigured(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_group("Sales")
    world.faults.deny.add("GroupMember.Read.All")
    with pytest.raises(Misconfigured, match="GET /groups"):
        await world.grant(anna, "group", "Sales")


async def test_a_licence_is_granted_and_revoked_and_twice_is_once(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    for _ in range(2):
        await world.grant(anna, "license", "ENTERPRISEPACK")
    assert (await world.read(anna)).entitlements == {
        Entitlement("license", "ENTERPRISEPACK"),
        Entitlement("license", sku),
    }
    assert world.sent.body("POST", "/assignLicense") == {
        "addLicenses": [{"skuId": sku, "disabledPlans": []}],
        "removeLicenses": [],
    }
    for _ in range(2):
        await world.revoke(anna, "license", "ENTERPRISEPACK")
    assert world.sent.body("POST", "/assignLicense") == {"addLicenses": [], "removeLicenses": [sku]}
    assert (await world.read(anna)).entitlements == frozenset()


async def test_revoking_a_licence_that_a_group_brings_leaves_it_to_the_group(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    team = world.tenant.add_group("Licensed")
    world.tenant.assign_licence(team, sku)
    world.tenant.add_member(team, anna)
    await world.revoke(anna, "license", "ENTERPRISEPACK")
    assert [one["skuId"] for one in world.tenant.users[anna]["assignedLicenses"]] == [sku]


async def test_without_a_usage_location_the_missing_attribute_is_named(world: World) -> None:
    world.tenant.add_sku("ENTERPRISEPACK", 1)
    with pytest.raises(Refused) as refused:
        await world.grant(world.tenant.add_user(), "license", "ENTERPRISEPACK")
    assert (refused.value.reason, refused.value.attribute) == (Reason.MISSING_DATA, "usageLocation")


async def test_without_a_free_seat_it_says_so(world: World) -> None:
    world.tenant.add_sku("ENTERPRISEPACK", 0)
    with pytest.raises(Refused, match="no seat is left") as refused:
        await world.grant(world.tenant.add_user(usageLocation="NL"), "license", "ENTERPRISEPACK")
    assert refused.value.reason is Reason.REFUSED


async def test_the_free_seats_of_every_product_are_told(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 3)
    world.tenant.add_sku("EMSPREMIUM", 5, capabilityStatus="Suspended")
    world.tenant.assign_licence(anna, sku)
    stock = await world.target.stock()
    assert {one.name: free for one, free in stock.items() if one.name != sku and one.name.isupper()} == {
        "ENTERPRISEPACK": 2,
        "EMSPREMIUM": 0,
    }
    assert stock[Entitlement("license", sku)] == 2, "the product's id is a name of it too"


async def test_a_product_the_tenant_does_not_have_is_refused(world: World) -> None:
    anna = world.tenant.add_user(usageLocation="NL")
    for verb in (world.grant, world.revoke):
        with pytest.raises(Refused, match="enterprisepack"):
            await verb(anna, "license", "enterprisepack")


async def test_a_licence_that_cannot_be_taken_away_stays_a_refusal(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    world.tenant.assign_licence(anna, sku)
    await world.read(anna)
    del world.tenant.skus[sku]
    with pytest.raises(Refused):
        await world.revoke(anna, "license", "ENTERPRISEPACK")


async def test_a_group_that_brings_licences_is_a_group_like_any_other(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    team = world.tenant.add_group("Licensed")
    world.tenant.assign_licence(team, sku)
    await world.grant(anna, "group", "Licensed")
    assert [one["skuId"] for one in world.tenant.users[anna]["assignedLicenses"]] == [sku]
    assert {one.kind for one in (await world.read(anna)).entitlements} == {"group"}
    await world.revoke(anna, "group", "Licensed")
    assert world.tenant.users[anna]["assignedLicenses"] == []


async def test_a_licence_held_both_ways_is_ours_as_far_as_it_is_direct(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    team = world.tenant.add_group("Licensed")
    world.tenant.assign_licence(team, sku)
    world.tenant.add_member(team, anna)
    await world.grant(anna, "license", "ENTERPRISEPACK")
    assert Entitlement("license", "ENTERPRISEPACK") in (await world.read(anna)).entitlements
    await world.revoke(anna, "license", "ENTERPRISEPACK")
    assert {one.kind for one in (await world.read(anna)).entitlements} == {"group"}
    assert [one["skuId"] for one in world.tenant.users[anna]["assignedLicenses"]] == [sku]
