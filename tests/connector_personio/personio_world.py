"""A simulated Personio company, a clock that moves when somebody sleeps, and a connector that reads it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from connectors.personio import Settings, source
from connectors.personio.signin import sign_in
from local.personio import Company, Credential, Custom, Employee, Employment, Faults, personio_app
from shared.connector import Outside, Reached
from shared.model import Person, Rejected
from shared.oauth.asking import Asking
from shared.oauth.forms import OAuth
from shared.overlay import Overlay
from shared.store import Change, Row, Store
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keys, new_key
from shared.wire import Meter, open_http

CLIENT, SECRET = "papi-client-0001", "s3cret-never-shown"
BASE = "https://personio.example.test"


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
    """The application in this process, behind a list of every request that reached it.

    `cut` loses so many answers as `cuts` says; `spoil` changes the JSON of an answer on its way back.
    """

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self.heard: list[httpx.Request] = []
        self.cut: httpx.TransportError | None = None
        self.cuts = 0
        self.spoil: Callable[[str, Any], Any] = lambda path, body: body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        if self.cut and self.cuts:
            self.cuts -= 1
            raise self.cut
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        if response.status_code == 200 and body:
            try:
                spoilt = self.spoil(request.url.path, json.loads(body))
            except ValueError:
                return response
            return httpx.Response(200, json=spoilt, headers={"x-from": "simulator"})
        return response

    def paths(self) -> list[str]:
        return [request.url.path for request in self.heard]


class Nothing(Store):
    """A store without rows, to be written over."""

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        return None

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        for row in ():
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        for row in ():
            yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        raise AssertionError("nothing is written below an overlay")


KEY = new_key()


async def keys(*, again: bool) -> Keys:
    return Keys(KEY, "the key file")


@dataclass
class World:
    api: str
    time: Time = field(default_factory=Time)
    faults: Faults = field(default_factory=Faults)
    meter: Meter = field(default_factory=Meter)
    secret: str = SECRET
    tokens: Store = field(default_factory=lambda: Overlay(Nothing()))

    def __post_init__(self) -> None:
        self.company = Company(self.time.clock)
        self.credential = self.company.allow(Credential(client_id=CLIENT, client_secret=SECRET))
        self.wire_end = Listening(personio_app(self.company, self.faults))

    def hire(self, id: int, *jobs: Employment, **known: Any) -> Employee:
        return self.company.hire(id, f"Given{id}", f"Family{id}", *(jobs or (job(),)), **known)

    def crowd(self, count: int) -> None:
        for number in range(1, count + 1):
            self.hire(number)

    def settings(self, **more: Any) -> Settings:
        known = {"api": self.api, "client_id": "secret:personio-id", "client_secret": "secret:personio-secret"}
        return Settings.model_validate({**known, "base": BASE, **more})

    async def secret_of(self, name: str) -> str:
        return {"secret:personio-id": CLIENT, "secret:personio-secret": f"{self.secret}\n"}[name]

    @asynccontextmanager
    async def outside(self, *, writes_allowed: bool = True) -> AsyncIterator[Outside]:
        oauth = sign_in(self.settings())
        async with open_http(
            self.meter,
            writes_allowed=writes_allowed,
            reading_posts=frozenset({httpx.URL(oauth.token).path}),
            transport=self.wire_end,
        ) as http:
            yield Outside(
                http=http,
                secret=self.secret_of,
                clock=self.time.clock,
                sleep=self.time.sleep,
                folder=Path("config"),
                token=self.access(oauth, http),
            )

    def access(self, oauth: OAuth, http: httpx.AsyncClient) -> Access:
        asking = Asking(
            place="sources.hr",
            oauth=oauth,
            http=http,
            secret=self.secret_of,
            forget=lambda name: None,
            clock=self.time.clock,
        )
        rows = Rows(self.tokens, TABLES["sources"], keys)
        return Access(
            "sources.hr",
            oauth.rules,
            rows,
            asking,
            clock=self.time.clock,
            sleep=self.time.sleep,
            unique=lambda: uuid4().hex,
        )

    async def read(self, *, writes_allowed: bool = True, **settings: Any) -> list[Person | Rejected]:
        """Everyone, in order of id."""
        async with self.outside(writes_allowed=writes_allowed) as outside:
            found = [one async for one in people(source(self.settings(**settings), outside).fetch())]
        return sorted(found, key=lambda one: (len(one.hr_id), one.hr_id))

    async def one(self, **settings: Any) -> Person:
        (found,) = await self.read(**settings)
        assert isinstance(found, Person), found
        return found

    async def rejected(self, **settings: Any) -> Rejected:
        (found,) = await self.read(**settings)
        assert isinstance(found, Rejected), found
        return found


async def people(answer: AsyncIterator[Person | Rejected | Reached]) -> AsyncIterator[Person | Rejected]:
    """An answer without the places at which it could be taken up."""
    async for one in answer:
        if not isinstance(one, Reached):
            yield one


def job(start: date | None = date(2020, 1, 1), **known: Any) -> Employment:
    return Employment(start=start, **known)


def custom(label: str, value: Any, **known: Any) -> Custom:
    return Custom(label=label, value=value, **known)
