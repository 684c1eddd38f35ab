"""A simulated tenant with the Entra connector in front of it, everything that was sent, and a clock that tests move."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from azure.core.credentials import AccessToken

from connectors.entra import MANIFEST
from connectors.entra.target import Entra, Settings
from local.graph import Faults, Tenant, graph_app
from shared.connector import Outside
from shared.model import Account, Action, Entitlement, Value, Verb
from shared.wire import Meter, open_http

BASE = "https://graph.microsoft.com/v1.0"
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
    """Signs in at the tenant's own token endpoint."""

    def __init__(self, http: httpx.AsyncClient, tenant: Tenant) -> None:
        self._http = http
        self._tenant = tenant
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        form = {
            "client_id": APP,
            "client_secret": "app-secret",
            "grant_type": "client_credentials",
            "scope": scopes[0],
        }
        address = f"https://login.microsoftonline.com/{self._tenant.id}/oauth2/v2.0/token"
        answer = await self._http.post(address, data=form)
        told = answer.json()
        return AccessToken(told["access_token"], 0)

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

    def writes(self) -> list[tuple[str, str]]:
        """Method and path, below the version, of everything but reads and batches."""
        return [
            (request.method, request.url.path.removeprefix("/v1.0"))
            for request in self.requests
            if request.method != "GET" and not request.url.path.endswith("/$batch")
        ]

    def body(self, method: str, ending: str) -> Any:
        """The JSON of the last request of that method whose path ends so."""
        found = [one for one in self.requests if one.method == method and one.url.path.endswith(ending)]
        return json.loads(found[-1].content)


class World:
    def __init__(self, tenant: Tenant, faults: Faults, clock: Clock, sent: Sent, http: httpx.AsyncClient) -> None:
        self.tenant = tenant
        self.faults = faults
        self.clock = clock
        self.sent = sent
        self.http = http
        self.meter = Meter()
        self.credential = Credential(httpx.AsyncClient(transport=sent.inner), tenant)
        self.target = self.connect()

    def connect(
        self, *, http: httpx.AsyncClient | None = None, credential: Any = None, base_url: str = BASE, **settings: bool
    ) -> Entra:
        """Another process with the same connector: it remembers nothing of what this one learnt."""
        given = Settings(tenant=self.tenant.domains[0], base_url=base_url, **settings)
        return Entra(given, outside(http or self.http, self.clock, credential or self.credential))

    async def read(self, account: str) -> Account:
        found = await self.target.read(account)
        assert found is not None
        return found

    async def apply(self, account: str, verb: Verb, **attributes: Value) -> str:
        return await self.target.apply(account, Action(verb=verb, attributes=attributes))

    async def create(self, name: str = "anna", **attributes: Value) -> str:
        return await self.apply("", Verb.CREATE, **{**person(name), **attributes})

    async def grant(self, account: str, kind: str, name: str, *, may_create: bool = False) -> None:
        one = Entitlement(kind, name)
        await self.target.apply(account, Action(verb=Verb.GRANT, entitlement=one, may_create=may_create))

    async def revoke(self, account: str, kind: str, name: str) -> None:
        await self.target.apply(account, Action(verb=Verb.REVOKE, entitlement=Entitlement(kind, name)))

    def count(self, path: str = "") -> int:
        """HTTP requests so far; with `path`, those of them, or parts of their batches, that ask for it."""
        if not path:
            return len(self.sent.requests)
        batches = [one for one in self.sent.requests if one.url.path.endswith("/$batch")]
        return sum(part["url"].partition("?")[0].endswith(path) for one in batches for part in requests_in(one))


def person(name: str = "anna") -> dict[str, Value]:
    return {
        "userPrincipalName": f"{name}@contoso.nl",
        "mailNickname": name,
        "displayName": name.title(),
        "employeeId": f"hr-{name}",
    }


def names(name: str) -> dict[str, Value]:
    """What a rename writes."""
    return {"userPrincipalName": f"{name}@contoso.nl", "mail": f"{name}@contoso.nl", "mailNickname": name}


async def whole_life(world: World) -> str:
    """Every verb, every kind of entitlement and every way to read."""
    world.target = world.connect(application_roles=True)
    world.tenant.add_group("Sales")
    world.tenant.add_group("Helpdesk", isAssignableToRole=True)
    world.tenant.add_application("Salesforce", ["Standard"])
    world.tenant.add_sku("ENTERPRISEPACK", 1)
    boss, anna = await world.create("boss"), await world.create("anna", usageLocation="NL", employeeId=CANARY)
    await world.apply(anna, Verb.CORRELATE)
    await world.apply(anna, Verb.UPDATE, manager=boss, department=CANARY, division="North", mail="anna@contoso.nl")
    await world.apply(anna, Verb.RENAME, **names(CANARY))
    for kind, name in (
        ("group", "Sales"),
        ("group", "New"),
        ("license", "ENTERPRISEPACK"),
        ("role", "Salesforce/Standard"),
    ):
        await world.grant(anna, kind, name, may_create=True)
        await world.read(anna)
        await world.revoke(anna, kind, name)
    await world.target.stock()
    await world.apply(anna, Verb.UPDATE, manager=None)
    for verb in (Verb.ENABLE, Verb.DISABLE, Verb.DELETE):
        await world.apply(anna, verb)
    assert [one.id async for one in world.target.deleted()] == [anna]
    await world.apply(anna, Verb.RESTORE)
    await world.read(anna)
    await world.target.find("employeeId", CANARY)
    await world.target.find("proxyAddresses", f"{CANARY}@contoso.nl")
    token = [page async for page in world.target.changes("")][-1].token
    [page async for page in world.target.changes(token)]
    return anna


def outside(http: httpx.AsyncClient, clock: Callable[[], datetime], credential: Any) -> Outside:
    async def never(_: object) -> Any:
        raise AssertionError("the connector needs no secret and waits for nothing")

    return Outside(http=http, secret=never, clock=clock, sleep=never, folder=Path("."), credential=credential)


@asynccontextmanager
async def opened(around: Callable[[Any], Any] = lambda app: app) -> AsyncIterator[World]:
    """A world of its own; `around` wraps the tenant's application."""
    clock = Clock()
    tenant = Tenant(clock=clock)
    # exactly what the manifest asks for: whatever works here works with least privilege
    tenant.add_app(APP, "app-secret", permissions=MANIFEST.permissions)
    faults = Faults()
    sent = Sent(httpx.ASGITransport(app=around(graph_app(tenant, faults))))
    async with open_http(Meter(), transport=sent) as http:  # type: ignore[arg-type]
        yield World(tenant, faults, clock, sent, http)


@asynccontextmanager
async def scripted(*answers: httpx.Response | Exception) -> AsyncIterator[tuple[Entra, list[httpx.Request]]]:
    """The connector in front of a Graph that answers these, one after the other: forms no simulator has.

    When it asks who is an administrator the answer is nobody, and that is not seen.
    """
    waiting = list(answers)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if b"roleManagement" in request.content:
            return httpx.Response(200, json={"responses": [_nobody(part["id"]) for part in requests_in(request)]})
        seen.append(request)
        given = waiting.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    clock = Clock()
    async with open_http(Meter(), transport=httpx.MockTransport(answer)) as http:
        yield Entra(Settings(tenant="contoso.nl"), outside(http, clock, StaticCredential())), seen


def _nobody(id: str) -> dict[str, Any]:
    return {"id": id, "status": 200, "body": {"value": []}}


def requests_in(request: httpx.Request) -> list[dict[str, Any]]:
    """The parts of a batch."""
    return list(json.loads(request.content)["requests"])


class StaticCredential(Credential):
    def __init__(self) -> None:
        self.scopes = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        return AccessToken("token-canary-5f3a", 0)


def refusal(status: int, code: str, message: str = "", *details: dict[str, str], **headers: str) -> httpx.Response:
    body = {"error": {"code": code, "message": message, "details": list(details)}}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def query(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}
