"""Exchange Online, a target: leavers' mailboxes, permissions on mailboxes, distribution lists. It makes no mailbox."""

from types import MappingProxyType

from connectors.exchange.lists import KIND
from connectors.exchange.mailboxes import ATTRIBUTES
from connectors.exchange.permissions import KINDS
from connectors.exchange.settings import Settings
from connectors.exchange.target import Exchange
from shared.connector import Manifest
from shared.model import Verb

MANIFEST = Manifest(
    name="exchange",
    summary="Exchange Online: leavers' mailboxes, mailbox permissions and distribution lists, by its own commands.",
    docs="https://learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2",
    settings=Settings,
    proven="simulated",
    target=Exchange,
    verbs=frozenset({Verb.CORRELATE, Verb.UPDATE, Verb.ENABLE, Verb.DISABLE, Verb.GRANT, Verb.REVOKE}),
    entitlements=KINDS | {KIND},
    attributes=ATTRIBUTES,
    follows="entra",
    permissions=MappingProxyType(
        {
            "Exchange.ManageAsApp": "run commands in Exchange Online at all (application permission of that API)",
            "Exchange Recipient Administrator": "convert mailboxes, write them and their permissions (Entra role)",
            "Exchange Administrator": (
                "change members of lists that the app does not own (Entra role, in place of the other); it allows much "
                "more, so leave it out without need"
            ),
        }
    ),
    only_for=MappingProxyType({"Exchange Administrator": frozenset({KIND})}),
)
