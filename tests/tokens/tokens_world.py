"""A simulated vendor over real HTTP, a token store, a clock that moves with sleep, and workers that sign in."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.authorization import STRICT, Authority, Faults, Manners, Registered, authorization_app
from local.serve import serving
from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured
from shared.oauth.asking import Asking
from shared.oauth.forms import OAuth
from shared.signing import Bearer
from shared.store import Store
from shared.tokens.access import Access, Granted
from shared.tokens.deciding import Given, Rules, connected
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keyring, Keys, Pair, new_key
from shared.wire import Meter, open_http

CLIENT, SECRET = "joinly-client", "s3cret*$+never shown"
PLACE = "sources.hr"
MONTH = timedelta(days=30)
CONSENTS = Rules(consents=True, unused=MONTH)


@dataclass
class Time:
    now: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    passing: float = 1.0
    """How much of what is slept passes."""

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds * self.passing)
        await asyncio.sleep(0 if self.passing else 0.005)


def ring(*names: str) -> Keyring:
    """Keys that are there, the newest first."""

    async def keys(*, again: bool) -> Keys:
        return Keys(",".join(names), "the key file")

    return keys


@dataclass
class World:
    store: Store
    address: str
    http: httpx.AsyncClient
    authority: Authority
    faults: Faults
    time: Time
    secrets: dict[str, str]
    keys: Keyring = field(default_factory=lambda: ring(new_key()))
    forgotten: list[str] = field(default_factory=list)
    _unique: Any = field(default_factory=lambda: map(str, itertools.count()))

    def oauth(self, rules: Rules = CONSENTS, **more: Any) -> OAuth:
        known = {
            "token": f"{self.address}/token",
            "authorize": f"{self.address}/authorize",
            "client_id": CLIENT,
            "client_secret": "secret:hr-secret",
            "scopes": ("people.read", "offline_access"),
            "rules": rules,
        }
        return OAuth.model_validate({**known, **more})

    async def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise Misconfigured(f"there is no {name}")
        return self.secrets[name]

    def asking(self, oauth: OAuth) -> Asking:
        return Asking(
            place=PLACE,
            oauth=oauth,
            http=self.http,
            secret=self.secret,
            forget=self.forgotten.append,
            clock=self.time.clock,
        )

    def rows(self) -> Rows:
        return Rows(self.store, TABLES["sources"], self.keys)

    def worker(self, oauth: OAuth | None = None, store: Store | None = None) -> Access:
        """One process of its own, which signs in to the vendor."""
        oauth = oauth or self.oauth()
        return Access(
            PLACE,
            oauth.rules,
            Rows(store or self.store, TABLES["sources"], self.keys),
            self.asking(oauth),
            clock=self.time.clock,
            sleep=self.time.sleep,
            unique=lambda: next(self._unique),
        )

    async def consented(self, oauth: OAuth | None = None) -> None:
        """A person has consented, and the tokens are kept."""
        oauth = oauth or self.oauth()
        verifier = "v" * 43
        family = {"client_id": CLIENT, "redirect_uri": REDIRECT, "response_type": "code", "state": "s"}
        asked = {
            **family,
            "scope": " ".join(oauth.scopes),
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        code = self.authority.consent(asked)["code"]
        answer = await self.asking(oauth).code(code, REDIRECT, verifier)
        assert isinstance(answer, Granted)
        rows = self.rows()
        known = await rows.peek(PLACE)
        await rows.put(PLACE, connected(known, answer.given, self.time.now), answer.pair)

    async def people(self, access: Access) -> int:
        """The status of a request with its token, asked anew when it is refused, as a connector does."""
        sign = Bearer(access)
        headers = await sign()
        answer = await self._people(headers)
        return answer if answer != 401 else await self._people(await sign(headers))

    async def _people(self, headers: Mapping[str, str]) -> int:
        return (await self.http.get(f"{self.address}/people", headers=dict(headers))).status_code


REDIRECT = "http://127.0.0.1:5000/"
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"


@asynccontextmanager
async def world(manners: Manners = STRICT, store: Store | None = None) -> AsyncIterator[World]:
    time, faults = Time(), Faults()
    authority = Authority(time.clock, manners)
    grants = frozenset({"authorization_code", "refresh_token", "client_credentials"})
    authority.register(
        Registered(id=CLIENT, secret=SECRET, redirects=frozenset({"http://127.0.0.1/", REDIRECT}), grants=grants)
    )
    async with (
        serving(authorization_app(authority, faults)) as address,
        open_http(Meter()) as http,
        SqliteStore(":memory:") as memory,
    ):
        secrets = {"secret:hr-secret": SECRET}
        yield World(store or memory, address, http, authority, faults, time, secrets)


def granted(access: str, refresh: str = "", seconds: float = 3600) -> Granted:
    return Granted(Given(timedelta(seconds=seconds), bool(refresh)), Pair(access, refresh))
