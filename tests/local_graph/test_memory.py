"""What a tenant keeps: in its file, over restarts, and away from the hands of who looks."""

from pathlib import Path

import httpx

from local.graph import Tenant, graph_app
from tests.local_graph.graph_client import BASE, Clock, World, opened, reference


async def test_a_tenant_opened_again_continues_where_it_stopped(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "tenant.db"
    first = Tenant(clock=clock, file=file, seed=3)
    async with opened(tenant=first, clock=clock) as world:
        group, sku = first.add_group("Zorg"), first.add_sku("SPE_E3", 5)
        user, gone = await world.create(usageLocation="NL", employeeId="7"), await world.create("weg")
        await world.post(f"/groups/{group}/members/$ref", reference(user))
        await world.put(f"/users/{user}/manager/$ref", reference(gone))
        first.assign_licence(user, sku)
        _, users_link = await world.round("/users/delta?$select=jobTitle,manager")
        _, groups_link = await world.round("/groups/delta?$select=members")
        await world.delete(f"/users/{gone}")
        signed_in = world.http.headers["authorization"]
    first.close()

    second = Tenant(clock=clock, file=file)
    assert second.id == first.id
    assert second.users == first.users
    assert second.groups == first.groups
    assert list(second.deleted) == [gone]
    assert second.members(group) == [user]
    assert second.manager(user) == gone
    async with httpx.AsyncClient(transport=httpx.ASGITransport(graph_app(second)), base_url=BASE) as http:
        world = World(http, second, world.faults, clock)
        http.headers["authorization"] = signed_in
        items, _ = await world.round(users_link)
        assert items == [{"id": gone, "@removed": {"reason": "changed"}}]
        assert (await world.round(groups_link))[0] == []
        assert [row["id"] for row in await world.value("/users?$filter=employeeId eq '7'")] == [user]
        assert (await world.value("/subscribedSkus"))[0]["consumedUnits"] == 1
        new = await world.create("nieuw")
        assert new not in {user, gone, group, sku}
        assert (await world.delete(f"/groups/{group}/members/{user}/$ref")).status_code == 204
        assert (await world.post(f"/directory/deletedItems/{gone}/restore")).status_code == 200
    second.close()

    third = Tenant(clock=clock, file=file)
    assert third.members(group) == []
    assert set(third.users) == {user, gone, new}
    third.close()


async def test_a_write_whose_answer_was_lost_is_in_the_file(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "tenant.db"
    tenant = Tenant(clock=clock, file=file)
    async with opened(tenant=tenant, clock=clock) as world:
        user = await world.create()
        world.faults.lose_answer_of_write()
        try:
            await world.patch(f"/users/{user}", jobTitle="Chef")
        except httpx.TransportError:
            other = Tenant(clock=clock, file=file)
            assert other.users[user]["jobTitle"] == "Chef"
            other.close()
        else:
            raise AssertionError("the answer was not lost")
    tenant.close()


def test_ids_come_from_the_seed() -> None:
    first, second, other = (Tenant(clock=Clock(), seed=seed) for seed in (1, 1, 2))
    assert first.id == second.id != other.id
    assert [first.add_user(), first.add_group("Zorg")] == [second.add_user(), second.add_group("Zorg")]
    assert first.add_user() != other.add_user()


def test_what_is_looked_at_is_a_copy() -> None:
    tenant = Tenant(clock=Clock())
    user, group = tenant.add_user(businessPhones=["1"]), tenant.add_group("Zorg")
    tenant.users[user]["businessPhones"].append("2")
    tenant.members(group).append(user)
    given = ["3"]
    other = tenant.add_user(otherMails=given)
    given.append("4")
    assert tenant.users[user]["businessPhones"] == ["1"]
    assert tenant.members(group) == []
    assert tenant.users[other]["otherMails"] == ["3"]


async def test_what_an_administrator_changes_is_seen_over_the_wire(world: World) -> None:
    user, boss = world.tenant.add_user(displayName="Anna"), world.tenant.add_user()
    _, link = await world.round("/users/delta?$select=displayName,manager")
    world.tenant.change(user, displayName="Anna de Vries")
    world.tenant.set_manager(user, boss)
    items, _ = await world.round(link)
    assert items[0]["displayName"] == "Anna de Vries"
    assert items[0]["manager@delta"][0]["id"] == boss
    assert world.tenant.log
    assert world.tenant.writes == 0


async def test_privileges_and_application_roles_are_kept_too(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "tenant.db"
    first = Tenant(clock=clock, file=file)
    anna, group = first.add_user(), first.add_group("Helpdesk", isAssignableToRole=True)
    first.add_directory_role("Reader", eligible=[anna])
    first.make_eligible(group, anna)
    first.add_applications(["Salesforce/Standard"])
    application = next(iter(first.directory.order["servicePrincipal"]))
    role = first.directory.entries[application].properties["appRoles"][0]["id"]
    kept, taken = (first.assign_app_role(application, id, role, "2026-01-01T00:00:00Z")["id"] for id in (anna, group))
    first.unassign_app_role(taken)
    first.close()
    second = Tenant(clock=clock, file=file)
    assert list(second.app_roles) == [kept]
    assert second.app_roles_of(anna) == ["Salesforce/Standard"]
    async with opened(tenant=second, clock=clock) as world:
        assert len(await world.value("/roleManagement/directory/roleEligibilityScheduleInstances")) == 1
        path = f"/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances?$filter=groupId eq '{group}'"
        assert len(await world.value(path)) == 1
    second.close()
