"""Whom nobody but a person may write to, and which memberships are assigned: read off what Graph says of a user. Pure.

Microsoft keeps apps away from holders of administrator roles, members of role-assignable groups and members of
restricted management units, and leaves synchronised users to Active Directory («user: permissions for sensitive
actions», «Restricted management administrative units in Microsoft Entra ID»).
"""

from collections.abc import Iterable, Mapping
from typing import Any

GUARDED = ("isManagementRestricted", "userType", "creationType", "externalUserState")
"""Properties that say who may write to a user, beyond those every reading asks for."""
FOREIGN = frozenset({"Invitation", "SelfServiceSignUp"})
"""What `creationType` says of whoever signs in somewhere else («user resource type»)."""
MEMBERSHIP = {"$select": "id,displayName,groupTypes,isAssignableToRole", "$top": "999"}


def protected(user: Mapping[str, Any], memberships: Iterable[Mapping[str, Any]] = ()) -> str:
    """Why nobody but a person may write to `user`, or "" when we may."""
    held = list(memberships)
    if any(_kind(row) == "directoryrole" for row in held):
        return "it holds an administrator role"
    if any(row.get("isAssignableToRole") is True for row in held):
        return "it is in a group to which roles can be assigned"
    if user.get("isManagementRestricted") is True:
        return "it is in a restricted management unit"
    if user.get("onPremisesSyncEnabled") is True:
        return "it is synchronised from Active Directory"
    return ""


def foreign(user: Mapping[str, Any]) -> str:
    """Why a user counts as somebody else's: a guest, or a member who signs in elsewhere; "" when it is the tenant's."""
    invited = user.get("creationType") in FOREIGN or user.get("externalUserState") is not None
    if user.get("userType") == "Guest" or invited or "#ext#" in str(user.get("userPrincipalName", "")).lower():
        return "it is a guest or another foreign account; `guests: true` in the settings has those managed too"
    return ""


def assigned(memberships: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The groups among memberships that somebody assigned; a rule decides about the others."""
    groups = [row for row in memberships if _kind(row) == "group" and isinstance(row.get("id"), str)]
    return [row for row in groups if "DynamicMembership" not in _types(row)]


def _kind(row: Mapping[str, Any]) -> str:
    return str(row.get("@odata.type", "")).rpartition(".")[2].lower()


def _types(row: Mapping[str, Any]) -> list[Any]:
    types = row.get("groupTypes")
    return types if isinstance(types, list) else []
