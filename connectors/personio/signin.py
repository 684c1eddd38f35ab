"""Signing in to Personio: client id and secret, fetched anew each time and kept nowhere, become a bearer token."""

from datetime import timedelta
from typing import Any

import httpx

from connectors.personio.reduce import SYSTEM
from connectors.personio.settings import Settings
from shared.answers import BUSY, decoded, judge, named, retry_after
from shared.connector import Outside
from shared.errors import Misconfigured
from shared.rest import Sign, Token, exchange

COOL_DOWN = 60.0
"""Seconds. Sign-in is throttled for a minute after 60 (v1) or 150 (v2) requests in one."""

LIFETIME = 86_400
"""Seconds a token lives when the answer does not say."""


def sign_in(settings: Settings, outside: Outside) -> Sign:
    """How to sign in: `POST /v1/auth` with JSON, or `POST /v2/auth/token` with a form (client_credentials grant).

    Source: personio-auth-api.yaml (v1) and the v2 «Credentials service» reference. A wrong secret is answered with
    400 on v2. It raises `Misconfigured` for whatever is refused and `TryLater` when sign-in is throttled.
    """

    async def sign(http: httpx.AsyncClient, /) -> Token:
        credential = {
            "client_id": (await outside.secret(settings.client_id)).strip(),
            "client_secret": (await outside.secret(settings.client_secret)).strip(),
        }
        if settings.api == "v1":
            request = http.build_request("POST", f"{settings.base}/v1/auth", json=credential)
        else:
            form = {"grant_type": "client_credentials", **credential}
            request = http.build_request("POST", f"{settings.base}/v2/auth/token", data=form)
        now = outside.clock()
        response = await exchange(SYSTEM, http, request, COOL_DOWN)
        wait = retry_after(response, outside.clock)
        if response.is_client_error and response.status_code not in BUSY:
            raise _refused(request, response.status_code)
        judge(SYSTEM, response, COOL_DOWN if wait is None else wait)
        value, seconds = _granted(decoded(SYSTEM, response))
        if not value:
            raise _refused(request, response.status_code)
        return Token(value, now + timedelta(seconds=seconds))

    return sign


def _granted(answer: Any) -> tuple[str, float]:
    inside = answer if isinstance(answer, dict) else {}
    if isinstance(inside.get("data"), dict):
        inside = inside["data"]
    value = inside.get("token") or inside.get("access_token")
    return (value if isinstance(value, str) else ""), _seconds(inside.get("expires_in"))


def _seconds(told: Any) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 < told <= LIFETIME:
        return LIFETIME
    return told


def _refused(request: httpx.Request, status: int) -> Misconfigured:
    return Misconfigured(
        f"{named(SYSTEM, request)} answered {status} without a token: client_id or client_secret is not accepted; "
        "check both secrets, and that the credential is active in Personio"
    )
