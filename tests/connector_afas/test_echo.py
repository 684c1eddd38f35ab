"""From Profit to a tenant and back: the name that Entra took is written into Profit, and its echo changes nothing."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

import connectors
from local.afas import User
from local.graph import Tenant, graph_app
from shared import engine as production
from shared import queues
from shared.compose import Surroundings, assemble
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.policy_file import load
from tests.connector_afas.afas_world import BASE, World, job

APP = "11111111-2222-3333-4444-555555555555"
PROFIT = f"{{base: {BASE}, token: secret:afas-token, standard: STANDARD}}"
POLICY = f"""\
customer: Contoso
sources:
  hr:
    connector: afas
    settings: {PROFIT}
targets:
  entra:
    connector: entra
    settings: {{tenant: contoso.nl}}
    correlate: [employeeId]
    names: {{rename: automatic}}
    attributes:
      employeeId: "[employeeId]"
      displayName: Join(" ", [givenName], [surname])
      mailNickname: '[employeeId]'
      userPrincipalName: >-
        SelectUniqueValue(
          Join("@", ToLower([givenName]), "contoso.nl"),
          Join("@", Join(".", ToLower([givenName]), ToLower([surname])), "contoso.nl"))
  hr-afas:
    connector: afas
    settings: {PROFIT}
    writes_back: hr
    attributes:
      email: "[entra.userPrincipalName]"
      userPrincipalName: "[entra.userPrincipalName]"
"""
ORDER = (queues.POLLS, queues.CHANGES, queues.ADMIT, queues.PROVISIONING_NOW, queues.PROVISIONING)


class SignIn:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(self._tenant.issue_token(APP, audience=scopes[0].removesuffix("/.default")), 0)

    async def close(self) -> None: ...


class Customer:
    """Profit, a tenant, and the production engine between them."""

    def __init__(self, world: World, tenant: Tenant, engine: Engine, bus: MemoryBus) -> None:
        self.world, self.tenant, self.engine, self.bus = world, tenant, engine, bus

    async def run(self) -> None:
        """A poll, every door, and whatever follows until nothing is due within an hour."""
        await production.detect(self.engine, "hr")
        for door in (production.renew, production.wake, production.patrol, production.relook, production.sweep):
            await door(self.engine)
        until = self.world.time.now + timedelta(hours=1)
        while await self._doorbell() or self._later(until):
            pass
        self.world.time.now = until

    def _later(self, until: Any) -> bool:
        due = self.bus.next_due()
        if due is None or due > until:
            return False
        self.world.time.now = max(self.world.time.now, due)
        return True

    async def _doorbell(self) -> bool:
        for queue in ORDER:
            session = await self.bus.accept(queue, 0)
            if session is not None:
                deliveries = await session.receive(100 if queue == queues.ADMIT else 1)
                await production.handle(self.engine, queue, session.id, deliveries[-1].body)
                for delivery in deliveries:
                    await session.complete(delivery)
                await session.close()
                return True
        return False

    def names(self) -> dict[str, str]:
        """Employee → the name they sign in with."""
        return {user["employeeId"]: user["userPrincipalName"] for user in self.tenant.users.values()}


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[Customer]:
    found = load(POLICY.replace("STANDARD", world.standard))
    tenant, bus = Tenant(clock=world.time.clock), MemoryBus(world.time.clock, queues.QUEUES)
    tenant.add_app(APP, "secret", permissions=list(connectors.manifest("entra").permissions))
    entra = httpx.ASGITransport(graph_app(tenant))
    async with SqliteStore(":memory:") as store, AsyncExitStack() as stack:
        around = Surroundings(
            store=store,
            bus=bus,
            secret=world.secret_of,
            clock=world.time.clock,
            sleep=world.time.sleep,
            unique=map(str, count()).__next__,
            hash_key=b"echo",
            folder=Path(),
            credential=lambda path: SignIn(tenant) if path[1] == "entra" else None,  # type: ignore[arg-type, return-value]
            transport=lambda path: entra if path[1] == "entra" else world.wire_end,
        )
        yield Customer(world, tenant, await assemble(found, connectors.manifest, around, stack), bus)


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
