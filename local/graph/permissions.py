"""Which application permissions a request needs, in Microsoft's names; the least privileged is named first.

Source: the table «Permissions» of each request's page (learn.microsoft.com/graph/api), application permissions.
"""

READ_USERS = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
WRITE_USERS = ("User.ReadWrite.All", "Directory.ReadWrite.All")
DELETE_USERS = ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
REVOKE_SESSIONS = ("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
ASSIGN_LICENCES = ("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
READ_LICENCES = (
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
READ_GROUPS = (
    "GroupMember.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)
UPSERT_GROUPS = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
CREATE_GROUPS = ("Group.Create", "Group.ReadWrite.All", "Directory.ReadWrite.All")
WRITE_GROUPS = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
WRITE_MEMBERS = ("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
READ_OBJECTS = ("Directory.Read.All", *READ_USERS, *READ_GROUPS)
READ_ROLES = ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All")
WRITE_ROLES = ("RoleManagement.ReadWrite.Directory",)
READ_ELIGIBILITIES = ("RoleEligibilitySchedule.Read.Directory", "RoleManagement.Read.All", *READ_ROLES[:2])
READ_GROUP_ELIGIBILITIES = (
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
)
READ_APPLICATIONS = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
READ_APP_ROLES = ("AppRoleAssignment.ReadWrite.All", "Directory.Read.All")
WRITE_APP_ROLES = ("AppRoleAssignment.ReadWrite.All",)
READ_ORGANISATION = ("Organization.Read.All", "Directory.Read.All", "User.Read.All")
READ_DOMAINS = ("Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All")
WRITE_LEAVE_DATE = ("User-LifeCycleInfo.ReadWrite.All",)
READ_LEAVE_DATE = ("User-LifeCycleInfo.Read.All", "User-LifeCycleInfo.ReadWrite.All")
WRITE_PASSWORD = ("User-PasswordProfile.ReadWrite.All", "Directory.ReadWrite.All")

NARROW = {
    frozenset({"accountEnabled"}): "User.EnableDisableAccount.All",
    frozenset({"passwordProfile"}): "User-PasswordProfile.ReadWrite.All",
    frozenset({"businessPhones", "mobilePhone"}): "User-Phone.ReadWrite.All",
    frozenset({"mail", "otherMails"}): "User-Mail.ReadWrite.All",
}
"""A PATCH of only these properties is also allowed by this narrower permission."""

DEFAULT = frozenset(
    {
        "User.Read.All",
        "User.ReadWrite.All",
        "User.DeleteRestore.All",
        "User.RevokeSessions.All",
        "User-LifeCycleInfo.ReadWrite.All",
        "User-PasswordProfile.ReadWrite.All",
        "Group.Create",
        "Group.ReadWrite.All",
        "GroupMember.ReadWrite.All",
        "LicenseAssignment.ReadWrite.All",
        "RoleManagement.Read.Directory",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "AppRoleAssignment.ReadWrite.All",
        "Application.Read.All",
        "Organization.Read.All",
        "Domain.Read.All",
    }
)
"""What an application is given by `add_app` unless it says otherwise: enough to provision, no role management."""


def granting(needed: tuple[str, ...], granted: frozenset[str], denied: set[str]) -> str:
    """Which of `needed` lets the request through, the least privileged first; "" when none does.

    Denying the least privileged one denies the request.
    """
    if needed[0] in denied:
        return ""
    return next((name for name in needed if name in granted and name not in denied), "")
