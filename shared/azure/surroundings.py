"""The adapters an engine has in Azure: tables, queues, key vault and clock, all with one identity and no key."""

import asyncio
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from azure.identity.aio import DefaultAzureCredential, ManagedIdentityCredential

from connectors._mail import SENDING, send_mail
from shared.azure.ground import Ground
from shared.azure.settings import APP, Settings, on_this_machine
from shared.compose import Surroundings, TokenStore
from shared.connector import Outside
from shared.digest_page import Letter
from shared.errors import Misconfigured, TryLater
from shared.policies import Policies
from shared.policy import Mail
from shared.policy_blobs import BlobShelf
from shared.servicebus import ServiceBus
from shared.tables import TableStore
from shared.tokens.sealed import from_secret
from shared.vault import Remembered, Vault
from shared.wire import Meter, open_http

HASH_KEY = "secret:joinly-hash-key"
KEY_BYTES = 32


async def ground(settings: Settings, stack: AsyncExitStack) -> Ground:
    """Everything of Azure that an engine uses, closed again with `stack`. Raises `Misconfigured` and `TryLater`."""
    credential = sign_in(settings)
    stack.push_async_callback(credential.close)
    secret = Remembered((await stack.enter_async_context(vault_of(settings.key_vault, credential))).read)
    store = await stack.enter_async_context(TableStore.at(settings.tables, credential))
    policies = Policies(await stack.enter_async_context(BlobShelf.at(settings.policies, credential)))
    bus = await stack.enter_async_context(bus_of(settings.namespace, credential))
    http = await stack.enter_async_context(open_http(Meter(), writes_allowed=False))
    around = Surroundings(
        store=store,
        bus=bus,
        secret=secret,
        forget=secret.forget,
        tokens=TokenStore(store=store, keys=from_secret(secret, secret.forget)),
        clock=lambda: datetime.now(UTC),
        sleep=asyncio.sleep,
        unique=lambda: secrets.token_hex(8),
        hash_key=await hash_key(secret),
        folder=APP,
        credential=lambda path: credential,
        stopped=settings.stopped,
    )
    keys = partial(signing_keys, http, settings.tenant)
    post = partial(posted, await _posting(around, credential, stack))
    return Ground(around=around, active=policies.active, reach=bus.reach, keys=keys, post=post)


def vault_of(address: str, credential: AsyncTokenCredential) -> Vault:
    """The SDK sends a token only to a vault whose own name the challenge says; on this machine it has another."""
    if on_this_machine(address):
        return Vault.at(address, credential, verify_challenge_resource=False)
    return Vault.at(address, credential)


def bus_of(namespace: str, credential: AsyncTokenCredential) -> ServiceBus:
    """The SDK knows another port than the usual one only where nothing is encrypted."""
    if on_this_machine(namespace):
        return ServiceBus.at(namespace, credential, use_tls=False)
    return ServiceBus.at(namespace, credential)


async def _posting(around: Surroundings, credential: AsyncTokenCredential, stack: AsyncExitStack) -> Outside:
    """What sending mail may use of the world: it reads, and it sends mail."""
    http = await stack.enter_async_context(open_http(Meter(), writes_allowed=False, reading_posts=SENDING))
    return Outside(
        http=http,
        secret=around.secret,
        clock=around.clock,
        sleep=around.sleep,
        folder=around.folder,
        credential=credential,
    )


async def posted(outside: Outside, base: str, rules: Mail, letter: Letter) -> None:
    """Send a letter from the mailbox and to whom the policy names."""
    await send_mail(base, outside, rules.mailbox, rules.to, letter.subject, letter.text, letter.html)


async def signing_keys(http: httpx.AsyncClient, tenant: str) -> Mapping[str, Any]:
    """With what the tenant signs its tokens. Raises `TryLater`.

    https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
    """
    try:
        answer = await http.get(f"https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys")
        found = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise TryLater("the signing keys of the tenant could not be asked for") from None
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise TryLater("the answer of Entra holds no signing keys")
    return found


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
