"""Administrators are left alone: who holds a role or may activate one, read for everybody at once and kept fresh."""

import asyncio
from collections.abc import Callable

import pytest
from entra_world import World, names

from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.model import Verb

ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
Setting = Callable[[World, str], object]


def holds(world: World, user: str) -> None:
    world.tenant.add_directory_role("User Administrator", [user])


def holds_in_a_unit(world: World, user: str) -> None:
    world.tenant.add_directory_role("User Administrator", scoped=[user])


def may_activate(world: World, user: str) -> None:
    world.tenant.add_directory_role("User Administrator", eligible=[user])


def _group(world: World) -> str:
    return world.tenant.add_group("Helpdesk", isAssignableToRole=True)


def is_in_a_group(world: World, user: str) -> None:
    world.tenant.add_member(_group(world), user)


def owns_a_group(world: World, user: str) -> None:
    world.tenant.directory.point("owners", world.tenant.directory.entries[_group(world)], user)


def may_join_a_group(world: World, user: str) -> None:
    world.tenant.make_eligible(_group(world), user)


def may_own_a_group(world: World, user: str) -> None:
    world.tenant.make_eligible(_group(world), user, access="owner")


PRIVILEGES = (holds, holds_in_a_unit, may_activate, is_in_a_group, owns_a_group, may_join_a_group, may_own_a_group)


@pytest.mark.parametrize("privilege", PRIVILEGES)
async def test_whoever_has_a_privilege_is_protected(world: World, privilege: Setting) -> None:
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    privilege(world, anna)
    assert (await world.read(anna)).protected
    assert (await world.read(bert)).protected == ""
    for verb, attributes in ((Verb.UPDATE, {"department": "Sales"}), (Verb.DISABLE, {}), (Verb.RENAME, names("b"))):
        with pytest.raises(Refused) as refused:
            await world.apply(anna, verb, **attributes)
        assert refused.value.reason is Reason.PROTECTED
    assert world.sent.writes() == []


@pytest.mark.parametrize("privilege", PRIVILEGES)
async def test_a_privilege_given_after_reading_stops_the_write_within_minutes(world: World, privilege: Setting) -> None:
    anna = world.tenant.add_user()
    assert (await world.read(anna)).protected == ""
    privilege(world, anna)
    world.clock.move(minutes=5)
    with pytest.raises(Refused, match="is protected") as refused:
        await world.apply(anna, Verb.UPDATE, department="Sales")
    assert refused.value.reason is Reason.PROTECTED
    assert world.sent.writes() == []


async def test_a_privilege_that_is_taken_away_is_forgotten_within_minutes(world: World) -> None:
    anna = world.tenant.add_user()
    role = world.tenant.add_directory_role("User Administrator", eligible=[anna])
    assert (await world.read(anna)).protected
    world.tenant.directory.unpoint("eligible", world.tenant.directory.entries[role], anna)
    world.clock.move(minutes=5)
    assert (await world.read(anna)).protected == ""


async def test_one_reading_serves_everybody_for_five_minutes(world: World) -> None:
    people = [world.tenant.add_user() for _ in range(30)]
    for number in range(7):
        world.tenant.add_group(f"Helpdesk {number}", isAssignableToRole=True)
    await asyncio.gather(*(world.read(one) for one in people))
    for one in people:
        await world.apply(one, Verb.UPDATE, department="Sales")
    assert world.count(ASSIGNMENTS) == 1
    assert world.count("/owners") == 7
    reading = world.count() - len(world.sent.writes())
    assert reading == len(people) + 3  # one for the lists, two for 21 parts about groups
    world.clock.move(minutes=5)
    await world.read(people[0])
    assert world.count(ASSIGNMENTS) == 2


async def test_every_page_is_read(world: World) -> None:
    world.faults.role_page = 2
    people = [world.tenant.add_user() for _ in range(5)]
    world.tenant.add_directory_role("Reader", people[:3])
    world.tenant.add_directory_role("Writer", eligible=people[2:])
    assert all([(await world.read(one)).protected for one in people])


async def test_a_tenant_without_p2_has_no_eligibilities_and_that_is_no_fault(world: World) -> None:
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    holds(world, anna)
    _group(world)
    world.faults.has_p2 = False
    assert (await world.read(anna)).protected
    assert (await world.read(bert)).protected == ""
    await world.apply(bert, Verb.UPDATE, department="Sales")
    assert world.count("/eligibilityScheduleInstances") == 0


@pytest.mark.parametrize(
    "permission",
    [
        "RoleManagement.Read.Directory",
        "RoleEligibilitySchedule.Read.Directory",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    ],
)
async def test_when_nobody_can_say_who_is_an_administrator_nothing_is_written(world: World, permission: str) -> None:
    anna = world.tenant.add_user()
    _group(world)
    world.faults.deny.add(permission)
    with pytest.raises(Misconfigured, match=r"who is an administrator cannot be read.*answered 403"):
        await world.read(anna)
    with pytest.raises(Misconfigured, match="who is an administrator cannot be read"):
        await world.apply(anna, Verb.UPDATE, department="Sales")
    assert world.sent.writes() == []


async def test_what_was_read_is_not_believed_longer_because_graph_is_busy(world: World) -> None:
    anna = world.tenant.add_user()
    await world.read(anna)
    world.clock.move(minutes=5)
    world.faults.throttle_next(4, retry_after=7)
    with pytest.raises(TryLater) as later:
        await world.apply(anna, Verb.UPDATE, department="Sales")
    assert later.value.seconds == 7
    assert world.sent.writes() == []


@pytest.mark.parametrize(
    "properties",
    [
        {"userType": "Guest"},
        {"creationType": "Invitation"},
        {"creationType": "SelfServiceSignUp"},
        {"externalUserState": "PendingAcceptance"},
        {"userPrincipalName": "anna_fabrikam.nl#EXT#@contoso.nl"},
    ],
)
async def test_a_guest_is_protected_unless_the_settings_say_otherwise(world: World, properties: dict[str, str]) -> None:
    anna = world.tenant.add_user(**properties)
    assert "guest" in (await world.read(anna)).protected
    world.target = world.connect(guests=True)
    assert (await world.read(anna)).protected == ""
    holds(world, anna)
    world.clock.move(minutes=5)
    assert (await world.read(anna)).protected


async def test_an_ordinary_account_of_the_tenant_is_no_guest(world: World) -> None:
    for creation in (None, "EmailVerified"):
        anna = world.tenant.add_user(userType="Member", creationType=creation)
        assert (await world.read(anna)).protected == ""
