"""A simulated organisation with the Exchange connector in front of it, everything that was sent, and a clock."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from azure.core.credentials import AccessToken

from connectors.exchange import MANIFEST
from connectors.exchange.settings import Settings
from connectors.exchange.target import Exchange
from local.exchange import Faults, Organisation, exchange_app
from local.graph import Tenant
from shared.connector import Outside
from shared.model import Account, Action, Entitlement, Value, Verb
from shared.wire import Meter, open_http

APP = "11111111-2222-3333-4444-555555555555"
CANARY = "canary-8d1c"
NOBODY = "00000000-0000-4000-8000-000000000000"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Credential:
    """Signs in at the tenant, in the form of azure-identity's."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        return AccessToken(self._tenant.issue_token(APP, audience=scopes[0].removesuffix("/.default")), 0)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Credential":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass
class Sent:
    """Passes requests on and remembers them."""

    inner: Any
    requests: list[httpx.Request] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        answer: httpx.Response = await self.inner.handle_async_request(request)
        return answer

    async def aclose(self) -> None: ...

    def commands(self) -> list[str]:
        return [json.loads(one.content)["CmdletInput"]["CmdletName"] for one in self.requests]

    def told(self, cmdlet: str) -> dict[str, Any]:
        """The parameters of the last command of that name."""
        found = [json.loads(one.content)["CmdletInput"] for one in self.requests]
        return dict([one["Parameters"] for one in found if one["CmdletName"] == cmdlet][-1])


class World:
    def __init__(self, organisation: Organisation, faults: Faults, clock: Clock, sent: Sent, http: Any) -> None:
        self.organisation = organisation
        self.tenant = organisation.tenant
        self.faults = faults
        self.clock = clock
        self.sent = sent
        self.http = http
        self.credential = Credential(self.tenant)
        self.sku = self.tenant.add_sku("SPE_E3", 100, plans=["EXCHANGE_S_ENTERPRISE"])
        self.target = self.connect()

    def connect(self, *, http: Any = None, credential: Any = None, **settings: Any) -> Exchange:
        """Another process with the same connector: it remembers nothing of what this one learnt."""
        given = Settings(tenant=self.tenant.id, unsupported_interface=True, **settings)
        return Exchange(given, outside(http or self.http, self.clock, credential or self.credential))

    def person(self, name: str = "anna", **properties: Any) -> str:
        """Somebody with a licence, whose mailbox is there."""
        user = self.tenant.add_user(userPrincipalName=f"{name}@contoso.nl", **properties)
        self.tenant.assign_licence(user, self.sku)
        return user

    async def read(self, account: str, *among: str) -> Account:
        found = await self.target.read(account, frozenset(map(Entitlement.of, among)))
        assert found is not None
        return found

    async def apply(self, account: str, verb: Verb, **attributes: Value) -> str:
        return await self.target.apply(account, Action(verb=verb, attributes=attributes))

    async def grant(self, account: str, what: str) -> None:
        await self.target.apply(account, Action(verb=Verb.GRANT, entitlement=Entitlement.of(what)))

    async def revoke(self, account: str, what: str) -> None:
        await self.target.apply(account, Action(verb=Verb.REVOKE, entitlement=Entitlement.of(what)))

    async def held(self, account: str, *among: str) -> set[str]:
        return set(map(str, (await self.read(account, *among)).entitlements))


KINDS = ("full_access", "send_as", "send_on_behalf")


async def whole_life(world: World) -> str:
    """Every verb, every kind of entitlement and every way to read."""
    world.organisation.add_shared("sales@contoso.nl", "Sales")
    world.organisation.add_list("all@contoso.nl", "All")
    anna = world.person("anna", displayName=CANARY)
    everything = [*(f"{kind}:sales@contoso.nl" for kind in KINDS), "distribution_group:all@contoso.nl"]
    await world.apply(anna, Verb.CORRELATE)
    await world.apply(anna, Verb.UPDATE, customAttribute1=CANARY, customAttribute2=None)
    for one in everything:
        await world.grant(anna, one)
    assert await world.held(anna, *everything) == set(everything)
    for one in everything:
        await world.revoke(anna, one)
    assert await world.held(anna, *everything) == set()
    await world.apply(anna, Verb.DISABLE)
    await world.apply(anna, Verb.ENABLE)
    await world.target.find("userPrincipalName", "anna@contoso.nl")
    assert [one async for one in world.target.deleted()] == []
    assert [page.token async for page in world.target.changes("")] == ["none"]
    assert await world.target.stock() == {}
    return anna


def outside(http: httpx.AsyncClient, clock: Callable[[], datetime], credential: Any) -> Outside:
    async def never(_: object) -> Any:
        raise AssertionError("the connector needs no secret and waits for nothing")

    return Outside(http=http, secret=never, clock=clock, sleep=never, folder=Path("."), credential=credential)


@asynccontextmanager
async def opened(permissions: Any = MANIFEST.permissions) -> AsyncIterator[World]:
    """A world of its own; the app has exactly what the manifest asks for, unless it is said otherwise."""
    clock = Clock()
    tenant = Tenant(clock=clock)
    tenant.add_app(APP, "app-secret", permissions=permissions)
    faults = Faults()
    organisation = Organisation(tenant, faults)
    sent = Sent(httpx.ASGITransport(app=exchange_app(organisation)))
    async with open_http(Meter(), transport=sent) as http:  # type: ignore[arg-type]
        yield World(organisation, faults, clock, sent, http)


@asynccontextmanager
async def scripted(*answers: httpx.Response | Exception) -> AsyncIterator[tuple[Exchange, list[httpx.Request]]]:
    """The connector in front of a service that answers these, one after the other: forms no simulator has."""
    waiting, seen = list(answers), list[httpx.Request]()

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        given = waiting.pop(0)
        if isinstance(given, Exception):
            raise given
        return streamed(given)

    clock = Clock()
    tenant = Tenant(clock=clock)
    tenant.add_app(APP, "app-secret")
    async with open_http(Meter(), transport=httpx.MockTransport(answer)) as http:
        settings = Settings(tenant=NOBODY, unsupported_interface=True)
        yield Exchange(settings, outside(http, clock, Credential(tenant))), seen


def streamed(answer: httpx.Response) -> httpx.Response:
    """The same, as it comes from a network: not read yet."""
    return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


def refusal(status: int, kind: str, text: str = "", code: str = "BadRequest") -> httpx.Response:
    reason = f"ExABCDEF|{kind}|{text}"
    error = {"code": code, "message": "Error executing cmdlet", "details": [{"code": "Client", "message": reason}]}
    return httpx.Response(status, json={"error": error})
