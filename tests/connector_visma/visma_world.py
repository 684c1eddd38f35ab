"""A simulated Visma company, a clock that moves when somebody sleeps, and a connector that reads it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from connectors.visma import MANIFEST, Settings
from connectors.visma.read import Employees
from connectors.visma.signin import sign_in
from local.authorization import Faults as SignInFaults
from local.visma import Company, Faults, visma_app
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

CLIENT, SECRET = "isv_joinly", "s3cret-never-shown"
TENANT, OTHER = "af1140c1-52e0-46c7-b684-df894d4b8a5a", "00000000-52e0-46c7-b684-df894d4b8a5a"
API, CONNECT, STORAGE = "https://api.visma.example.test", "https://connect.example.test", "https://files.example.test"
CANARY = "canary-must-never-be-seen"


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
    """The application in this process, behind a list of every request that reached it; `cuts` answers are lost."""

    def __init__(self, app: Any) -> None:
        self.inner: httpx.AsyncBaseTransport = httpx.ASGITransport(app)
        self.heard: list[httpx.Request] = []
        self.cuts = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.heard.append(request)
        if self.cuts:
            self.cuts -= 1
            raise httpx.ReadError("the line is dead")
        return await self.inner.handle_async_request(request)

    def paths(self, start: str = "") -> list[str]:
        return [request.url.path for request in self.heard if request.url.path.startswith(start)]


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
    time: Time = field(default_factory=Time)
    faults: Faults = field(default_factory=Faults)
    sign_in: SignInFaults = field(default_factory=SignInFaults)
    meter: Meter = field(default_factory=Meter)
    secret: str = SECRET
    tokens: Store = field(default_factory=lambda: Overlay(Nothing()))

    def __post_init__(self) -> None:
        self.company = Company(self.time.clock, TENANT, STORAGE)
        self.application = self.company.accept(CLIENT, SECRET)
        self.wire_end = Listening(visma_app(self.company, self.faults, self.sign_in))
        self.company.add("users", userid="u-1", employeeid="1")

    def hire(self, id: str, **cells: str) -> dict[str, str]:
        """An employee with one contract; `contract__x` is column x of the contract."""
        jobs = {name.removeprefix("contract__"): cell for name, cell in cells.items() if name.startswith("contract__")}
        person = {name: cell for name, cell in cells.items() if not name.startswith("contract__")}
        self.contract(id, **jobs)
        known = {"firstname": f"Given{id}", "nickname": f"Nick{id}", "birthname": f"Family{id}", "nameusage": "Eigen"}
        employer = {"companyid": "1", "companyname": "Contoso B.V."}
        return self.company.add("employees", **{"employeeid": id, **known, **employer, **person})

    def contract(self, id: str, **cells: str) -> dict[str, str]:
        known = {"contractid": "1", "subcontractid": "1", "startdate": "2020-01-01", "weekhoursfixed": "36"}
        return self.company.add("contracts", **{"employeeid": id, **known, **cells})

    def unit(self, id: str, name: str, parent: str = "", manager: str = "", **cells: str) -> None:
        self.company.add(
            "metadata/organization-units",
            **{"orgunitid": id, "orgname": name, "orgunitparentid": parent, "manageruserid": manager, **cells},
        )

    def user(self, id: str, employee: str = "") -> None:
        self.company.add("users", userid=id, employeeid=employee)

    def udf(self, employee: str, name: str, value: str, start: str = "", end: str = "", contract: str = "") -> None:
        """A user-defined field of an employee, or of a contract of theirs."""
        where = {"contractid": contract, "subcontractid": "1"} if contract else {}
        path = f"{'contracts' if contract else 'employees'}/user-defined-field-histories"
        cells = {"employeeid": employee, "fieldname": name, "value": value, "startdate": start, "enddate": end}
        self.company.add(path, **cells, **where)

    def crowd(self, count: int) -> None:
        for number in range(1, count + 1):
            self.hire(str(number))

    def settings(self, **more: Any) -> Settings:
        known = {"client_id": "secret:visma-id", "client_secret": "secret:visma-secret", "tenant_id": TENANT}
        return Settings.model_validate({**known, "base": API, "connect": CONNECT, **more})

    async def secret_of(self, name: str) -> str:
        return {"secret:visma-id": CLIENT, "secret:visma-secret": f"{self.secret}\n"}[name]

    @asynccontextmanager
    async def outside(self, *, writes_allowed: bool = True, **settings: Any) -> AsyncIterator[Outside]:
        oauth = sign_in(self.settings(**settings))
        async with open_http(
            self.meter,
            writes_allowed=writes_allowed,
            reading_posts=MANIFEST.reading_posts | {httpx.URL(oauth.token).path},
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
        """Everyone, in the order in which they were given."""
        async with self.outside(writes_allowed=writes_allowed, **settings) as outside:
            answer = Employees(self.settings(**settings), outside).fetch()
            return [one async for one in answer if not isinstance(one, Reached)]

    async def one(self, **settings: Any) -> Person:
        (found,) = await self.read(**settings)
        assert isinstance(found, Person), found
        return found

    async def rejected(self, **settings: Any) -> Rejected:
        (found,) = await self.read(**settings)
        assert isinstance(found, Rejected), found
        return found
