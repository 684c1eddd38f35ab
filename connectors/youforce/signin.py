"""Signing in to Youforce or YouServe as data, and the quotas that Visma sets for each registered application."""

from datetime import timedelta

from connectors._visma_connect import visma_connect
from connectors.youforce.settings import Settings
from shared.oauth.forms import OAuth
from shared.quota import Quota
from shared.tokens.deciding import Budget, Rules

DAY, MONTH = 86_400.0, 30 * 86_400.0
APART = 0.6
"""Seconds. A call within 0.6 s of the one before is refused: «spike arrest», 100 calls a minute smoothed."""


def sign_in(settings: Settings) -> OAuth:
    """Beaufort: Visma Connect, where the portal grants the scopes. Business: `POST /authentication/token`.

    A token lives an hour, and 400 a month are given (guides_usage_limits of the Youforce API documentation; *assumed*
    to be the same for YouServe): one in two hours, all day long.
    """
    budget = Budget(calls=settings.sign_ins_a_month, seconds=MONTH)
    if settings.system == "beaufort":
        return visma_connect(
            connect=settings.connect,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            tenant_id=settings.tenant.lower(),
            scopes=(),
            budget=budget,
        )
    return OAuth(
        token=f"{settings.address}/authentication/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        rules=Rules(lifetime=timedelta(hours=1), budget=budget),
    )


def quota(settings: Settings) -> Quota:
    return Quota(calls=settings.calls_a_day, seconds=DAY, every=APART)
