"""Signing in to Acme as data: client id and secret become a bearer token that lives an hour."""

from datetime import timedelta

from shared.oauth.forms import OAuth
from shared.tokens.deciding import Budget, Rules
from tests.scaffold.acme.connector.settings import Settings

HOUR = timedelta(hours=1)


def sign_in(settings: Settings) -> OAuth:
    """`POST /oauth/token` with a form (client_credentials grant). Source: name the page of the vendor's manual here."""
    return OAuth(
        token=f"{settings.base}/oauth/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scopes=("employees.read",),
        rules=Rules(lifetime=HOUR, longest=HOUR, budget=Budget(calls=60, seconds=60)),
    )
