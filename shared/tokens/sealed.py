"""Tokens as sealed text and back: encrypted with the newest key, opened with any that is still listed.

Fernet of `cryptography` (https://cryptography.io/en/latest/fernet/): AES-128-CBC with HMAC-SHA256, keys of 32 bytes in
base64. What is sealed names its place, so that a row that somebody moved is not taken for another system's.
"""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from shared.errors import Misconfigured

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

SECRET = "secret:joinly-token-key"  # noqa: S105 - where the keys are
KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


@dataclass(frozen=True, slots=True)
class Pair:
    """What is secret of one sign-in; "" where there is none."""

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)


class Keys:
    """The keys of one deployment, the newest first. Raises `Misconfigured`, which quotes nothing, for what is none."""

    def __init__(self, text: str, where: str) -> None:
        names = [part.strip() for part in text.split(",") if part.strip()]
        if not names or not all(KEY.fullmatch(name) for name in names):
            raise Misconfigured(
                f"{where} does not hold token keys; it holds Fernet keys (32 random bytes in URL-safe base64), the "
                "newest first, with a comma between"
            )
        self._names, self._where = names, where

    def __repr__(self) -> str:
        return f"Keys({len(self._names)} of {self._where})"

    def seal(self, place: str, pair: Pair) -> str:
        text = json.dumps({"place": place, "access": pair.access, "refresh": pair.refresh})
        return self._fernets()[0].encrypt(text.encode()).decode()

    def open(self, place: str, sealed: str) -> tuple[Pair, bool] | None:
        """The tokens and whether an older key opened them; None when no key does, or when they are another place's."""
        from cryptography.fernet import InvalidToken

        for number, fernet in enumerate(self._fernets()):
            try:
                found = json.loads(fernet.decrypt(sealed.encode()))
            except InvalidToken:
                continue
            return (Pair(found["access"], found["refresh"]), number > 0) if found["place"] == place else None
        return None

    def _fernets(self) -> list["Fernet"]:
        from cryptography.fernet import Fernet  # loading it takes as long as all else here, and few commands need it

        return [Fernet(name) for name in self._names]


class Keyring(Protocol):
    async def __call__(self, *, again: bool) -> Keys:
        """The keys; `again` asks anew for what was remembered. Raises `Misconfigured` and `TryLater`."""
        ...


def from_secret(secret: Callable[[str], Awaitable[str]], forget: Callable[[str], None]) -> Keyring:
    """The keys of a deployment in Azure: one secret in its key vault."""

    async def keys(*, again: bool) -> Keys:
        if again:
            forget(SECRET)
        return Keys(await secret(SECRET), SECRET)

    return keys


def new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
