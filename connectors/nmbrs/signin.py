"""Signing in to Nmbrs as data: a person consents once, a refresh token that is good for one use stands for that."""

from datetime import timedelta

from connectors.nmbrs.settings import Settings
from shared.oauth.forms import OAuth
from shared.tokens.deciding import Rules

ALWAYS = ("company.info.read", "employee.info.read", "employee.employment.read")
ASKED = {
    "department_managers": "employee.orgstructure.read",
    "cost_centers": "employee.payment.read",
    "leave": "employee.leave.read",
}
"""Setting → the scope that it needs beside those."""


def scopes(settings: Settings) -> tuple[str, ...]:
    """What a person is asked to allow, but for the refresh token."""
    return (*ALWAYS, *(scope for setting, scope in ASKED.items() if getattr(settings, setting)))


def sign_in(settings: Settings) -> OAuth | None:
    """Authorization code with PKCE; the client says who it is in the header, percent-encoded before base64.

    Source: the securityScheme of the vendor's OpenAPI, and its «Authentication» guide: an access token lives 3,600 s, a
    refresh token until it was not used for 30 days, and each use gives another. Without offline_access there is none.
    SOAP has a token that only people change, so there is nothing to sign in to.
    """
    if settings.api == "soap":
        return None
    client_id, client_secret, _ = settings.secrets
    return OAuth(
        token=f"{settings.identity}/connect/token",
        authorize=f"{settings.identity}/connect/authorize",
        client_id=client_id,
        client_secret=client_secret,
        client="basic",
        scopes=(*scopes(settings), "offline_access"),
        redirect=settings.redirect,
        rules=Rules(consents=True, lifetime=timedelta(hours=1), unused=timedelta(days=30)),
    )
