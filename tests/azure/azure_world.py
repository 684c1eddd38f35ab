"""Azure's place taken by the embedded state and queues, with the production triggers between HR and a tenant."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import azure.functions as func
import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from signed import AUDIENCE, signing_keys

import function_app
from connectors.entra import MANIFEST
from local.graph import Tenant, graph_app
from shared import queues
from shared.azure import Doors, deploy
from shared.azure.current import Current
from shared.azure.ground import Ground
from shared.azure.pages import Pages
from shared.azure.root import Deployment
from shared.azure.settings import Settings
from shared.bus import Bus, Delivery, Doorbell
from shared.compose import Surroundings
from shared.digest_page import Letter
from shared.doorbells import to_text
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.errors import TryLater
from shared.policy import Mail
from shared.policy_file import PolicyText, load
from shared.store import Store
from shared.telemetry import parted
from tests.doorbells import ORDER

APP = "11111111-2222-3333-4444-555555555555"
HEADING = "Number;First;Last;Start;End;Department;Manager"
POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: files
    settings:
      path: people.csv
      encoding: utf-8
      delimiter: ";"
      key: Number
      date_formats: [yyyy-mm-dd]
      person: {givenName: First, surname: Last}
      contract: {start: Start, end: End, manager: Manager, fields: {department: Department}}
targets:
  entra:
    connector: entra
    settings: {tenant: TENANT}
    correlate: [employeeId, userPrincipalName]
    attributes:
      employeeId: "[employeeId]"
      displayName: 'Join(" ", [givenName], [surname])'
      department: "[department]"
      manager: "[manager]"
      mailNickname: {mode: create_only, value: "[employeeId]"}
      userPrincipalName: 'Join("@", ToLower([givenName]), "contoso.nl")'
    grants:
      - group: All staff
"""


@dataclass
class Clock:
    now: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class SignIn:
    """Signs in at the simulated tenant."""

    def __init__(self, tenant: Tenant, http: httpx.AsyncClient, client: str) -> None:
        self._tenant, self._http, self._client = tenant, http, client

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        form = {
            "client_id": self._client,
            "client_secret": "app-secret",
            "grant_type": "client_credentials",
            "scope": scopes[0],
        }
        address = f"https://login.microsoftonline.com/{self._tenant.id}/oauth2/v2.0/token"
        answer = await self._http.post(address, data=form)
        if answer.status_code != httpx.codes.OK:
            raise ClientAuthenticationError("AADSTS700016: the application was not found")
        return AccessToken(answer.json()["access_token"], 0)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "SignIn":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass
class Policies:
    """The container of policies with the text that is active, and what stands in the way of it or of the queues."""

    text: str
    asked: int = 0
    trouble: Exception | None = None
    mailed: list[tuple[str, Mail, Letter]] = field(default_factory=list)
    mail_fails: Exception | None = None
    away: bool = False
    """Whether the queues cannot be reached."""

    async def active(self) -> PolicyText:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        return load(self.text)

    async def post(self, base: str, rules: Mail, letter: Letter) -> None:
        if self.mail_fails is not None:
            raise self.mail_fails
        self.mailed.append((base, rules, letter))

    async def reach(self, queue: str) -> None:
        if self.away:
            raise TryLater(f"{queue}: the queue cannot be reached")


@dataclass
class World:
    folder: Path
    clock: Clock
    tenant: Tenant
    bus: MemoryBus
    doors: Doors
    policies: Policies
    delivered: list[tuple[str, Delivery]] = field(default_factory=list)

    def hr(self, *rows: str) -> None:
        (self.folder / "people.csv").write_text("\n".join((HEADING, *rows, "")), encoding="utf-8")

    def users(self) -> dict[str, dict[str, Any]]:
        """The tenant's accounts by employee number."""
        return {user["employeeId"]: user for user in self.tenant.users.values() if user.get("employeeId")}

    async def run(self) -> None:
        """Everything Azure would trigger: each timer once, then the queues, until nothing is left."""
        for timer in (function_app.poll, function_app.follow, function_app.wake, function_app.sweep):
            await timer(None)
        await self.settle()

    async def settle(self) -> None:
        """Handle what the queues hold until nothing is left, moving the clock to what is due later."""
        while due := self.bus.next_due():
            self.clock.now = max(self.clock.now, due)
            for queue in ORDER:
                await self.drain(queue)

    async def drain(self, queue: str) -> None:
        trigger = getattr(function_app, queue.replace("-", "_"))
        while held := await self.bus.accept(queue, 0):
            many = queue in (queues.ADMIT, queues.MEMBERSHIPS)
            deliveries = await held.receive(1000 if many else 1)
            self.delivered += [(queue, one) for one in deliveries]
            messages = [as_message(one) for one in deliveries]
            await trigger(messages if many else messages[0])
            for one in deliveries:
                await held.complete(one)
            await held.close()


def as_message(delivery: Delivery) -> func.ServiceBusMessage:
    """What the host gives a trigger: the body as it went over the wire, and no session."""
    from azure.functions.servicebus import ServiceBusMessage

    text = to_text(Doorbell(delivery.session, delivery.body))
    return ServiceBusMessage(
        body=text.encode(),
        message_id=delivery.id,
        application_properties=parted(delivery.trace),
        user_properties={},
        session_id=None,
        enqueued_time_utc=delivery.due,
    )


@asynccontextmanager
async def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, policy: str = POLICY) -> AsyncIterator[World]:
    clock = Clock()
    tenant = Tenant(clock=clock)
    tenant.add_app(APP, "app-secret", permissions=MANIFEST.permissions)
    tenant.add_group("All staff")
    for name, value in environment(tenant.id).items():
        monkeypatch.setenv(name, value)
    policies = Policies(policy.replace("TENANT", tenant.id))
    bus = MemoryBus(clock, queues.QUEUES)
    async with SqliteStore(folder / "state.db") as store:
        laying = simulated(clock, tenant, bus, store, folder, policies)
        world = World(folder, clock, tenant, bus, Doors(partial(deploy, laying=laying)), policies)
        monkeypatch.setattr(function_app, "doors", world.doors)
        monkeypatch.setattr(function_app, "pages", Pages(world.doors))
        yield world
        await world.doors.close()


def environment(tenant: str, role: str = "both") -> dict[str, str]:
    return {
        "JOINLY_ROLE": role,
        "JOINLY_POLICIES": "https://stjoinly.blob.core.windows.net/policies/",
        "JOINLY_TENANT": tenant,
        "JOINLY_AUDIENCE": AUDIENCE,
        "JOINLY_IDENTITY": APP,
        "JOINLY_TABLES": "https://stjoinly.table.core.windows.net/",
        "JOINLY_KEY_VAULT": "https://joinly-test.vault.azure.net/",
        "ServiceBus__fullyQualifiedNamespace": "sb-joinly.servicebus.windows.net",
        "PATH": os.environ["PATH"],
    }


def simulated(
    clock: Clock, tenant: Tenant, bus: Bus, store: Store, folder: Path, policies: Policies, client: str = APP
) -> Callable[[Settings, AsyncExitStack], Any]:
    """What an app stands on here; `client` is who it is in the tenant."""

    async def laying(settings: Settings, stack: AsyncExitStack) -> Ground:
        transport = httpx.ASGITransport(app=graph_app(tenant))
        http = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
        numbers = iter(range(1_000_000))
        around = Surroundings(
            store=store,
            bus=bus,
            secret=_no_secret,
            clock=clock,
            sleep=_no_sleep,
            unique=lambda: f"{settings.role}-{next(numbers)}",
            hash_key=b"k" * 32,
            folder=folder,
            credential=lambda target: SignIn(tenant, http, client),
            transport=lambda path: transport,
        )
        return Ground(
            around=around, active=policies.active, reach=policies.reach, keys=signing_keys, post=policies.post
        )

    return laying


async def engine_of(world: World) -> Engine:
    """The engine of the active policy, which this world keeps as long as its doors."""
    async with world.doors.engine() as engine:
        return engine


def doors_on(world: World, build: Callable[[AsyncExitStack], Any]) -> Doors:
    """Doors whose engines come of `build`, whatever the policy is."""

    async def deploy_here(stack: AsyncExitStack) -> Deployment:
        known = await world.doors.deployment()

        async def building(found: PolicyText, stack: AsyncExitStack) -> Engine:
            engine: Engine = await build(stack)
            return engine

        return replace(known, current=Current(world.policies.active, building))

    return Doors(deploy_here)


async def _no_secret(name: str) -> str:
    raise AssertionError(f"{name} is not needed here")


async def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"nothing waits here, and not {seconds} s")
