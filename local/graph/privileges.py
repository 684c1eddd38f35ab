"""Role assignments, role eligibilities and those of role-assignable groups (Privileged Identity Management), read only.

Source: «List unifiedRoleAssignments», «List roleEligibilityScheduleInstances», «List eligibilityScheduleInstances»
(learn.microsoft.com/graph/api); the refusal without a P2 licence as reported by third parties.
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from local.graph import errors, rows
from local.graph.call import Answer, Call
from local.graph.directory import Entry
from local.graph.moments import moment
from local.graph.rows import EQUAL, EXACT, LISTED, NEVER

ASSIGNMENT = rows.kind(
    "unifiedRoleAssignment",
    "roleManagement/directory/roleAssignments",
    id=NEVER,
    principalId=LISTED,
    directoryScopeId=LISTED,
    roleDefinitionId=LISTED,
)
ELIGIBILITY = rows.kind(
    "unifiedRoleEligibilityScheduleInstance",
    "roleManagement/directory/roleEligibilityScheduleInstances",
    id=NEVER,
    principalId=EQUAL,
    roleDefinitionId=EQUAL,
    directoryScopeId=EQUAL,
    appScopeId=EQUAL,
    startDateTime=NEVER,
    endDateTime=NEVER,
    memberType=EQUAL,
    roleEligibilityScheduleId=EQUAL,
)
GROUP_ELIGIBILITY = rows.kind(
    "privilegedAccessGroupEligibilityScheduleInstance",
    "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
    id=NEVER,
    startDateTime=NEVER,
    endDateTime=NEVER,
    accessId=EXACT,
    principalId=EXACT,
    groupId=EXACT,
    memberType=NEVER,
    eligibilityScheduleId=EQUAL,
)


def assignments(call: Call) -> Answer:
    """Active assignments, activated eligibilities among them, in the whole tenant or in one administrative unit."""
    return rows.answer(call, ASSIGNMENT, list(_assignments(call)), size=call.faults.role_page)


def eligibilities(call: Call) -> Answer:
    _licensed(call)
    return rows.answer(call, ELIGIBILITY, list(_eligibilities(call)), size=call.faults.role_page)


def group_eligibilities(call: Call) -> Answer:
    """Who may activate membership or ownership of a group; a filter on one group or one principal is required."""
    _licensed(call)
    asked = call.query.get("$filter", "").lower()
    if "groupid eq" not in asked and "principalid eq" not in asked:
        raise errors.bad_request("The filter must be scoped to a principalId or a groupId.", code="InvalidFilter")
    return rows.answer(call, GROUP_ELIGIBILITY, list(_group_eligibilities(call)), size=call.faults.role_page)


def _licensed(call: Call) -> None:
    if not call.faults.has_p2:
        message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
        raise errors.bad_request(message, code="AadPremiumLicenseRequired")


def _assignments(call: Call) -> Iterator[dict[str, Any]]:
    for role in _live(call, "directoryRole"):
        for relation, scope in (("members", "/"), ("scoped", f"/administrativeUnits/{role.id}")):
            for principal in _principals(call, relation, role):
                definition = role.properties["roleTemplateId"]
                id = f"{_token(definition, principal, scope)}-1"
                yield {
                    "id": id,
                    "principalId": principal,
                    "directoryScopeId": scope,
                    "roleDefinitionId": definition,
                }


def _eligibilities(call: Call) -> Iterator[dict[str, Any]]:
    for role in _live(call, "directoryRole"):
        for principal in _principals(call, "eligible", role):
            yield {
                "id": f"{_token(role.properties['roleTemplateId'], principal, '/')}-1-e",
                "principalId": principal,
                "roleDefinitionId": role.properties["roleTemplateId"],
                "directoryScopeId": "/",
                "appScopeId": None,
                "startDateTime": moment(role.since),
                "endDateTime": None,
                "memberType": "Direct",
                "roleEligibilityScheduleId": role.id,
            }


def _group_eligibilities(call: Call) -> Iterator[dict[str, Any]]:
    for group in _live(call, "group"):
        for access in ("member", "owner"):
            for principal in _principals(call, f"eligible-{access}s", group):
                yield {
                    "id": f"{group.id}_{access}_{principal}",
                    "startDateTime": moment(group.since),
                    "endDateTime": None,
                    "accessId": access,
                    "principalId": principal,
                    "groupId": group.id,
                    "memberType": "Direct",
                    "eligibilityScheduleId": f"{group.id}_{access}_{principal}",
                }


def _live(call: Call, kind: str) -> Iterator[Entry]:
    entries = call.directory.entries
    return (entries[id] for id in call.directory.order[kind] if entries[id].live)


def _principals(call: Call, relation: str, entry: Entry) -> Iterator[str]:
    return (id for id in call.directory.to(relation, entry.id) if call.directory.entries[id].live)


def _token(*parts: str) -> str:
    digest = hashlib.sha256(" ".join(parts).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
