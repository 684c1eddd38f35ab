"""What the Microsoft Graph connectors share: one way out through msgraph-sdk's adapter, with our own JSON.

The adapter signs in and adds the SDK's headers. It follows no redirect and repeats nothing, because pacing is the
engine's and a POST must not be repeated blindly; and the generated models are never loaded, because they are slow and
cannot tell null from absent.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, cast
from urllib.parse import quote

import httpx
from azure.core.exceptions import AzureError, ClientAuthenticationError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_abstractions.request_option import RequestOption
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware.options import (
    RedirectHandlerOption,
    ResponseHandlerOption,
    RetryHandlerOption,
    UrlReplaceHandlerOption,
)
from kiota_http.observability_options import ObservabilityOptions
from msgraph import GraphRequestAdapter
from msgraph_core import APIVersion, GraphClientFactory
from msgraph_core.middleware import GraphTelemetryHandler
from msgraph_core.middleware.options import GraphTelemetryHandlerOption

from connectors._graph_answers import BUSY, Answer
from shared.answers import decoded, retry_after
from shared.connector import Outside
from shared.errors import Misconfigured, Refused, TryLater
from shared.rest import exchange

SYSTEM = "Microsoft Graph"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
"""Where Microsoft serves Graph («National cloud deployments»); a token is sent nowhere else but to this machine."""

PARTS = 20
"""Requests in one batch, at most («Combine multiple HTTP requests using JSON batching»)."""
PAGES = 100_000
"""Pages in one list, at most: a service that never ends a list must not hold us for ever."""

Query: TypeAlias = Mapping[str, str]
Row: TypeAlias = Mapping[str, Any]
NONE: Query = MappingProxyType({})

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")
_HOLE = re.compile(r"\{(\w+)\}")
_AADSTS = re.compile(r"AADSTS\d{1,9}")


def graph_address(text: str) -> str:
    """The base address of Graph, without a slash at the end; for use as a pydantic validator.

    Raises `ValueError` unless it is https on a host of Microsoft Graph, or any scheme on this machine.
    """
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL:
        raise ValueError("base_url is no address") from None
    trusted = url.host in HOSTS and url.scheme == "https"
    if not (trusted or url.host in LOOPBACK) or url.userinfo or url.query or url.fragment:
        raise ValueError("base_url must be https://<a host of Microsoft Graph>/v1.0, or on this machine for a sandbox")
    return str(url).rstrip("/")


def quoted(text: str) -> str:
    """A string literal of an OData `$filter` (OData 4.01 URL Conventions §5.1.1.14.1): a quote is doubled."""
    return "'" + text.replace("'", "''") + "'"


def reading(path: str, query: Query = NONE, **ids: str) -> str:
    """A relative address to GET, as `Graph.batch` takes it. Raises `Refused` when an id is none."""
    where = _HOLE.sub(lambda hole: _checked(ids[hole.group(1)]), path)
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    return f"{where}?{asked}" if asked else where


class Graph:
    """Requests to one tenant's Graph. Constructing does no I/O; every use goes out through `Outside.http`.

    Every method raises `TryLater` when no answer came or the sign-in service is busy, and `Misconfigured` when the
    sign-in is refused or the answer is not Graph's. What a failed *answer* means is asked of the `Answer`.
    """

    def __init__(self, base: str, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        if outside.credential is None:
            raise Misconfigured("Microsoft Graph needs a Microsoft sign-in, and none is set up")
        self.base = base
        self._url = httpx.URL(base)
        self._clock = outside.clock
        host = self._url.host
        scope = f"https://{'graph.microsoft.com' if host in LOOPBACK else host}/.default"
        sign_in = AzureIdentityAuthenticationProvider(outside.credential, scopes=[scope], allowed_hosts=[host])
        self._adapter = GraphRequestAdapter(sign_in, client=_client(outside.http))
        self._adapter.base_url = base  # the adapter's own default ends in a slash and doubles it
        self._adapter.observability_options = ObservabilityOptions(include_euii_attributes=False)

    async def send(self, method: str, path: str, *, query: Query = NONE, body: Any = None, **ids: str) -> Answer:
        """One request. `path` has a `{hole}` for each of `ids`; `query` names start with `$`.

        Raises `Refused` when an id is none: it may have come from a policy.
        """
        names = ",".join(name.replace("$", "%24") for name in query)
        template = "{+baseurl}" + path + (f"{{?{names}}}" if names else "")
        holes = {hole: _checked(value) for hole, value in ids.items()}
        values = {name.replace("$", "%24"): value for name, value in query.items()}
        info = RequestInformation(Method[method], template, {**holes, **values})
        if body is not None:
            info.set_stream_content(json.dumps(body).encode(), "application/json")
        return await self._ask(info, f"{method} {path}", " ".join(ids.values()))

    async def follow(self, link: str, operation: str) -> Answer:
        """GET a link Graph gave us. Raises `Misconfigured` when it leads elsewhere: no token is sent there."""
        if not self.owns(link):
            raise Misconfigured(
                f"{SYSTEM}: a link in the answer to {operation} leads to another host; it is not followed"
            )
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
        means; the parts' answers are the caller's to judge.
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
                name = some.get(str(row.get("id")), "")
                if name:
                    answers[name] = self._part(row, parts[name])
        if missing := [name for name in names if name not in answers]:
            raise TryLater(f"{SYSTEM}: a batch was answered without {', '.join(missing)}", BUSY)
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
        """One part of a batch; what is no part has status 0... 599 and is judged like any other answer."""
        status = row.get("status")
        given = row.get("headers")
        headers = {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}
        wait = retry_after(httpx.Response(429, headers=headers), self._clock)
        operation = f"GET {address.partition('?')[0]}"
        return Answer(
            operation=operation, status=status if isinstance(status, int) else 502, body=row.get("body"), wait=wait
        )

    async def _ask(self, info: RequestInformation, operation: str, about: str) -> Answer:
        info.headers.try_add("Accept", "application/json")
        info.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        try:
            native = await self._adapter.send_primitive_async(info, "bytes", {})
        except ClientAuthenticationError as refused:
            code = _AADSTS.search(str(refused))
            raise Misconfigured(f"Microsoft sign-in was refused {code.group() if code else ''}".rstrip()) from None
        except AzureError as busy:
            raise TryLater(f"Microsoft sign-in did not answer ({type(busy).__name__})", BUSY) from None
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


class _Through:
    """A transport that hands every request to another client, so that it is counted and guarded there."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await exchange(SYSTEM, self._http, request, BUSY)

    async def aclose(self) -> None:
        """Nothing: the client within belongs to somebody else."""


def _client(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client with the SDK's middleware around `http`, which stays as it is.

    Retries and redirects are off. So is the URL replacer: it would copy whole addresses, and with them the values of
    filters, into traces. `trust_env` is off lest a proxy of the environment lead around `http`.
    """
    options: dict[str, RequestOption] = {
        option.get_key(): option
        for option in (
            RetryHandlerOption(max_retries=0, should_retry=False),
            RedirectHandlerOption(should_redirect=False),
            UrlReplaceHandlerOption(enabled=False),
            GraphTelemetryHandlerOption(api_version=APIVersion.v1),
        )
    }
    middleware = KiotaClientFactory.get_default_middleware(options)
    middleware.append(GraphTelemetryHandler(options[GraphTelemetryHandlerOption.get_key()]))
    outer = httpx.AsyncClient(
        transport=cast(httpx.AsyncBaseTransport, _Through(http)), timeout=http.timeout, trust_env=False
    )
    return GraphClientFactory.create_with_custom_middleware(middleware, client=outer)
