"""Files that a system has put elsewhere and gives an address of: fetched onto disk, and without any credential.

Such an address (RFC 3986) carries its own permission, for a while. A token that was sent there would be given to
whoever runs that host, and some refuse it.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import BinaryIO

import httpx

from shared.answers import BUSY, retry_after
from shared.errors import Misconfigured, TryLater
from shared.rest import Manners
from shared.wire import ATTEMPT

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
REFUSED = frozenset({401, 403, 404, 410})
"""What storage answers to an address that has ended or was never good."""

SECONDS = 600.0
"""What one attempt at one file may take in all."""


class Ended(Exception):
    """The address is not good, or no longer: ask the system for another one."""


class Downloads:
    """Fetches files of one system; `most` bytes of each are believed.

    `near` is where the system itself is: only when that is this machine, as a simulator is, may a file be here too.
    """

    def __init__(
        self,
        system: str,
        near: str,
        http: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        manners: Manners | None = None,
        most: int = 2_000_000_000,
    ) -> None:
        self._system, self._http, self._most = system, http, most
        self._local = httpx.URL(near).host in LOOPBACK
        self._clock, self._sleep, self._manners = clock, sleep, manners or Manners()

    async def fetch(self, address: str, into: BinaryIO, what: str) -> None:
        """Put the file into `into`, from its beginning; errors call it `what`, and never say its address.

        Raises `Ended`, and `Misconfigured` for an address that is none, leads into a private network, or holds more
        than is believed. A busy host and a lost answer are tried again in place, and then raised as `TryLater`.
        """
        url = self._checked(address, what)
        for attempt in range(1, self._manners.attempts + 1):
            try:
                into.seek(0)
                into.truncate()
                async with asyncio.timeout(SECONDS):
                    await self._once(url, into, what, attempt)
                into.seek(0)
                return
            except TryLater as later:
                if attempt == self._manners.attempts or later.seconds > self._manners.longest:
                    raise
                await self._sleep(later.seconds)
            except TimeoutError:
                raise TryLater(f"{self._system}: {what} was not received in {SECONDS:.0f} s") from None

    def _checked(self, address: str, what: str) -> httpx.URL:
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, TypeError):
            raise Misconfigured(f"{self._system}: the address of {what} is none") from None
        here = self._local and url.scheme in {"http", "https"} and url.host in LOOPBACK
        if not here and (url.scheme != "https" or not _public(url.host) or url.userinfo):
            raise Misconfigured(f"{self._system}: the address of {what} leads to a place that is not asked")
        return url

    async def _once(self, url: httpx.URL, into: BinaryIO, what: str, attempt: int) -> None:
        pause = self._manners.pause * 2 ** (attempt - 1)
        request = self._http.build_request("GET", url)
        request.extensions[ATTEMPT] = attempt
        try:
            response = await self._http.send(request, stream=True)
            try:
                self._judge(response, what, pause)
                await self._received(response, into, what)
            finally:
                await response.aclose()
        except httpx.HTTPError as lost:
            raise TryLater(f"{self._system}: {what} was not received ({type(lost).__name__})", pause) from None

    def _judge(self, response: httpx.Response, what: str, pause: float) -> None:
        status, said = response.status_code, f"{self._system}: the host of {what} answered {response.status_code}"
        if status in REFUSED:
            raise Ended(said)
        if status in BUSY or status >= 500:
            told = retry_after(response, self._clock)
            raise TryLater(f"{said}; it is asked again later", pause if told is None else told)
        if not response.is_success:
            raise Misconfigured(f"{said}; the interface may have changed")

    async def _received(self, response: httpx.Response, into: BinaryIO, what: str) -> None:
        written = 0
        async for chunk in response.aiter_bytes():
            written += len(chunk)
            if written > self._most:
                raise Misconfigured(f"{self._system}: {what} is larger than {self._most:,} bytes; that is not believed")
            into.write(chunk)
        told = "" if "content-encoding" in response.headers else response.headers.get("content-length", "")
        if told.isdecimal() and int(told) != written:
            raise TryLater(f"{self._system}: {what} was cut off on its way")


def _public(host: str) -> bool:
    """Whether it is a name of the internet: no number, and no name of the network that this runs in."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".internal", ".local", ".localhost"))
    return False
