"""The way out to Microsoft Graph: msgraph-sdk's request adapter around our own client; tokens go to Graph only.

The adapter signs in and adds the SDK's headers. It follows no redirect and repeats nothing, because pacing is the
engine's and a POST must not be repeated blindly.
"""

from typing import cast

import httpx
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware import UserAgentHandler
from kiota_http.observability_options import ObservabilityOptions
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_request_adapter import options as SDK_OPTIONS
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]
from msgraph_core.middleware import GraphTelemetryHandler  # type: ignore[import-untyped]
from msgraph_core.middleware.options import GraphTelemetryHandlerOption  # type: ignore[import-untyped]

from connectors._graph_answers import BUSY
from connectors._signin import address, scope
from shared.connector import Outside
from shared.errors import Misconfigured
from shared.rest import exchange

SYSTEM = "Microsoft Graph"
HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
"""Where Microsoft serves Graph («National cloud deployments»); a token is sent nowhere else but to this machine."""


def graph_address(text: str) -> str:
    """The base address of Graph, without a slash at the end; for use as a pydantic validator.

    Raises `ValueError` unless it is https on a host of Microsoft Graph, or any scheme on this machine.
    """
    return address(text, HOSTS, "https://<a host of Microsoft Graph>/v1.0")


def adapter(base: str, outside: Outside) -> GraphRequestAdapter:
    """The adapter for the Graph at `base`. No I/O. Raises `Misconfigured` when there is no Microsoft sign-in."""
    if outside.credential is None:
        raise Misconfigured(f"{SYSTEM} needs a Microsoft sign-in, and none is set up")
    host = httpx.URL(base).host
    wanted = scope(base, "graph.microsoft.com")
    sign_in = AzureIdentityAuthenticationProvider(outside.credential, scopes=[wanted], allowed_hosts=[host])
    made = GraphRequestAdapter(sign_in, client=_client(outside.http))
    made.base_url = base  # the adapter's own default ends in a slash and doubles it
    made.observability_options = ObservabilityOptions(include_euii_attributes=False)
    return made


def _client(http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client with the SDK's headers around `http`, which stays as it is.

    Of the SDK's middleware only what says who we are is used. The rest retries, follows redirects, rewrites addresses
    (also the links that Graph gave us) or copies them, and with them the values of filters, into traces.
    """
    telemetry = GraphTelemetryHandler(SDK_OPTIONS[GraphTelemetryHandlerOption.get_key()])
    middleware = [UserAgentHandler(), telemetry]
    outer = httpx.AsyncClient(transport=cast(httpx.AsyncBaseTransport, _Through(http)), timeout=http.timeout)
    return cast(httpx.AsyncClient, GraphClientFactory.create_with_custom_middleware(middleware, client=outer))


class _Through:
    """A transport that hands every request to another client, so that it is counted and guarded there."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await exchange(SYSTEM, self._http, request, BUSY)

    async def aclose(self) -> None:
        """Nothing: the client within belongs to somebody else."""
