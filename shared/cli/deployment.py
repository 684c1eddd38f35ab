"""The parts of one deployment, reached with the sign-in of the person at the keyboard and with nothing else."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

from shared.azure.surroundings import bus_of, vault_of
from shared.bus import Bus
from shared.cli import signin
from shared.cli.deployment_file import Named, read
from shared.cli.signin import Signed
from shared.cli.who import claims, identity
from shared.errors import Misconfigured
from shared.policies import Policies
from shared.policy_blobs import BlobShelf
from shared.store import Store
from shared.tables import TableStore
from shared.vault import Remembered

STORAGE = "https://storage.azure.com/.default"


@dataclass(frozen=True, slots=True)
class Deployment:
    """The parts of one deployment, signed in as the person at the keyboard. Nothing is asked before it is needed."""

    tenant: str
    store: Store
    bus: Bus
    policies: Policies
    secret: Remembered
    credential: AsyncTokenCredential

    async def signed(self) -> str:
        """Who is at the keyboard. Raises `Misconfigured` and `TryLater`."""
        token = await signin.token(self.credential, STORAGE)
        tenant = str(claims(token).get("tid") or self.tenant)
        if tenant.lower() != self.tenant.lower():
            raise Misconfigured(f"you are signed in to another tenant; run `az login --tenant {self.tenant}`")
        return identity(token)


async def connect(file: Path, stack: AsyncExitStack) -> Deployment:
    """The deployment that `file` names; closed with `stack`. Raises `Misconfigured` for what the file says wrong."""
    named, beside = read(file)
    credential = _sign_in(named, beside, stack)
    vault = await stack.enter_async_context(vault_of(named.key_vault, credential))
    return Deployment(
        tenant=named.tenant,
        store=await stack.enter_async_context(TableStore.at(named.tables, credential)),
        bus=await stack.enter_async_context(bus_of(named.namespace, credential)),
        policies=Policies(await stack.enter_async_context(BlobShelf.at(named.policies, credential))),
        secret=Remembered(vault.read),
        credential=credential,
    )


def _sign_in(named: Named, beside: dict[str, str], stack: AsyncExitStack) -> AsyncTokenCredential:
    """Whoever is signed in on this machine; on a loopback Azure, its own identity."""
    real: AsyncTokenCredential
    if "IDENTITY_ENDPOINT" in beside:
        real = ManagedIdentityCredential(client_id=named.identity)
    else:
        real = DefaultAzureCredential(exclude_interactive_browser_credential=True)
    stack.push_async_callback(real.close)
    return Signed(real)
