"""The adapters an engine has in Azure: tables, queues, key vault and clock, all with one identity and no key."""

import asyncio
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

from shared.azure.settings import Settings
from shared.compose import Surroundings, TokenStore
from shared.errors import Misconfigured
from shared.policy_file import PolicyText
from shared.servicebus import ServiceBus
from shared.tables import TableStore
from shared.tokens_sealed import from_secret
from shared.vault import Remembered, Vault

HASH_KEY = "secret:joinly-hash-key"
KEY_BYTES = 32


async def surroundings(settings: Settings, found: PolicyText, stack: AsyncExitStack) -> Surroundings:
    """Everything of Azure that an engine uses, closed again with `stack`. Raises `Misconfigured` and `TryLater`."""
    credential = sign_in(settings)
    stack.push_async_callback(credential.close)
    secret = Remembered((await stack.enter_async_context(Vault.at(settings.key_vault, credential))).read)
    targets = found.policy.targets
    store = await stack.enter_async_context(TableStore.at(settings.tables, credential))
    return Surroundings(
        store=store,
        bus=await stack.enter_async_context(ServiceBus.at(settings.namespace, credential)),
        secret=secret,
        forget=secret.forget,
        tokens=TokenStore(store=store, keys=from_secret(secret, secret.forget)),
        clock=lambda: datetime.now(UTC),
        sleep=asyncio.sleep,
        unique=lambda: secrets.token_hex(8),
        hash_key=await hash_key(secret),
        folder=settings.policy_file.parent,
        credential=lambda target: credential if "tenant" in targets[target].settings else None,
        stopped=settings.stopped,
    )


def sign_in(settings: Settings) -> AsyncTokenCredential:
    """In Azure exactly the identity that the settings name; on a developer's machine, that person's own sign-in."""
    if settings.identity is not None:
        return ManagedIdentityCredential(client_id=settings.identity)
    return DefaultAzureCredential(exclude_managed_identity_credential=True, exclude_interactive_browser_credential=True)


async def hash_key(secret: Callable[[str], Awaitable[str]]) -> bytes:
    """The key of the change hashes. Raises `Misconfigured` when the secret is not 32 bytes in base64."""
    text = await secret(HASH_KEY)
    try:
        key = b64decode(text.strip(), validate=True)
    except (NotBase64, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Misconfigured(
            f"{HASH_KEY} is not {KEY_BYTES} random bytes in base64; infra/README.md says how to make it"
        )
    return key
