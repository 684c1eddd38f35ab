"""A vendor in a thread of its own, a connector that reads from it, a policy that names it, and somebody's browser."""

import asyncio
import html
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

import connectors
from local.authorization import STRICT, Authority, Faults, Manners, Registered, authorization_app
from local.serve import serving
from shared.connector import Manifest, Outside
from shared.model import Contract, Person, Rejected
from shared.oauth.forms import OAuth
from shared.rest import Rest
from shared.signing import Bearer
from shared.tokens.deciding import Rules
from tests.cli.cli_world import Said, joinly

CLIENT, SECRET = "joinly-client", "s3cret*$+never shown"
SCOPES = ("people.read", "offline_access")
POLICY = """
customer: Contoso
time_zone: Europe/Amsterdam
sources:
  hr:
    connector: vendor
    settings: {{base: "{base}", consents: {consents}, redirect: "{redirect}"}}
targets:
  entra:
    connector: entra
    settings: {{tenant: sandbox}}
    correlate: [employeeId]
    attributes:
      employeeId: "[employeeId]"
      displayName: "[givenName]"
      mailNickname: {{mode: create_only, value: "[givenName]"}}
      userPrincipalName: 'SelectUniqueValue(Join("@", [givenName], "contoso.nl"), Join("@", [employeeId], "c.nl"))'
"""


class Settings(BaseModel):
    base: str
    consents: bool = True
    redirect: str = ""


def sign_in(settings: Settings) -> OAuth:
    return OAuth(
        token=f"{settings.base}/token",
        authorize=f"{settings.base}/authorize",
        client_id=CLIENT,
        client_secret="secret:vendor-secret",
        scopes=SCOPES,
        redirect=settings.redirect,
        rules=Rules(consents=settings.consents, unused=timedelta(days=30)),
    )


class People:
    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._rest = Rest(
            "Vendor",
            settings.base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=Bearer(outside.token),
        )

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected]:
        for row in (await self._rest.get("/people"))["rows"]:
            number = str(row["id"])
            contracts = (Contract(id="1", start=date(2020, 1, 1), end=None, fields={}),)
            yield Person(hr_id=number, fields={"givenName": f"Given{number}"}, contracts=contracts)


MANIFEST = Manifest(
    name="vendor",
    summary="a vendor of people",
    docs="https://vendor.example.test",
    settings=Settings,
    proven="simulated",
    source=People,
    sign_in=sign_in,
    facts=frozenset({"givenName"}),
)


@dataclass
class Vendor:
    address: str
    authority: Authority
    faults: Faults
    folder: Path
    raw: str = ""
    """What the browser was sent at the end."""
    opened: list[str] = field(default_factory=list)
    answer: str = "yes"
    meddling: Callable[[str], None] = lambda back: None
    """What else happens to the redirect before the browser follows it."""
    _people: list[threading.Thread] = field(default_factory=list)

    @property
    def page(self) -> str:
        """What it shows, once it has shown it."""
        return html.unescape(self.raw)

    def policy(self, *, consents: bool = True, redirect: str = "") -> Path:
        file = self.folder / "contoso.yaml"
        file.write_text(POLICY.format(base=self.address, consents=str(consents).lower(), redirect=redirect))
        return file

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def joinly(self, command: str, *words: object) -> Said:
        said = joinly(command, self.folder / "contoso.yaml", *words, "--data", self.data)
        for person in self._people:
            person.join(10)
        return said

    def browser(self, address: str) -> bool:
        """A browser with a person in front of it, in a thread of its own as a browser is."""
        self.opened.append(address)
        self._people.append(threading.Thread(target=self._person, args=(address,)))
        self._people[-1].start()
        return True

    def redirected(self, address: str) -> str:
        """Where the person is sent after they have answered."""
        page = httpx.get(address)
        assert page.status_code == 200, page.text
        return str(httpx.post(address, data={"answer": self.answer}).headers["location"])

    def _person(self, address: str) -> None:
        back = self.redirected(address)
        self.meddling(back)
        self.raw = httpx.get(back).text


@contextmanager
def vendor(folder: Path, manners: Manners = STRICT) -> Iterator[Vendor]:
    """The vendor's server; it has a loop of its own, because the command line has another."""
    authority, faults = Authority(lambda: datetime.now(UTC), manners), Faults()
    grants = frozenset({"authorization_code", "refresh_token", "client_credentials"})
    redirects = frozenset({"http://127.0.0.1/", "https://joinly.example.test/back"})
    authority.register(Registered(id=CLIENT, secret=SECRET, redirects=redirects, grants=grants))
    started, stopping = threading.Event(), asyncio.Event()
    known: dict[str, Any] = {}

    async def serve() -> None:
        async with serving(authorization_app(authority, faults)) as address:
            known.update(address=address, loop=asyncio.get_running_loop())
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait(10)
    try:
        yield Vendor(known["address"], authority, faults, folder)
    finally:
        known["loop"].call_soon_threadsafe(stopping.set)
        thread.join()


def install(patch: pytest.MonkeyPatch) -> None:
    """The connector as if it lay with the others."""
    module = ModuleType("connectors.vendor")
    module.MANIFEST = MANIFEST  # type: ignore[attr-defined]
    patch.setitem(sys.modules, "connectors.vendor", module)
    known = connectors.names()
    patch.setattr(connectors, "names", lambda: (*known, "vendor"))
