"""Brings the local Azure up, as infra would make it, and takes it down again; nothing of it outlives the block.

Queues, tables, the container, the keys in the vault, one identity for each app with its rights, a tenant that knows
these identities, and the policy as the active one.
"""

import asyncio
import base64
import secrets
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from azure.data.tables.aio import TableServiceClient
from azure.storage.blob.aio import ContainerClient
from cryptography.fernet import Fernet

from local.azure import certificate, policy
from local.azure.identities import EXCHANGE, GRAPH, Identities, Signed
from local.azure.rights import HASH_KEY, OPERATOR, POLICIES, TABLES, TOKEN_KEY, Rights, rights
from local.azure.storage_gate import container_of, storage_gate, table_of
from local.azurite import Azurite
from local.graph import Faults
from local.key_vault import RESOURCE, KeyVault, key_vault_app
from local.managed_identity import ManagedIdentity, managed_identity_app
from local.sandbox import Sandbox, sandbox
from local.serve import serving
from local.servicebus import Broker
from shared import queues
from shared.policies import Policies
from shared.policy import Policy
from shared.policy_blobs import BlobShelf
from shared.policy_file import load


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalAzure:
    """Everything that runs, and where."""

    sandbox: Sandbox
    broker: Broker
    azurite: Azurite
    vault: KeyVault
    identities: Identities
    addresses: Mapping[str, str]
    """`tables`, `blobs` and `vault`: what the apps are told."""
    endpoints: Mapping[str, str]
    """Identity → where its endpoint is."""
    trusted: Path
    """For SSL_CERT_FILE."""
    policy: str
    """The active policy's text."""

    def settings(self, name: str) -> Mapping[str, str]:
        """The app settings that say where everything is, for one identity."""
        return {
            "JOINLY_TENANT": self.sandbox.tenant.id,
            "JOINLY_IDENTITY": self.identities.rights[name].client,
            "JOINLY_TABLES": self.addresses["tables"],
            "JOINLY_POLICIES": f"{self.addresses['blobs']}/{POLICIES}",
            "JOINLY_KEY_VAULT": self.addresses["vault"],
            "ServiceBus__fullyQualifiedNamespace": self.broker.address,
            "SSL_CERT_FILE": str(self.trusted),
            **self.identities.endpoints[name].environment(self.endpoints[name]),
        }

    def table_client(self) -> TableServiceClient:
        """With the account's own key, for whoever looks at the tables from outside."""
        return TableServiceClient.from_connection_string(
            self.azurite.connection_string, connection_verify=str(self.trusted)
        )


@asynccontextmanager
async def local_azure(
    folder: Path, text: str, beside: Path, seeds: Path | None = None, faults: Faults | None = None
) -> AsyncIterator[LocalAzure]:
    """For the policy `text`, whose files are `beside` it; certificates are kept in `folder`.

    Raises `Misconfigured` (`PolicyInvalid`), `azurite.NpmUnreachable` and `RuntimeError` when Azurite does not start.
    """
    found = load(text).policy
    pem, key = certificate.issued(folder)
    async with AsyncExitStack() as stack:
        azurite = Azurite(tls=(pem, key))
        stack.callback(azurite.stop)
        await asyncio.to_thread(azurite.start)
        there = await stack.enter_async_context(sandbox(found, seeds, None, lambda: datetime.now(UTC), faults=faults))
        identities = _identities(found, there)
        broker = await stack.enter_async_context(Broker(queues.QUEUES, may=identities.may_bus))
        vault = _vault(identities)
        endpoints = {
            name: await stack.enter_async_context(serving(managed_identity_app(endpoint)))
            for name, endpoint in identities.endpoints.items()
        }
        addresses = await _doors(stack, azurite, vault, identities, (pem, key))
        running = LocalAzure(
            sandbox=there,
            broker=broker,
            azurite=azurite,
            vault=vault,
            identities=identities,
            addresses=addresses,
            endpoints=endpoints,
            trusted=certificate.trusted(pem),
            policy=policy.at_home(text, beside, there),
        )
        await _furnish(running)
        yield running


def _identities(found: Policy, there: Sandbox) -> Identities:
    held = rights(*policy.secrets_of(found))
    tenant = there.tenant

    endpoints = {}
    for name, one in held.items():
        tenant.add_app(one.client, secrets.token_urlsafe(24), permissions=one.graph)
        issuers = {
            GRAPH: lambda client: tenant.issue_token(client),
            EXCHANGE: lambda client: tenant.issue_token(client, audience=EXCHANGE),
        }
        endpoints[name] = ManagedIdentity(frozenset({one.client}), tenant=tenant.id, issuers=issuers)
    return Identities(held, endpoints)


def _vault(identities: Identities) -> KeyVault:
    vault = KeyVault(allowed=lambda token: identities.of(token, RESOURCE) is not None, readable=identities.may_secret)
    vault.put(HASH_KEY, base64.b64encode(secrets.token_bytes(32)).decode())
    vault.put(TOKEN_KEY, Fernet.generate_key().decode())
    return vault


async def _doors(
    stack: AsyncExitStack, azurite: Azurite, vault: KeyVault, identities: Identities, tls: tuple[Path, Path]
) -> Mapping[str, str]:
    """What the apps see of storage and vault, over https."""
    trust = ssl.create_default_context(cafile=str(tls[0]))
    found = {}
    for name, service, may, name_of in (
        ("tables", "table", identities.may_table, table_of),
        ("blobs", "blob", identities.may_blob, container_of),
    ):
        account = azurite.address(service)
        base, _, path = account.rpartition("/")
        connector = aiohttp.TCPConnector(ssl=trust)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector, auto_decompress=False))
        door = await stack.enter_async_context(serving(storage_gate(http, base, may, name_of), tls=tls))
        found[name] = f"{door}/{path}"
    found["vault"] = await stack.enter_async_context(serving(key_vault_app(vault), tls=tls))
    return found


async def _furnish(running: LocalAzure) -> None:
    """Tables, container and the active policy."""
    async with running.table_client() as tables:
        await asyncio.gather(*(tables.create_table(name) for name in sorted(TABLES)))
    own: Rights = running.identities.rights[OPERATOR]
    container = ContainerClient.from_container_url(
        f"{running.addresses['blobs']}/{POLICIES}",
        credential=Signed(running.identities.endpoints[OPERATOR], own.client),
        connection_verify=str(running.trusted),
    )
    async with BlobShelf(container) as shelf:
        await container.create_container()
        policies = Policies(shelf)
        kept = await policies.keep(running.policy)
        now = datetime.now(UTC)
        await policies.activate(kept.hash, by="make local", at=now, because="the first policy", after=None)
