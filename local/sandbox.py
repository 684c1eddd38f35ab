"""The simulated outside world, on loopback or in this process: a tenant of Entra and Exchange that remembers, furnished
for a policy.
"""

import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from starlette.applications import Starlette
from starlette.routing import Mount

from local.exchange import Organisation, exchange_app
from local.exchange.app import APP_ROLE, ROLES
from local.graph import DEFAULT_PERMISSIONS, Faults, Tenant, graph_app
from local.serve import serving
from shared.errors import Misconfigured
from shared.model import Entitlement
from shared.policy import Policy

CLIENT_ID = "5a4db0c8-0000-4000-8000-6a6f696e6c79"
SEATS = 500
KINDS, LIST = frozenset({"full_access", "send_as", "send_on_behalf"}), "distribution_group"
"""What rules give on mailboxes, and on lists."""
MAIL = ("EXCHANGE_S_ENTERPRISE",)
"""What a licence brings where the policy speaks of mailboxes."""
NO_SOCKET = "http://localhost"
"""The address of a tenant that nobody outside this process can reach."""


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """Where the simulated tenant is and how to sign in; the secret is new each time."""

    address: str
    tenant: Tenant
    app: Any = field(repr=False)
    """What is served at `address`."""
    client_secret: str = field(repr=False)

    @property
    def graph(self) -> str:
        return f"{self.address}/v1.0"

    def settings(self, connector: str) -> Mapping[str, str]:
        """What a connector's settings must say to reach this tenant."""
        if connector == "exchange":
            return {"base_url": self.address, "tenant": self.tenant.id}
        return {"base_url": self.graph}

    @property
    def token_url(self) -> str:
        return f"{self.address}/{self.tenant.id}/oauth2/v2.0/token"

    @property
    def access(self) -> Mapping[str, str]:
        """What any Graph client needs."""
        return {
            "base_url": self.graph,
            "token_url": self.token_url,
            "tenant": self.tenant.id,
            "client_id": CLIENT_ID,
            "client_secret": self.client_secret,
        }

    def transport(self) -> httpx.AsyncBaseTransport:
        """The way to it within this process, through no network."""
        return httpx.ASGITransport(self.app)

    def credential(self) -> "SandboxCredential":
        return SandboxCredential(self.token_url, CLIENT_ID, self.client_secret, self.transport())


class SandboxCredential:
    """Microsoft sign-in at the simulated tenant with client credentials, in the form of azure-identity's."""

    def __init__(
        self, url: str, client_id: str, client_secret: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._url, self._client_id, self._secret, self._transport = url, client_id, client_secret, transport
        self._token = AccessToken("", 0)

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Raises azure-core's errors, as azure-identity does, and `Misconfigured` when no client is named."""
        if self._token.expires_on < time.time() + 60:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._secret,
                "scope": " ".join(scopes),
            }
            body = await self._asked(form)
            self._token = AccessToken(body["access_token"], int(time.time()) + int(body["expires_in"]))
        return self._token

    async def _asked(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        try:
            async with httpx.AsyncClient(transport=self._transport, trust_env=False) as http:
                answer = await http.post(self._url, data=dict(form))
        except httpx.HTTPError as lost:
            raise ServiceRequestError(f"nothing answers at {self._url} ({type(lost).__name__})") from None
        if answer.status_code == httpx.codes.OK:
            return dict(answer.json())
        if not self._client_id:
            raise Misconfigured(
                "the tenant on this machine wants a client; set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET to what "
                "`joinly sandbox` printed"
            )
        raise ClientAuthenticationError(_refusal(answer))

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> "SandboxCredential":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


def _refusal(answer: httpx.Response) -> str:
    """The error's code, such as AADSTS7000215; the text around it may name more than a message should."""
    found = re.search(r"AADSTS\d{1,9}", answer.text[:2000])
    return f"the sign-in was refused: {found.group() if found else answer.status_code}"


def seeds_beside(policy: Path) -> Path:
    """Where a policy's simulated tenant is described: `example.tenant.yaml` beside `example.yaml`."""
    return policy.with_suffix("").with_suffix(".tenant.yaml")


def within(
    policy: Policy | None,
    seeds: Path | None,
    file: Path | None,
    clock: Callable[[], datetime],
    faults: Faults | None = None,
) -> Sandbox:
    """A tenant in this process. A new one holds the groups and licences `policy` names and the accounts of `seeds`.

    Raises `Misconfigured` when `seeds` or `file` cannot be used.
    """
    given = _read(seeds)
    tenant, new = _opened(file, clock)
    exchange = Organisation(tenant)
    if new:
        _furnish(tenant, exchange, policy, given)
    secret = secrets.token_urlsafe(24)
    tenant.add_app(CLIENT_ID, secret, permissions=DEFAULT_PERMISSIONS | {APP_ROLE, *ROLES})
    app = Starlette(routes=[*exchange_app(exchange).routes, Mount("/", graph_app(tenant, faults))])
    return Sandbox(address=NO_SOCKET, tenant=tenant, app=app, client_secret=secret)


@asynccontextmanager
async def sandbox(
    policy: Policy | None,
    seeds: Path | None,
    file: Path | None,
    clock: Callable[[], datetime],
    port: int = 0,
    faults: Faults | None = None,
) -> AsyncIterator[Sandbox]:
    """The same tenant, served on loopback. Raises `Misconfigured`, also when `port` cannot be used."""
    there = within(policy, seeds, file, clock, faults)
    async with serving(there.app, port) as address:
        yield replace(there, address=address)


def _opened(file: Path | None, clock: Callable[[], datetime]) -> tuple[Tenant, bool]:
    """The tenant that `file` remembers, or a new one and True."""
    try:
        tenant = Tenant(clock=clock, file=file)
    except (sqlite3.Error, ValueError, TypeError, KeyError):
        raise Misconfigured(
            f"{file} holds no simulated tenant of this version; remove it to begin with a new one"
        ) from None
    return tenant, not tenant.apps


def _read(seeds: Path | None) -> Mapping[str, Any]:
    """What the tenant holds from the start. Raises `Misconfigured` for a file that says something else."""
    if seeds is None or not seeds.exists():
        return {}
    try:
        found = YAML(typ="safe", pure=True).load(seeds.read_text(encoding="utf-8"))
    except (YAMLError, OSError, ValueError) as error:
        raise Misconfigured(f"{seeds}: it cannot be read as YAML ({type(error).__name__})") from None
    if not isinstance(found, dict) or found.keys() - {"users", "groups", "administrators"}:
        raise Misconfigured(f"{seeds}: it holds users, groups and administrators, nothing else")
    return found


def _furnish(tenant: Tenant, exchange: Organisation, policy: Policy | None, seeds: Mapping[str, Any]) -> None:
    rules = [grant for target in (policy.targets.values() if policy else ()) for grant in target.grants]
    names = sorted({grant.entitlement for grant in rules if grant.entitlement})
    plans = MAIL if policy and any(target.follows for target in policy.targets.values()) else ()
    _mail(exchange, names)
    for one in names:
        if one.kind == "group":
            tenant.add_group(one.name)
        elif one.kind == "license":
            tenant.add_sku(one.name, SEATS, plans=plans)
    tenant.add_applications(one.name for one in names if one.kind == "role")
    for group in seeds.get("groups", ()):
        tenant.add_group(**group)
    users = {user["userPrincipalName"]: tenant.add_user(**user) for user in seeds.get("users", ())}
    administrators = [users[name] for name in seeds.get("administrators", ())]
    if administrators:
        tenant.add_directory_role("Global Administrator", administrators)


def _mail(exchange: Organisation, names: Iterable[Entitlement]) -> None:
    """The shared mailboxes and lists that rules name."""
    for address in sorted({one.name for one in names if one.kind in KINDS}):
        exchange.add_shared(address)
    for one in names:
        if one.kind == LIST:
            exchange.add_list(one.name)
