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
    entitlements=frozenset({"group", "license", "role"}),
    entitlement_settings=MappingProxyType({"role": "application_roles"}),
    attributes=ATTRIBUTES,
    correlate=CORRELATE,
    permissions=MappingProxyType(
        {
            "User.ReadWrite.All": "read, find, create and update users and their managers; read changes and deletions",
            "User.DeleteRestore.All": "delete users softly and restore them",
            "User.RevokeSessions.All": "end the sessions of somebody who leaves",
            "User-LifeCycleInfo.ReadWrite.All": "read and write employeeLeaveDateTime",
            "RoleManagement.Read.Directory": "read who is an administrator or may become one; they are left alone",
            "PrivilegedEligibilitySchedule.Read.AzureADGroup": (
                "read who may join a group to which roles can be assigned; asked only where there is Entra ID P2"
            ),
            "GroupMember.ReadWrite.All": "find groups, read memberships, add and remove members",
            "Group.ReadWrite.All": "create groups that are missing; it allows much more, so leave it out without need",
            "LicenseAssignment.Read.All": "read the tenant's products and how many seats are free",
            "LicenseAssignment.ReadWrite.All": "assign licences to users and take them away",
            "Application.Read.All": "find applications and their roles",
            "AppRoleAssignment.ReadWrite.All": (
                "read, give and take application roles; whoever has it can give any permission to any app"
            ),
        }
    ),
    only_for=MappingProxyType(
        {
            "User.DeleteRestore.All": frozenset({"delete"}),
            "Group.ReadWrite.All": frozenset({"create group"}),
            "LicenseAssignment.ReadWrite.All": frozenset({"license"}),
            "Application.Read.All": frozenset({"role"}),
            "AppRoleAssignment.ReadWrite.All": frozenset({"role"}),
        }
    ),
    reading_posts=frozenset({"/$batch"}),
)
