"""Who calls: an access token of the tenant for this API, checked in every part before anything in it is believed.

https://learn.microsoft.com/entra/identity-platform/claims-validation and …/access-tokens#validate-tokens. Only tokens
of version 2.0 are taken, which name the tenant in their issuer and the API by its client id.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from shared.approvals import signed_in
from shared.errors import TryLater

READ, APPROVE = "Joinly.Read", "Joinly.Approve"
"""The app roles of the API; whoever may approve may read as well."""

KEPT = 86_400.0
"""Seconds for which the tenant's signing keys are remembered."""
APART = 300.0
"""Seconds between two questions for keys, however many tokens name one that is not known."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
LONGEST = 16_384
"""Characters of a token, at most."""

ALGORITHM = "RS256"
"""The one way in which Entra signs; what a token says of itself is not asked."""

NEEDED = ["aud", "exp", "iat", "iss", "nbf", "oid", "tid"]


class NotSignedIn(Exception):
    """There is no token that counts: 401. The text says why, for the log, and holds nothing of the token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Somebody with a token that counts. `by` is how the ledger and approvals write them."""

    by: str
    roles: frozenset[str]
    person: bool
    """Whether a person signed in, rather than an application with a secret of its own."""

    @property
    def reads(self) -> bool:
        return not self.roles.isdisjoint({READ, APPROVE})

    @property
    def approves(self) -> bool:
        return self.person and APPROVE in self.roles


class Bearer:
    """The tokens of one tenant for one API. `keys` asks for the tenant's signing keys, a JSON Web Key Set."""

    def __init__(
        self, tenant: str, audience: str, keys: Callable[[], Awaitable[Mapping[str, Any]]], clock: Callable[[], float]
    ) -> None:
        self._tenant, self._audience, self._keys, self._clock = tenant, audience, keys, clock
        self._known: dict[str, jwt.PyJWK] = {}
        self._asked: float | None = None
        self._asking = asyncio.Lock()

    async def caller(self, header: str) -> Caller:
        """Whose token an Authorization header bears. Raises `NotSignedIn`, and `TryLater` without any keys."""
        kind, _, token = header.strip().partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise NotSignedIn("there is no bearer token")
        if len(token) > LONGEST:
            raise NotSignedIn("the token is too long")
        return _caller(await self._claims(token.strip()))

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise NotSignedIn("the token is none") from None
        if header.get("alg") != ALGORITHM:
            raise NotSignedIn("the token is not signed as Entra signs")
        key = await self._key(str(header.get("kid", "")))
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=f"https://login.microsoftonline.com/{self._tenant}/v2.0",
                leeway=LEEWAY,
                options={"require": NEEDED, "strict_aud": True},
            )
        except jwt.PyJWTError as wrong:
            raise NotSignedIn(f"the token does not count ({type(wrong).__name__})") from None
        if str(claims["tid"]).lower() != self._tenant.lower():
            raise NotSignedIn("the token is another tenant's")
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        async with self._asking:
            age = None if self._asked is None else self._clock() - self._asked
            if age is None or age >= KEPT or (kid not in self._known and age >= APART):
                await self._ask()
            if kid not in self._known:
                raise NotSignedIn("the token is signed with a key that the tenant does not have")
            return self._known[kid]

    async def _ask(self) -> None:
        """Keys that cannot be asked for stay those that are known; a key that is no RSA key for signing is left out."""
        self._asked = self._clock()
        try:
            found = await self._keys()
        except TryLater:
            if not self._known:
                self._asked = None
                raise
            return
        known = {}
        for one in found.get("keys", ()):
            if one.get("kty") == "RSA" and one.get("use", "sig") == "sig" and one.get("kid"):
                known[str(one["kid"])] = jwt.PyJWK(one, algorithm=ALGORITHM)
        self._known = known


def _caller(claims: Mapping[str, Any]) -> Caller:
    """A token of a person says which scopes the application in between was given; one of an application has none.

    https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    given = claims.get("roles")
    roles = frozenset(one for one in given if isinstance(one, str)) if isinstance(given, list) else frozenset[str]()
    by = signed_in(claims)
    if not by:
        raise NotSignedIn("the token does not say whose it is")
    return Caller(by=by, roles=roles, person=bool(claims.get("scp")) and claims.get("idtyp") != "app")
