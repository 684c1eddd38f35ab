"""How many seats are free: by part number and by id, in one request, and never fewer than none."""

import httpx
import pytest
from entra_world import World, scripted

from shared.errors import Misconfigured
from shared.model import Entitlement
from shared.rehearsal import Rehearsal


def seats(stock: object, name: str) -> object:
    assert isinstance(stock, dict)
    return stock.get(Entitlement("license", name))


async def test_free_seats_are_told_under_both_names_in_one_request(world: World) -> None:
    sku = world.tenant.add_sku("ENTERPRISEPACK", 3)
    world.tenant.assign_licence(world.tenant.add_user(usageLocation="NL"), sku)
    before = world.count()
    stock = await world.target.stock()
    assert stock == {Entitlement("license", "ENTERPRISEPACK"): 2, Entitlement("license", sku): 2}
    assert world.count() == before + 1


async def test_it_is_remembered_for_a_minute_and_not_beyond_our_own_writes(world: World) -> None:
    anna = world.tenant.add_user(usageLocation="NL")
    sku = world.tenant.add_sku("ENTERPRISEPACK", 1)
    await world.read(anna)
    await world.target.stock()
    before = world.count()
    await world.target.stock()
    assert world.count() == before
    await world.grant(anna, "license", sku)
    assert seats(await world.target.stock(), "ENTERPRISEPACK") == 0
    world.tenant.set_seats(sku, 5)
    assert seats(await world.target.stock(), "ENTERPRISEPACK") == 0
    world.clock.move(minutes=1)
    assert seats(await world.target.stock(), "ENTERPRISEPACK") == 4


async def test_more_used_than_bought_is_none_and_a_suspended_product_has_none(world: World) -> None:
    sku = world.tenant.add_sku("ENTERPRISEPACK", 1)
    world.tenant.assign_licence(world.tenant.add_user(usageLocation="NL"), sku)
    world.tenant.set_seats(sku, 0)
    world.tenant.add_sku("OLD", 10, capabilityStatus="Suspended")
    stock = await world.target.stock()
    assert (seats(stock, "ENTERPRISEPACK"), seats(stock, "OLD")) == (0, 0)


async def test_what_is_for_the_company_or_cannot_be_read_is_left_out_or_none() -> None:
    rows = [
        {
            "skuId": "1",
            "skuPartNumber": "A",
            "appliesTo": "Company",
            "prepaidUnits": {"enabled": 5},
            "consumedUnits": 0,
        },
        {"skuId": "2", "skuPartNumber": "B", "appliesTo": "User", "prepaidUnits": {"enabled": 5, "warning": 9}},
        {"skuId": "3", "skuPartNumber": "C", "appliesTo": "User", "prepaidUnits": None, "consumedUnits": None},
    ]
    async with scripted(httpx.Response(200, json={"value": rows})) as (target, _):
        stock = await target.stock()
    assert {one.name: free for one, free in stock.items()} == {"2": 5, "B": 5, "3": 0, "C": 0}


async def test_a_preview_asks_the_tenant(world: World) -> None:
    world.tenant.add_sku("ENTERPRISEPACK", 3)
    assert seats(dict(await Rehearsal(world.target, {}).stock()), "ENTERPRISEPACK") == 3


async def test_a_product_may_be_named_by_its_id(world: World) -> None:
    anna, sku = world.tenant.add_user(usageLocation="NL"), world.tenant.add_sku("ENTERPRISEPACK", 1)
    await world.grant(anna, "license", sku)
    assert Entitlement("license", "ENTERPRISEPACK") in (await world.read(anna)).entitlements
    await world.revoke(anna, "license", sku)
    assert (await world.read(anna)).entitlements == frozenset()


async def test_without_the_permission_it_says_so(world: World) -> None:
    world.faults.deny.add("LicenseAssignment.Read.All")
    with pytest.raises(Misconfigured, match="permissions"):
        await world.target.stock()
