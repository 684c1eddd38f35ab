"""Application roles assigned to an account itself, named «application/role»; what a group brings is not ours.

Source: «Grant an appRoleAssignment for a service principal», «Delete appRoleAssignedTo», «List appRoleAssignments
granted to a user», «appRole resource type» (learn.microsoft.com/graph/api).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import Graph, Row, quoted, reading, record, rows
from connectors.entra.reach import Reach
from shared.errors import Refused
from shared.model import Entitlement

KIND = "role"
KNOWN = timedelta(hours=1)
"""How long an application and its roles are remembered."""
ASSIGNED = "/users/{user}/appRoleAssignments"
PAGE = {"$top": "999"}
NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""The id by which an application that has no roles is assigned as such («appRoleAssignment resource type»)."""
DEFAULT_ACCESS = "Default Access"
"""What the portal calls that."""

_SELECT = {"$select": "id,appId,displayName,appRoles"}
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class Application:
    id: str
    app_id: str
    name: str
    roles: Mapping[str, frozenset[str]]
    """What a role may be called, by value, display name or id, and the ids of the roles that are called so."""

    def called(self, role: str) -> Iterator[str]:
        """The names that mean this role and no other."""
        return (name for name, ids in self.roles.items() if ids == {role})


class Roles:
    """Resolves both ways: a policy may name an application by its display name or its app id, and a role by its value,
    its display name or its id, letter for letter; an assignment is reported under every name that means it alone.
    """

    def __init__(self, graph: Graph, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._reach = reach
        self._clock = clock
        self._known: dict[str, tuple[datetime, tuple[Application, ...]]] = {}

    async def entitlements(self, account: str, assignments: Iterable[Row]) -> frozenset[Entitlement]:
        """What these assignments are called; asks Graph only about applications not met before."""
        own = [row for row in assignments if str(row.get("principalId")).lower() == account.lower()]
        await self._learn({_address(str(row.get("resourceId"))) for row in own})
        met = {str(row.get("resourceId")): self._recall(_address(str(row.get("resourceId")))) for row in own}
        await self._learn({_search("displayName", found[0].name) for found in met.values() if found})
        named = set[Entitlement]()
        for row in own:
            for application in met[str(row.get("resourceId"))]:
                parts = self._names(application)
                named |= {
                    Entitlement(KIND, f"{part}/{role}")
                    for part in parts
                    for role in application.called(str(row.get("appRoleId")))
                }
        return frozenset(named)

    async def grant(self, account: str, name: str) -> None:
        """Assign it. Being assigned already is success."""
        application, role = await self._one(name)
        body = {"principalId": account, "resourceId": application.id, "appRoleId": role}
        path = "/servicePrincipals/{application}/appRoleAssignedTo"
        answer = await self._reach.write(account, "POST", path, body=body, application=application.id)
        if answer.status == 400 and answer.says("already exists on the object"):
            return
        if answer.status == 404 or answer.says("was not found on application"):
            self._known.clear()
            await self._one(name)  # an application or a role that is gone is refused
        answer.require()

    async def revoke(self, account: str, name: str) -> None:
        """Take it away. Not being assigned is success, also when a group still brings it."""
        application, role = await self._one(name)
        query = {"$filter": f"resourceId eq {application.id}"}
        answer = await self._graph.send("GET", ASSIGNED, {"user": account}, query=query)
        if answer.status == 404:
            return  # an account that is gone has no roles
        async for row in self._graph.all(answer):
            if (str(row.get("principalId")).lower(), row.get("appRoleId")) == (account.lower(), role):
                await self._delete(account, application.id, str(row.get("id")))

    async def _delete(self, account: str, application: str, assignment: str) -> None:
        path = "/servicePrincipals/{application}/appRoleAssignedTo/{assignment}"
        answer = await self._reach.write(account, "DELETE", path, application=application, assignment=assignment)
        if answer.status != 404:
            answer.require()

    async def _one(self, name: str) -> tuple[Application, str]:
        """The one application and the id of the one role. Raises `Refused` when there is none, or several."""
        called, slash, role = name.rpartition("/")
        if not slash or not called or not role:
            raise Refused(f"{name} names no application role; write it as application/role")
        search = _search("appId" if _GUID.fullmatch(called) else "displayName", called)
        await self._learn((search,))
        found = [one for one in self._recall(search) if called in (one.app_id, one.name)]
        if len(found) != 1:
            what = f"{len(found)} applications are" if found else "there is no application that is"
            raise Refused(f"{what} called exactly {called}; name the right one by its application id")
        ids = found[0].roles.get(role, frozenset())
        if len(ids) != 1:
            what = f"{len(ids)} roles" if ids else "no role"
            raise Refused(f"application {found[0].id} has {what} for people that is called exactly {role}; use its id")
        return found[0], next(iter(ids))

    def _names(self, application: Application) -> list[str]:
        """What the application may be called: its id for sign-in, and its name while no other one bears it."""
        alike = [one for one in self._recall(_search("displayName", application.name)) if one.name == application.name]
        own = len(alike) == 1 and alike[0].id == application.id and not _GUID.fullmatch(application.name)
        return [application.app_id, *([application.name] if own and application.name else [])]

    def _recall(self, address: str) -> tuple[Application, ...]:
        since, found = self._known.get(address, (None, ()))
        return found if since is not None and self._clock() - since < KNOWN else ()

    async def _learn(self, addresses: Collection[str]) -> None:
        """Ask for these applications, unless they are known. That there is none is not remembered."""
        unknown = sorted(one for one in addresses if not self._recall(one))
        for address, answer in (await self._graph.batch({one: one for one in unknown})).items():
            if answer.status == 404:
                continue
            if not answer.ok:
                raise answer.error()
            found = rows(answer) if "$filter" in address else [record(answer)]
            self._known[address] = self._clock(), tuple(_application(row) for row in found)


def _address(id: str) -> str:
    return reading("/servicePrincipals/{application}", {"application": id}, _SELECT)


def _search(attribute: str, value: str) -> str:
    return reading("/servicePrincipals", query={"$filter": f"{attribute} eq {quoted(value)}", **_SELECT})


def _application(row: Row) -> Application:
    roles: dict[str, set[str]] = {}
    for role in _for_people(row.get("appRoles")):
        for name in {role.get("value"), role.get("displayName"), role["id"]} - {None, ""}:
            roles.setdefault(str(name), set()).add(str(role["id"]))
    for name in (DEFAULT_ACCESS, NO_ROLE):
        roles.setdefault(name, {NO_ROLE})
    named = {name: frozenset(ids) for name, ids in roles.items()}
    return Application(str(row.get("id")), str(row.get("appId")), str(row.get("displayName") or ""), named)


def _for_people(roles: Any) -> Iterator[Row]:
    """Those that were switched off too: they can still be taken away, and Graph refuses to give them."""
    for role in roles if isinstance(roles, list) else ():
        kinds = role.get("allowedMemberTypes") if isinstance(role, Mapping) else None
        if isinstance(kinds, list) and "User" in kinds and role.get("id"):
            yield role
