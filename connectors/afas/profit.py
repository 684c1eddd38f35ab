"""Requests to one environment of AFAS Profit: the token, the partner's number, and what its refusals mean.

Sources: docs.afas.help («Authentication», «Troubleshooting», «IntegrationId»), at AFASSoftware/OASContent 64278d2.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

import httpx

from connectors.afas.decimals import with_zeros
from connectors.afas.settings import Settings
from shared.answers import decoded, named
from shared.connector import Outside
from shared.errors import Misconfigured, Refused, TryLater
from shared.rest import NONE, Manners, Params, Rest
from shared.signing import Fixed

SYSTEM = "AFAS Profit"
PATH = "/ProfitRestServices"
QUERY = 2049
"""Characters in a query string, the question mark included; a longer one is answered with 404."""

PARALLEL = 5
"""Calls at the same time, at most («GetConnector», skip and take with large datasets)."""

DENIED = "GetConnector not supported"
BLOCKED = "This GetConnector (definition) is blocked"
UNKNOWN = "Connector field"
MUCH = ("Out of String space", "Out of memory")
LOGGED = re.compile(r"[0-9A-Fa-f-]{16,40}")
LATE = ("De maximale tijdsduur", "The maximum duration")


class Profit:
    """Constructing does no I/O. `get` raises `TryLater` or `Misconfigured`; `put` `Refused` as well."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        sign = Fixed(
            header="Authorization",
            names=[settings.token],
            value=lambda token: authorization(token, settings.token),
            secret=outside.secret,
            forget=outside.forget,
        )
        partner = {"IntegrationId": settings.integration_id} if settings.integration_id else {}
        self._rest = Rest(
            SYSTEM,
            settings.base + PATH,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=sign,
            headers={"Accept-Language": "en-us", **partner},
            manners=Manners(pause=5.0, width=PARALLEL),
            judge_first=judge,
        )

    async def get(self, path: str, params: Params = NONE, route: str = "") -> Any:
        query = str(httpx.QueryParams(dict(params)))
        if len(query) + 1 > QUERY:
            raise Misconfigured(f"{SYSTEM}: a query for {path} would be longer than Profit takes; sort by fewer fields")
        return decoded(SYSTEM, with_zeros(await self._rest.send("GET", path, params=params, route=route)))

    async def put(self, connector: str, body: Any, attribute: str) -> None:
        """Change what `body` holds, with one of the UpdateConnectors. A refusal is about `attribute`.

        A write whose answer was lost may be sent again: Profit changes what is named, to what it is given.
        """
        try:
            await self._rest.send(
                "PUT",
                f"/connectors/{connector}",
                json=body,
                headers={"Content-Type": "application/json;charset=utf-8"},
                route="/connectors/{connector}",
            )
        except Refused as refused:
            raise Refused(str(refused), refused.reason, attribute) from None


def authorization(token: str, name: str) -> str:
    """The header's value. Raises `Misconfigured` for what is no token of an app connector.

    Profit gives the token as XML, and takes it in base64 only; somebody may have done that already.
    """
    if token.startswith("<token>"):
        return "AfasToken " + base64.b64encode(token.encode()).decode()
    try:
        known = base64.b64decode(token.removeprefix("AfasToken "), validate=True).startswith(b"<token>")
    except (binascii.Error, ValueError):
        known = False
    if not known:
        raise Misconfigured(f"{SYSTEM}: {name} is no token of an app connector; store the whole <token>…</token>")
    return "AfasToken " + token.removeprefix("AfasToken ")


def judge(response: httpx.Response) -> None:
    """Raise what a refusal means that Profit explains in its own way; business errors come as 500."""
    what, status = named(SYSTEM, response.request), response.status_code
    if status == 403:
        raise Misconfigured(
            f"{what} answered 403: the app connector admits certain IP addresses only; "
            "add this one in Profit, under the app connector's IP restrictions"
        )
    if status == 404:
        raise Misconfigured(f"{what} answered 404: there is nothing of that name; check `base` and the GetConnectors")
    if status == 413:
        raise Misconfigured(f"{what} answered 413: that is more than Profit takes at once; lower `take`")
    if status == 503 and (seconds := _wait(response)) is not None:
        raise TryLater(f"{what} answered 503: Profit is not available now; it is asked again later", seconds)
    if status == 500 and response.request.method == "GET":
        _judge_reading(what, said(response).get("externalMessage"))
    elif status == 500:
        _judge_writing(what, said(response))


def said(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON of a refusal; nothing where it is a web page, cut off or empty."""
    try:
        found = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _judge_reading(what: str, message: Any) -> None:
    """Raise for a message that a person must act on; any other one may be gone next time."""
    text = message.strip() if isinstance(message, str) else ""
    if text.startswith(DENIED):
        raise Misconfigured(f"{what}: the app connector does not offer this GetConnector; add it there")
    if text.startswith(BLOCKED):
        raise Misconfigured(f"{what}: this GetConnector is blocked; take away the tick at Blocked in its properties")
    if text.startswith(UNKNOWN):
        raise Misconfigured(f"{what}: the GetConnector has lost a field; compare it with the settings")
    if text.startswith(MUCH):
        raise Misconfigured(f"{what}: a page is more than Profit can give; lower `take` in the settings")
    if text.startswith(LATE):
        raise TryLater(f"{what} took Profit longer than it allows; it is asked again later", 900.0)


def _judge_writing(what: str, answer: Mapping[str, Any]) -> None:
    """Raise `Refused` for a business error: Profit has looked at the values and declines them. What it says of them
    may quote them, so that only its number and the place in Profit's own log are passed on.
    """
    message, number, log = (answer.get(name) for name in ("externalMessage", "errorNumber", "profitLogReference"))
    if isinstance(message, str) and message.strip().startswith(LATE):
        raise TryLater(f"{what} took Profit longer than it allows; it is asked again later", 900.0)
    if isinstance(message, str):
        error = f"error {number}" if isinstance(number, int) else "an error"
        place = f", log reference {log}" if isinstance(log, str) and LOGGED.fullmatch(log) else ""
        raise Refused(f"{what} was declined with {error}{place}; Profit's environment log says why")


def _wait(response: httpx.Response) -> float | None:
    """The seconds that stand in the body; the header, where there is one, is read by whoever else judges."""
    told = said(response).get("retry_after")
    if "retry-after" in response.headers or isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(min(max(told, 0), 86_400))
