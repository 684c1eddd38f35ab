"""The least application permissions for Microsoft Graph: what each request of the two apps takes, and why.

Source: the table «Permissions» of each request's page (learn.microsoft.com/graph/api) and «Microsoft Graph permissions
reference». Where a wider permission that is needed anyway is said to be enough on one page and not on another, the
narrow one that all pages name is asked for too: it allows nothing more.
"""

from collections.abc import Mapping
from types import MappingProxyType

from shared.connector import ALWAYS, NEVER, Grantor, Permission


def _graph(
    why: str, *, read: frozenset[str] = NEVER, write: frozenset[str] = NEVER, instead_of: str = ""
) -> Permission:
    return Permission(why=why, by=Grantor.GRAPH, read=read, write=write, instead_of=instead_of)


def _of(*features: str) -> frozenset[str]:
    return frozenset(features)


PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        "User.Read.All": _graph("read changes in the directory, and who was deleted with which names", read=ALWAYS),
        "User.ReadWrite.All": _graph("read, find, create and update users and their managers", write=ALWAYS),
        "User.DeleteRestore.All": _graph("delete users softly and restore them", write=_of("delete")),
        "User.RevokeSessions.All": _graph("end the sessions of somebody who leaves", write=ALWAYS),
        "User-LifeCycleInfo.Read.All": _graph("read employeeLeaveDateTime", read=ALWAYS, write=ALWAYS),
        "User-LifeCycleInfo.ReadWrite.All": _graph(
            "read and write employeeLeaveDateTime",
            write=_of("employeeLeaveDateTime"),
            instead_of="User-LifeCycleInfo.Read.All",
        ),
        "RoleManagement.Read.Directory": _graph(
            "read who is an administrator or may become one; they are left alone", write=ALWAYS
        ),
        "PrivilegedEligibilitySchedule.Read.AzureADGroup": _graph(
            "read who may join a group to which roles can be assigned; asked only where there is Entra ID P2",
            write=ALWAYS,
        ),
        "GroupMember.Read.All": _graph("find groups and read memberships", write=ALWAYS),
        "GroupMember.ReadWrite.All": _graph(
            "find groups, read memberships, add and remove members",
            write=_of("group"),
            instead_of="GroupMember.Read.All",
        ),
        "Group.ReadWrite.All": _graph(
            "create groups that are missing; it allows much more, so leave it out without need",
            write=_of("create group"),
        ),
        "LicenseAssignment.Read.All": _graph(
            "read the tenant's products, and how many seats are free", read=_of("license"), write=ALWAYS
        ),
        "LicenseAssignment.ReadWrite.All": _graph("assign licences to users and take them away", write=_of("license")),
        "Application.Read.All": _graph("find applications and their roles", write=_of("role")),
        "AppRoleAssignment.ReadWrite.All": _graph(
            "read, give and take application roles; whoever has it can give any permission to any app",
            write=_of("role"),
        ),
    }
)
