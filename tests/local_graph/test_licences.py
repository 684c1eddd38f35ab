"""Licences: seats, location, inheritance from groups, and all or nothing."""

import httpx
import pytest

from tests.local_graph.graph_client import World, error, reference


async def assign(world: World, user: str, *add: str, remove: tuple[str, ...] = ()) -> httpx.Response:
    licences = [{"skuId": sku, "disabledPlans": []} for sku in add]
    return await world.post(f"/users/{user}/assignLicense", {"addLicenses": licences, "removeLicenses": list(remove)})


async def consumed(world: World) -> dict[str, int]:
    return {row["skuPartNumber"]: row["consumedUnits"] for row in await world.value("/subscribedSkus")}


def held(world: World, user: str) -> list[str]:
    return [licence["skuId"] for licence in world.tenant.users[user].get("assignedLicenses", [])]


async def test_a_licence_takes_a_seat_and_gives_it_back(world: World) -> None:
    sku, user = world.tenant.add_sku("SPE_E3", 2), await world.create(usageLocation="NL")
    assert (await assign(world, user, sku)).status_code == 200
    assert (await assign(world, user, sku)).status_code == 200
    assert await consumed(world) == {"SPE_E3": 1}
    (details,) = await world.value(f"/users/{user}/licenseDetails")
    assert details["skuPartNumber"] == "SPE_E3"
    assert (await assign(world, user, remove=(sku,))).status_code == 200
    assert await consumed(world) == {"SPE_E3": 0}
    assert held(world, user) == []


@pytest.mark.parametrize("missing", ["addLicenses", "removeLicenses"])
async def test_both_lists_must_be_there(world: World, missing: str) -> None:
    user = await world.create(usageLocation="NL")
    body: dict[str, list[str]] = {"addLicenses": [], "removeLicenses": []}
    del body[missing]
    answer = await world.post(f"/users/{user}/assignLicense", body)
    assert error(answer)[0] == 400
    assert missing in error(answer)[2]


async def test_a_licence_to_add_must_name_its_product(world: World) -> None:
    user = await world.create(usageLocation="NL")
    answer = await world.post(f"/users/{user}/assignLicense", {"addLicenses": [{}], "removeLicenses": []})
    assert error(answer)[0] == 400


async def test_without_a_usage_location_nothing_is_assigned(world: World) -> None:
    sku, user = world.tenant.add_sku("SPE_E3", 2), await world.create()
    message = "License assignment cannot be done for user with invalid usage location."
    assert error(await assign(world, user, sku)) == (400, "Request_BadRequest", message)


async def test_the_last_seat_is_taken_once(world: World) -> None:
    sku = world.tenant.add_sku("SPE_E3", 1)
    first, second = [await world.create(name, usageLocation="NL") for name in ("anna", "piet")]
    assert (await assign(world, first, sku)).status_code == 200
    message = f"Subscription with SKU {sku} does not have any available licenses."
    assert error(await assign(world, second, sku)) == (400, "Request_BadRequest", message)
    await world.delete(f"/users/{first}")
    assert (await assign(world, second, sku)).status_code == 200
    world.tenant.set_seats(sku, 0)
    assert (await assign(world, second, sku)).status_code == 200


async def test_a_suspended_subscription_has_no_seats(world: World) -> None:
    sku, user = world.tenant.add_sku("CRM", 5, capabilityStatus="Suspended"), await world.create(usageLocation="NL")
    assert error(await assign(world, user, sku))[2].endswith("does not have any available licenses.")
    (row,) = await world.value("/subscribedSkus")
    assert row["prepaidUnits"] == {"enabled": 0, "suspended": 5, "warning": 0, "lockedOut": 0}
    assert (await world.get(f"/subscribedSkus/{row['id']}")).json()["skuId"] == sku
    assert (await world.get("/subscribedSkus/none")).status_code == 404


async def test_an_unknown_product_is_refused_and_so_is_one_that_is_not_held(world: World) -> None:
    sku, user = world.tenant.add_sku("SPE_E3", 2), await world.create(usageLocation="NL")
    ghost = "0f6a3b0e-52d0-4d5c-9d8d-6b8f3cf6e6d1"
    unknown = f"License {ghost} does not correspond to a valid company License."
    assert error(await assign(world, user, ghost))[2] == unknown
    assert error(await assign(world, user, remove=(ghost,)))[2] == unknown
    assert error(await assign(world, user, remove=(sku,)))[2] == "User does not have a corresponding license."


async def test_a_request_that_fails_in_part_does_nothing(world: World) -> None:
    first, full = world.tenant.add_sku("SPE_E3", 2), world.tenant.add_sku("VISIO", 0)
    user = await world.create(usageLocation="NL")
    assert (await assign(world, user, first, full)).status_code == 400
    assert held(world, user) == []


async def test_a_licence_of_a_group_follows_its_members(world: World) -> None:
    sku, group = world.tenant.add_sku("SPE_E3", 5), world.tenant.add_group("Zorg")
    user = await world.create(usageLocation="NL")
    await world.post(f"/groups/{group}/members/$ref", reference(user))
    body = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
    answer = await world.post(f"/groups/{group}/assignLicense", body)
    assert answer.status_code == 202
    assert held(world, user) == [sku]
    (state,) = world.tenant.users[user]["licenseAssignmentStates"]
    assert (state["assignedByGroup"], state["state"], state["error"]) == (group, "Active", "None")
    inherited = "User license is inherited from a group membership and it cannot be removed directly from the user."
    assert error(await assign(world, user, remove=(sku,))) == (400, "Request_BadRequest", inherited)
    assert error(await world.delete(f"/groups/{group}"))[0] == 400
    await world.delete(f"/groups/{group}/members/{user}/$ref")
    assert held(world, user) == []


async def test_a_licence_held_twice_takes_one_seat_and_outlives_one_of_its_sources(world: World) -> None:
    sku, group = world.tenant.add_sku("SPE_E3", 1), world.tenant.add_group("Zorg")
    user = await world.create(usageLocation="NL")
    world.tenant.assign_licence(group, sku)
    await assign(world, user, sku)
    await world.post(f"/groups/{group}/members/$ref", reference(user))
    assert await consumed(world) == {"SPE_E3": 1}
    assert (await assign(world, user, remove=(sku,))).status_code == 200
    assert held(world, user) == [sku]


async def test_a_group_that_runs_out_of_seats_says_so_at_the_member_only(world: World) -> None:
    sku, group = world.tenant.add_sku("SPE_E3", 1), world.tenant.add_group("Zorg")
    world.tenant.assign_licence(group, sku)
    first, second = world.tenant.add_user(), world.tenant.add_user()
    for user in (first, second):
        assert (await world.post(f"/groups/{group}/members/$ref", reference(user))).status_code == 204
    answer = await world.get(f"/users/{second}?$select=assignedLicenses,licenseAssignmentStates")
    assert answer.json()["assignedLicenses"] == []
    (state,) = answer.json()["licenseAssignmentStates"]
    assert (state["state"], state["error"]) == ("Error", "CountViolation")


async def test_a_product_with_mail_gives_a_mailbox_address(world: World) -> None:
    sku = world.tenant.add_sku("SPE_E3", 5, plans=["EXCHANGE_S_ENTERPRISE", "TEAMS1"])
    user = await world.create("anna", usageLocation="NL")
    await assign(world, user, sku)
    assert world.tenant.users[user]["mail"] == "anna@contoso.nl"
    addresses = ["SMTP:anna@contoso.nl", "smtp:anna@contoso.onmicrosoft.com"]
    assert world.tenant.users[user]["proxyAddresses"] == addresses
    other = await world.create("piet", usageLocation="NL")
    (mail_plan, _) = (await world.value("/subscribedSkus"))[0]["servicePlans"]
    body = {"addLicenses": [{"skuId": sku, "disabledPlans": [mail_plan["servicePlanId"]]}], "removeLicenses": []}
    assert (await world.post(f"/users/{other}/assignLicense", body)).status_code == 200
    assert "mail" not in world.tenant.users[other]


async def test_a_restored_user_gets_its_licences_back(world: World) -> None:
    sku, user = world.tenant.add_sku("SPE_E3", 1), await world.create(usageLocation="NL")
    await assign(world, user, sku)
    await world.delete(f"/users/{user}")
    assert await consumed(world) == {"SPE_E3": 0}
    await world.post(f"/directory/deletedItems/{user}/restore")
    assert await consumed(world) == {"SPE_E3": 1}
