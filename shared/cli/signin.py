"""Microsoft sign-in from a command line: the simulated tenant's own, a sandbox on loopback, or whoever is signed in."""

import os
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError

from shared.errors import Misconfigured, TryLater

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CLIENT_ID, CLIENT_SECRET = "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"


class Signed:
    """Another credential, which says what to do when nobody is signed in on this machine."""

    def __init__(self, inner: AsyncTokenCredential) -> None:
        self._inner = inner

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Raises `Misconfigured` when there is no sign-in; a refusal by Microsoft (AADSTS…) stays what it is."""
        try:
            return await self._inner.get_token(*scopes, **options)
        except ClientAuthenticationError as refused:
            if "AADSTS" in str(refused):
                raise
            raise Misconfigured(
                "nobody is signed in to Microsoft on this machine; run `az login`, or set AZURE_TENANT_ID, "
                f"{CLIENT_ID} and {CLIENT_SECRET}"
            ) from None

    async def close(self) -> None:
        await self._inner.close()

    async def __aenter__(self) -> "Signed":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def token(credential: AsyncTokenCredential, scope: str) -> str:
    """A token of whoever is signed in. Raises `Misconfigured` when Microsoft refuses, and `TryLater`."""
    try:
        return (await credential.get_token(scope)).token
    except ClientAuthenticationError as refused:
        code = re.search(r"AADSTS\d{1,9}", str(refused))
        raise Misconfigured(f"the sign-in was refused ({code[0] if code else 'no code'})") from None
    except AzureError as lost:
        raise TryLater(f"Microsoft's sign-in cannot be reached ({type(lost).__name__})") from None


def credential(settings: Mapping[str, Any], stack: AsyncExitStack) -> AsyncTokenCredential | None:
    """The sign-in for a target with these settings, or None when it names no tenant; closed with `stack`. No I/O."""
    tenant = settings.get("tenant")
    if tenant is None:
        return None
    address = urlsplit(str(settings.get("base_url", "")))
    if address.hostname in LOOPBACK:
        return _on_loopback(f"{address.scheme}://{address.netloc}/{tenant}/oauth2/v2.0/token")
    return own(stack)


def own(stack: AsyncExitStack) -> AsyncTokenCredential:
    """The sign-in of whoever is here; closed with `stack`. No I/O."""
    from azure.identity.aio import DefaultAzureCredential

    real = DefaultAzureCredential(exclude_interactive_browser_credential=True)
    stack.push_async_callback(real.close)
    return Signed(real)


def _on_loopback(token_url: str) -> AsyncTokenCredential:
    """A sandbox that somebody serves on this machine; its secret is sent nowhere else."""
    try:
        from local.sandbox import SandboxCredential
    except ImportError:
        raise Misconfigured("base_url is on this machine, and the sandbox is not installed here") from None
    return SandboxCredential(token_url, os.environ.get(CLIENT_ID, ""), os.environ.get(CLIENT_SECRET, ""))
