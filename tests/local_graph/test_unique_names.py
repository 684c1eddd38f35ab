"""Groups by unique name: one request creates what is missing, and a second one meets the same group."""

from typing import Any

import httpx

from tests.local_graph.graph_client import World, error

CREATE = {"Prefer": "create-if-missing"}


def made(name: str = "Sales") -> dict[str, Any]:
    return {"displayName": name, "mailEnabled": False, "mailNickname": "sales", "securityEnabled": True}


async def upsert(world: World, unique: str = "joinly-1", headers: Any = CREATE, **changed: Any) -> httpx.Response:
    return await world.http.patch(f"/groups(uniqueName='{unique}')", json={**made(), **changed}, headers=headers)


async def test_what_is_missing_is_created_once_and_updated_after_that(world: World) -> None:
    first, second = await upsert(world), await upsert(world, description="Again")
    assert (first.status_code, second.status_code) == (201, 204)
    assert first.json()["uniqueName"] == "joinly-1"
    (group,) = world.tenant.groups.values()
    assert (group["id"], group["description"]) == (first.json()["id"], "Again")
    found = await world.get("/groups(uniqueName='joinly-1')?$select=id,displayName")
    assert found.json()["displayName"] == "Sales"


async def test_without_the_preference_nothing_is_created(world: World) -> None:
    assert error(await upsert(world, headers={}))[:2] == (404, "Request_ResourceNotFound")
    assert (await world.get("/groups(uniqueName='joinly-1')")).status_code == 404
    assert world.tenant.groups == {}


async def test_what_is_required_of_a_group_is_required_here_too(world: World) -> None:
    assert error(await upsert(world, displayName=None))[0] == 400
    assert world.tenant.groups == {}


async def test_a_deleted_group_keeps_its_unique_name(world: World) -> None:
    given = {"groupTypes": ["Unified"], "mailEnabled": True}
    group = (await upsert(world, **given)).json()["id"]
    await world.delete(f"/groups/{group}")
    status, _, message = error(await upsert(world, **given))
    assert (status, message) == (400, "Another object with the same value for property uniqueName already exists.")


async def test_it_takes_the_permission_that_the_page_names(world: World) -> None:
    world.faults.deny.add("Group.ReadWrite.All")
    assert error(await upsert(world))[0] == 403
