"""Groups and their members: which may be written to, one at a time and twenty at a time."""

import pytest

from local.graph import DEFAULT_PERMISSIONS
from tests.local_graph.graph_client import APP, BASE, World, error, reference

GHOST = "0f6a3b0e-52d0-4d5c-9d8d-6b8f3cf6e6d1"
ALREADY = "One or more added object references already exist for the following modified properties: 'members'."
ADVANCED = {"ConsistencyLevel": "eventual"}


def group(name: str = "Zorg", **properties: object) -> dict[str, object]:
    body = {"displayName": name, "mailEnabled": False, "mailNickname": "zorg", "securityEnabled": True}
    return {**body, **properties}


def bind(*ids: str) -> dict[str, list[str]]:
    return {"members@odata.bind": [f"{BASE}/directoryObjects/{id}" for id in ids]}


async def test_a_security_group_is_created_changed_and_gone_when_deleted(world: World) -> None:
    created = await world.post("/groups", group(description="Iedereen in de zorg"))
    assert created.status_code == 201
    id = created.json()["id"]
    assert created.json()["groupTypes"] == []
    assert created.json()["mail"] is None
    assert (await world.patch(f"/groups/{id}", description=None)).status_code == 204
    assert (await world.get(f"/groups/{id}?$select=description")).json()["description"] is None
    assert [row["id"] for row in await world.value("/groups?$filter=displayName eq 'zorg'")] == [id]
    assert (await world.get("/groups/$count", headers=ADVANCED)).text == "1"
    assert (await world.delete(f"/groups/{id}")).status_code == 204
    assert (await world.get(f"/groups/{id}")).status_code == 404
    assert (await world.get(f"/directory/deletedItems/{id}")).status_code == 404


async def test_a_microsoft_365_group_gets_a_free_address_and_can_come_back(world: World) -> None:
    unified = group(groupTypes=["Unified"], mailEnabled=True, securityEnabled=False)
    first, second = (await world.post("/groups", unified)).json(), (await world.post("/groups", unified)).json()
    assert (first["mail"], second["mail"]) == ("zorg@contoso.nl", "zorg1@contoso.nl")
    await world.delete(f"/groups/{first['id']}")
    assert [row["id"] for row in await world.value("/directory/deletedItems/microsoft.graph.group")] == [first["id"]]
    restored = await world.post(f"/directory/deletedItems/{first['id']}/restore")
    assert restored.json()["@odata.type"] == "#microsoft.graph.group"
    assert first["id"] in world.tenant.groups


@pytest.mark.parametrize("name", ["displayName", "mailEnabled", "mailNickname", "securityEnabled"])
async def test_a_group_without_a_required_property_is_refused(world: World, name: str) -> None:
    body = group()
    del body[name]
    assert error(await world.post("/groups", body))[2] == (
        f"A value is required for property '{name}' of resource 'Group'."
    )


@pytest.mark.parametrize(
    "properties",
    [
        {"mailEnabled": True},
        {"securityEnabled": False},
        {"groupTypes": ["Team"]},
        {"groupTypes": ["DynamicMembership"]},
        {"groupTypes": ["DynamicMembership"], "membershipRule": "x", "isAssignableToRole": True},
        {"displayName": "x" * 257},
        {"mailNickname": "a b"},
        {"members@odata.bind": [f"{BASE}/users/{GHOST}"] * 21},
    ],
)
async def test_a_group_graph_cannot_make_is_refused(world: World, properties: dict[str, object]) -> None:
    assert (await world.post("/groups", group(**properties))).status_code == 400
    assert not world.tenant.groups


async def test_members_and_owners_come_with_the_create_or_nothing_does(world: World) -> None:
    user, owner = await world.create("anna"), await world.create("baas")
    missing = group(**bind(user, GHOST))
    assert (await world.post("/groups", missing)).status_code == 404
    assert not world.tenant.groups
    id = (await world.post("/groups", group(**bind(user), **{"owners@odata.bind": [f"{BASE}/users/{owner}"]}))).json()[
        "id"
    ]
    assert world.tenant.members(id) == [user]
    assert [row["id"] for row in await world.value(f"/groups/{id}/owners")] == [owner]


async def test_a_member_is_added_listed_and_removed(world: World) -> None:
    user, id = await world.create(), world.tenant.add_group("Zorg")
    assert (await world.post(f"/groups/{id}/members/$ref", reference(user))).status_code == 204
    assert error(await world.post(f"/groups/{id}/members/$ref", reference(user))) == (
        400,
        "Request_BadRequest",
        ALREADY,
    )
    assert [(row["@odata.type"], row["id"]) for row in await world.value(f"/groups/{id}/members")] == [
        ("#microsoft.graph.user", user)
    ]
    assert [row["displayName"] for row in await world.value(f"/users/{user}/memberOf")] == ["Zorg"]
    assert (await world.delete(f"/groups/{id}/members/{user}/$ref")).status_code == 204
    assert world.tenant.members(id) == []
    assert world.tenant.users[user]


@pytest.mark.parametrize("status", [404, 400])
async def test_removing_who_is_not_a_member_is_refused_in_either_form(world: World, status: int) -> None:
    user, id = await world.create(), world.tenant.add_group("Zorg")
    world.faults.not_a_member_status = status
    answer = await world.delete(f"/groups/{id}/members/{user}/$ref")
    assert error(answer)[0] == status
    assert error(answer)[2].startswith("One or more removed object references do not exist")


async def test_without_ref_the_member_itself_is_deleted(world: World) -> None:
    user, id = await world.create(), world.tenant.add_group("Zorg")
    await world.post(f"/groups/{id}/members/$ref", reference(user))
    assert (await world.delete(f"/groups/{id}/members/{user}")).status_code == 204
    assert user in world.tenant.deleted
    assert user not in world.tenant.users


async def test_without_ref_a_group_in_a_group_is_gone_for_good(world: World) -> None:
    outer, inner = world.tenant.add_group("Alles"), world.tenant.add_group("Zorg")
    world.tenant.add_member(outer, inner)
    world.tenant.add_member(inner, world.tenant.add_user())
    assert (await world.delete(f"/groups/{outer}/members/{inner}")).status_code == 204
    assert list(world.tenant.groups) == [outer]
    assert world.tenant.members(outer) == []


async def test_a_role_takes_members_from_who_may_manage_roles(world: World) -> None:
    role, user = world.tenant.add_directory_role("Helpdesk Administrator"), world.tenant.add_user()
    assert (await world.post(f"/directoryRoles/{role}/members/$ref", reference(user))).status_code == 403
    world.tenant.add_app(APP, "s", permissions=DEFAULT_PERMISSIONS | {"RoleManagement.ReadWrite.Directory"})
    assert (await world.post(f"/directoryRoles/{role}/members/$ref", reference(user))).status_code == 204
    assert world.tenant.roles(user) == ["Helpdesk Administrator"]
    assert (await world.delete(f"/directoryRoles/{role}/members/{user}/$ref")).status_code == 204
    assert world.tenant.roles(user) == []


async def test_without_ref_and_without_the_right_to_delete_it_is_a_403(world: World) -> None:
    user, id = await world.create(), world.tenant.add_group("Zorg")
    world.faults.deny = {"User.DeleteRestore.All"}
    assert (await world.delete(f"/groups/{id}/members/{user}")).status_code == 403
    assert user in world.tenant.users


async def test_who_does_not_exist_cannot_be_added_and_nonsense_neither(world: World) -> None:
    id = world.tenant.add_group("Zorg")
    assert error(await world.post(f"/groups/{id}/members/$ref", reference(GHOST)))[:2] == (
        404,
        "Request_ResourceNotFound",
    )
    assert (await world.post(f"/groups/{GHOST}/members/$ref", reference(GHOST))).status_code == 404
    assert (await world.post(f"/groups/{id}/members/$ref", {"@odata.id": "nonsense"})).status_code == 400
    assert error(await world.get("/groups/zorg"))[2] == "Invalid object identifier 'zorg'."


async def test_twenty_members_go_in_one_request_and_twenty_one_do_not(world: World) -> None:
    users = [world.tenant.add_user() for _ in range(21)]
    id = world.tenant.add_group("Zorg")
    assert (await world.http.patch(f"/groups/{id}", json=bind(*users))).status_code == 400
    assert world.tenant.members(id) == []
    assert (await world.http.patch(f"/groups/{id}", json=bind(*users[:20]))).status_code == 204
    assert world.tenant.members(id) == users[:20]
    assert world.tenant.writes == 2


@pytest.mark.parametrize("fault", ["already", "twice", "ghost", "empty"])
async def test_one_bad_reference_and_nobody_is_added(world: World, fault: str) -> None:
    users = [world.tenant.add_user() for _ in range(3)]
    id = world.tenant.add_group("Zorg")
    world.tenant.add_member(id, users[2])
    bad = {"already": users, "twice": [users[0], users[0]], "ghost": [users[0], GHOST], "empty": []}[fault]
    answer = await world.http.patch(f"/groups/{id}", json=bind(*bad))
    assert answer.status_code == (404 if fault == "ghost" else 400)
    assert world.tenant.members(id) == [users[2]]


@pytest.mark.parametrize(("status", "code"), [(403, "Authorization_RequestDenied"), (400, "Request_BadRequest")])
async def test_a_dynamic_group_takes_no_members(world: World, status: int, code: str) -> None:
    rule = {"groupTypes": ["DynamicMembership"], "membershipRule": 'user.department -eq "Zorg"'}
    id = world.tenant.add_group("Zorg", **rule)
    user = world.tenant.add_user()
    world.tenant.add_member(id, user)
    world.faults.dynamic_group_status = status
    assert error(await world.post(f"/groups/{id}/members/$ref", reference(user)))[:2] == (status, code)
    assert (await world.delete(f"/groups/{id}/members/{user}/$ref")).status_code == status
    assert world.tenant.members(id) == [user]


async def test_a_mail_enabled_security_group_is_read_only(world: World) -> None:
    id, user = world.tenant.add_group("Lijst", mailEnabled=True), world.tenant.add_user()
    message = "Cannot Update a mail-enabled security groups and or distribution list."
    for answer in (
        await world.post(f"/groups/{id}/members/$ref", reference(user)),
        await world.http.patch(f"/groups/{id}", json=bind(user)),
        await world.patch(f"/groups/{id}", displayName="Anders"),
    ):
        assert error(answer) == (400, "Request_BadRequest", message)


async def test_a_synchronised_group_is_read_only(world: World) -> None:
    id, user = world.tenant.add_group("AD", onPremisesSyncEnabled=True), world.tenant.add_user()
    for answer in (
        await world.post(f"/groups/{id}/members/$ref", reference(user)),
        await world.patch(f"/groups/{id}", mailNickname="anders"),
        await world.delete(f"/groups/{id}"),
    ):
        assert error(answer)[2].startswith("Unable to update the specified properties for on-premises mastered")


async def test_a_role_assignable_group_takes_role_management(world: World) -> None:
    id, user = world.tenant.add_group("Admins", isAssignableToRole=True), world.tenant.add_user()
    assert (await world.post(f"/groups/{id}/members/$ref", reference(user))).status_code == 403
    assert (await world.post("/groups", group(isAssignableToRole=True))).status_code == 403
    assert (await world.delete(f"/groups/{id}")).status_code == 403
    world.tenant.add_app(APP, "s", permissions=DEFAULT_PERMISSIONS | {"RoleManagement.ReadWrite.Directory"})
    assert (await world.post(f"/groups/{id}/members/$ref", reference(user))).status_code == 204
    assert error(await world.patch(f"/groups/{id}", isAssignableToRole=False))[0] == 400


async def test_a_restricted_group_is_left_alone(world: World) -> None:
    id, user = world.tenant.add_group("Directie", isManagementRestricted=True), world.tenant.add_user()
    assert (await world.post(f"/groups/{id}/members/$ref", reference(user))).status_code == 403
    assert (await world.patch(f"/groups/{id}", displayName="Anders")).status_code == 403


async def test_groups_nest_except_with_microsoft_365_groups(world: World) -> None:
    outer, inner = world.tenant.add_group("Alles"), world.tenant.add_group("Zorg")
    unified = world.tenant.add_group("Team", groupTypes=["Unified"], mailEnabled=True)
    user, mailed = world.tenant.add_user(), world.tenant.add_group("Team2", groupTypes=["Unified"])
    for wanted in (False, True):
        ids = await world.post(f"/users/{user}/getMemberGroups", {"securityEnabledOnly": wanted})
        assert ids.json()["value"] == []
    assert (await world.post(f"/groups/{mailed}/members/$ref", reference(user))).status_code == 204
    await world.delete(f"/groups/{mailed}/members/{user}/$ref")
    assert (await world.post(f"/groups/{outer}/members/$ref", reference(inner))).status_code == 204
    assert (await world.post(f"/groups/{outer}/members/$ref", reference(unified))).status_code == 400
    assert (await world.post(f"/groups/{unified}/members/$ref", reference(inner))).status_code == 400
    await world.post(f"/groups/{inner}/members/$ref", reference(user))
    assert [row["id"] for row in await world.value(f"/users/{user}/memberOf")] == [inner]
    assert [row["id"] for row in await world.value(f"/users/{user}/transitiveMemberOf")] == [inner, outer]
    ids = await world.post(f"/users/{user}/getMemberGroups", {"securityEnabledOnly": True})
    assert ids.json()["value"] == [inner, outer]


async def test_member_of_shows_groups_and_roles_and_casts_to_one_type(world: World) -> None:
    user, id = world.tenant.add_user(), world.tenant.add_group("Zorg")
    world.tenant.add_member(id, user)
    role = world.tenant.add_directory_role("Helpdesk Administrator", [user])
    everything = await world.value(f"/users/{user}/memberOf?$select=id,displayName,groupTypes")
    assert [row["@odata.type"] for row in everything] == ["#microsoft.graph.group", "#microsoft.graph.directoryRole"]
    for cast in ("microsoft.graph.group", "graph.group", "Microsoft.Graph.Group"):
        assert [row["id"] for row in await world.value(f"/users/{user}/memberOf/{cast}")] == [id]
    assert [row["id"] for row in await world.value(f"/users/{user}/memberOf/microsoft.graph.directoryRole")] == [role]
    assert (await world.get(f"/users/{user}/memberOf/microsoft.graph.device")).status_code == 400
    named = f"/users/{user}/memberOf/microsoft.graph.group?$filter=displayName eq 'Zorg'"
    assert error(await world.get(named))[1] == "Request_UnsupportedQuery"
    assert [row["id"] for row in await world.value(f"{named}&$count=true", headers=ADVANCED)] == [id]
    assert [row["displayName"] for row in await world.value("/directoryRoles")] == ["Helpdesk Administrator"]
    assert [row["id"] for row in await world.value(f"/directoryRoles/{role}/members")] == [user]


async def test_members_of_a_large_group_come_in_pages(world: World) -> None:
    id = world.tenant.add_group("Zorg")
    users = [world.tenant.add_user() for _ in range(5)]
    for user in users:
        world.tenant.add_member(id, user)
    first = (await world.get(f"/groups/{id}/members?$top=3&$select=id")).json()
    second = (await world.get(first["@odata.nextLink"])).json()
    assert [row["id"] for row in first["value"] + second["value"]] == users
    assert "@odata.nextLink" not in second
    casted = await world.value(f"/groups/{id}/members/microsoft.graph.user?$select=userPrincipalName")
    assert set(casted[0]) == {"userPrincipalName"}


async def test_the_last_owner_stays(world: World) -> None:
    id, first, second = world.tenant.add_group("Zorg"), world.tenant.add_user(), world.tenant.add_user()
    for owner in (first, second):
        assert (await world.post(f"/groups/{id}/owners/$ref", reference(owner))).status_code == 204
    assert (await world.post(f"/groups/{id}/owners/$ref", reference(first))).status_code == 400
    assert (await world.delete(f"/groups/{id}/owners/{first}/$ref")).status_code == 204
    assert (await world.delete(f"/groups/{id}/owners/{first}/$ref")).status_code == 404
    assert (await world.delete(f"/groups/{id}/owners/{second}/$ref")).status_code == 400
