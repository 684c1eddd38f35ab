"""Both apps of one deployment between HR and a tenant, each with an identity that may do what its role may."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from azure_world import HEADING, POLICY, Clock, Policies, as_message, environment, simulated
from guarded import GuardedBus, GuardedStore
from triggers import loaded

from local.graph import Tenant
from shared import queues
from shared.azure import Doors, deploy
from shared.azure.ground import Ground
from shared.azure.pages import Pages
from shared.azure.reach import REACH
from shared.azure.settings import Settings
from shared.azure.triggers import Listener, Role, Timer, of
from shared.compose import TokenStore
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.tokens.sealed import SECRET, from_secret, new_key

KEY = new_key()
CLIENTS = {
    Role.READ: "aaaaaaaa-2222-3333-4444-555555555555",
    Role.WRITE: "bbbbbbbb-2222-3333-4444-555555555555",
}


@dataclass
class App:
    """One function app: its module as Azure would load it, and what its identity was seen to use."""

    role: Role
    module: ModuleType
    store: GuardedStore
    bus: GuardedBus
    secrets: list[str] = field(default_factory=list)
    doors: Doors = field(init=False)


@dataclass
class TwoApps:
    folder: Path
    clock: Clock
    tenant: Tenant
    queues: MemoryBus
    apps: Mapping[Role, App]
    policies: Policies

    def hr(self, *rows: str) -> None:
        (self.folder / "people.csv").write_text("\n".join((HEADING, *rows, "")), encoding="utf-8")

    def staff(self, many: int, leaving: str = "") -> None:
        """So many people who have worked here for years; the first of them until the day of `leaving`."""
        ends = [leaving] + [""] * (many - 1)
        self.hr(*(f"{number:03d};Given{number};Family;2020-01-01;{end};Sales;" for number, end in enumerate(ends)))

    def users(self) -> dict[str, dict[str, Any]]:
        return {user["employeeId"]: user for user in self.tenant.users.values() if user.get("employeeId")}

    async def run(self) -> None:
        """Every timer of both apps once, and then the queues until nothing is left."""
        for app in self.apps.values():
            for one in of(app.role):
                if isinstance(one, Timer):
                    await getattr(app.module, one.name)(None)
        await self.settle()

    async def settle(self) -> None:
        while due := self.queues.next_due():
            self.clock.now = max(self.clock.now, due)
            for app in self.apps.values():
                for one in of(app.role):
                    if isinstance(one, Listener):
                        await self._drain(app, one)

    async def _drain(self, app: App, listener: Listener) -> None:
        while held := await self.queues.accept(listener.queue, 0):
            deliveries = await held.receive(1000 if listener.many else 1)
            messages = [as_message(one) for one in deliveries]
            await getattr(app.module, listener.name)(messages if listener.many else messages[0])
            for one in deliveries:
                await held.complete(one)
            await held.close()


@asynccontextmanager
async def two_apps(
    folder: Path, permissions: Mapping[Role, Iterable[str]], policy: str = POLICY
) -> AsyncIterator[TwoApps]:
    clock = Clock()
    tenant = Tenant(clock=clock)
    for role, names in permissions.items():
        tenant.add_app(CLIENTS[role], "app-secret", permissions=names)
    tenant.add_group("All staff")
    policies = Policies(policy.replace("TENANT", tenant.id))
    bus = MemoryBus(clock, queues.QUEUES)
    async with SqliteStore(folder / "state.db") as store, AsyncExitStack() as stack:
        apps = {}
        for role in (Role.READ, Role.WRITE):
            reach = REACH[role]
            app = App(
                role, loaded(role), GuardedStore(store, reach.tables), GuardedBus(bus, reach.sends, reach.receives)
            )
            laying = simulated(clock, tenant, app.bus, app.store, folder, policies, CLIENTS[role])
            given = partial(deploy, laying=partial(_told, app, laying), environment=environment(tenant.id, role))
            app.doors = app.module.doors = Doors(given)
            app.module.pages = Pages(app.doors)
            stack.push_async_callback(app.doors.close)
            apps[role] = app
        yield TwoApps(folder, clock, tenant, bus, apps, policies)


async def _told(app: App, laying: Any, settings: Settings, stack: AsyncExitStack) -> Ground:
    """The ground of one app, which remembers the secrets that were asked for."""
    ground: Ground = await laying(settings, stack)

    async def secret(name: str) -> str:
        app.secrets.append(name)
        return KEY if name == SECRET else "x"

    tokens = TokenStore(store=app.store, keys=from_secret(secret, lambda name: None))
    return replace(ground, around=replace(ground.around, secret=secret, tokens=tokens))
