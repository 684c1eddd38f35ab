"""OAuth 2.0 as data: where one system's tokens come from and how it differs from the others; forms and answers, pure.

RFC 6749 (https://www.rfc-editor.org/rfc/rfc6749): §2.3.1 how the client says who it is, §4.1.3 a code, §4.4 client
credentials, §6 refreshing, §5 answers. Nothing here quotes what an answer says but its error code.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import quote_plus, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.tokens.deciding import Given, Rules
from shared.tokens.sealed import Pair

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CODE = re.compile(r"[A-Za-z_]{1,40}")
TOO_LONG = 10_000
"""Characters of a token; longer ones are no tokens."""


def _address(text: str) -> str:
    url = urlsplit(text)
    if not url.hostname or url.fragment or url.username is not None:
        raise ValueError("must be a web address")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
        raise ValueError("must start with https://, or be on this machine")
    return text


Address: TypeAlias = Annotated[str, AfterValidator(_address)]


class OAuth(BaseModel):
    """How one system signs in. A connector makes it from its settings; every number and name comes from the vendor's
    documentation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: Address
    """The token endpoint."""
    client_id: str
    """The client's id, or `secret:name` of it."""
    client_secret: str = ""
    """`secret:name` of the client's secret; "" for a client that has none."""
    client: Literal["post", "basic"] = "post"
    """Where the client says who it is: in the form, or in the Authorization header."""
    form: Literal["form", "json"] = "form"
    """How what is sent is written; RFC 6749 knows forms only."""
    scopes: tuple[str, ...] = ()
    extra: Mapping[str, str] = Field(default_factory=dict)
    """More parameters of every request for a token, such as `tenant_id`."""
    rules: Rules = Rules()
    authorize: Address | None = None
    """The page on which a person consents."""
    asking: Mapping[str, str] = Field(default_factory=dict)
    """More parameters of that page."""
    redirect: str = ""
    """The address that is registered with the vendor; "" for a free port of this machine."""
    issuer: str = ""
    """Who the answer must say it comes from (RFC 9207), where the vendor says so."""
    inside: str = ""
    """The key under which the answer is; "" when it is the answer itself."""
    access: str = "access_token"
    """What an answer calls its access token."""
    gone: frozenset[str] = frozenset({"invalid_grant"})
    """Codes that say that the refresh token is dead."""
    busy: frozenset[str] = frozenset()
    """Codes that say that it is too early."""
    check: str = ""
    """What else a person must check when it gives no token, such as which organisation has accepted the client."""


@dataclass(frozen=True, slots=True)
class Client:
    """The client's id and secret, as they are now."""

    id: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request for a token."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of a token endpoint, as far as it can be believed."""

    given: Given
    pair: Pair = field(repr=False)
    error: str = ""
    """Its error code, when it has one of a known form."""


def by_itself(oauth: OAuth) -> Mapping[str, str]:
    """The parameters with which the app signs in itself; JSON bodies are no OAuth and know no grant type."""
    kind = {"grant_type": "client_credentials"} if oauth.form == "form" else {}
    return {**kind, **_scope(oauth)}


def by_refreshing(refresh: str) -> Mapping[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": refresh}


def by_code(code: str, redirect: str, verifier: str) -> Mapping[str, str]:
    """What a code is exchanged with (RFC 7636 §4.5)."""
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}


def _scope(oauth: OAuth) -> Mapping[str, str]:
    return {"scope": " ".join(oauth.scopes)} if oauth.scopes else {}


def sent(oauth: OAuth, client: Client, parameters: Mapping[str, str]) -> Sent:
    """The request that asks with `parameters`; the client's names are percent-encoded before base64 (§2.3.1)."""
    whole, headers = {**parameters, **oauth.extra}, {"accept": "application/json"}
    if oauth.client == "basic":
        named = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
        headers["authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
    else:
        whole |= {"client_id": client.id, **({"client_secret": client.secret} if client.secret else {})}
    if oauth.form == "json":
        return Sent({**headers, "content-type": "application/json"}, json.dumps(whole).encode())
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in whole.items())
    return Sent({**headers, "content-type": "application/x-www-form-urlencoded"}, body.encode())


def said(oauth: OAuth, body: bytes) -> Said:
    """What an answer says, whatever its status: a system that is busy may send new tokens all the same."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        whole = None
    whole = whole if isinstance(whole, Mapping) else {}
    inside = whole.get(oauth.inside) if oauth.inside else whole
    found = inside if isinstance(inside, Mapping) else {}
    access, refresh = _token(found.get(oauth.access)), _token(found.get("refresh_token"))
    scope, error = found.get("scope"), whole.get("error") or whole.get("status")
    lifetime = _seconds(found.get("expires_in"), oauth.rules) or oauth.rules.lifetime
    return Said(
        Given(
            access=lifetime if access else None,
            refresh=bool(refresh),
            refresh_for=_seconds(found.get("refresh_token_expires_in"), None),
            scopes=tuple(scope.split()[:100]) if isinstance(scope, str) and len(scope) < TOO_LONG else (),
        ),
        Pair(access, refresh),
        error if isinstance(error, str) and CODE.fullmatch(error) else "",
    )


def _token(found: Any) -> str:
    """A token, or "" for what can be none: it must fit into one header line."""
    fits = isinstance(found, str) and len(found) <= TOO_LONG and found.isascii() and found.isprintable()
    return found.strip() if fits else ""


def _seconds(told: Any, rules: Rules | None) -> timedelta | None:
    """A number of seconds, which some systems write as text; None for what is none or cannot be believed."""
    if isinstance(told, str) and told.isascii() and told.isdecimal():
        told = int(told[:12])
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told < 10**9:
        return None
    found = timedelta(seconds=told)
    return None if rules and found > rules.longest else found
