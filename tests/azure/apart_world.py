"""The two apps side by side on one state: each with its own sign-in, and a fence around what its identity may do."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from azure.core.credentials import AccessToken
from starlette.applications import Starlette
from starlette.routing import Mount

import connectors
from local.exchange import Organisation, exchange_app
from local.graph import Faults, Tenant, graph_app
from shared import queues
from shared.bus import Bus, Doorbell
from shared.checks.policy import check
from shared.compose import Surroundings, assemble
from shared.connector import App
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine, detect, follow, handle, patrol, relook, renew, session, sweep, wake
from shared.permissions import needs
from shared.policy_file import PolicyText, load
from shared.store import Change, Row, Store

RIGHTS = json.loads((Path(__file__).resolve().parents[2] / "infra" / "rights.json").read_text())
CLIENTS = {App.READ: "11111111-0000-4000-8000-000000000001", App.WRITE: "11111111-0000-4000-8000-000000000002"}
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
      contract: {start: Start, end: End, manager: Manager, fields: {department: Department, leaves: End}}
targets:
  entra:
    connector: entra
    settings: {tenant: TENANT, application_roles: true}
    correlate: [employeeId, userPrincipalName]
    timing: {delete_after: 30}
    names: {rename: automatic}
    attributes:
      employeeId: "[employeeId]"
      displayName: 'Join(" ", [givenName], [surname])'
      department: "[department]"
      manager: "[manager]"
      usageLocation: '"NL"'
      employeeLeaveDateTime: 'IIF(IsNullOrEmpty([leaves]), [leaves], Join("", [leaves], "T00:00:00Z"))'
      mailNickname: {mode: create_only, value: "[employeeId]"}
      userPrincipalName: 'Join("@", ToLower([givenName]), "contoso.nl")'
    grants:
      - group: All staff
      - {group: "New in {department}", create: true}
      - license: SPE_E3
      - role: Salesforce/Standard
  mail:
    connector: exchange
    follows: entra
    settings: {tenant: TENANT, unsupported_interface: true}
    attributes: {}
    grants:
      - full_access: sales@contoso.nl
      - distribution_group: all@contoso.nl
"""
LITTLE = "\n".join(
    line
    for line in POLICY.replace(", application_roles: true", "").splitlines()
    if not re.search(r"delete_after|employeeLeaveDateTime|- group:|- \{group:|- role:|- distribution_group:", line)
)
"""The same customer without anything that not every customer wants, but for licences and one mailbox."""


@dataclass
class Fence(Store, Bus):
    """A state and queues as one identity sees them; what its rights do not name is refused, what it uses is kept."""

    store: SqliteStore
    bus: MemoryBus
    rights: Mapping[str, Sequence[str]]
    used: dict[str, set[str]] = field(default_factory=lambda: {"tables": set(), "sends": set()})

    def _use(self, kind: str, name: str) -> None:
        if name not in self.rights[kind]:
            raise AssertionError(f"this app has no right to {name} ({kind} of infra/rights.json)")
        self.used[kind].add(name)

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._use("tables", table)
        return await self.store.get(table, partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        self._use("tables", table)
        async for row in self.store.scan(table, partition, first, last):
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        self._use("tables", table)
        async for row in self.store.everything(table):
            yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        self._use("tables", table)
        return await self.store.commit(table, partition, changes)

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        self._use("sends", queue)
        await self.bus.ring(queue, doorbells, at)

    async def accept(self, queue: str, patience: float) -> Any:
        raise AssertionError("the host receives, not the app")


class SignIn:
    """One app's sign-in at the simulated tenant."""

    def __init__(self, tenant: Tenant, client: str) -> None:
        self._tenant, self._client = tenant, client

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        audience = scopes[0].removesuffix("/.default")
        return AccessToken(self._tenant.issue_token(self._client, audience=audience), 0)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "SignIn":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass
class Apart:
    """A tenant, an export of HR, and both apps."""

    folder: Path
    tenant: Tenant
    faults: Faults
    bus: MemoryBus
    granted: Mapping[App, frozenset[str]]
    now: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    engines: dict[App, Engine] = field(default_factory=dict)
    fences: dict[App, Fence] = field(default_factory=dict)

    def hr(self, *rows: str) -> None:
        (self.folder / "people.csv").write_text("\n".join((HEADING, *rows, "")), encoding="utf-8")

    async def round(self) -> None:
        """Every timer of the reading app, and the queues until nothing is left; the clock moves to what is due."""
        engine = self.engines[App.READ]
        for source in engine.sources:
            await detect(engine, source)
        for target in engine.targets:
            await follow(engine, target)
        for timer in (renew, wake, relook, patrol, sweep):
            await timer(engine)
        while due := self.bus.next_due():
            self.now = max(self.now, due)
            for app in App:
                for queue in RIGHTS[app]["receives"]:
                    await self._drain(queue, self.engines[app])

    async def days(self, number: int) -> None:
        """So many days later, and a round then."""
        self.now += timedelta(days=number)
        await self.round()

    async def _drain(self, queue: str, engine: Engine) -> None:
        while held := await self.bus.accept(queue, 0):
            for one in await held.receive(1000):
                await handle(engine, queue, session(queue, one.body), one.body)
                await held.complete(one)
            await held.close()

    @property
    def refused(self) -> list[tuple[str, str, int]]:
        """Requests that Graph declined because the app may not."""
        return [one for one in self.tenant.log if one[2] == 403]


def granted_by(policy: str) -> dict[App, frozenset[str]]:
    return permissions_of(load(policy.replace("TENANT", "00000000-0000-4000-8000-000000000000")))


def permissions_of(found: PolicyText) -> dict[App, frozenset[str]]:
    told = list(needs(found.policy, check(found, connectors.manifest), connectors.manifest))
    return {app: frozenset(one.name for one in told if one.app is app) for app in App}


@asynccontextmanager
async def opened(folder: Path, policy: str = POLICY, without: tuple[App, str] | None = None) -> AsyncIterator[Apart]:
    """Both apps, each with exactly the permissions that are computed for it, or `without` one of them."""
    faults = Faults()
    tenant = Tenant(clock=lambda: world.now)
    found = load(policy.replace("TENANT", tenant.id))
    granted = permissions_of(found)
    if without:
        granted[without[0]] -= {without[1]}
    world = Apart(folder, tenant, faults, MemoryBus(lambda: world.now, queues.QUEUES), granted)
    organisation = Organisation(tenant)
    organisation.add_shared("sales@contoso.nl", "Sales")
    organisation.add_list("all@contoso.nl", "All")
    tenant.add_group("All staff")
    tenant.add_group("Administrators", isAssignableToRole=True)
    tenant.add_sku("SPE_E3", 10, plans=("EXCHANGE_S_ENTERPRISE",))
    tenant.add_application("Salesforce", ["Standard"])
    app = Starlette(routes=[*exchange_app(organisation).routes, Mount("/", graph_app(tenant, faults))])
    async with SqliteStore(folder / "state.db") as store, AsyncExitStack() as stack:
        for role in App:
            tenant.add_app(CLIENTS[role], "no secret is used", permissions=granted[role])
            world.fences[role] = Fence(store, world.bus, RIGHTS[role])
            around = surroundings(world, role, httpx.ASGITransport(app=app), SignIn(tenant, CLIENTS[role]))
            world.engines[role] = await assemble(found, connectors.manifest, around, stack)
        yield world


def surroundings(world: Apart, role: App, transport: Any, credential: Any) -> Surroundings:
    async def no_secret(name: str) -> str:
        raise AssertionError(f"{name} is not needed here")

    async def no_sleep(seconds: float) -> None:
        raise AssertionError(f"nothing waits here, and not {seconds} s")

    numbers = iter(range(1_000_000))
    return Surroundings(
        store=world.fences[role],
        bus=world.fences[role],
        secret=no_secret,
        clock=lambda: world.now,
        sleep=no_sleep,
        unique=lambda: f"{role}-{next(numbers)}",
        hash_key=b"k" * 32,
        folder=world.folder,
        credential=lambda target: credential,
        transport=lambda path: transport,
    )
