"""The way out to Exchange Online: one command in a request, its pages, and never more than three at once.

Every command is a POST to one address; only its name says whether it reads. A body is read raw, because a refusal may
call itself compressed and not be. Nothing is repeated here: pacing is the engine's.
"""

import asyncio
import gzip
import json
import uuid
from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx

from connectors._signin import scope, token
from connectors.exchange.answers import BUSY, SYSTEM, Answer
from connectors.exchange.settings import USUAL, Settings
from shared.answers import retry_after
from shared.connector import Outside
from shared.errors import Misconfigured, TryLater
from shared.telemetry import shown

AT_ONCE = 3
"""Requests under way for one tenant; no number is published, and more are refused."""
PAGE = 1000
PAGES = 10_000
"""Pages of one list, at most: a service that never ends a list must not hold us for ever."""

SYSTEM_MAILBOX = "SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
"""Where requests of an app are routed by; it is the same in every organisation."""

Row: TypeAlias = Mapping[str, Any]


class Cmdlets:
    """Commands in one organisation. Constructing does no I/O; every use goes out through `Outside.http`.

    Every method raises `TryLater` when no answer came or the sign-in is busy, and `Misconfigured` when the sign-in is
    refused or the answer is not Exchange's.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        if outside.credential is None:
            raise Misconfigured(f"{SYSTEM} needs a Microsoft sign-in, and none is set up")
        self._credential = outside.credential
        self._http = outside.http
        self._clock = outside.clock
        self._scope = scope(settings.base_url, USUAL)
        self._address = httpx.URL(f"{settings.base_url}/adminapi/beta/{settings.tenant}/InvokeCommand")
        self._anchor = f"APP:{SYSTEM_MAILBOX}@{settings.tenant}"
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def rows(self, cmdlet: str, parameters: Mapping[str, Any], select: str = "") -> list[Row] | None:
        """Everything a command lists; None when what it names does not exist. `select` are the properties to tell.

        Raises what a refusal means.
        """
        body = _body(cmdlet, parameters)
        address = httpx.URL(f"{self._address}?$select={select}") if select else self._address
        found: list[Row] = []
        for _ in range(PAGES):
            answer = await self._ask(cmdlet, address, body, "")
            if answer.missing:
                return None
            if not answer.ok:
                raise answer.error()
            found += _listed(answer)
            link = answer.body.get("@odata.nextLink")
            if not isinstance(link, str):
                return found
            address = self._ours(link, cmdlet)
        raise Misconfigured(f"{SYSTEM}: {cmdlet} does not end")

    async def write(self, cmdlet: str, parameters: Mapping[str, Any], about: str) -> Answer:
        """Run a command that changes something of the account `about`; what it answers is the caller's to judge."""
        return await self._ask(cmdlet, self._address, _body(cmdlet, parameters), about)

    def _ours(self, link: str, cmdlet: str) -> httpx.URL:
        """The address of the next page. Raises `Misconfigured` when it leads elsewhere: no token is sent there."""
        here = self._address
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL:
            url = httpx.URL()
        if (url.scheme, url.host, url.port, url.userinfo) != (here.scheme, here.host, here.port, b""):
            raise Misconfigured(f"{SYSTEM}: a link in the answer to {cmdlet} leads elsewhere; it is not followed")
        return url

    async def _ask(self, cmdlet: str, address: httpx.URL, body: bytes, about: str) -> Answer:
        async with self._turns:
            headers = {
                "Authorization": f"Bearer {await token(self._credential, self._scope)}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
                "Prefer": f"odata.maxpagesize={PAGE}",
                "X-AnchorMailbox": self._anchor,
                "X-CmdletName": cmdlet,
                "X-ResponseFormat": "json",
                "client-request-id": str(uuid.uuid4()),
            }
            request = self._http.build_request("POST", address, content=body, headers=headers)
            return await self._answer(cmdlet, request, about)

    async def _answer(self, cmdlet: str, request: httpx.Request, about: str) -> Answer:
        try:
            with shown(f"/InvokeCommand/{cmdlet}"):
                response = await self._http.send(request, stream=True)
            try:
                raw = b"".join([part async for part in response.aiter_raw()])
            finally:
                await response.aclose()
        except httpx.HTTPError as lost:
            raise TryLater(f"{SYSTEM}: {cmdlet} got no answer ({type(lost).__name__})", BUSY) from None
        text = _plain(raw)
        return Answer(
            cmdlet=cmdlet,
            about=about,
            status=response.status_code,
            body=_json(text),
            text=text[:1000],
            wait=retry_after(response, self._clock),
        )


def _body(cmdlet: str, parameters: Mapping[str, Any]) -> bytes:
    return json.dumps({"CmdletInput": {"CmdletName": cmdlet, "Parameters": dict(parameters)}}).encode()


def _plain(raw: bytes) -> str:
    """A body as text; one that is compressed though it was asked not to be is unpacked if it can be."""
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError):
            raw = b""
    return raw.decode("utf-8", "replace").strip("\0")


def _json(text: str) -> Any:
    """The JSON of a body, or None where it is a web page, cut off or nothing."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _listed(answer: Answer) -> list[Row]:
    """The objects of an answer that succeeded. Raises when it is none of Exchange's."""
    value = answer.body.get("value") if isinstance(answer.body, Mapping) else None
    if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
        return value
    if answer.text.lstrip().startswith("<"):
        raise Misconfigured(f"{SYSTEM}: {answer.cmdlet} answered a web page; check base_url and any proxy on the way")
    raise TryLater(f"{SYSTEM}: {answer.cmdlet} answered without its list", BUSY)
