"""A change in Profit is in the tenant some minutes later, between two polls, and who is gone is told by the poll."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from local.afas.environment import AUDIT
from shared import engine as production
from shared.errors import Reason
from tests.connector_afas.afas_customer import Customer, opened
from tests.connector_afas.afas_world import World, job

MINUTES = timedelta(minutes=5)
DATED = f", people: {{changed: {AUDIT}}}, employments: {{changed: {AUDIT}}}"


@pytest.fixture
async def customer(world: World) -> AsyncIterator[Customer]:
    """Three employees whom the tenant has, an hour after the poll."""
    world.environment.audited = True
    for number, name in (("000001", "Anna"), ("000002", "Ben"), ("000003", "Cor")):
        world.hire(number, job(), first_name=name, birth_name=f"Bos{number[-1]}")
    async with opened(world, DATED) as customer:
        await customer.run()
        yield customer


async def glanced(customer: Customer, *changed: str) -> int:
    """Somebody changes these in Profit, and five minutes pass in which it is glanced at; the requests to Profit."""
    for own in changed:
        customer.world.environment.touch(own, customer.world.time.now)
    before = len(customer.world.wire_end.heard)
    await production.ring_glances(customer.engine)
    await customer.passes(MINUTES)
    return len(customer.world.wire_end.heard) - before


def enabled(customer: Customer) -> dict[str, bool]:
    return {user["employeeId"]: user["accountEnabled"] for user in customer.tenant.users.values()}


async def missing(customer: Customer) -> list[str]:
    return [one.hr_id for one in await production.held(customer.engine) if one.reason == Reason.VANISHED]


async def test_somebody_new_can_sign_in(customer: Customer) -> None:
    customer.world.hire("000004", job(), first_name="Dora", birth_name="Dam")
    await glanced(customer, "000004", "000004-1")
    assert customer.names()["000004"] == "dora@contoso.nl"
    assert enabled(customer)["000004"]


async def test_somebody_whose_last_day_was_yesterday_can_no_longer(customer: Customer) -> None:
    customer.world.environment.employees["000002"].employments[0].end = date(2026, 3, 1)
    await glanced(customer, "000002-1")
    assert enabled(customer) == {"000001": True, "000002": False, "000003": True}


async def test_somebody_who_is_called_otherwise_is_renamed(customer: Customer) -> None:
    customer.world.environment.employees["000003"].first_name = "Kees"
    await glanced(customer, "000003")
    assert customer.names()["000003"] == "kees@contoso.nl"


async def test_when_nobody_was_changed_it_is_a_request_for_each_list(customer: Customer) -> None:
    writes = len(customer.tenant.users), customer.names()
    assert await glanced(customer) == 2
    assert (len(customer.tenant.users), customer.names()) == writes


async def test_somebody_who_is_deleted_stays_until_the_poll_says_so(customer: Customer) -> None:
    del customer.world.environment.employees["000003"]
    await glanced(customer)
    assert enabled(customer)["000003"]
    assert await missing(customer) == []
    await customer.run()
    assert await missing(customer) == ["000003"]
