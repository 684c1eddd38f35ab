"""From Profit to a tenant and back: the name that Entra took is written into Profit, and its echo changes nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from local.afas import User
from tests.connector_afas.afas_customer import Customer, opened
from tests.connector_afas.afas_world import World, job


@pytest.fixture
async def customer(either: World) -> AsyncIterator[Customer]:
    for number, name in (("000001", "Anna"), ("000002", "Anna"), ("000003", "Ben")):
        either.hire(
            number,
            job(),
            first_name=name,
            birth_name=f"Bos{number[-1]}",
            users=[User(id=f"12345.u{number[-1]}", description=name)],
        )
    async with opened(either) as customer:
        yield customer


async def test_what_entra_took_stands_in_profit(customer: Customer) -> None:
    await customer.run()
    given = customer.names()
    assert len(set(given.values())) == 3, "two people are called Anna, and one of them got another name"
    for number, name in given.items():
        employee = customer.world.environment.employees[number]
        assert (employee.email, employee.users[0].upn) == (name, name)


async def test_the_echo_is_read_and_nothing_is_written_again(customer: Customer) -> None:
    await customer.run()
    written = list(customer.world.environment.writes)
    assert len(written) == 6
    for _ in range(3):
        await customer.run()
    assert customer.world.environment.writes == written


async def test_a_mail_that_somebody_changed_in_profit_is_put_right(customer: Customer) -> None:
    await customer.run()
    employee = customer.world.environment.employees["000003"]
    employee.email = "wrong@example.test"
    await customer.run()
    assert employee.email == "ben@contoso.nl"


async def test_somebody_who_is_called_otherwise_gets_the_new_name_in_profit(customer: Customer) -> None:
    await customer.run()
    employee = customer.world.environment.employees["000003"]
    employee.first_name = "Bea"
    await customer.run()
    await customer.run()
    assert customer.names()["000003"] == "bea@contoso.nl"
    assert (employee.email, employee.users[0].upn) == ("bea@contoso.nl", "bea@contoso.nl")


async def test_a_leaver_keeps_what_stands_in_profit(customer: Customer) -> None:
    await customer.run()
    employee = customer.world.environment.employees["000003"]
    written = list(customer.world.environment.writes)
    employee.employments[0].end = customer.world.time.now.date() - timedelta(days=1)
    for _ in range(3):
        await customer.run()
    user = next(one for one in customer.tenant.users.values() if one["employeeId"] == "000003")
    assert user["accountEnabled"] is False
    assert customer.world.environment.writes == written
    assert (employee.email, employee.users[0].blocked) == ("ben@contoso.nl", False)
