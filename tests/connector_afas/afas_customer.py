"""A customer whole: a simulated Profit, a simulated tenant, and the production engine between them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from azure.core.credentials import AccessToken

import connectors
from local.graph import Tenant, graph_app
from shared import engine as production
from shared import queues
from shared.compose import Surroundings, assemble
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.policy_file import load
from tests.connector_afas.afas_world import BASE, World
from tests.doorbells import answered

APP = "11111111-2222-3333-4444-555555555555"
PROFIT = f"{{base: {BASE}, token: secret:afas-token, standard: STANDARD}}"
"""A policy's settings, for a standard set still to be named."""
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
        await self.passes(timedelta(hours=1))

    async def passes(self, time: timedelta) -> None:
        """So much time, in which whatever is due is done."""
        until = self.world.time.now + time
        while await answered(self.engine, self.bus) or self._later(until):
            pass
        self.world.time.now = until

    def _later(self, until: Any) -> bool:
        due = self.bus.next_due()
        if due is None or due > until:
            return False
        self.world.time.now = max(self.world.time.now, due)
        return True

    def names(self) -> dict[str, str]:
        """Employee → the name they sign in with."""
        return {user["employeeId"]: user["userPrincipalName"] for user in self.tenant.users.values()}


@asynccontextmanager
async def opened(world: World, more: str = "") -> AsyncIterator[Customer]:
    """`more` are further settings of Profit, as they stand in a policy."""
    found = load(POLICY.replace("STANDARD", world.standard + more))
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
