"""Deleted users: what they were called, so that nobody is given the name of who may come back."""

import httpx
import pytest
from entra_world import BASE, World, names, refusal, scripted

from shared.errors import Misconfigured, TryLater
from shared.model import Account, Verb


async def deleted(world: World) -> list[Account]:
    return [account async for account in world.target.deleted()]


@pytest.mark.parametrize("prefixed", [True, False])
async def test_a_deleted_user_is_told_with_the_names_it_had(world: World, prefixed: bool) -> None:
    world.faults.deleted_name_is_prefixed = prefixed
    anna = await world.create("anna", mail="anna@contoso.nl")
    await world.create("bert")
    await world.apply(anna, Verb.RENAME, **names("anna.wit"))
    assert await deleted(world) == []
    await world.apply(anna, Verb.DELETE)
    (told,) = await deleted(world)
    assert (told.id, told.enabled) == (anna, False)
    assert told.attributes == {
        **names("anna.wit"),
        "proxyAddresses": ("anna.wit@contoso.nl", "anna@contoso.nl"),
    }
    await world.apply(anna, Verb.RESTORE)
    assert await deleted(world) == []


async def test_all_of_them_are_told_on_however_many_pages(world: World) -> None:
    ids = [world.tenant.add_user() for _ in range(1000)]
    for id in ids:
        world.tenant.directory.delete(world.tenant.directory.entries[id])
    before = world.count()
    assert [account.id for account in await deleted(world)] == ids
    assert world.count() == before + 2


@pytest.mark.parametrize(
    "logon",
    [
        "dddddddd333344445555eeeeeeeeeeeeAveryS@contoso.com",
        "dddddddd-3333-4444-5555-eeeeeeeeeeeeAveryS@contoso.com",
        "DDDDDDDD333344445555EEEEEEEEEEEEAveryS@contoso.com",
        "AveryS@contoso.com",
    ],
)
async def test_the_id_before_the_logon_is_taken_off_in_every_form(logon: str) -> None:
    user = {"id": "dddddddd-3333-4444-5555-eeeeeeeeeeee", "userPrincipalName": logon, "mail": None}
    async with scripted(httpx.Response(200, json={"value": [user, {"id": 7}]})) as (target, seen):
        found = [account async for account in target.deleted()]
    assert [one.attributes for one in found] == [{"userPrincipalName": "AveryS@contoso.com", "mail": None}]
    assert seen[0].url.path == "/v1.0/directory/deletedItems/microsoft.graph.user"


async def test_a_list_that_breaks_off_is_no_list() -> None:
    link = f"{BASE}/directory/deletedItems/microsoft.graph.user?$skiptoken=2"
    half = httpx.Response(200, json={"value": [], "@odata.nextLink": link})
    async with scripted(half, refusal(503, "serviceNotAvailable")) as (target, _):
        with pytest.raises(TryLater):
            [account async for account in target.deleted()]


async def test_without_leave_to_read_users_the_target_is_misconfigured(world: World) -> None:
    world.faults.deny.add("User.Read.All")
    with pytest.raises(Misconfigured, match="permissions"):
        await deleted(world)
