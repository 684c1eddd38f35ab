"""Microsoft Entra ID, a target: users, their groups and direct licences. It never touches administrators."""

from types import MappingProxyType

from connectors.entra.allowed import PERMISSIONS
from connectors.entra.attributes import ATTRIBUTES
from connectors.entra.finding import CORRELATE
from connectors.entra.groups import MOST
from connectors.entra.target import Entra, Settings
from shared.connector import Manifest
from shared.model import Verb

MANIFEST = Manifest(
    name="entra",
    summary="Microsoft Entra ID: users, group memberships and direct licences, through Microsoft Graph v1.0.",
    docs="https://learn.microsoft.com/graph/api/resources/user",
    settings=Settings,
    proven="simulated",
    target=Entra,
    verbs=frozenset(Verb),
    entitlements=frozenset({"group", "license", "role"}),
    entitlement_settings=MappingProxyType({"role": "application_roles"}),
    packs=MappingProxyType({"group": MOST}),
    attributes=ATTRIBUTES,
    correlate=CORRELATE,
    permissions=PERMISSIONS,
    reading_posts=frozenset({"/$batch"}),
)
