"""Applications and their roles: who is assigned which, and what is refused."""

from typing import Any

import pytest

from tests.local_graph.graph_client import World, error

NO_ROLE = "00000000-0000-0000-0000-000000000000"


async def role_ids(world: World, application: str) -> dict[str, str]:
    body = (await world.get(f"/servicePrincipals/{application}")).json()
    return {role["value"]: role["id"] for role in body["appRoles"]}


def body(application: str, principal: str, role: str) -> dict[str, str]:
    return {"principalId": principal, "resourceId": application, "appRoleId": role}


async def test_an_application_is_found_by_name_and_by_app_id(world: World) -> None:
    salesforce = world.tenant.add_application("Salesforce", ["Standard"])
    world.tenant.add_application("Other")
    found = await world.value("/servicePrincipals?$filter=displayName eq 'salesforce'&$select=id,appId,appRoles")
    assert [one["id"] for one in found] == [salesforce]
    app_id = found[0]["appId"]
    assert (await world.get(f"/servicePrincipals(appId='{app_id}')")).json()["id"] == salesforce
    assert len(await world.value(f"/servicePrincipals?$filter=appId eq '{app_id}'")) == 1
    assert (await world.get("/servicePrincipals(appId='nobody')")).status_code == 404


async def test_a_role_is_assigned_told_and_taken_away(world: World) -> None:
    anna, app = world.tenant.add_user(), world.tenant.add_application("Salesforce", ["Standard", "Admin"])
    roles = await role_ids(world, app)
    made = await world.post(f"/servicePrincipals/{app}/appRoleAssignedTo", body(app, anna, roles["Standard"]))
    assert made.status_code == 201
    told = made.json()
    assert (told["principalType"], told["resourceDisplayName"]) == ("User", "Salesforce")
    assert [one["id"] for one in await world.value(f"/users/{anna}/appRoleAssignments")] == [told["id"]]
    assert await world.value(f"/users/{anna}/appRoleAssignments?$filter=resourceId eq {anna}") == []
    assert len(await world.value(f"/servicePrincipals/{app}/appRoleAssignedTo")) == 1
    assert world.tenant.app_roles_of(anna) == ["Salesforce/Standard"]
    assert (await world.delete(f"/servicePrincipals/{app}/appRoleAssignedTo/{told['id']}")).status_code == 204
    assert (await world.delete(f"/servicePrincipals/{app}/appRoleAssignedTo/{told['id']}")).status_code == 404
    assert await world.value(f"/users/{anna}/appRoleAssignments") == []


async def test_what_a_group_is_assigned_is_told_at_its_direct_members(world: World) -> None:
    anna, team = world.tenant.add_user(), world.tenant.add_group("Team")
    app = world.tenant.add_application("Salesforce", ["Standard"])
    role = (await role_ids(world, app))["Standard"]
    await world.post(f"/servicePrincipals/{app}/appRoleAssignedTo", body(app, team, role))
    assert await world.value(f"/users/{anna}/appRoleAssignments") == []
    world.tenant.add_member(team, anna)
    found = await world.value(f"/users/{anna}/appRoleAssignments")
    assert [(one["principalId"], one["principalType"]) for one in found] == [(team, "Group")]


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({}, 400, "already exists on the object"),
        ({"appRoleId": NO_ROLE}, 400, "was not found on application"),
        ({"principalId": NO_ROLE}, 404, "does not exist"),
        ({"principalId": "anna"}, 400, "principalId"),
        ({"resourceId": NO_ROLE}, 400, "resourceId"),
        ({"appRoleId": None}, 400, "appRoleId"),
    ],
)
async def test_an_assignment_that_cannot_be_is_refused(
    world: World, changed: dict[str, Any], status: int, says: str
) -> None:
    anna, app = world.tenant.add_user(), world.tenant.add_application("Salesforce", ["Standard"])
    given = body(app, anna, (await role_ids(world, app))["Standard"])
    address = f"/servicePrincipals/{app}/appRoleAssignedTo"
    await world.post(address, given)
    found = error(await world.post(address, {**given, **changed}))
    assert found[0] == status
    assert says in found[2]


async def test_without_roles_of_its_own_an_application_is_assigned_as_such(world: World) -> None:
    anna, app = world.tenant.add_user(), world.tenant.add_application("Wiki")
    answer = await world.post(f"/servicePrincipals/{app}/appRoleAssignedTo", body(app, anna, NO_ROLE))
    assert answer.status_code == 201


@pytest.mark.parametrize("permission", ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"])
async def test_assigning_takes_both_permissions(world: World, permission: str) -> None:
    anna, app = world.tenant.add_user(), world.tenant.add_application("Wiki")
    world.faults.deny.add(permission)
    answer = await world.post(f"/servicePrincipals/{app}/appRoleAssignedTo", body(app, anna, NO_ROLE))
    assert error(answer)[0] == 403


async def test_assignments_come_in_pages(world: World) -> None:
    anna = world.tenant.add_user()
    for number in range(3):
        app = world.tenant.add_application(f"App {number}")
        await world.post(f"/servicePrincipals/{app}/appRoleAssignedTo", body(app, anna, NO_ROLE))
    first = (await world.get(f"/users/{anna}/appRoleAssignments?$top=2")).json()
    second = (await world.get(first["@odata.nextLink"])).json()
    assert (len(first["value"]), len(second["value"])) == (2, 1)
    assert "@odata.nextLink" not in second
