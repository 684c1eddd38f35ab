"""One REST client for every HR system: signs in, paces, waits when throttled, and never sends a token astray."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import quote

import httpx

from shared.answers import BUSY, decoded, judge, named, retry_after
from shared.errors import Misconfigured, TryLater
from shared.flow import Pace
from shared.signing import Headers, Sign
from shared.telemetry import catalogue, shown, tell
from shared.wire import ATTEMPT

Params: TypeAlias = Mapping[str, str | int]
NONE: Mapping[str, str] = MappingProxyType({})

NO_STATUS: frozenset[int] = frozenset()
GONE = frozenset({404, 410})


def segment(text: str) -> str:
    """`text` as one segment of a path, whatever it holds: it cannot climb, end the path or start a query."""
    return "%2E" * len(text) if text in {".", ".."} else quote(text, safe="")


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How one system wants to be treated; the numbers come from its documentation."""

    wait: float = 30.0
    """Seconds to wait after a 429 without Retry-After; doubled at each attempt."""
    pause: float = 1.0
    """Seconds to wait after a failure or a lost answer; doubled at each attempt."""
    attempts: int = 4
    """How often a read is tried in all."""
    longest: float = 120.0
    """Seconds: a longer wait is not sat out here but raised as `TryLater`."""
    pages: int = 10_000
    """Pages in one list, at most."""
    width: int = 0
    """Requests under way at the same time, at most; 0 for any number."""


class Rest:
    """Requests to one system under `base`, each signed, paced and judged.

    A read (GET, HEAD, or `reading=True`) that meets a busy server or loses its answer is tried again in place, a
    bounded number of times; a write never is, for nobody can say whether it was done. Constructing does no I/O.

    Every request raises `TryLater`, `Refused` or `Misconfigured` as `answers.judge` says, unless `judge_first`,
    which sees every answer before that, has raised; a 401 is signed anew once and is then `Misconfigured`.
    """

    def __init__(
        self,
        system: str,
        base: str,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        sign: Sign | None = None,
        headers: Mapping[str, str] = NONE,
        manners: Manners | None = None,
        pace: Pace | None = None,
        judge_first: Callable[[httpx.Response], None] | None = None,
    ) -> None:
        self.system = system
        self._base = httpx.URL(base.rstrip("/") + "/")
        self._http = http
        self._clock = clock
        self._sleep = sleep
        self._sign = sign
        self._headers = dict(headers)
        self.manners = manners or Manners()
        self._pace = pace
        self._judge_first = judge_first
        self._room = asyncio.Semaphore(self.manners.width) if self.manners.width else nullcontext()

    def address(self, path: str, onto: httpx.URL | None = None) -> httpx.URL:
        """`path` below the base address; or, with `onto`, a link found there, resolved as RFC 3986 §5 says.

        Raises `Misconfigured` when it leads to another host: no request and no token goes anywhere else.
        """
        try:
            found = onto.join(path) if onto else self._base.join(path.lstrip("/"))
        except httpx.InvalidURL:
            raise Misconfigured(f"{self.system}: an answer or setting holds an address that is none") from None
        here = self._base
        if (found.scheme, found.host, found.port, found.userinfo) != (here.scheme, here.host, here.port, b""):
            raise Misconfigured(f"{self.system}: an answer or setting leads to another host; nothing is sent there")
        return found

    async def get(self, path: str, params: Params = NONE, *, route: str = "") -> Any:
        """The JSON at `path`, below the base address or absolute on the same host; None when the body is empty."""
        return decoded(self.system, await self.send("GET", path, params=params, route=route))

    async def find(self, path: str, params: Params = NONE, *, route: str = "") -> Any:
        """Like `get`, but None when the system does not hold it (404, 410)."""
        response = await self.send("GET", path, params=params, accept=GONE, route=route)
        return None if response.status_code in GONE else decoded(self.system, response)

    async def call(self, method: str, path: str, *, json: Any = None, reading: bool = False) -> Any:
        """Send JSON and return the JSON of the answer, or None when its body is empty."""
        return decoded(self.system, await self.send(method, path, json=json, reading=reading))

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Params = NONE,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] = NONE,
        reading: bool = False,
        accept: frozenset[int] = NO_STATUS,
        route: str = "",
    ) -> httpx.Response:
        """One request and its answer, read to the end: a 2xx, or a status in `accept`, which is left to the caller.

        `reading` says that a POST only reads; `route` is the path with holes for ids, which a trace may show.
        """
        request = self._http.build_request(
            method,
            self.address(path),
            params=dict(params) or None,
            json=json,
            content=content,
            headers={**self._headers, **headers},
        )
        attempts = self.manners.attempts if reading or method in {"GET", "HEAD"} else 1
        with shown(route):
            return await self._tried(request, attempts, accept)

    async def _tried(self, request: httpx.Request, attempts: int, accept: frozenset[int]) -> httpx.Response:
        for attempt in range(1, attempts):
            try:
                return await self._signed(request, attempt, accept)
            except TryLater as later:
                if later.seconds > self.manners.longest:
                    raise
                tell(catalogue.WAITED, later.seconds, {catalogue.WHERE: "place"})
                await self._sleep(later.seconds)
        return await self._signed(request, attempts, accept)

    async def _signed(self, request: httpx.Request, attempt: int, accept: frozenset[int]) -> httpx.Response:
        signed = await self._authorised(request)
        response = await self._exchange(request, attempt)
        if response.status_code == 401 and signed and await self._authorised(request, signed) != signed:
            response = await self._exchange(request, attempt)
        if response.status_code not in accept:
            self._judge(response, attempt)
        return response

    async def _authorised(self, request: httpx.Request, refused: Headers = NONE) -> Headers:
        if self._sign is None:
            return NONE
        headers = await self._sign(refused)
        request.headers.update(headers)
        return headers

    async def _exchange(self, request: httpx.Request, attempt: int) -> httpx.Response:
        async with self._room:
            if self._pace:
                await self._pace.turn()
            request.extensions[ATTEMPT] = attempt
            return await exchange(self.system, self._http, request, self.manners.pause * 2 ** (attempt - 1))

    def _judge(self, response: httpx.Response, attempt: int) -> None:
        if self._judge_first:
            self._judge_first(response)
        if response.status_code == 401 and self._sign:
            what = f"{named(self.system, response.request)} answered 401"
            raise Misconfigured(f"{what}: the sign-in is not accepted, nor is a new one; check {self._sign.what}")
        told = retry_after(response, self._clock) if response.status_code in BUSY else None
        wait = self.manners.wait if response.status_code == 429 else self.manners.pause
        judge(self.system, response, wait * 2 ** (attempt - 1) if told is None else told)


async def exchange(
    system: str, http: httpx.AsyncClient, request: httpx.Request, seconds: float = 60.0
) -> httpx.Response:
    """Send one request and read its answer to the end, whatever its status.

    Raises `TryLater` in `seconds` when there is no answer, or none that is HTTP. The cause is named by its kind only,
    because its own text may quote what was sent.
    """
    try:
        return await http.send(request)
    except httpx.HTTPError as lost:
        raise TryLater(f"{named(system, request)} got no answer ({type(lost).__name__})", seconds) from None
