"""The kinds of setting that more than one HR system has: what is refused here is refused when a policy is read."""

from typing import Annotated, TypeAlias

import httpx
from pydantic import AfterValidator, StringConstraints

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

SecretName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^secret:[A-Za-z0-9-]{1,127}$")]
"""`secret:name`; the secret itself is never in a policy."""

FieldName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,63}$")]
"""Our name of a fact that a customer adds."""


def _base(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        raise ValueError("is no web address") from None
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise ValueError("must start with https://")
    if not url.host or url.path not in {"", "/"} or url.query or url.fragment or url.userinfo:
        raise ValueError("must be an address without a path, a query or a user name")
    return value.rstrip("/")


Base: TypeAlias = Annotated[str, AfterValidator(_base)]
"""Where an API is: https, or a simulator on this machine; without a path."""
