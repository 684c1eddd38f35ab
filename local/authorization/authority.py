"""Who may have which tokens: clients, consents, codes and refresh tokens that are good once, and what is revoked.

RFC 6749 (§4.1.2: a code is good once, and what came of it is revoked when it is used again), RFC 7636 (PKCE), RFC 9700
§4.14.2 (a refresh token used twice revokes its whole family). Nothing here does I/O; the clock is given.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d{1,5}(/.*)?")


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How one vendor's server differs from another's."""

    access: timedelta = timedelta(hours=1)
    code: timedelta = timedelta(minutes=5)
    unused: timedelta = timedelta(days=30)
    rotates: bool = True
    revokes: bool = True
    """A refresh token that is used twice revokes its family; otherwise it is only refused."""
    grace: timedelta = timedelta()
    """So long after its use a refresh token may be used again, as some vendors allow."""
    pause: timedelta = timedelta()
    texts: bool = False
    """`expires_in` is text."""
    reused: tuple[int, str, str] = (400, "invalid_grant", "The refresh token is invalid, expired or revoked.")
    """Status, code and description for a refresh token that is not good."""
    loopback: bool = True
    """Any port of this machine may be redirected to (RFC 8252 §7.3)."""
    offline: bool = False
    """Without the scope offline_access there is no refresh token."""
    wrong_client: int = 401
    stranger: str = "unauthorized_client"
    """The code for an organisation that has not accepted the client, where there are organisations."""


STRICT = Manners()
NMBRS = Manners(offline=True, wrong_client=400)
"""facts of Nmbrs' «Authentication» guide: access 3600 s, refresh 30 days since its last use, good for one use."""
EXACT = Manners(
    access=timedelta(seconds=600),
    code=timedelta(minutes=3),
    pause=timedelta(seconds=570),
    texts=True,
    revokes=False,
    reused=(401, "unauthorized_client", "Old refresh token used."),
    loopback=False,
)
"""Exact Online, «OAuth: step 3»: 600 s as text, no sooner than 570 s after the last, an old token is answered 401."""
VISMA = Manners(wrong_client=400)
"""Visma Connect, docs.connect.visma.com «Service Applications»: a token lives 3600 s, there is no refresh token, and a
tenant's administrator must have given leave before its id is sent as `tenant_id`, which may be left out: then the token
is for no tenant. *Assumed*: that everything refused is a 400 with IdentityServer's codes (developer.vismaonline.com
«Error Codes»), and `unauthorized_client` for a tenant without leave; `invalid_tenant` was seen too
(forums.invantive.com topic 4694).
"""


@dataclass(kw_only=True)
class Registered:
    """A client as the vendor knows it."""

    id: str
    secret: str = field(default="", repr=False)
    redirects: frozenset[str] = frozenset()
    grants: frozenset[str] = frozenset({"authorization_code", "refresh_token"})
    scopes: frozenset[str] = frozenset({"people.read", "offline_access"})
    unticked: frozenset[str] = frozenset()
    """Scopes that whoever consents leaves out, so that fewer are granted than were asked for."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Parameters without which there is no token, such as tenant_id."""
    tenants: frozenset[str] | None = None
    """The organisations that have accepted it, one of which a token is for; None where there is no such thing."""
    granted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What an organisation has granted, where that is less than `scopes`: a token has no more, and nobody is told."""
    basic: bool | None = None
    """Whether it must say who it is in the header (True), in the form (False), or as it likes (None)."""


@dataclass(kw_only=True)
class Family:
    """Everything that came of one consent."""

    client: str
    scopes: tuple[str, ...]
    tenant: str = ""
    """The organisation its tokens are for."""
    revoked: bool = False


@dataclass(kw_only=True)
class Code:
    family: Family
    redirect: str
    challenge: str
    ends: datetime
    used: bool = False


@dataclass(kw_only=True)
class Refresh:
    family: Family
    given: datetime
    used: datetime | None = None


@dataclass(frozen=True)
class Answer:
    status: int
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)


class Authority:
    def __init__(self, clock: Callable[[], datetime], manners: Manners = STRICT) -> None:
        self.clock, self.manners = clock, manners
        self.clients: dict[str, Registered] = {}
        self.codes: dict[str, Code] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.accesses: dict[str, tuple[Family, datetime]] = {}
        self.sign_ins = 0
        """Requests for tokens that were read."""
        self.reused = 0
        """How often a refresh token came again after it was used."""
        self._last: dict[str, datetime] = {}

    def register(self, client: Registered) -> Registered:
        self.clients[client.id] = client
        return client

    def refusal(self, asked: Mapping[str, str]) -> str:
        """Why a person is not even asked, "" when they are: the redirect cannot be trusted with an answer."""
        client = self.clients.get(asked.get("client_id", ""))
        if client is None:
            return "unknown client"
        redirect = asked.get("redirect_uri", "")
        known = redirect in client.redirects
        port_is_free = self.manners.loopback and LOOPBACK.fullmatch(redirect) and _bare(redirect) in client.redirects
        return "" if known or port_is_free else "redirect_uri does not match a registered one"

    def consent(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """The parameters with which the browser is sent back after a person said yes."""
        client, state = self.clients[asked["client_id"]], {"state": asked["state"]} if "state" in asked else {}
        if asked.get("response_type") != "code":
            return {"error": "unsupported_response_type", **state}
        if asked.get("code_challenge_method") != "S256" or not re.fullmatch(
            r"[\w-]{43}", asked.get("code_challenge", "")
        ):
            return {"error": "invalid_request", "error_description": "code challenge required", **state}
        wanted = asked.get("scope", "").split()
        if not set(wanted) <= client.scopes:
            return {"error": "invalid_scope", **state}
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(
            family=Family(client=client.id, scopes=tuple(one for one in wanted if one not in client.unticked)),
            redirect=asked["redirect_uri"],
            challenge=asked["code_challenge"],
            ends=self.clock() + self.manners.code,
        )
        return {"code": code, **state}

    def token(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Answer:
        """The answer of the token endpoint."""
        self.sign_ins += 1
        name, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
        client = self.clients.get(name)
        if client is None or client.secret != secret or (client.basic is not None and client.basic != bool(basic)):
            return self._no(self.manners.wrong_client, "invalid_client")
        if missing := [key for key, value in client.extra.items() if form.get(key) != value]:
            return self._no(400, "invalid_request", f"{missing[0]} is missing")
        if form.get("grant_type") not in client.grants:
            return self._no(400, "unauthorized_client")
        early = self._last.get(client.id)
        if early and form["grant_type"] == "refresh_token" and self.clock() < early + self.manners.pause:
            told = self._no(400, "access_denied", "Rate limit exceeded: access_token not expired")
            return Answer(told.status, told.body, {"Reason": "TooEarlyToRefreshTokens"})
        match form["grant_type"]:
            case "client_credentials":
                return self._by_itself(client, form)
            case "authorization_code":
                return self._by_code(client, form)
            case _:
                return self._by_refreshing(client, form)

    def holder(self, access: str) -> Family | None:
        """Whose access token it is, or None when it is not good."""
        family, ends = self.accesses.get(access, (None, self.clock()))
        return family if family and not family.revoked and self.clock() < ends else None

    def end_accesses(self) -> None:
        """Every access token ends now, as if its time were over."""
        self.accesses = {access: (family, self.clock()) for access, (family, _) in self.accesses.items()}

    def revoke(self, client: str) -> None:
        """Everything a client was given is taken back, as by a person in the vendor's pages."""
        given = [family for family, _ in self.accesses.values()] + [one.family for one in self.refreshes.values()]
        for family in given:
            family.revoked = family.revoked or family.client == client

    def _by_itself(self, client: Registered, form: Mapping[str, str]) -> Answer:
        wanted = form.get("scope", "").split() or sorted(client.scopes)
        if not set(wanted) <= client.scopes:
            return self._no(400, "invalid_scope")
        tenant = form.get("tenant_id", "") if client.tenants is not None else ""
        if tenant and tenant not in (client.tenants or ()):
            return self._no(400, self.manners.stranger)
        granted = tuple(one for one in wanted if one in client.granted.get(tenant, client.scopes))
        return self._give(Family(client=client.id, scopes=granted, tenant=tenant), refreshes=False)

    def _by_code(self, client: Registered, form: Mapping[str, str]) -> Answer:
        code = self.codes.get(form.get("code", ""))
        if code is None or code.family.client != client.id:
            return self._no(400, "invalid_grant")
        if code.used:
            code.family.revoked = True
            return self._no(400, "invalid_grant")
        code.used = True
        verifier = form.get("code_verifier", "")
        proves = VERIFIER.fullmatch(verifier) and _challenge(verifier) == code.challenge
        if not proves or form.get("redirect_uri") != code.redirect or self.clock() >= code.ends:
            return self._no(400, "invalid_grant")
        return self._give(code.family, refreshes="offline_access" in code.family.scopes or not self.manners.offline)

    def _by_refreshing(self, client: Registered, form: Mapping[str, str]) -> Answer:
        held = self.refreshes.get(form.get("refresh_token", ""))
        if held is None or held.family.client != client.id:
            return self._no(*self.manners.reused)
        now = self.clock()
        again = held.used is not None and now >= held.used + self.manners.grace
        self.reused += held.used is not None
        if again and self.manners.revokes:
            held.family.revoked = True
        if again or held.family.revoked or now >= held.given + self.manners.unused:
            return self._no(*self.manners.reused)
        if not self.manners.rotates:
            held.given = now
            return self._give(held.family, refreshes=False)
        held.used = held.used or now
        return self._give(held.family, refreshes=True)

    def _give(self, family: Family, *, refreshes: bool) -> Answer:
        now, access = self.clock(), secrets.token_urlsafe(32)
        self._last[family.client] = now
        self.accesses[access] = (family, now + self.manners.access)
        seconds = int(self.manners.access.total_seconds())
        body: dict[str, Any] = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": str(seconds) if self.manners.texts else seconds,
            "scope": " ".join(family.scopes),
        }
        if refreshes:
            body["refresh_token"] = secrets.token_urlsafe(32)
            self.refreshes[body["refresh_token"]] = Refresh(family=family, given=now)
        return Answer(200, body, {"Cache-Control": "no-store", "Pragma": "no-cache"})

    def _no(self, status: int, code: str, text: str = "") -> Answer:
        return Answer(status, {"error": code, **({"error_description": text} if text else {})})


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _bare(redirect: str) -> str:
    """A loopback address without its port."""
    return re.sub(r":\d+", "", redirect, count=1) if redirect.startswith("http://127") else redirect
