"""Access tokens as Entra makes them, signed with keys of this process."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

AUDIENCE = "99999999-2222-4333-8444-555555555555"
CLIENT = "88888888-2222-4333-8444-555555555555"
OIDS = {
    "anna": "aaaaaaaa-0000-4000-8000-000000000001",
    "bea": "bbbbbbbb-0000-4000-8000-000000000002",
    "carl": "cccccccc-0000-4000-8000-000000000003",
}


@cache
def key(kid: str) -> rsa.RSAPrivateKey:
    """The key of this id; each is made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public(kid: str) -> dict[str, Any]:
    """The public half as Entra tells it."""
    found = RSAAlgorithm.to_jwk(key(kid).public_key(), as_dict=True)
    return {**found, "kid": kid, "use": "sig"}


async def signing_keys() -> Mapping[str, Any]:
    return {"keys": [public("one")]}


def claims(tenant: str, who: str = "anna", roles: Any = ("Joinly.Approve",), **changes: Any) -> dict[str, Any]:
    """What a token of version 2.0 says of somebody who signed in; a change to None leaves a claim out."""
    now = int(time.time())
    said = {
        "aud": AUDIENCE,
        "iss": f"https://login.microsoftonline.com/{tenant}/v2.0",
        "iat": now - 5,
        "nbf": now - 5,
        "exp": now + 3600,
        "azp": CLIENT,
        "oid": OIDS[who],
        "preferred_username": f"{who}@contoso.nl",
        "roles": list(roles) if isinstance(roles, tuple) else roles,
        "scp": "Holds",
        "tid": tenant,
        "ver": "2.0",
    }
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def token(said: Mapping[str, Any], kid: str = "one", signer: str = "", **header: Any) -> str:
    return jwt.encode(dict(said), key(signer or kid), algorithm="RS256", headers={"kid": kid, **header})
