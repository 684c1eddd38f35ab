"""Signing in: the token endpoint of the Microsoft identity platform, client credentials only.

Source: «OAuth 2.0 client credentials flow»; the body of AADSTS7000215 as reported in public issues (2023).
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from local.graph.moments import parsed

if TYPE_CHECKING:
    from local.graph.tenant import Tenant


GRAPH = "https://graph.microsoft.com"


class Signer:
    """Issues bearer tokens that any later process of the same tenant recognises."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(key.encode()).digest()
        self._serial = 0

    def issue(self, client_id: str, expires: datetime, audience: str) -> str:
        self._serial += 1
        given = {"appid": client_id, "aud": audience, "exp": expires.isoformat(), "n": self._serial}
        claims = json.dumps(given)
        body = base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=")
        return f"sim.{body}.{self._seal(body)}"

    def read(self, token: str) -> tuple[str, datetime] | None:
        """The client and the expiry of a token that was issued here, else None."""
        claims = self._claims(token)
        expires = parsed(claims["exp"]) if claims else None
        return None if expires is None else (claims["appid"], expires)

    def audience(self, token: str) -> str:
        """The service that a token is for; "" for one that was not issued here."""
        return str(self._claims(token).get("aud", ""))

    def _claims(self, token: str) -> dict[str, Any]:
        prefix, _, rest = token.partition(".")
        body, _, seal = rest.partition(".")
        if prefix != "sim" or not hmac.compare_digest(seal.encode(), self._seal(body).encode()):
            return {}
        return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))

    def _seal(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def answer(tenant: "Tenant", tenant_id: str, form: bytes) -> tuple[int, dict[str, Any]]:
    """The status and body of `POST /{tenant}/oauth2/v2.0/token`."""
    fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
    client_id = fields.get("client_id", "")
    if tenant_id.lower() not in {tenant.id, *tenant.domains}:
        return _refusal(
            tenant, 400, "invalid_request", 90002, "Tenant not found. Check that it has active subscriptions."
        )
    if fields.get("grant_type") != "client_credentials":
        return _refusal(tenant, 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if not fields.get("scope", "").endswith("/.default"):
        return _refusal(
            tenant,
            400,
            "invalid_scope",
            1002012,
            "The provided value for scope is not valid. Client "
            "credential flows must have a scope value with /.default suffixed to the resource identifier.",
        )
    app = tenant.apps.get(client_id)
    if app is None:
        return _refusal(
            tenant, 400, "unauthorized_client", 700016, "The application was not found in the directory of this tenant."
        )
    if not app.knows(fields.get("client_secret", "")):
        return _refusal(
            tenant,
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client_id}'.",
        )
    token = tenant.issue_token(client_id, audience=fields["scope"].removesuffix("/.default"))
    return 200, {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token}


def _refusal(tenant: "Tenant", status: int, error: str, number: int, text: str) -> tuple[int, dict[str, Any]]:
    stamp = tenant.clock().strftime("%Y-%m-%d %H:%M:%SZ")
    trace, correlation = tenant.new_request_id(), tenant.new_request_id()
    return status, {
        "error": error,
        "error_description": f"AADSTS{number}: {text}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\n"
        f"Timestamp: {stamp}",
        "error_codes": [number],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
