"""Secrets by name from Azure Key Vault, remembered for some minutes: never logged, never part of an error.

https://learn.microsoft.com/azure/key-vault/secrets/about-secrets; errors:
https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.secrets.aio import SecretClient

from shared.errors import Misconfigured, TryLater

SECONDS = 300.0
"""How long a secret is remembered: a new version is used at the latest so long after it was set."""
MOST = 100
"""Secrets remembered at once."""

_NAME = re.compile(r"secret:([0-9A-Za-z-]{1,127})")
_SETTINGS: dict[str, Any] = {
    "connection_timeout": 5,
    "read_timeout": 15,
    "retry_total": 3,
    "retry_backoff_factor": 0.4,
    "retry_backoff_max": 5,
}
_BUSY = {408, 429}


class Vault:
    """One key vault. `async with Vault.at("https://<name>.vault.azure.net", credential) as vault: …`"""

    def __init__(self, client: SecretClient) -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, credential: AsyncTokenCredential, **options: Any) -> Self:
        """Nothing is sent yet; `credential` stays the caller's to close. `options` are the SDK's own, for tests."""
        return cls(SecretClient(url, credential, **{**_SETTINGS, **options}))

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def read(self, name: str) -> str:
        """The newest version of `secret:name`. Raises `Misconfigured` and `TryLater`."""
        known = _NAME.fullmatch(name)
        if known is None:
            raise Misconfigured(
                "a setting that should name a secret does not; write secret: and the secret's name in the key vault "
                "(letters, digits and hyphens), never the secret itself"
            )
        try:
            found = await self._client.get_secret(known[1])
        except AzureError as error:
            raise _ours(name, error) from None
        if not found.value:
            raise Misconfigured(f"{name} is empty in the key vault; set its value")
        return found.value


@dataclass(slots=True)
class Remembered:
    """Reads secrets with `read` and asks again only when `seconds` have passed on `clock`; failures are not kept."""

    read: Callable[[str], Awaitable[str]]
    seconds: float = SECONDS
    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def __call__(self, name: str) -> str:
        """The secret; many who ask at once cause one question. Raises what `read` raises."""
        fresh = self._fresh(name)
        if fresh is not None:
            return fresh
        async with self._asking:
            fresh = self._fresh(name)
            if fresh is not None:
                return fresh
            value = await self.read(name)
            self._kept.pop(name, None)
            while len(self._kept) >= MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[name] = self.clock() + self.seconds, value
            return value

    def forget(self, name: str) -> None:
        """Ask anew for a secret that was not accepted: somebody may have changed it since."""
        self._kept.pop(name, None)

    def _fresh(self, name: str) -> str | None:
        until, value = self._kept.get(name, (0.0, ""))
        return value if value and self.clock() < until else None


def _ours(name: str, error: AzureError) -> Exception:
    """What to do about `error`, whose own text is not repeated; one that is neither is a bug of ours."""
    if isinstance(error, ResourceNotFoundError):
        return Misconfigured(f"there is no {name} in the key vault; add it there under that name")
    if isinstance(error, ClientAuthenticationError):
        return Misconfigured(f"{name}: the key vault does not accept the app's identity, or there is no sign-in")
    if not isinstance(error, HttpResponseError):
        return TryLater(f"{name}: the key vault could not be reached or did not answer", seconds=10.0)
    status = error.status_code or 0
    if status == 403:
        return Misconfigured(
            f"{name}: the key vault refuses it; the identity needs the role «Key Vault Secrets User», the secret must "
            "be enabled, and the vault's network must let the app in"
        )
    if status in _BUSY or status >= 500:
        return TryLater(f"{name}: the key vault is busy ({status})", seconds=10.0)
    return Misconfigured(f"{name}: the key vault answered {status}; check its address and the secret")
