"""A simulated customer of Youforce or YouServe, a clock that moves when somebody sleeps, and a connector reading it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from connectors.youforce import MANIFEST, Settings
from connectors.youforce.source import People
from local.youforce import Company, Faults, Limits, User, youforce_app
from shared.calls import Calls
from shared.connector import Outside, Reached
from shared.model import Contract, Person, Rejected
from shared.oauth.asking import Asking
from shared.overlay import Overlay
from shared.store import Change, Row, Store
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keys, new_key
from shared.wire import Meter, open_http

CLIENT, SECRET = "joinly-client-0001", "s3cret-never-shown"
BASE = "https://youforce.example.test"
PLACE = "sources.hr"
KEY = new_key()


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
        self.spoil: Callable[[httpx.Request, Any], Any] = lambda request, body: body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        if self.cut and self.cuts:
            self.cuts -= 1
            raise self.cut
        if response.status_code == 200 and body:
            try:
                spoilt = self.spoil(request, json.loads(body))
            except ValueError:
                return response
            return httpx.Response(200, json=spoilt)
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


async def keys(*, again: bool) -> Keys:
    return Keys(KEY, "the key file")


@dataclass
class World:
    system: str
    time: Time = field(default_factory=Time)
    faults: Faults = field(default_factory=Faults)
    meter: Meter = field(default_factory=Meter)
    secret: str = SECRET
    kept: Store = field(default_factory=lambda: Overlay(Nothing()))

    def __post_init__(self) -> None:
        self.company = Company(self.time.clock, self.system)
        self.limits = Limits(self.time.clock)
        self.registered = self.company.allow(CLIENT, SECRET)
        self.wire_end = Listening(youforce_app(self.company, self.faults, self.limits))
        self.unit("10", "ROOT", "Board")
        self.unit("11", "ICT", "IT department", above="10")
        self.company.put("jobProfiles", id="70", shortName="ENG", fullName="Engineer")

    @property
    def people(self) -> str:
        return "persons" if self.system == "beaufort" else "employees"

    def unit(self, own: str, code: str, name: str, above: str | None = None, **more: Any) -> dict[str, Any]:
        return self.company.put("organizationUnits", id=own, shortName=code, fullName=name, parentOrgUnit=above, **more)

    def person(self, code: str, **more: Any) -> dict[str, Any]:
        """A person alone; the record's own id differs from the code in Business only."""
        known = {
            "personCode": code,
            "id": code if self.system == "beaufort" else f"M{code}",
            "initials": "A.B.",
            "firstNames": f"Given{code}",
            "knownAs": f"Nick{code}",
            "lastNameAtBirth": f"Family{code}",
            "nameAssembleOrder": "E" if self.system == "beaufort" else "1",
            "gender": "Female",
            "emailAddresses": [{"type": "Business", "address": f"mail{code}@example.test"}],
        }
        self.company.users[code] = User(id=f"user-{code}")
        return self.company.put(self.people, **{**known, **more})

    def employ(self, code: str, **more: Any) -> dict[str, Any]:
        known = {
            "id": f"E{code}",
            "personCode": code,
            "employmentCode": "1",
            "hireDate": "2020-01-01",
            "organizationUnit": "11",
            "jobProfile": "70",
            "employmentType": "1",
            "employmentTypeName": "Permanent",
            "workingAmount": {"amountOfWork": 36, "parttimePercentage": 90},
        }
        return self.company.put("employments", **{**known, **more})

    def hire(self, code: str, **more: Any) -> dict[str, Any]:
        """A person and one employment, which `more` is about."""
        self.person(code)
        return self.employ(code, **more)

    def crowd(self, count: int) -> None:
        for number in range(1, count + 1):
            self.hire(str(number))

    def settings(self, **more: Any) -> Settings:
        known = {"system": self.system, "client_id": "secret:youforce-id", "client_secret": "secret:youforce-secret"}
        where = {"tenant": self.company.tenant, "base": BASE, "connect": BASE}
        return Settings.model_validate({**known, **where, **more})

    async def secret_of(self, name: str) -> str:
        return {"secret:youforce-id": CLIENT, "secret:youforce-secret": f"{self.secret}\n"}[name]

    @asynccontextmanager
    async def outside(self, *, writes_allowed: bool = True, **settings: Any) -> AsyncIterator[Outside]:
        wanted = self.settings(**settings)
        assert MANIFEST.sign_in
        oauth, quota = MANIFEST.sign_in(wanted), MANIFEST.quota(wanted)
        async with open_http(
            self.meter,
            writes_allowed=writes_allowed,
            reading_posts=frozenset({httpx.URL(oauth.token).path}),
            transport=self.wire_end,
        ) as http:
            asking = Asking(
                place=PLACE,
                oauth=oauth,
                http=http,
                secret=self.secret_of,
                forget=lambda name: None,
                clock=self.time.clock,
            )
            known: dict[str, Any] = {"clock": self.time.clock, "sleep": self.time.sleep}
            rows = Rows(self.kept, TABLES["sources"], keys)
            assert quota
            yield Outside(
                http=http,
                secret=self.secret_of,
                folder=Path("config"),
                token=Access(PLACE, oauth.rules, rows, asking, unique=lambda: uuid4().hex, **known),
                pace=Calls(PLACE, quota, self.kept, TABLES["sources"], **known),
                **known,
            )

    async def read(self, *, writes_allowed: bool = True, **settings: Any) -> list[Person | Rejected]:
        """Everyone, in the order in which they are given."""
        async with self.outside(writes_allowed=writes_allowed, **settings) as outside:
            answer = People(self.settings(**settings), outside).fetch()
            return [one async for one in answer if not isinstance(one, Reached)]

    async def one(self, **settings: Any) -> Person:
        (found,) = await self.read(**settings)
        assert isinstance(found, Person), found
        return found

    async def contract(self, **settings: Any) -> Contract:
        (found,) = (await self.one(**settings)).contracts
        return found

    async def rejected(self, **settings: Any) -> Rejected:
        (found,) = await self.read(**settings)
        assert isinstance(found, Rejected), found
        return found
