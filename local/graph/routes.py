"""Which path leads where, what it costs and which permissions it needs; one line each."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.graph import (
    applications,
    deleted,
    delta,
    errors,
    groups,
    licences,
    organisation,
    privileges,
    references,
    users,
)
from local.graph import permissions as p
from local.graph.call import Answer

KEYED = re.compile(r"([^(]+)\((?:userprincipalname=)?'(.*)'\)", re.I)
BY_NAME = re.compile(r"([^(]+\()(uniquename|appid)='(.*)'\)", re.I)
"""Another key than the id: `groups(uniqueName='x')`."""


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` segments in braces are passed on, `units` is the resource-unit cost before `$select` and the like."""

    method: str
    pattern: str
    handler: Callable[..., Answer]
    needs: tuple[str, ...] = ()
    units: int = 1
    reads: bool = False
    """A POST that changes nothing."""

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.reads


ROUTES = (
    Route("GET", "users", users.index, p.READ_USERS, 2),
    Route("POST", "users", users.create, p.WRITE_USERS),
    Route("GET", "users/$count", users.count, p.READ_USERS),
    Route("GET", "users/delta", delta.users, p.READ_USERS),
    Route("GET", "users/{user}", users.read, p.READ_USERS),
    Route("PATCH", "users/{user}", users.update),
    Route("DELETE", "users/{user}", users.delete, p.DELETE_USERS),
    Route("GET", "users/{user}/manager", references.manager, p.READ_USERS),
    Route("GET", "users/{user}/manager/$ref", references.manager_reference, p.READ_USERS),
    Route("PUT", "users/{user}/manager/$ref", references.set_manager, p.WRITE_USERS),
    Route("DELETE", "users/{user}/manager/$ref", references.remove_manager, p.WRITE_USERS),
    Route("GET", "users/{user}/directReports", references.direct_reports, p.READ_USERS),
    Route("GET", "users/{user}/memberOf", references.member_of, p.READ_OBJECTS, 2),
    Route("GET", "users/{user}/memberOf/{cast}", references.member_of, p.READ_OBJECTS, 2),
    Route("GET", "users/{user}/transitiveMemberOf", references.transitive_member_of, p.READ_OBJECTS, 2),
    Route("GET", "users/{user}/transitiveMemberOf/{cast}", references.transitive_member_of, p.READ_OBJECTS, 2),
    Route("POST", "users/{user}/getMemberGroups", references.group_ids, p.READ_OBJECTS, 2, reads=True),
    Route("POST", "users/{user}/getMemberObjects", references.group_ids, p.READ_OBJECTS, 2, reads=True),
    Route("GET", "users/{user}/licenseDetails", licences.details, p.READ_LICENCES, 2),
    Route("POST", "users/{user}/assignLicense", licences.assign_to_user, p.ASSIGN_LICENCES),
    Route("POST", "users/{user}/revokeSignInSessions", users.revoke_sessions, p.REVOKE_SESSIONS),
    Route("GET", "groups", groups.index, p.READ_GROUPS),
    Route("POST", "groups", groups.create, p.CREATE_GROUPS),
    Route("GET", "groups/$count", groups.count, p.READ_GROUPS),
    Route("GET", "groups/delta", delta.groups, p.READ_GROUPS),
    Route("GET", "groups(uniqueName)/{unique}", groups.read_by_name, p.READ_GROUPS),
    Route("PATCH", "groups(uniqueName)/{unique}", groups.upsert, p.UPSERT_GROUPS),
    Route("GET", "groups/{group}", groups.read, p.READ_GROUPS),
    Route("PATCH", "groups/{group}", groups.update),
    Route("DELETE", "groups/{group}", groups.delete, p.WRITE_GROUPS),
    Route("GET", "groups/{group}/members", references.members, p.READ_GROUPS, 3),
    Route("POST", "groups/{group}/members/$ref", references.add_member, p.WRITE_MEMBERS),
    Route("GET", "groups/{group}/members/{cast}", references.members, p.READ_GROUPS, 3),
    Route("DELETE", "groups/{group}/members/{member}", references.delete_member_itself),
    Route("DELETE", "groups/{group}/members/{member}/$ref", references.remove_member, p.WRITE_MEMBERS),
    Route("GET", "groups/{group}/owners", references.owners, p.READ_GROUPS),
    Route("POST", "groups/{group}/owners/$ref", references.add_owner, p.WRITE_GROUPS),
    Route("DELETE", "groups/{group}/owners/{owner}/$ref", references.remove_owner, p.WRITE_GROUPS),
    Route("GET", "groups/{user}/memberOf", references.member_of, p.READ_OBJECTS, 2),
    Route("POST", "groups/{group}/assignLicense", licences.assign_to_group, p.ASSIGN_LICENCES),
    Route("GET", "directory/deletedItems/{object}", deleted.read, p.READ_USERS),
    Route("POST", "directory/deletedItems/{object}/restore", deleted.restore),
    Route("DELETE", "directory/deletedItems/{object}", deleted.purge),
    Route("GET", "directoryObjects/{object}", references.read_object, p.READ_OBJECTS),
    Route("POST", "directoryObjects/getByIds", references.by_ids, p.READ_OBJECTS, 5, reads=True),
    Route("POST", "directoryObjects/{user}/getMemberGroups", references.group_ids, p.READ_OBJECTS, 2, reads=True),
    Route("GET", "directoryRoles", organisation.directory_roles, p.READ_ROLES),
    Route("GET", "directoryRoles/{group}/members", references.members, p.READ_ROLES),
    Route("POST", "directoryRoles/{group}/members/$ref", references.add_member, p.WRITE_ROLES),
    Route("DELETE", "directoryRoles/{group}/members/{member}/$ref", references.remove_member, p.WRITE_ROLES),
    Route("GET", "roleManagement/directory/roleAssignments", privileges.assignments, p.READ_ROLES),
    Route(
        "GET",
        "roleManagement/directory/roleEligibilityScheduleInstances",
        privileges.eligibilities,
        p.READ_ELIGIBILITIES,
    ),
    Route(
        "GET",
        "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
        privileges.group_eligibilities,
        p.READ_GROUP_ELIGIBILITIES,
    ),
    Route("GET", "servicePrincipals", applications.index, p.READ_APPLICATIONS),
    Route("GET", "servicePrincipals/{application}", applications.read, p.READ_APPLICATIONS),
    Route("GET", "servicePrincipals(appId)/{application}", applications.read_by_app_id, p.READ_APPLICATIONS),
    Route("GET", "servicePrincipals/{application}/appRoleAssignedTo", applications.assigned_to, p.READ_APPLICATIONS),
    Route("POST", "servicePrincipals/{application}/appRoleAssignedTo", applications.assign, p.WRITE_APP_ROLES),
    Route(
        "DELETE",
        "servicePrincipals/{application}/appRoleAssignedTo/{assignment}",
        applications.unassign,
        p.WRITE_APP_ROLES,
    ),
    Route("GET", "users/{user}/appRoleAssignments", applications.of_user, p.READ_APP_ROLES),
    Route("GET", "subscribedSkus", licences.skus, p.READ_LICENCES, 3),
    Route("GET", "subscribedSkus/{sku}", licences.sku, p.READ_LICENCES),
    Route("GET", "organization", organisation.index, p.READ_ORGANISATION),
    Route("GET", "organization/{organisation}", organisation.read, p.READ_ORGANISATION),
    Route("GET", "domains", organisation.domains, p.READ_DOMAINS),
)

DELETED_BY_TYPE = Route("GET", "directory/deletedItems/{cast}", deleted.index, p.READ_USERS)


def _indexed() -> dict[tuple[str, int], list[tuple[tuple[str, ...], Route]]]:
    """By first segment and number of segments; literal segments in lower case."""
    found: dict[tuple[str, int], list[tuple[tuple[str, ...], Route]]] = {}
    for route in ROUTES:
        segments = tuple(part if part.startswith("{") else part.lower() for part in route.pattern.split("/"))
        found.setdefault((segments[0], len(segments)), []).append((segments, route))
    for choices in found.values():
        choices.sort(key=lambda choice: sum(part.startswith("{") for part in choice[0]))
    return found


_INDEX = _indexed()


def segments(path: str) -> list[str]:
    """The path's segments: `//` collapsed, `users('x')` and `groups(uniqueName='x')` split, functions bare."""
    found: list[str] = []
    for part in path.split("/"):
        keyed, named = KEYED.fullmatch(part), BY_NAME.fullmatch(part)
        if named:
            found.extend((f"{named.group(1)}{named.group(2)})", named.group(3).replace("''", "'")))
        elif keyed:
            found.extend((keyed.group(1), keyed.group(2).replace("''", "'")))
        elif part:
            bare = part.removesuffix("()")
            found.append("delta" if bare.lower() == "microsoft.graph.delta" else bare)
    return found


def match(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route and what its braces hold. Raises `GraphError`: 400 for an unknown path, 405 for a wrong method."""
    parts = segments(path)
    known = False
    for pattern, route in _INDEX.get((parts[0].lower() if parts else "", len(parts)), ()):
        held = _held(pattern, parts)
        if held is None:
            continue
        if route.method == method:
            if "graph." in held.get("object", "").lower():
                return DELETED_BY_TYPE, {"cast": held["object"]}
            return route, held
        known = True
    if known:
        raise errors.GraphError(
            405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
        )
    raise errors.no_such_segment(parts[-1] if parts else "")


def _held(pattern: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    held: dict[str, str] = {}
    for expected, part in zip(pattern, parts, strict=True):
        if expected.startswith("{"):
            held[expected[1:-1]] = part
        elif expected != part.lower():
            return None
    return held
