"""Microsoft Entra ID, a target: users, their groups and direct licences. It never touches administrators."""

from types import MappingProxyType

from connectors.entra.attributes import ATTRIBUTES
from connectors.entra.finding import CORRELATE
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
    entitlements=frozenset({"group", "license"}),
    attributes=ATTRIBUTES,
    correlate=CORRELATE,
    permissions=MappingProxyType(
        {
            "User.ReadWrite.All": "read, find, create and update users and their managers; read changes and deletions",
            "User.DeleteRestore.All": "delete users softly and restore them",
            "User.RevokeSessions.All": "end the sessions of somebody who leaves",
            "User-LifeCycleInfo.ReadWrite.All": "read and write employeeLeaveDateTime",
            "RoleManagement.Read.Directory": "read who is an administrator, or may become one; they are left alone",
            "PrivilegedEligibilitySchedule.Read.AzureADGroup": (
                "read who may join a group to which roles can be assigned; only where the tenant has Entra ID P2"
            ),
            "GroupMember.ReadWrite.All": "find groups, read memberships, add and remove members",
            "LicenseAssignment.Read.All": "read the tenant's products",
            "LicenseAssignment.ReadWrite.All": "assign licences to users and take them away",
        }
    ),
    reading_posts=frozenset({"/$batch"}),
)
