"""Microsoft sign-in for connectors: where a token may go, what it is asked for, and what a refusal of it means.

A token is sent to hosts of Microsoft that are named here and to this machine, nowhere else; no message quotes one.
"""

import re
from collections.abc import Collection

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError

from shared.errors import Misconfigured, TryLater

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SLOW = 10.0
"""Seconds after which a sign-in that gave no answer is tried again."""

_AADSTS = re.compile(r"AADSTS\d{1,9}")


def address(text: str, hosts: Collection[str], wanted: str) -> str:
    """A base address without a slash at the end. Raises `ValueError`, which says what is `wanted`, unless it is https
    on one of `hosts`, or any scheme on this machine.
    """
    try:
        url = httpx.URL(text.rstrip("/"))
    except httpx.InvalidURL:
        raise ValueError("base_url is no address") from None
    trusted = url.scheme == "https" and url.host in hosts
    local = url.scheme in {"http", "https"} and url.host in LOOPBACK
    if not (trusted or local) or url.userinfo or url.query or url.fragment:
        raise ValueError(f"base_url must be {wanted}, or on this machine for a sandbox")
    return str(url).rstrip("/")


def scope(base: str, usual: str) -> str:
    """What a token is asked for; on this machine it is for the service's `usual` host."""
    host = httpx.URL(base).host
    return f"https://{usual if host in LOOPBACK else host}/.default"


async def token(credential: AsyncTokenCredential, wanted: str) -> str:
    """A bearer token for a scope. Raises `Misconfigured` when the sign-in is refused, `TryLater` when it is slow."""
    try:
        return (await credential.get_token(wanted)).token
    except AzureError as error:
        raise meaning(error) from None


def meaning(error: AzureError) -> Misconfigured | TryLater:
    """What it means that there is no token."""
    if isinstance(error, ClientAuthenticationError):
        code = _AADSTS.search(str(error))
        said = f"Microsoft sign-in was refused {code.group() if code else ''}".rstrip()
        return Misconfigured(f"{said}; check the identity, its secret and its tenant")
    said = f"Microsoft sign-in did not answer ({type(error).__name__})"
    return TryLater(f"{said}; check the network and the address", SLOW)
