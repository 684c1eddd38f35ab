"""Application roles: by application and role as a policy names them, twice is once, and never those of a group."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from entra_world import BASE, World, opened

from shared.errors import Misconfigured, Reason, Refused, TryLater

STANDARD = "Salesforce/Standard User"
NO_ROLE = "00000000-0000-0000-0000-000000000000"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with opened() as found:
        found.target = found.connect(application_roles=True)
        yield found


def salesforce(world: World, name: str = "Salesforce") -> tuple[str, str, str]:
    """An application with two roles: its id, its app id, and the id of the first role."""
    roles = [{"displayName": "Standard User", "value": "standard"}, {"displayName": "Administrator", "value": "admin"}]
    id = world.tenant.add_application(name, roles)
    properties = world.tenant.directory.entries[id].properties
    return id, properties["appId"], properties["appRoles"][0]["id"]


def held(world: World, user: str) -> list[str]:
    return world.tenant.app_roles_of(user)


async def given(world: World, user: str) -> set[str]:
    return {one.name for one in (await world.read(user)).entitlements if one.kind == "role"}


async def test_granting_a_role_twice_is_granting_it_once_and_so_is_taking_it_away(world: World) -> None:
    anna, _ = world.tenant.add_user(), salesforce(world)
    for _ in range(2):
        await world.grant(anna, "role", STANDARD)
    assert held(world, anna) == ["Salesforce/standard"]
    assert STANDARD in await given(world, anna)
    for _ in range(2):
        await world.revoke(anna, "role", STANDARD)
    assert held(world, anna) == []
    assert await given(world, anna) == set()


async def test_an_application_and_a_role_may_be_named_in_several_ways(world: World) -> None:
    anna, (_, app_id, role) = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", f"{app_id}/standard")
    ways = {f"{app}/{name}" for app in ("Salesforce", app_id) for name in ("standard", "Standard User", role)}
    assert await given(world, anna) == ways
    for way in ways:
        await world.grant(anna, "role", way)
        await world.revoke(anna, "role", way)
        assert held(world, anna) == []
        await world.grant(anna, "role", way)


async def test_a_slash_in_the_name_of_an_application_is_just_a_slash(world: World) -> None:
    anna, _ = world.tenant.add_user(), salesforce(world, "Sales/CRM's & more")
    await world.grant(anna, "role", "Sales/CRM's & more/standard")
    assert held(world, anna) == ["Sales/CRM's & more/standard"]


async def test_an_application_without_roles_is_assigned_as_such(world: World) -> None:
    anna, wiki = world.tenant.add_user(), world.tenant.add_application("Wiki")
    await world.grant(anna, "role", "Wiki/Default Access")
    assert [row["appRoleId"] for row in world.tenant.app_roles.values()] == [NO_ROLE]
    assert "Wiki/Default Access" in await given(world, anna)
    await world.revoke(anna, "role", "Wiki/Default Access")
    assert world.tenant.app_roles == {}
    assert wiki in world.tenant.directory.entries


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Salesforce", "application/role"),
        ("/standard", "application/role"),
        ("Salesforce/", "application/role"),
        ("salesforce/standard", "no application that is called exactly salesforce"),
        ("Other/standard", "no application"),
        (f"{NO_ROLE}/standard", "no application"),
        ("Salesforce/Standard", "no role"),
        ("Salesforce/machine", "no role"),
        ("Salesforce/off", "400"),
        ("Salesforce/Default Access", "400"),
    ],
)
async def test_what_cannot_be_granted_is_refused_with_a_reason(world: World, name: str, says: str) -> None:
    roles = [
        {"displayName": "Standard User", "value": "standard"},
        {"displayName": "Machine", "value": "machine", "allowedMemberTypes": ["Application"]},
        {"displayName": "Off", "value": "off", "isEnabled": False},
    ]
    world.tenant.add_application("Salesforce", roles)
    with pytest.raises(Refused, match=says):
        await world.grant(world.tenant.add_user(), "role", name)
    assert world.tenant.app_roles == {}


async def test_a_name_of_two_applications_is_refused_and_not_reported(world: World) -> None:
    anna, (id, app_id, role) = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", STANDARD)
    salesforce(world)
    world.clock.move(hours=1)
    with pytest.raises(Refused, match="2 applications"):
        await world.grant(anna, "role", STANDARD)
    assert all(name.startswith(f"{app_id}/") for name in await given(world, anna))
    await world.revoke(anna, "role", f"{app_id}/{role}")
    assert held(world, anna) == []
    assert id in world.tenant.directory.entries


async def test_two_roles_of_one_name_are_told_apart_by_id(world: World) -> None:
    anna = world.tenant.add_user()
    app = world.tenant.add_application("Salesforce", [{"displayName": "User", "value": name} for name in ("a", "b")])
    with pytest.raises(Refused, match="2 roles"):
        await world.grant(anna, "role", "Salesforce/User")
    await world.grant(anna, "role", "Salesforce/b")
    assert "Salesforce/User" not in await given(world, anna)
    assert app in world.tenant.directory.entries


async def test_a_role_that_a_group_brings_is_not_ours(world: World) -> None:
    anna, team, (app, _, role) = world.tenant.add_user(), world.tenant.add_group("Team"), salesforce(world)
    world.tenant.assign_app_role(app, team, role, "2026-01-01T00:00:00Z")
    world.tenant.add_member(team, anna)
    assert await given(world, anna) == set()
    await world.revoke(anna, "role", STANDARD)
    assert len(world.tenant.app_roles) == 1


async def test_a_role_that_was_switched_off_can_still_be_taken_away(world: World) -> None:
    anna, (app, _, _) = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", STANDARD)
    world.tenant.directory.entries[app].properties["appRoles"][0]["isEnabled"] = False
    world.clock.move(hours=1)
    assert STANDARD in await given(world, anna)
    await world.revoke(anna, "role", STANDARD)
    assert held(world, anna) == []


async def test_roles_are_read_along_with_the_account_and_applications_once(world: World) -> None:
    anna, bert, _ = world.tenant.add_user(), world.tenant.add_user(), salesforce(world)
    for one in (anna, bert):
        await world.grant(one, "role", STANDARD)
        await world.read(one)
    before = world.count()
    await world.read(anna)
    await world.read(bert)
    assert world.count() == before + 2


async def test_a_new_account_is_assigned_later(world: World) -> None:
    salesforce(world)
    world.faults.lag, world.faults.lag_reads = 60, True
    world.clock.move(minutes=5)
    anna = await world.create()
    with pytest.raises(TryLater):
        await world.grant(anna, "role", STANDARD)
    world.clock.move(minutes=5)
    await world.grant(anna, "role", STANDARD)
    assert held(world, anna) == ["Salesforce/standard"]


async def test_an_application_that_is_removed_is_noticed(world: World) -> None:
    anna, (app, _, _) = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", STANDARD)
    world.tenant.directory.purge(world.tenant.directory.entries[app])
    with pytest.raises(Refused, match="no application"):
        await world.grant(world.tenant.add_user(), "role", STANDARD)


async def test_an_administrator_gets_no_role(world: World) -> None:
    anna, _ = world.tenant.add_user(), salesforce(world)
    world.tenant.add_directory_role("User Administrator", eligible=[anna])
    with pytest.raises(Refused) as refused:
        await world.grant(anna, "role", STANDARD)
    assert refused.value.reason is Reason.PROTECTED


async def test_without_the_setting_roles_are_neither_read_nor_granted(world: World) -> None:
    anna, _ = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", STANDARD)
    world.target = world.connect()
    world.faults.deny.add("AppRoleAssignment.ReadWrite.All")
    assert (await world.read(anna)).entitlements == frozenset()
    with pytest.raises(Misconfigured, match="when its settings say so"):
        await world.grant(anna, "role", STANDARD)


@pytest.mark.parametrize("permission", ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"])
async def test_a_missing_permission_is_a_misconfiguration(world: World, permission: str) -> None:
    anna, _ = world.tenant.add_user(), salesforce(world)
    world.faults.deny.add(permission)
    with pytest.raises(Misconfigured, match="permissions"):
        await world.grant(anna, "role", STANDARD)


async def test_the_request_is_what_microsoft_documents(world: World) -> None:
    anna, (app, _, role) = world.tenant.add_user(), salesforce(world)
    await world.grant(anna, "role", STANDARD)
    assert world.sent.writes() == [("POST", f"/servicePrincipals/{app}/appRoleAssignedTo")]
    assert world.sent.body("POST", "/appRoleAssignedTo") == {"principalId": anna, "resourceId": app, "appRoleId": role}
    (assignment,) = world.tenant.app_roles
    await world.revoke(anna, "role", STANDARD)
    assert world.sent.writes()[-1] == ("DELETE", f"/servicePrincipals/{app}/appRoleAssignedTo/{assignment}")
    assert str(world.sent.requests[-2].url).startswith(f"{BASE}/users/{anna}/appRoleAssignments")
