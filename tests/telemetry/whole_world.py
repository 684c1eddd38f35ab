"""The whole pipeline in Azure's own forms on this machine: tables, queues with the real SDK, vault and sign-in.

The triggers are called as the host calls them, with what came over the wire; whatever leaves is kept to be looked at.
"""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken
from azure.servicebus import ServiceBusMessage
from azure_world import APP, Policies, SignIn, as_message, environment, simulated
from cryptography.fernet import Fernet
from loopback import Loopback

import function_app
import shared.servicebus
from connectors.entra import MANIFEST
from local.azurite import Azurite
from local.graph import Faults, Tenant, graph_app
from local.personio import Company, personio_app
from local.servicebus import Broker
from shared import layout, queues
from shared.azure import Doors, deploy
from shared.azure.ground import Ground
from shared.azure.settings import Settings
from shared.bus import LockLost, QueueSettings
from shared.compose import TokenStore
from shared.servicebus import ServiceBus
from shared.store import Row
from shared.tables import TableStore
from shared.tokens import kept as tokens_kept
from shared.tokens.sealed import from_secret
from shared.vault import Remembered
from tests.doorbells import ORDER

QUEUES = {name: QueueSettings(lock_seconds=60, max_deliveries=2) for name in queues.QUEUES}


class Overheard(httpx.AsyncBaseTransport):
    """A simulator in this process, with everything that was sent to it and that it answered."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self.bodies: list[bytes] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(await request.aread())
        response = await self._inner.handle_async_request(request)
        self.bodies.append(await response.aread())
        return response

    def found(self, name: str) -> set[str]:
        """Every text that stood under this name, anywhere in a body of JSON."""
        found: set[str] = set()
        for body in self.bodies:
            try:
                found |= set(_under(json.loads(body), name))
            except ValueError:
                continue
        return found


@dataclass
class Whole:
    folder: Path
    tenant: Tenant
    faults: Faults
    company: Company
    graph: Overheard
    personio: Overheard
    store: TableStore
    bus: ServiceBus
    doors: Doors
    messages: list[str] = field(default_factory=list)
    """Each message that was sent: body and properties."""
    raised: list[str] = field(default_factory=list)
    """Each exception that reached the host, as it would log it."""
    handling: Callable[[str], None] = lambda queue: None

    async def timer(self, name: str) -> None:
        await self._called(getattr(function_app, name), None)

    async def settle(self) -> None:
        """Handle what the queues hold until nothing comes any more."""
        while True:
            if not sum([await self._drain(queue) for queue in ORDER]):
                return

    async def _drain(self, queue: str) -> int:
        count = 0
        while (held := await self.bus.accept(queue, 0.2)) is not None:
            many = queue == queues.ADMIT
            try:
                deliveries = await held.receive(1000 if many else 1)
                messages = [as_message(one) for one in deliveries]
                trigger = getattr(function_app, queue.replace("-", "_"))
                done = not messages or await self._called(trigger, messages if many else messages[0])
                for one in deliveries:
                    await (held.complete(one) if done else held.abandon(one))
                count += len(deliveries)
            except LockLost:
                continue
            finally:
                await held.close()
        return count

    async def _called(self, trigger: Callable[[Any], Any], given: Any) -> bool:
        try:
            await trigger(given)
        except Exception as error:
            self.raised += [repr(error), "".join(traceback.format_exception(error))]
            return False
        return True

    async def dead(self) -> list[str]:
        """What was set aside, with its reason."""
        return [f"{queue} {one}" for queue in queues.QUEUES for one in await self.bus.dead_letters(queue)]

    async def rows(self) -> AsyncIterator[tuple[str, Row]]:
        for table in (*layout.TABLES, *tokens_kept.TABLES.values()):
            async for row in self.store.everything(table):
                yield table, row


def _under(value: Any, name: str) -> list[str]:
    if isinstance(value, dict):
        here = [value[name]] if isinstance(value.get(name), str) else []
        return here + [text for inner in value.values() for text in _under(inner, name)]
    if isinstance(value, list):
        return [text for inner in value for text in _under(inner, name)]
    return []


@asynccontextmanager
async def whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch, azurite: Azurite, azure: Loopback, policy: str
) -> AsyncIterator[Whole]:
    """`policy` has `TENANT` where the tenant's id goes; HR's file stands beside it."""
    tenant, faults, company = Tenant(clock=_now), Faults(), Company(_now)
    tenant.add_app(APP, "app-secret-canary-4f1c", permissions=MANIFEST.permissions)
    tenant.add_group("All staff")
    for name, value in environment(tenant.id).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JOINLY_IDENTITY")
    policies = Policies(policy.replace("TENANT", tenant.id))
    graph, personio = Overheard(graph_app(tenant, faults)), Overheard(personio_app(company))
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(QUEUES))
        bus = await stack.enter_async_context(ServiceBus.from_connection_string(broker.connection_string, patience=0.2))
        store = await stack.enter_async_context(TableStore.from_connection_string(azurite.connection_string))
        azure.vault.put("joinly-token-key", Fernet.generate_key().decode())
        secret = Remembered((await stack.enter_async_context(azure.opened())).read)
        http = await stack.enter_async_context(httpx.AsyncClient(transport=graph))

        async def laying(settings: Settings, opened: AsyncExitStack) -> Ground:
            ground: Ground = await simulated(_now, tenant, bus, store, folder, policies)(settings, opened)  # type: ignore[arg-type]
            around = replace(
                ground.around,
                secret=secret,
                forget=secret.forget,
                tokens=TokenStore(store=store, keys=from_secret(secret, secret.forget)),
                sleep=asyncio.sleep,
                hash_key=b"hash-key-canary-of-32-bytes-1234",
                credential=lambda target: Signing(tenant, http, APP),
                transport=lambda path: graph if path[0] == "targets" else personio,
            )
            return replace(ground, around=around)

        doors = Doors(partial(deploy, laying=laying))
        world = Whole(folder, tenant, faults, company, graph, personio, store, bus, doors)
        monkeypatch.setattr(function_app, "doors", doors)
        monkeypatch.setattr(shared.servicebus, "_message", _kept(shared.servicebus._message, world.messages))
        yield world
        await doors.close()


class Signing(SignIn):
    """Signs in at the simulated tenant with this world's own secret."""

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        form = {
            "client_id": APP,
            "client_secret": "app-secret-canary-4f1c",
            "grant_type": "client_credentials",
            "scope": scopes[0],
        }
        address = f"https://login.microsoftonline.com/{self._tenant.id}/oauth2/v2.0/token"
        answer = await self._http.post(address, data=form)
        return AccessToken(answer.json()["access_token"], 0)


def _now() -> datetime:
    return datetime.now(UTC)


def _kept(making: Callable[..., ServiceBusMessage], kept: list[str]) -> Callable[..., ServiceBusMessage]:
    def made(*given: Any) -> ServiceBusMessage:
        message = making(*given)
        kept.append(f"{message} {message.application_properties} {message.session_id} {message.subject}")
        return message

    return made
