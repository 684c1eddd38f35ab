"""What the Microsoft Graph connectors share: single requests, batches of reads and lists, as JSON of our own.

The SDK's generated models are never loaded: they are slow and cannot tell null from absent. No personal value stands
in a path, a message or a trace.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, cast
from urllib.parse import quote

import httpx
from azure.core.exceptions import AzureError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware.options import ResponseHandlerOption

from connectors._graph_adapter import SYSTEM, adapter
from connectors._graph_answers import BUSY, Answer
from connectors._signin import meaning
from shared.answers import decoded, retry_after
from shared.connector import Outside
from shared.errors import Misconfigured, Refused, TryLater
from shared.telemetry import catalogue, shown, tell

PARTS = 20
"""Requests in one batch, at most («Combine multiple HTTP requests using JSON batching»)."""
PAGES = 100_000
"""Pages in one list, at most: a service that never ends a list must not hold us for ever."""

Row: TypeAlias = Mapping[str, Any]
NONE: Mapping[str, str] = MappingProxyType({})

_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
"""Ids of assignments are random bytes in base64url and may begin with any of its characters."""
_HOLE = re.compile(r"\{(\w+)\}")


def quoted(text: str) -> str:
    """A string literal of an OData `$filter` (OData 4.01 URL Conventions §5.1.1.14.1): a quote is doubled."""
    return "'" + text.replace("'", "''") + "'"


def reading(path: str, ids: Mapping[str, str] = NONE, query: Mapping[str, str] = NONE) -> str:
    """A relative address to GET, as `Graph.batch` takes it. Raises `Refused` when an id is none."""
    return _address(path, ids, query)


class Graph:
    """Requests to one tenant's Graph. Constructing does no I/O; every use goes out through `Outside.http`.

    Every method raises `TryLater` when no answer came or the sign-in service is busy, and `Misconfigured` when the
    sign-in is refused or the answer is not Graph's. What a failed *answer* means is asked of the `Answer`.
    """

    def __init__(self, base: str, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        self.base = base
        self._url = httpx.URL(base)
        self._clock = outside.clock
        self._adapter = adapter(base, outside)

    async def send(
        self,
        method: str,
        path: str,
        ids: Mapping[str, str] = NONE,
        *,
        query: Mapping[str, str] = NONE,
        body: Any = None,
        mime: bytes = b"",
        prefer: str = "",
    ) -> Answer:
        """One request. `path` has a `{hole}` for each of `ids`; `query` names start with `$`; `prefer` is a header.

        `body` is sent as JSON, and `mime`, a mail in base64, as it is.

        Raises `Refused` when an id is none: it may have come from a policy.
        """
        info = RequestInformation(Method[method], "{+baseurl}" + path)  # a template is what stands in a trace
        info.url = self.base + _address(path, ids, query)
        if prefer:
            info.headers.try_add("Prefer", prefer)
        if body is not None:
            info.set_stream_content(json.dumps(body).encode(), "application/json")
        if mime:
            info.set_stream_content(mime, "text/plain")
        return await self._ask(info, f"{method} {path}", " ".join(ids.values()))

    async def follow(self, link: str, operation: str) -> Answer:
        """GET a link Graph gave us. Raises `Misconfigured` when it leads elsewhere: no token is sent there."""
        if not self.owns(link):
            raise Misconfigured(f"{SYSTEM}: a link in the answer to {operation} leads elsewhere; it is not followed")
        info = RequestInformation(Method.GET)
        info.url = link
        return await self._ask(info, operation, "")

    def owns(self, link: str) -> bool:
        """Whether `link` leads to the Graph these settings name."""
        try:
            url = httpx.URL(link)
        except httpx.InvalidURL:
            return False
        here = (self._url.scheme, self._url.host, self._url.port, b"")
        return (url.scheme, url.host, url.port, url.userinfo) == here and url.path.startswith(self._url.path + "/")

    async def batch(self, parts: Mapping[str, str]) -> dict[str, Answer]:
        """Read several addresses, made by `reading`, at once; more than 20 take several requests.

        Only GETs can be asked for, which is why a batch may leave in a preview. Raises what the batch's own answer
        means, and `TryLater` when a part is throttled or missing; else the parts are the caller's to judge.
        """
        answers: dict[str, Answer] = {}
        names = list(parts)
        for start in range(0, len(names), PARTS):
            some = {str(number): name for number, name in enumerate(names[start : start + PARTS])}
            requests = [{"id": id, "method": "GET", "url": parts[name]} for id, name in some.items()]
            answer = await self.send("POST", "/$batch", body={"requests": requests})
            if not answer.ok:
                raise answer.error()
            for row in rows(answer, "responses"):
                if name := some.get(str(row.get("id"))):
                    answers[name] = self._part(row, parts[name])
        if throttled := [answer for answer in answers.values() if answer.status == 429]:
            tell(catalogue.THROTTLES, len(throttled), {catalogue.HOST: self._url.host})
            raise max(throttled, key=lambda one: one.wait or 0).error()
        if len(answers) < len(names):
            raise TryLater(f"{SYSTEM}: a batch was answered in part", BUSY)
        return answers

    async def all(self, answer: Answer) -> AsyncIterator[Row]:
        """Every row of a list, this page's and those that follow. Raises what a failed page means."""
        for _ in range(PAGES):
            if not answer.ok:
                raise answer.error()
            for row in rows(answer):
                yield row
            link = answer.body.get("@odata.nextLink")
            if not isinstance(link, str):
                return
            answer = await self.follow(link, answer.operation)
        raise Misconfigured(f"{SYSTEM}: {answer.operation} does not end")

    def _part(self, row: Row, address: str) -> Answer:
        status, headers = row.get("status"), row.get("headers")
        given = headers.items() if isinstance(headers, Mapping) else ()
        told = next((str(value)[:40] for name, value in given if name.lower() == "retry-after"), "")
        return Answer(
            operation=f"GET {address.partition('?')[0]}",
            status=status if isinstance(status, int) else 502,
            body=row.get("body"),
            wait=retry_after(httpx.Response(429, headers={"retry-after": told}), self._clock),
        )

    async def _ask(self, info: RequestInformation, operation: str, about: str) -> Answer:
        info.headers.try_add("Accept", "application/json")
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            with shown(operation.partition(" ")[2]):
                native = await self._adapter.send_primitive_async(info, "bytes", {})
        except AzureError as error:
            raise meaning(error) from None
        response = cast(httpx.Response, native)
        body = decoded(SYSTEM, response) if response.is_success else _said(response)
        wait = retry_after(response, self._clock)
        return Answer(operation=operation, about=about, status=response.status_code, body=body, wait=wait)


def rows(answer: Answer, key: str = "value") -> list[Row]:
    """The objects listed under `key`. Raises `TryLater` when the answer is no such list."""
    found = answer.body.get(key) if isinstance(answer.body, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise TryLater(f"{SYSTEM}: {answer.operation} answered without its list", BUSY)
    return found


def record(answer: Answer) -> Row:
    """The one object of an answer that succeeded. Raises `TryLater` when there is none with an id."""
    id = answer.body.get("id") if isinstance(answer.body, Mapping) else None
    if not isinstance(id, str) or not id:
        raise TryLater(f"{SYSTEM}: {answer.operation} answered without its object", BUSY)
    return cast(Row, answer.body)


def _address(path: str, ids: Mapping[str, str], query: Mapping[str, str]) -> str:
    """A path with its ids and its query; the SDK takes a fifth of a whole run to fill in its templates."""
    where = _HOLE.sub(lambda hole: _checked(ids[hole.group(1)]), path)
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return f"{where}?{asked}" if asked else where


def _checked(id: str) -> str:
    if not _ID.fullmatch(id):
        raise Refused(f"{SYSTEM}: that is no object id; nothing was sent")
    return id


def _said(response: httpx.Response) -> Any:
    """The JSON of a refusal, or None where it is a web page, cut off or nothing: the status then says it all."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None
