"""Deleted items: thirty days in the bin, back with the same id, or gone."""

import pytest

from tests.local_graph.graph_client import World, error, person, reference


async def test_a_deleted_user_is_out_of_sight_and_in_the_bin(world: World) -> None:
    user = await world.create()
    assert (await world.delete(f"/users/{user}")).status_code == 204
    assert (await world.get(f"/users/{user}")).status_code == 404
    assert (await world.get("/users/anna.jansen@contoso.nl")).status_code == 404
    assert await world.value("/users") == []
    assert (await world.delete(f"/users/{user}")).status_code == 404
    assert (await world.patch(f"/users/{user}", jobTitle="x")).status_code == 404
    body = (await world.get(f"/directory/deletedItems/{user}?$select=id,deletedDateTime,userPrincipalName")).json()
    assert body["deletedDateTime"] == "2026-03-02T08:00:00Z"
    assert body["userPrincipalName"] == user.replace("-", "") + "anna.jansen@contoso.nl"
    for cast in ("microsoft.graph.user", "graph.user"):
        assert [row["id"] for row in await world.value(f"/directory/deletedItems/{cast}")] == [user]
    assert await world.value("/directory/deletedItems/microsoft.graph.group") == []
    assert (await world.get("/directory/deletedItems/microsoft.graph.device")).status_code == 400


async def test_a_restored_user_is_who_it_was(world: World) -> None:
    user, group, boss = await world.create(jobTitle="Chef"), world.tenant.add_group("Zorg"), await world.create("baas")
    await world.post(f"/groups/{group}/members/$ref", reference(user))
    await world.put(f"/users/{user}/manager/$ref", reference(boss))
    await world.delete(f"/users/{user}")
    assert world.tenant.members(group) == []
    answer = await world.post(f"/directory/deletedItems/{user}/restore")
    assert answer.status_code == 200
    assert answer.json()["@odata.type"] == "#microsoft.graph.user"
    assert answer.json()["userPrincipalName"] == "anna.jansen@contoso.nl"
    assert world.tenant.users[user]["jobTitle"] == "Chef"
    assert world.tenant.members(group) == [user]
    assert world.tenant.manager(user) == boss
    assert (await world.post(f"/directory/deletedItems/{user}/restore")).status_code == 404


async def test_a_name_taken_meanwhile_stops_the_restore_until_a_new_one_is_given(world: World) -> None:
    user = await world.create("anna")
    await world.delete(f"/users/{user}")
    await world.create("anna")
    taken = await world.post(f"/directory/deletedItems/{user}/restore")
    assert taken.json()["error"]["details"][0]["target"] == "userPrincipalName"
    assert user in world.tenant.deleted
    wrong = await world.post(f"/directory/deletedItems/{user}/restore", {"newUserPrincipalName": "anna2@fabrikam.nl"})
    assert error(wrong)[0] == 400
    body = {"newUserPrincipalName": "anna2@contoso.nl"}
    assert (await world.post(f"/directory/deletedItems/{user}/restore", body)).status_code == 200
    assert world.tenant.users[user]["userPrincipalName"] == "anna2@contoso.nl"


async def test_switched_over_a_taken_name_is_changed_by_the_service(world: World) -> None:
    user = await world.create("anna")
    await world.delete(f"/users/{user}")
    await world.create("anna")
    world.faults.restore_refuses_taken_name = False
    assert (await world.post(f"/directory/deletedItems/{user}/restore")).status_code == 200
    name = world.tenant.users[user]["userPrincipalName"]
    assert name.endswith("anna@contoso.nl")
    assert name != "anna@contoso.nl"


async def test_an_address_taken_meanwhile_is_dropped_only_when_asked(world: World) -> None:
    user = await world.create("anna", mail="info@contoso.nl")
    await world.delete(f"/users/{user}")
    await world.create("piet", mail="info@contoso.nl")
    assert error(await world.post(f"/directory/deletedItems/{user}/restore"))[2].count("proxyAddresses") == 1
    body = {"autoReconcileProxyConflict": True}
    assert (await world.post(f"/directory/deletedItems/{user}/restore", body)).status_code == 200
    assert world.tenant.users[user]["proxyAddresses"] == []


async def test_after_a_permanent_delete_nothing_is_left(world: World) -> None:
    user, group = await world.create(), world.tenant.add_group("Zorg")
    await world.post(f"/groups/{group}/members/$ref", reference(user))
    assert (await world.delete(f"/directory/deletedItems/{user}")).status_code == 404
    await world.delete(f"/users/{user}")
    assert (await world.delete(f"/directory/deletedItems/{user}")).status_code == 204
    assert (await world.get(f"/directory/deletedItems/{user}")).status_code == 404
    assert world.tenant.deleted == {}
    assert (await world.post("/users", person())).status_code == 201


async def test_after_thirty_days_the_bin_is_empty(world: World) -> None:
    user = await world.create()
    await world.delete(f"/users/{user}")
    world.clock.move(days=29, hours=23)
    assert (await world.get(f"/directory/deletedItems/{user}")).status_code == 200
    world.clock.move(hours=1)
    assert (await world.post(f"/directory/deletedItems/{user}/restore")).status_code == 404
    assert world.tenant.deleted == {}


async def test_deleting_and_restoring_take_their_own_permission(world: World) -> None:
    user, other = await world.create("anna"), await world.create("piet")
    await world.delete(f"/users/{user}")
    world.faults.deny = {"User.DeleteRestore.All"}
    assert (await world.delete(f"/users/{other}")).status_code == 403
    assert (await world.post(f"/directory/deletedItems/{user}/restore")).status_code == 403
    assert (await world.delete(f"/directory/deletedItems/{user}")).status_code == 403


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
async def test_deleted_users_come_in_pages(world: World, people: int, pages: int) -> None:
    users = [world.tenant.add_user() for _ in range(people)]
    await world.create("live")
    for user in users:
        await world.delete(f"/users/{user}")
    link, found, seen = "/directory/deletedItems/microsoft.graph.user?$top=2&$select=id", [], 0
    while link:
        body = (await world.get(link)).json()
        found += [row["id"] for row in body["value"]]
        link, seen = body.get("@odata.nextLink"), seen + 1
    assert (found, seen) == (users, pages)


@pytest.mark.parametrize("option", ["$filter=mail eq 'a@contoso.nl'", "$count=true", "$orderby=displayName"])
async def test_an_option_the_bin_does_not_serve_is_refused_rather_than_ignored(world: World, option: str) -> None:
    answer = await world.get(f"/directory/deletedItems/microsoft.graph.user?{option}")
    assert error(answer)[:2] == (400, "Request_UnsupportedQuery")
