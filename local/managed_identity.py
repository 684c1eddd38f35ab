"""A simulated managed-identity endpoint of App Service and Functions: tokens for the identities of one app.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference. The tokens have the
form of a JWT and are known to nobody else; no signature is made. A service that has tokens of its own issues them here.
"""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from json import dumps

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

VERSION = "2019-08-01"
HOUR = 3600


@dataclass(slots=True)
class ManagedIdentity:
    """The user-assigned identities of one app, by client id."""

    clients: frozenset[str]
    header: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    """Who asks must know it (IDENTITY_HEADER)."""
    tenant: str = "00000000-0000-4000-8000-000000000001"
    issuers: Mapping[str, Callable[[str], str]] = field(default_factory=dict, repr=False)
    """Resource → what issues its tokens, by client id; all others get a token of this endpoint's own."""
    issued: dict[str, str] = field(default_factory=dict, repr=False)
    """Token → the resource it is for."""
    bearers: dict[str, str] = field(default_factory=dict, repr=False)
    """Token → the client id it was given to."""

    def issue(self, client: str, resource: str) -> str:
        """A token for `resource`, given to one of `clients`."""
        now = int(time.time())
        own = self.issuers.get(resource)
        text = own(client) if own else _own(self, resource, client, now)
        self.issued[text], self.bearers[text] = resource, client
        return text

    def client(self, token: str, resource: str) -> str | None:
        """Whose token this is, when it was issued here for `resource`."""
        return self.bearers[token] if self.issued.get(token, "").rstrip("/") == resource else None

    def environment(self, address: str) -> Mapping[str, str]:
        """The settings by which azure-identity finds the endpoint, when it is served at `address`."""
        return {"IDENTITY_ENDPOINT": f"{address}/msi/token", "IDENTITY_HEADER": self.header}


def managed_identity_app(identity: ManagedIdentity) -> Starlette:
    async def token(request: Request) -> JSONResponse:
        return _token(identity, request)

    return Starlette(routes=[Route("/msi/token", token, methods=["GET"])])


def _token(identity: ManagedIdentity, request: Request) -> JSONResponse:
    asked = request.query_params
    if request.headers.get("x-identity-header") != identity.header:
        return _error(401, "Unauthorized", "the identity header is wrong")
    if asked.get("api-version") != VERSION or not asked.get("resource"):
        return _error(400, "BadRequest", "api-version and resource are needed")
    if asked.get("client_id") not in identity.clients:
        return _error(400, "BadRequest", "no such identity is assigned to this app")
    now = int(time.time())
    text = identity.issue(asked["client_id"], asked["resource"])
    body = {
        "access_token": text,
        "expires_on": str(now + HOUR),
        "resource": asked["resource"],
        "token_type": "Bearer",
        "client_id": asked["client_id"],
    }
    return JSONResponse(body)


def _own(identity: ManagedIdentity, resource: str, client: str, now: int) -> str:
    issuer = f"https://sts.windows.net/{identity.tenant}/"
    claims = {"iss": issuer, "tid": identity.tenant, "aud": resource, "appid": client, "oid": client}
    times = {"iat": now, "nbf": now, "exp": now + HOUR}
    parts = [{"alg": "none", "typ": "JWT"}, {**claims, **times, "jti": secrets.token_hex(8)}]
    return ".".join(urlsafe_b64encode(dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def _error(status: int, code: str, text: str) -> JSONResponse:
    return JSONResponse({"statusCode": status, "code": code, "message": text}, status)
