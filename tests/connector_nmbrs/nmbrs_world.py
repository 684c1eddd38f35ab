"""A simulated Nmbrs environment, somebody who consented, a clock that moves when somebody sleeps, and a reader."""

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

from connectors.nmbrs import MANIFEST, Settings, source
from connectors.nmbrs.signin import sign_in
from local.authorization import Faults as SignInFaults
from local.nmbrs import (
    Company,
    Contract,
    Debtor,
    Employee,
    Employment,
    Environment,
    Faults,
    Info,
    Placed,
    Schedule,
    nmbrs_app,
)
from shared.connector import Outside, Reached
from shared.model import Person, Rejected
from shared.oauth.asking import Asking
from shared.oauth.consent import Question
from shared.oauth.forms import OAuth
from shared.overlay import Overlay
from shared.store import Change, Row, Store
from shared.tokens.access import Access, Granted
from shared.tokens.deciding import connected
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keys, new_key
from shared.wire import Meter, open_http

CLIENT, SECRET, KEY = "joinly-client", "s3cret*+never$%41shown", "30d05593229f49c1never-shown"
BASE, IDENTITY = "https://nmbrs.example.test", "https://identity.example.test"
REDIRECT = "http://127.0.0.1:8917/"
KNOWN = {
    "client_id": "secret:nmbrs-id",
    "client_secret": "secret:nmbrs-secret",
    "subscription_key": "secret:nmbrs-key",
    "base": BASE,
    "identity": IDENTITY,
}

SOAP_USER, SOAP_TOKEN = "api@contoso.example", "soap*token<never>&shown"
SOAP = {
    "api": "soap",
    "user": "secret:nmbrs-user",
    "token": "secret:nmbrs-token",
    "domain": "contoso",
    "soap_base": "https://soap.example.test",
}


@dataclass
class Time:
    now: datetime = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
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
        self.statuses: list[int] = []
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
        self.statuses.append(response.status_code)
        if response.status_code == 200 and body:
            try:
                spoilt = self.spoil(request.url.path, json.loads(body))
            except ValueError:
                return response
            return httpx.Response(200, json=spoilt)
        return response

    async def browser(self, address: httpx.URL) -> httpx.Response:
        """The answer to a person who opens the page and says yes."""
        async with httpx.AsyncClient(transport=self._inner) as browser:
            return await browser.post(address, data={"answer": "yes"})

    def paths(self) -> list[str]:
        return [request.url.path for request in self.heard if "/connect/" not in request.url.path]


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


SEAL = new_key()


async def keys(*, again: bool) -> Keys:
    return Keys(SEAL, "the key file")


@dataclass
class World:
    time: Time = field(default_factory=Time)
    faults: Faults = field(default_factory=Faults)
    sign_in_faults: SignInFaults = field(default_factory=SignInFaults)
    meter: Meter = field(default_factory=Meter)
    secret: str = field(default=SECRET, repr=False)
    key: str = field(default=KEY, repr=False)
    soap_token: str = field(default=SOAP_TOKEN, repr=False)
    api: str = "rest"
    consented: bool = False
    forgotten: list[str] = field(default_factory=list)
    tokens: Store = field(default_factory=lambda: Overlay(Nothing()))

    def __post_init__(self) -> None:
        self.nmbrs = Environment(self.time.clock)
        self.app = self.nmbrs.register(CLIENT, SECRET, KEY, REDIRECT)
        self.nmbrs.api_users[SOAP_USER, SOAP_TOKEN] = "contoso"
        self.debtor = self.nmbrs.debtor()
        self.company = self.nmbrs.company(self.debtor)
        self.wire_end = Listening(nmbrs_app(self.nmbrs, self.faults, self.sign_in_faults))

    def second_company(self, debtor: Debtor | None = None) -> Company:
        return self.nmbrs.company(debtor or self.debtor, "Contoso Services B.V.")

    def hire(self, *jobs: Employment, company: Company | None = None, **known: Any) -> Employee:
        """Somebody with one piece of personal information; `known` is of `Info`."""
        number = sum(
            len(each.employees) for debtor in self.nmbrs.debtors.values() for each in debtor.companies.values()
        )
        said = {"first": f"Given{number}", "last": f"Family{number}", "number": number, **known}
        return self.nmbrs.hire(company or self.company, [Info(**said)], list(jobs) or [job()])

    def crowd(self, count: int, company: Company | None = None) -> None:
        for number in range(count):
            who = self.hire(company=company, mail=f"person{number}@contoso.example")
            self.place(who, department="Sales", function="Adviser", manager="boss@contoso.example")
            who.contracts.append(Contract(start=date(2020, 1, 1)))
            who.schedules.append(Schedule(start=date(2020, 1, 1)))

    def place(
        self, who: Employee, *, department: str = "", function: str = "", manager: str = "", **since: Any
    ) -> None:
        """Departments, functions and managers by their names and mail; `since` is of `Placed`."""
        debtor = self.debtor_of(who)
        if department:
            who.departments.append(Placed(id=self.nmbrs.department(debtor, department).id, **since))
        if function:
            who.functions.append(Placed(id=self.nmbrs.function(debtor, function).id, **since))
        if manager:
            known = [one for one in debtor.managers.values() if one.mail == manager]
            found = known[0] if known else self.nmbrs.manager(debtor, manager)
            who.managers.append(Placed(id=found.id, **since))

    def debtor_of(self, who: Employee) -> Debtor:
        debtors = self.nmbrs.debtors.values()
        return next(one for one in debtors if any(who.id in each.employees for each in one.companies.values()))

    def settings(self, **more: Any) -> Settings:
        return Settings.model_validate({**(KNOWN if self.api == "rest" else SOAP), **more})

    async def secret_of(self, name: str) -> str:
        return {
            "secret:nmbrs-id": CLIENT,
            "secret:nmbrs-secret": f"{self.secret}\n",
            "secret:nmbrs-key": f"{self.key}\n",
            "secret:nmbrs-user": SOAP_USER,
            "secret:nmbrs-token": f"{self.soap_token}\n",
        }[name]

    @asynccontextmanager
    async def outside(self, settings: Settings | None = None, *, writes_allowed: bool = True) -> AsyncIterator[Outside]:
        oauth = sign_in(settings or self.settings())
        posts = {*MANIFEST.reading_posts, *((httpx.URL(oauth.token).path,) if oauth else ())}
        async with open_http(
            self.meter,
            writes_allowed=writes_allowed,
            reading_posts=frozenset(posts),
            transport=self.wire_end,
        ) as http:
            known = Outside(
                http=http,
                secret=self.secret_of,
                clock=self.time.clock,
                sleep=self.time.sleep,
                folder=Path("config"),
                forget=self.forgotten.append,
            )
            if oauth is None:
                yield known
                return
            if not self.consented:
                await self.consent(oauth, http)
            yield Outside(**{**vars(known), "token": self.access(oauth, http)})

    def asking(self, oauth: OAuth, http: httpx.AsyncClient) -> Asking:
        return Asking(
            place="sources.hr",
            oauth=oauth,
            http=http,
            secret=self.secret_of,
            forget=lambda name: None,
            clock=self.time.clock,
        )

    async def consent(self, oauth: OAuth, http: httpx.AsyncClient) -> None:
        """What `joinly connect` does, with a person who says yes."""
        question = Question(oauth, CLIENT, REDIRECT, state="a" * 32, verifier="v" * 64)
        asked = httpx.URL(question.address)
        answer = await self.wire_end.browser(asked)
        assert answer.status_code == 303, answer.text
        code = question.pasted(answer.headers["location"])
        granted = await self.asking(oauth, http).code(code, REDIRECT, question.verifier)
        assert isinstance(granted, Granted)
        rows = Rows(self.tokens, TABLES["sources"], keys)
        await rows.put("sources.hr", connected(None, granted.given, self.time.clock()), granted.pair)
        self.consented = True

    def access(self, oauth: OAuth, http: httpx.AsyncClient) -> Access:
        return Access(
            "sources.hr",
            oauth.rules,
            Rows(self.tokens, TABLES["sources"], keys),
            self.asking(oauth, http),
            clock=self.time.clock,
            sleep=self.time.sleep,
            unique=lambda: uuid4().hex,
        )

    async def read(self, *, writes_allowed: bool = True, **settings: Any) -> list[Person | Rejected]:
        """Everyone, in the order they were given."""
        known = self.settings(**settings)
        async with self.outside(known, writes_allowed=writes_allowed) as outside:
            return [one async for one in people(source(known, outside).fetch())]

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
