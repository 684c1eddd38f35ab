"""A simulated environment of AFAS Profit, a clock that moves when somebody sleeps, and a connector that reads it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.afas import MANIFEST, Settings
from local.afas import Employee, Employment, Environment, Faults, Token, Unit, afas_app
from shared.connector import Outside, Reached, Source
from shared.model import Contract, Person, Rejected
from shared.wire import Meter, open_http

DATA = "949C1A9CD9AE4797950D94F55A7A4D056770472D4963CB9A8D3800BEE0CCE6A2"
BASE = "https://12345.rest.afas.example.test"


@dataclass
class Time:
    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


class Listening(httpx.AsyncBaseTransport):
    """The application in this process, behind a list of every request that reached it; `then` is called after each."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self.heard: list[httpx.Request] = []
        self.then: Callable[[httpx.Request], None] = lambda request: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        try:
            response = await self._inner.handle_async_request(request)
        except ConnectionError as lost:
            raise httpx.ReadError(str(lost)) from lost
        await response.aread()
        self.then(request)
        return response

    def asked(self, connector: str) -> list[Mapping[str, str]]:
        """The queries for rows of a GetConnector."""
        end = f"/connectors/{connector}"
        return [dict(request.url.params) for request in self.heard if request.url.path.endswith(end)]


@dataclass
class World:
    standard: str = "t4e"
    time: Time = field(default_factory=Time)
    faults: Faults = field(default_factory=Faults)
    meter: Meter = field(default_factory=Meter)
    secrets: dict[str, str] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.token = Token(data=DATA)
        self.secrets["secret:afas-token"] = self.token.text + "\r\n"
        self.moves_to(Environment())
        self.environment.units = [Unit(id="D100", name="Engineering")]

    def moves_to(self, environment: Environment) -> None:
        """Another environment is behind the same address and token."""
        self.environment = environment
        self.environment.allow(self.token)
        self.wire_end = Listening(afas_app(self.environment, self.faults))

    def hire(self, id: str, *jobs: Employment, **known: Any) -> Employee:
        known = {"birth_name": f"Family{id}", "first_name": f"Given{id}", **known}
        return self.environment.hire(id, *(jobs or (job(),)), **known)

    def crowd(self, count: int) -> None:
        for number in range(1, count + 1):
            self.hire(f"{number:06}")

    def settings(self, **more: Any) -> Settings:
        known = {"base": BASE, "token": "secret:afas-token", "standard": self.standard, "take": 50}
        return Settings.model_validate({**known, **more})

    async def secret_of(self, name: str) -> str:
        return self.secrets[name]

    @asynccontextmanager
    async def outside(self, *, writes_allowed: bool = True) -> AsyncIterator[Outside]:
        async with open_http(
            self.meter, writes_allowed=writes_allowed, reading_posts=frozenset(), transport=self.wire_end
        ) as http:
            yield Outside(
                http=http,
                secret=self.secret_of,
                clock=self.time.clock,
                sleep=self.time.sleep,
                forget=self.forgotten.append,
                folder=Path("config"),
            )

    async def everything(self, **settings: Any) -> list[Person | Rejected]:
        """Everyone, in the order in which they come."""
        async with self.outside(writes_allowed=False) as outside:
            return [one async for one in people(source(self.settings(**settings), outside).fetch())]

    async def read(self, **settings: Any) -> dict[str, Person]:
        """Everyone by id; nobody may be rejected."""
        found = await self.everything(**settings)
        assert not [one for one in found if isinstance(one, Rejected)], found
        return {one.hr_id: one for one in found if isinstance(one, Person)}

    async def one(self, **settings: Any) -> Person:
        (found,) = (await self.read(**settings)).values()
        return found

    async def contract(self, **settings: Any) -> Contract:
        (found,) = (await self.one(**settings)).contracts
        return found

    async def rejected(self, **settings: Any) -> Rejected:
        (found,) = await self.everything(**settings)
        assert isinstance(found, Rejected), found
        return found


def source(settings: Settings, outside: Outside) -> Source:
    assert MANIFEST.source is not None
    return MANIFEST.source(settings, outside)


async def people(answer: AsyncIterator[Person | Rejected | Reached]) -> AsyncIterator[Person | Rejected]:
    """An answer without the places at which it could be taken up."""
    async for one in answer:
        if not isinstance(one, Reached):
            yield one


def job(start: date = date(2020, 1, 1), **known: Any) -> Employment:
    return Employment(start=start, **known)
