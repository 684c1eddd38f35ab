"""Role assignments, eligibilities and what a tenant without Entra ID P2 says to that."""

import pytest

from tests.local_graph.graph_client import World, error

ASSIGNED = "/roleManagement/directory/roleAssignments"
ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleInstances"
OF_GROUPS = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"


async def test_active_assignments_are_those_of_the_tenant_and_of_administrative_units(world: World) -> None:
    anna, bert, carl = (world.tenant.add_user() for _ in range(3))
    group = world.tenant.add_group("Helpdesk", isAssignableToRole=True)
    world.tenant.add_directory_role("User Administrator", [anna, group], eligible=[carl], scoped=[bert])
    found = await world.value(ASSIGNED)
    assert [(one["principalId"], one["directoryScopeId"] == "/") for one in found] == [
        (anna, True),
        (group, True),
        (bert, False),
    ]
    assert await world.value(f"{ASSIGNED}?$filter=principalId eq '{anna}'&$select=principalId") == [
        {"principalId": anna}
    ]
    assert world.tenant.roles(bert) == ["User Administrator"]
    assert world.tenant.roles(carl) == []


async def test_eligibilities_are_told_with_p2_and_refused_without(world: World) -> None:
    anna = world.tenant.add_user()
    world.tenant.add_directory_role("User Administrator", eligible=[anna])
    assert [one["principalId"] for one in await world.value(ELIGIBLE)] == [anna]
    world.faults.has_p2 = False
    group = world.tenant.add_group("Helpdesk", isAssignableToRole=True)
    for path in (ELIGIBLE, f"{OF_GROUPS}?$filter=groupId eq '{group}'"):
        status, code, message = error(await world.get(path))
        assert (status, code) == (400, "AadPremiumLicenseRequired")
        assert "Microsoft Entra ID P2" in message
    assert await world.value(ASSIGNED) == []


async def test_eligibilities_of_groups_are_asked_for_one_group_or_one_principal(world: World) -> None:
    anna, bert = world.tenant.add_user(), world.tenant.add_user()
    group, other = (world.tenant.add_group(name, isAssignableToRole=True) for name in ("Helpdesk", "Other"))
    world.tenant.make_eligible(group, anna)
    world.tenant.make_eligible(group, bert, access="owner")
    world.tenant.make_eligible(other, bert)
    found = await world.value(f"{OF_GROUPS}?$filter=groupId eq '{group}'")
    assert [(one["principalId"], one["accessId"]) for one in found] == [(anna, "member"), (bert, "owner")]
    assert len(await world.value(f"{OF_GROUPS}?$filter=principalId eq '{bert}'")) == 2
    assert error(await world.get(OF_GROUPS))[0] == 400


async def test_long_lists_come_in_pages(world: World) -> None:
    world.faults.role_page = 2
    users = [world.tenant.add_user() for _ in range(5)]
    world.tenant.add_directory_role("Reader", users)
    found, link = [], ASSIGNED
    while link:
        body = (await world.get(link)).json()
        found += [one["principalId"] for one in body["value"]]
        link = body.get("@odata.nextLink", "")
    assert found == users


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        (ASSIGNED, "RoleManagement.Read.Directory"),
        (ELIGIBLE, "RoleEligibilitySchedule.Read.Directory"),
        (f"{OF_GROUPS}?$filter=groupId eq 'x'", "PrivilegedEligibilitySchedule.Read.AzureADGroup"),
    ],
)
async def test_each_list_needs_its_permission(world: World, path: str, permission: str) -> None:
    world.faults.deny.add(permission)
    assert error(await world.get(path))[:2] == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("options", ["$top=5", "$orderby=principalId", "$filter=id eq 'x'", "$select=nothing"])
async def test_what_is_not_documented_is_refused(world: World, options: str) -> None:
    assert error(await world.get(f"{ASSIGNED}?{options}"))[0] == 400


async def test_a_member_or_owner_of_a_role_assignable_group_is_beyond_an_ordinary_app(world: World) -> None:
    group = world.tenant.add_group("Helpdesk", isAssignableToRole=True)
    member, owner = world.tenant.add_user(), world.tenant.add_user()
    world.tenant.add_member(group, member)
    world.tenant.directory.point("owners", world.tenant.directory.entries[group], owner)
    for user in (member, owner):
        assert error(await world.patch(f"/users/{user}", accountEnabled=False))[0] == 403
        assert (await world.patch(f"/users/{user}", department="Sales")).status_code == 204
