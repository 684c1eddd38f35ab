"""Signing in to Visma.net HRM as data: Visma Connect's token, for the scopes of the exports that are asked for."""

from connectors._visma_connect import visma_connect
from connectors.visma.exports import KINDS, SCOPES
from connectors.visma.settings import Settings
from shared.oauth.forms import OAuth
from shared.tokens.deciding import Budget

MONTH = 30 * 86_400


def sign_in(settings: Settings) -> OAuth:
    """The least scopes: one for each export, and that of contact information where it is wanted."""
    needed = {KINDS[export].scope for export in settings.exports}
    more = {SCOPES + "exportcontactinformation"} if settings.contact_information else set[str]()
    return visma_connect(
        connect=settings.connect,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        tenant_id=settings.tenant_id,
        scopes=tuple(sorted(needed | more)),
        budget=Budget(calls=settings.sign_ins_a_month, seconds=MONTH),
    )
