"""Groups, by the name or the id a policy gives them, and who is in them. A name counts only while one group bears it.

Source: «Add members», «Remove member» (learn.microsoft.com/graph/api/group-post-members, group-delete-members).
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import Graph, Row, quoted, reading, record, rows
from connectors.entra.making import made
from connectors.entra.reach import Reach
from shared.errors import Reason, Refused
from shared.model import Entitlement

KIND = "group"
MOST = 20
"""Members that one request can add («Add members»)."""
KNOWN = timedelta(hours=1)
"""How long a group is remembered; one that is renamed or doubled is noticed after that."""

SELECT = {
    "$select": "id,displayName,groupTypes,mailEnabled,isAssignableToRole,isManagementRestricted,onPremisesSyncEnabled"
}
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    barred: str
    """Why its members cannot be changed here, or ""."""


class Groups:
    """Resolves both ways: what a policy calls a group to the group, and a membership to what a policy may call it.

    A policy may name a group by its display name or its object id, letter for letter as Entra writes them. So each
    membership is reported under its id and, while no other group bears it, under its display name as well; whichever
    of the two a policy uses is recognised.
    """

    def __init__(self, graph: Graph, reach: Reach, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._reach = reach
        self._clock = clock
        self._known: dict[str, tuple[datetime, tuple[Group, ...]]] = {}

    async def entitlements(self, memberships: Iterable[Row]) -> frozenset[Entitlement]:
        """What these groups are called; asks Graph only about names not met before."""
        named = {str(row["id"]): row.get("displayName") for row in memberships}
        names = {name for name in named.values() if isinstance(name, str) and name and not _GUID.fullmatch(name)}
        await self._learn(names)
        found = {Entitlement(KIND, id) for id in named}
        for id, name in named.items():
            if name in names and {id} | {group.id for group in self._recall(str(name))} == {id}:
                found.add(Entitlement(KIND, str(name)))
        return frozenset(found)

    async def grant(self, account: str, name: str, *, may_create: bool = False) -> None:
        """Make `account` a member. Being one already is success. `may_create` makes a group that does not exist."""
        group = await self._one(name, may_create=may_create)
        body = {"@odata.id": self._graph.base + reading("/directoryObjects/{user}", {"user": account})}
        answer = await self._reach.write(account, "POST", "/groups/{group}/members/$ref", body=body, group=group)
        if answer.status == 400 and answer.says("added object references already exist"):
            return
        if answer.status == 404:
            self._known.pop(name, None)
            await self._one(
                name, may_create=may_create
            )  # a group that is gone is refused; else it is the account that is not visible yet
        answer.require()

    async def grant_all(self, accounts: Sequence[str], name: str, *, may_create: bool = False) -> None:
        """Make all of these members in one write, or none: Graph refuses them all for one that is a member already."""
        group = await self._one(name, may_create=may_create)
        urls = [self._graph.base + reading("/directoryObjects/{user}", {"user": account}) for account in accounts]
        answer = await self._reach.write_all(accounts, "/groups/{group}", {"members@odata.bind": urls}, group=group)
        if answer.status == 404:
            self._known.pop(name, None)
            raise Refused("the group is gone, or one of these cannot be seen yet; each is looked at alone")
        answer.require()

    async def revoke(self, account: str, name: str) -> None:
        """End the membership. Not being a member is success."""
        group = await self._one(name)
        # Without /$ref this address would delete the member itself.
        path = "/groups/{group}/members/{user}/$ref"
        answer = await self._reach.write(account, "DELETE", path, group=group)
        if answer.status == 404 or (answer.status == 400 and answer.says("removed object references do not exist")):
            self._known.pop(name, None)  # it may have been another group's name by now
            return
        answer.require()

    async def _one(self, name: str, *, may_create: bool = False) -> str:
        """The id of the one group of that name. Raises `Refused` when there is none, or several, or it is barred."""
        alike = await self._learn((name,))
        found = self._recall(name)
        if not found and may_create and not alike and not _GUID.fullmatch(name):
            row = await made(self._graph, name, SELECT)
            found = self._remember(name, [row])
        if not found:
            raise Refused(f"there is no group that is called exactly {name}; create it, or correct the policy")
        if len(found) > 1:
            raise Refused(f"{len(found)} groups are called {name}; name the right one by its object id")
        if found[0].barred:
            raise Refused(f"members of group {found[0].id} cannot be changed: {found[0].barred}", Reason.PROTECTED)
        return found[0].id

    def _recall(self, name: str) -> tuple[Group, ...]:
        since, found = self._known.get(name, (None, ()))
        return found if since is not None and self._clock() - since < KNOWN else ()

    def _remember(self, name: str, rows: Iterable[Row]) -> tuple[Group, ...]:
        found = tuple(Group(str(row.get("id")), _barred(row)) for row in rows)
        self._known[name] = self._clock(), found
        return found

    async def _learn(self, names: Collection[str]) -> int:
        """Ask for the groups of these names, unless they are known. That there is none is not remembered.

        How many groups were found whose names differ from those in case only: Graph takes them for equal.
        """
        alike = 0
        unknown = sorted({name for name in names if not self._recall(name)})
        answers = await self._graph.batch({name: _search(name) for name in unknown})
        for name, answer in answers.items():
            if answer.status == 404:
                continue
            if not answer.ok:
                raise answer.error()
            found = [record(answer)] if _GUID.fullmatch(name) else rows(answer)
            same = [row for row in found if name in (row.get("id"), row.get("displayName"))]
            alike += len(found) - len(same)
            if same:
                self._remember(name, same)
        return alike


def _search(name: str) -> str:
    if _GUID.fullmatch(name):
        return reading("/groups/{group}", {"group": name}, SELECT)
    return reading("/groups", query={**SELECT, "$filter": f"displayName eq {quoted(name)}"})


def _barred(group: Row) -> str:
    types: Any = group.get("groupTypes")
    kinds = types if isinstance(types, list) else []
    if "DynamicMembership" in kinds:
        return "a rule decides who is in it"
    if group.get("isAssignableToRole") is True:
        return "roles can be assigned to it"
    if group.get("isManagementRestricted") is True:
        return "it is in a restricted management unit"
    if group.get("onPremisesSyncEnabled") is True:
        return "it is synchronised from Active Directory"
    if group.get("mailEnabled") is True and "Unified" not in kinds:
        return "it is a distribution list or mail-enabled security group, which only Exchange can change"
    return ""
