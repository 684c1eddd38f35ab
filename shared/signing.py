"""How requests to one system are signed: headers from a token or from secrets, and other ones when they are refused.

A 401 means: ask once for something newer, send once more, and then a person must look. Secrets are changed in the key
vault without anything being deployed, so what is remembered of them is forgotten first.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol, TypeAlias

Headers: TypeAlias = Mapping[str, str]
NONE: Headers = MappingProxyType({})
Secret: TypeAlias = Callable[[str], Awaitable[str]]
BEARER = "Bearer "


class Sign(Protocol):
    @property
    def what(self) -> str:
        """What a person must check when it is refused, such as the names of the secrets."""
        ...

    async def __call__(self, refused: Headers = NONE, /) -> Headers:
        """The headers of a request; other ones, where there are any, than those that were answered with 401.

        Raises `Misconfigured` when a person must do something first, `TryLater` when it takes too long now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bearer:
    """An access token (RFC 6750). `token` is `Outside.token`: it takes the one that was refused."""

    token: Callable[[str], Awaitable[str]] = field(repr=False)
    what: str = "the credential and what it may read"

    async def __call__(self, refused: Headers = NONE, /) -> Headers:
        was = refused.get("Authorization", "").removeprefix(BEARER)
        return {"Authorization": BEARER + await self.token(was)}


@dataclass(frozen=True, slots=True)
class Fixed:
    """One header from secrets that only people change, such as an AFAS token or the password of TOPdesk's Basic."""

    header: str
    names: Sequence[str]
    """`secret:name` of each."""
    value: Callable[..., str] = field(repr=False)
    """The header's value from the secrets, in the order of `names`."""
    secret: Secret = field(repr=False)
    forget: Callable[[str], None] = field(repr=False)

    @property
    def what(self) -> str:
        return " and ".join(self.names)

    async def __call__(self, refused: Headers = NONE, /) -> Headers:
        found = await self._headers()
        if found[self.header] == refused.get(self.header):
            for name in self.names:
                self.forget(name)
            found = await self._headers()
        return found

    async def _headers(self) -> Headers:
        return {self.header: self.value(*[(await self.secret(name)).strip() for name in self.names])}


@dataclass(frozen=True, slots=True)
class Both:
    """Several at once, such as a token and a subscription key."""

    signs: Sequence[Sign]

    @property
    def what(self) -> str:
        return ", ".join(sign.what for sign in self.signs)

    async def __call__(self, refused: Headers = NONE, /) -> Headers:
        whole: dict[str, str] = {}
        for sign in self.signs:
            whole |= await sign(refused)
        return whole
