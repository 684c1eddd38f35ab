"""Signing in to Personio as data: client id and secret become a bearer token that lives a day, over v1 or v2."""

from datetime import timedelta

from connectors.personio.settings import Settings
from shared.oauth.forms import OAuth
from shared.tokens.deciding import Budget, Rules

DAY = timedelta(days=1)


def sign_in(settings: Settings) -> OAuth:
    """`POST /v1/auth` with JSON, or `POST /v2/auth/token` with a form (client_credentials grant).

    Source: personio-auth-api.yaml (v1) and the v2 «Credentials service» reference: a token lives 24 hours; 60 (v1) or
    150 (v2) sign-ins a minute; v1 gives the same token again until it ends.
    """
    if settings.api == "v1":
        return OAuth(
            token=f"{settings.base}/v1/auth",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            form="json",
            inside="data",
            access="token",
            rules=Rules(lifetime=DAY, longest=DAY, budget=Budget(calls=60, seconds=60)),
        )
    return OAuth(
        token=f"{settings.base}/v2/auth/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        rules=Rules(lifetime=DAY, longest=DAY, budget=Budget(calls=150, seconds=60)),
    )
