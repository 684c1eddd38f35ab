"""A key vault over real TLS under its real name, and an identity endpoint, on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from aiohttp.abc import AbstractResolver, ResolveResult
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import ManagedIdentityCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.key_vault import RESOURCE, KeyVault, key_vault_app
from local.managed_identity import ManagedIdentity, managed_identity_app
from local.serve import serving
from shared.vault import Vault

NAME = "joinly-test.vault.azure.net"
URL = f"https://{NAME}"
CLIENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


@dataclass
class Loopback:
    vault: KeyVault
    identity: ManagedIdentity
    environment: Mapping[str, str]
    certificate: Path
    port: int

    def transport(self) -> AioHttpTransport:
        """The SDK's own transport, to which the vault's name means this machine, and which trusts only our vault."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        connector = aiohttp.TCPConnector(resolver=Here(self.port), ssl=trust)
        return AioHttpTransport(session=aiohttp.ClientSession(connector=connector))

    @asynccontextmanager
    async def opened(self, client: str = CLIENT) -> AsyncIterator[Vault]:
        """The product's vault, signed in with a managed identity, without waits between attempts."""
        async with (
            ManagedIdentityCredential(client_id=client) as credential,
            Vault.at(URL, credential, transport=self.transport(), retry_backoff_factor=0) as vault,
        ):
            yield vault


class Here(AbstractResolver):
    """Every name is this machine, at one port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=2, proto=6, flags=0)]

    async def close(self) -> None: ...


@asynccontextmanager
async def loopback(folder: Path) -> AsyncIterator[Loopback]:
    identity = ManagedIdentity(frozenset({CLIENT}))
    vault = KeyVault(allowed=lambda token: identity.issued.get(token) == RESOURCE)
    certificate, key = _certificate(folder)
    async with (
        serving(managed_identity_app(identity)) as address,
        _serving_tls(key_vault_app(vault), certificate, key) as port,
    ):
        yield Loopback(vault, identity, identity.environment(address), certificate, port)


@asynccontextmanager
async def _serving_tls(app: Any, certificate: Path, key: Path) -> AsyncIterator[int]:
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="critical",
        lifespan="off",
        access_log=False,
        ssl_certfile=str(certificate),
        ssl_keyfile=str(key),
    )
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
    socket = config.bind_socket()
    running = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        yield socket.getsockname()[1]
    finally:
        server.should_exit = True
        await running
        socket.close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "vault.pem", folder / "vault.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
