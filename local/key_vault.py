"""A simulated Azure Key Vault with the part of its REST interface that reads secrets; values are set from Python.

https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret; the challenge:
https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses. Real clients want it over
https and under a name that ends in `.vault.azure.net`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

RESOURCE = "https://vault.azure.net"
SIGN_IN = "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000001"


@dataclass(slots=True)
class Version:
    id: str
    value: str = field(repr=False)
    enabled: bool = True


@dataclass(slots=True)
class KeyVault:
    """The secrets, who may read them, and how it misbehaves. `allowed` is asked for each bearer token."""

    allowed: Callable[[str], bool]
    role: bool = True
    """Whether those who are known hold a role that reads secrets."""
    readable: Callable[[str, str], bool] = lambda token, name: True
    """Whether the bearer of a token holds that role on the secret of this name; a role may be given on one secret."""
    secrets: dict[str, list[Version]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The secrets that were read, in order, refused or not."""
    failing: list[int] = field(default_factory=list)
    """Statuses of the next answers."""

    def put(self, name: str, value: str, enabled: bool = True) -> None:
        """Set a new version."""
        self.secrets.setdefault(name, []).append(Version(uuid4().hex, value, enabled))


def key_vault_app(vault: KeyVault) -> Starlette:
    async def get_secret(request: Request) -> JSONResponse:
        return _get(vault, request)

    paths = ("/secrets/{name}", "/secrets/{name}/", "/secrets/{name}/{version}")
    return Starlette(routes=[Route(path, get_secret, methods=["GET"]) for path in paths])


def _get(vault: KeyVault, request: Request) -> JSONResponse:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind != "Bearer" or not vault.allowed(token):
        challenge = f'Bearer authorization="{SIGN_IN}", resource="{RESOURCE}"'
        text = "AKV10000: Request is missing a Bearer or PoP token."
        return _error(401, "Unauthorized", text, {"WWW-Authenticate": challenge})
    name, version = request.path_params["name"], request.path_params.get("version", "")
    vault.asked.append(name)
    if vault.failing:
        return _error(vault.failing.pop(0), "ServiceUnavailable", "The service is unavailable.")
    if "api-version" not in request.query_params:
        return _error(400, "BadParameter", "api-version must be specified")
    if not re.fullmatch(r"[0-9A-Za-z-]{1,127}", name):
        return _error(400, "BadParameter", f"The request URI contains an invalid name: {name}")
    if not vault.role or not vault.readable(token, name):
        return _error(
            403, "Forbidden", "Caller is not authorized to perform action on resource.", inner="ForbiddenByRbac"
        )
    found = [one for one in vault.secrets.get(name, ()) if version in ("", one.id)]
    if not found:
        return _error(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
    if not found[-1].enabled:
        text = "Operation get is not allowed on a disabled secret."
        return _error(403, "Forbidden", text, inner="SecretDisabled")
    body = {
        "value": found[-1].value,
        "id": f"https://{request.headers['host']}/secrets/{name}/{found[-1].id}",
        "attributes": {"enabled": True, "recoveryLevel": "Recoverable", "recoverableDays": 90},
    }
    return JSONResponse(body)


def _error(status: int, code: str, text: str, headers: dict[str, str] | None = None, inner: str = "") -> JSONResponse:
    error: dict[str, Any] = {"code": code, "message": text}
    if inner:
        error["innererror"] = {"code": inner}
    return JSONResponse({"error": error}, status, headers)
