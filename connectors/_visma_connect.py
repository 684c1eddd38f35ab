"""Visma Connect as data: an application's id and secret become a token for one organisation, whatever Visma's system.

Sources: docs.connect.visma.com «Service Applications» and docs.vismasoftware.no/vismanetapi «Authentication». A token
lives an hour and there is no refresh token, so it is kept and shared until it ends. Without `tenant_id` there is a
token as well, which opens nothing.
"""

from datetime import timedelta
from typing import Annotated, TypeAlias

from pydantic import StringConstraints

from shared.oauth.forms import OAuth
from shared.tokens.deciding import Budget, Rules

CONNECT = "https://connect.visma.com"
"""Where Visma Connect is; `https://connect.identity.stagaws.visma.com` for Visma's staging."""

TenantId: TypeAlias = Annotated[
    str,
    StringConstraints(
        to_lower=True, pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
    ),
]
"""The organisation's id in Visma Connect; the Visma App Store shows it once the invitation is accepted."""


def visma_connect(
    *,
    connect: str,
    client_id: str,
    client_secret: str,
    tenant_id: str,
    scopes: tuple[str, ...],
    budget: Budget | None = None,
) -> OAuth:
    """`POST /connect/token` at `connect`, with a form (client credentials grant) that names the organisation."""
    return OAuth(
        token=f"{connect}/connect/token",
        client_id=client_id,
        client_secret=client_secret,
        scopes=scopes,
        extra={"tenant_id": tenant_id},
        rules=Rules(lifetime=timedelta(hours=1), budget=budget),
        check="that the organisation of tenant_id has accepted the application's invitation",
    )
