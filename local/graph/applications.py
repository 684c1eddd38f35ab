"""`/servicePrincipals` and application roles: who is assigned which, given and taken away at the application.

Source: «List servicePrincipals», «Grant an appRoleAssignment for a service principal», «Delete appRoleAssignedTo»,
«List appRoleAssignments granted to a user» (learn.microsoft.com/graph/api); refusals as reported by third parties.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from local.graph import errors, listing, render, rows
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.moments import moment
from local.graph.permissions import READ_APPLICATIONS
from local.graph.properties import APPLICATION
from local.graph.rows import EXACT, NEVER

NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""What assigns somebody to an application without any of its roles."""
ASSIGNMENT = rows.kind(
    "appRoleAssignment",
    "appRoleAssignments",
    id=NEVER,
    deletedDateTime=NEVER,
    appRoleId=NEVER,
    createdDateTime=NEVER,
    principalDisplayName=EXACT | {"startswith"},
    principalId=NEVER,
    principalType=NEVER,
    resourceDisplayName=NEVER,
    resourceId=EXACT,
)
SERVED = rows.SERVED | {"$top"}


def index(call: Call) -> Answer:
    return listing.answer(call, APPLICATION, call.directory.order["servicePrincipal"])


def read(call: Call, application: str) -> Answer:
    return _read(call, call.find(application, "servicePrincipal"))


def read_by_app_id(call: Call, application: str) -> Answer:
    found = call.directory.having("servicePrincipal", "appId", application)
    if not found:
        raise errors.not_found(application)
    return _read(call, call.directory.entries[found[0]])


def assigned_to(call: Call, application: str) -> Answer:
    """Who is assigned a role of one application."""
    entry = call.find(application, "servicePrincipal")
    held = [row for row in call.tenant.app_roles.values() if row["resourceId"] == entry.id]
    return rows.answer(call, ASSIGNMENT, _shown(call, held), size=100, served=SERVED)


def of_user(call: Call, user: str) -> Answer:
    """What a user is assigned, and what the groups are that it is a direct member of."""
    entry = call.find(user, "user")
    principals = {entry.id, *call.directory.by("members", entry.id)}
    held = [row for row in call.tenant.app_roles.values() if row["principalId"] in principals]
    return rows.answer(call, ASSIGNMENT, _shown(call, held), size=100, served=SERVED)


def assign(call: Call, application: str) -> Answer:
    """201 with the assignment. One that exists, or a role that the application does not have, is a 400."""
    call.require(READ_APPLICATIONS)
    entry, body = call.find(application, "servicePrincipal"), call.json()
    for name in ("principalId", "resourceId", "appRoleId"):
        if not _is_guid(body.get(name)):
            raise errors.invalid_value(name, "AppRoleAssignment")
    principal = call.find(body["principalId"], "user", "group")
    if body["resourceId"].lower() != entry.id:
        raise errors.bad_request("Specified resourceId was not found.")
    role = body["appRoleId"].lower()
    if role not in _roles(entry):
        raise errors.bad_request("Permission being assigned was not found on application")
    if any(_names(row, principal.id, entry.id, role) for row in call.tenant.app_roles.values()):
        raise errors.bad_request("Permission being assigned already exists on the object")
    row = call.tenant.assign_app_role(entry.id, principal.id, role, moment(call.now))
    context = f"{call.base}/$metadata#servicePrincipals('{entry.id}')/appRoleAssignedTo/$entity"
    return Answer(201, {"@odata.context": context, **_shown(call, [row])[0]})


def unassign(call: Call, application: str, assignment: str) -> Answer:
    entry = call.find(application, "servicePrincipal")
    row = call.tenant.app_roles.get(assignment)
    if row is None or row["resourceId"] != entry.id:
        raise errors.not_found(assignment)
    call.tenant.unassign_app_role(assignment)
    return Answer(204)


def _read(call: Call, entry: Entry) -> Answer:
    names = render.selection(call, APPLICATION)
    context = render.context(call, "servicePrincipals", names, entity=True)
    return Answer(200, {"@odata.context": context, **render.shape(entry, names)})


def _roles(entry: Entry) -> set[str]:
    """Ids of the roles that people may be assigned; without any, being assigned means no role."""
    found = {
        str(role["id"])
        for role in entry.properties.get("appRoles") or ()
        if role["isEnabled"] and "User" in role["allowedMemberTypes"]
    }
    return found or {NO_ROLE}


def _names(row: Mapping[str, Any], principal: str, resource: str, role: str) -> bool:
    return (row["principalId"], row["resourceId"], row["appRoleId"]) == (principal, resource, role)


def _shown(call: Call, held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Assignments of those who are there, with the names that are read along."""
    entries = call.directory.entries
    return [
        {
            **row,
            "deletedDateTime": None,
            "principalType": entries[row["principalId"]].kind.capitalize(),
            "principalDisplayName": entries[row["principalId"]].properties.get("displayName"),
            "resourceDisplayName": entries[row["resourceId"]].properties.get("displayName"),
        }
        for row in held
        if entries[row["principalId"]].live and entries[row["resourceId"]].live
    ]


def _is_guid(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) == 36 and bool(uuid.UUID(value))
    except ValueError:
        return False
