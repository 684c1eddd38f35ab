"""The one way out: an HTTP client that counts every request and, where told so, lets only reading requests leave."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from shared.telemetry import asking

ATTEMPT = "joinly.attempt"
"""In a request's extensions: which attempt at the same thing it is."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that are safe by definition (RFC 9110 §9.2.1); TRACE is left out because nothing here uses it."""

TIMEOUT = httpx.Timeout(connect=10.0, read=60.0, write=30.0, pool=10.0)
"""Seconds. A request can last their sum at most; leases must outlive it."""


class NotAllowedToWrite(Exception):
    """A write was attempted where only reading is allowed: in a preview, or by the app that reads. That is a bug in
    Joinly: nothing left the process.
    """


@dataclass(slots=True)
class Count:
    reads: int = 0
    writes: int = 0


@dataclass(slots=True)
class Meter:
    """Requests that left, counted when they are sent; an attempt that fails counts too, for quotas count it as well."""

    reads: int = 0
    writes: int = 0
    hosts: dict[str, Count] = field(default_factory=dict)
    """The same, by host name."""

    def add(self, host: str, reads: int, writes: int) -> None:
        self.reads += reads
        self.writes += writes
        at_host = self.hosts.setdefault(host, Count())
        at_host.reads += reads
        at_host.writes += writes


class Wire(httpx.AsyncBaseTransport):
    """Wraps the transport that reaches the outside; counts on `meter` and, unless `writes_allowed`, refuses writes."""

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        meter: Meter,
        *,
        writes_allowed: bool = True,
        reading_posts: frozenset[str] = frozenset(),
    ) -> None:
        self._inner = inner
        self._meter = meter
        self._writes_allowed = writes_allowed
        self._reading_posts = reading_posts

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it. Raises `NotAllowedToWrite`, before anything leaves, when it writes and writes are not allowed."""
        reads, writes = await self._weigh(request)
        if writes and not self._writes_allowed:
            raise NotAllowedToWrite(
                f"{request.method} {request.url.host}{request.url.path} would write, where only reading is allowed"
            )
        self._meter.add(request.url.host, reads, writes)
        with asking(request.method, request.url.host, int(request.extensions.get(ATTEMPT, 1))) as answered:
            response = await self._inner.handle_async_request(request)
            answered(response.status_code)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _weigh(self, request: httpx.Request) -> tuple[int, int]:
        path = request.url.raw_path.decode("ascii").partition("?")[0]  # still encoded: %2F ends no segment
        if request.method == "POST" and _ends_with(path, "$batch"):
            return _weigh_batch(await request.aread(), self._reading_posts)
        if request.method == "POST" and _ends_with(path, "InvokeCommand"):
            return (1, 0) if _asks_only(await request.aread()) else (0, 1)
        return (1, 0) if _reads(request.method, path, self._reading_posts) else (0, 1)


def open_http(
    meter: Meter,
    *,
    writes_allowed: bool = True,
    reading_posts: frozenset[str] = frozenset(),
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client over `Wire`: HTTP/1.1, explicit timeouts, no redirects, no cookies, no proxy from the environment.

    `reading_posts` are path endings, whole segments, of POST requests that only read. `transport` replaces the
    network, for a simulator in the same process.
    """
    wire = Wire(transport or network(), meter, writes_allowed=writes_allowed, reading_posts=reading_posts)
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.AsyncClient(
        transport=wire, timeout=TIMEOUT, follow_redirects=False, trust_env=False, cookies=no_cookies
    )


def network() -> httpx.AsyncBaseTransport:
    """The way to real systems."""
    return httpx.AsyncHTTPTransport(verify=_trusted(), http1=True, http2=False, retries=0)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes longer than all else that opens a client."""
    return httpx.create_ssl_context()


def _reads(method: str, path: str, reading_posts: frozenset[str]) -> bool:
    return method in SAFE_METHODS or (method == "POST" and any(_ends_with(path, ending) for ending in reading_posts))


def _ends_with(path: str, ending: str) -> bool:
    return f"/{path}".endswith("/" + ending.lstrip("/"))


def _weigh_batch(body: bytes, reading_posts: frozenset[str]) -> tuple[int, int]:
    """Reads and writes among the parts of a JSON batch (Microsoft Graph, «Combine multiple HTTP requests»).

    A batch that cannot be read, or has no parts, is one write: what is not understood is not safe.
    """
    try:
        parts = json.loads(body)["requests"]
        reading = [_part_reads(part, reading_posts) for part in parts]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return 0, 1
    return (sum(reading), len(reading) - sum(reading)) if reading else (0, 1)


def _asks_only(body: bytes) -> bool:
    """Whether a command of Exchange only reads: its verb is Get (PowerShell, «Approved Verbs»). What is not understood
    is not safe.
    """
    try:
        name = json.loads(body)["CmdletInput"]["CmdletName"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(name, str) and name.startswith("Get-")


def _part_reads(part: Mapping[str, Any], reading_posts: frozenset[str]) -> bool:
    path = part["url"].partition("?")[0]
    return _reads(part["method"].upper(), path, reading_posts)
