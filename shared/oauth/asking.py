"""Asking a token endpoint: one request, bounded in time, and what its answer means; no error quotes what was sent.

A secret that is not accepted is forgotten and read anew once, because somebody may have changed it in the key vault.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from shared.answers import BUSY, retry_after
from shared.errors import Misconfigured, TryLater
from shared.oauth.forms import Client, OAuth, Said, by_code, by_itself, by_refreshing, said, sent
from shared.rest import exchange
from shared.tokens.access import Gone, Granted

SECONDS = 45.0
"""What one request may take in all; the lease has room for it."""

PAUSE = 60.0
"""Seconds after which a system that is busy, or that gave no answer, is asked again, when it does not say."""

SECRET = "secret:"  # noqa: S105 - how a setting names one
MISTAKEN = frozenset({"invalid_client", "unauthorized_client", "access_denied"})
"""Codes that may mean that the secret was changed (RFC 6749 §5.2)."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """How one system is asked for tokens."""

    place: str
    oauth: OAuth
    http: httpx.AsyncClient = field(repr=False)
    secret: Callable[[str], Awaitable[str]] = field(repr=False)
    forget: Callable[[str], None] = field(repr=False)
    clock: Callable[[], datetime]

    async def __call__(self, refresh: str, /) -> Granted | Gone:
        """Raises `Misconfigured` and `TryLater`; see `shared.tokens.access.Asks`."""
        return await self._ask(by_refreshing(refresh) if refresh else by_itself(self.oauth))

    async def code(self, code: str, redirect: str, verifier: str) -> Granted | Gone:
        """Exchange the code of somebody who has just consented."""
        return await self._ask(by_code(code, redirect, verifier))

    async def _ask(self, parameters: Mapping[str, str]) -> Granted | Gone:
        client = await self.client()
        response = await self._sent(client, parameters)
        if self._mistaken(response):
            for name in self._names():
                self.forget(name)
            changed = await self.client()
            if changed != client:
                response = await self._sent(changed, parameters)
        return self._meaning(response, parameters)

    async def client(self) -> Client:
        """Who the client is now. Raises `Misconfigured` and `TryLater`."""
        return Client(await self._text(self.oauth.client_id), await self._text(self.oauth.client_secret))

    async def _text(self, text: str) -> str:
        return (await self.secret(text)).strip() if text.startswith(SECRET) else text

    def _names(self) -> list[str]:
        return [name for name in (self.oauth.client_id, self.oauth.client_secret) if name.startswith(SECRET)]

    async def _sent(self, client: Client, parameters: Mapping[str, str]) -> httpx.Response:
        what = sent(self.oauth, client, parameters)
        request = self.http.build_request("POST", self.oauth.token, headers=dict(what.headers), content=what.body)
        try:
            async with asyncio.timeout(SECONDS):
                return await exchange(self.place, self.http, request, PAUSE)
        except TimeoutError:
            raise TryLater(f"{self.place}: the token endpoint gave no answer in {SECONDS:.0f} s", PAUSE) from None

    def _mistaken(self, response: httpx.Response) -> bool:
        told = said(self.oauth, response.content)
        is_client = told.error in MISTAKEN - self.oauth.gone - self.oauth.busy or not told.error
        return response.is_client_error and response.status_code not in BUSY and is_client

    def _meaning(self, response: httpx.Response, parameters: Mapping[str, str]) -> Granted | Gone:
        told = said(self.oauth, response.content)
        if told.pair.access or told.pair.refresh:
            return Granted(told.given, told.pair)
        wait = retry_after(response, self.clock)
        if response.status_code in BUSY or response.status_code >= 500 or told.error in self.oauth.busy:
            what = f"{self.place}: the token endpoint answered {response.status_code}"
            raise TryLater(f"{what}; it is asked again later", PAUSE if wait is None else wait)
        if told.error in self.oauth.gone and self.oauth.rules.consents:
            return Gone(told.error)
        raise Misconfigured(self._refusal(response, told))

    def _refusal(self, response: httpx.Response, told: Said) -> str:
        code = f" ({told.error})" if told.error else ""
        path = httpx.URL(self.oauth.token).path
        names = " and ".join(self._names()) or "the client's id"
        more = f", and {self.oauth.check}" if self.oauth.check else ""
        return (
            f"{self.place}: POST {path} answered {response.status_code} without a token{code}; check {names}, that "
            f"the credential is active there and may use these scopes{more}"
        )
