"""Exchange Online, a target: leavers' mailboxes, permissions on mailboxes, distribution lists. It makes no mailbox."""

from types import MappingProxyType

from connectors.exchange.lists import KIND
from connectors.exchange.mailboxes import ATTRIBUTES
from connectors.exchange.permissions import KINDS
from connectors.exchange.settings import Settings
from connectors.exchange.target import Exchange
from shared.connector import ALWAYS, Grantor, Manifest, Permission
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
            "Exchange.ManageAsApp": Permission(
                why="run commands in Exchange Online at all", by=Grantor.EXCHANGE, write=ALWAYS
            ),
            "Exchange Recipient Administrator": Permission(
                why="convert mailboxes, write them and their permissions", by=Grantor.DIRECTORY, write=ALWAYS
            ),
            "Exchange Administrator": Permission(
                why="change members of lists that the app does not own; it allows much more",
                by=Grantor.DIRECTORY,
                write=frozenset({KIND}),
                instead_of="Exchange Recipient Administrator",
            ),
        }
    ),
)
