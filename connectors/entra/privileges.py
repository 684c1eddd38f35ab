"""Who holds power over the tenant, or may activate it: read for everybody at once, and believed for minutes only.

It is read from role assignments, not from what an account says of itself: an eligible administrator looks like anybody
else. Active ones are read from roleAssignments, which every tenant answers; schedule instances take Entra ID P2.
Source: «List unifiedRoleAssignments», «List roleEligibilityScheduleInstances», «privilegedAccessGroup: list
eligibilityScheduleInstances», «Who can perform sensitive actions» (learn.microsoft.com/graph/api).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from connectors._graph import NONE, Graph, Row, quoted, reading
from connectors._graph_answers import Answer
from shared.errors import Misconfigured, Reason, Refused

FRESH = timedelta(minutes=5)
"""How long what was read counts, from the moment it was asked for; nothing is written on older knowledge."""
UNLICENSED = "aadpremiumlicenserequired"
"""The code, in lower case, with which a tenant without Entra ID P2 declines: it has no eligibilities at all."""

HOLDS = "it holds an administrator role"
MAY_HOLD = "it may activate an administrator role"
IN_GROUP = "it is in a group to which roles can be assigned, or owns one"
MAY_JOIN = "it may activate membership of a group to which roles can be assigned, or ownership"

_ASSIGNED = reading("/roleManagement/directory/roleAssignments", query={"$select": "principalId"})
_ELIGIBLE = reading("/roleManagement/directory/roleEligibilityScheduleInstances", query={"$select": "principalId"})
_GROUPS = reading("/groups", query={"$filter": "isAssignableToRole eq true", "$select": "id", "$top": "999"})
_PEOPLE = {"$select": "id", "$top": "999"}


class Privileges:
    """One reading of the tenant serves every account for a few minutes."""

    def __init__(self, graph: Graph, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._clock = clock
        self._reading = asyncio.Lock()
        self._since: datetime | None = None
        self._holders: Mapping[str, str] = NONE

    async def over(self, account: str) -> str:
        """The privilege of an account in words, or "".

        Raises `Misconfigured` when nobody can say who has which: then nobody's account may be written. Raises
        `TryLater` when Graph is busy.
        """
        async with self._reading:
            now = self._clock()
            if self._since is None or now - self._since >= FRESH:
                self._holders, self._since = await self._read(), now
        return self._holders.get(account.lower(), "")

    async def forbid(self, account: str) -> None:
        """Raises `Refused(PROTECTED)` when the account has a privilege now; to be asked right before a write."""
        if because := await self.over(account):
            raise Refused(f"account {account} is protected: {because}", Reason.PROTECTED)

    async def _read(self) -> dict[str, str]:
        """Account → the privilege that says most, for everybody who has one."""
        answers = await self._graph.batch({"assigned": _ASSIGNED, "eligible": _ELIGIBLE, "groups": _GROUPS})
        licensed = not _unlicensed(answers["eligible"])
        eligible = await self._all(answers["eligible"]) if licensed else []
        groups = [str(row.get("id")) for row in await self._all(answers["groups"])]
        within, joining = await self._of_groups(groups, licensed)
        held: dict[str, str] = {}
        for people, because in (
            (_principals(await self._all(answers["assigned"])), HOLDS),
            (_principals(eligible), MAY_HOLD),
            (within, IN_GROUP),
            (joining, MAY_JOIN),
        ):
            for one in people:
                held.setdefault(one.lower(), because)
        return held

    async def _of_groups(self, groups: Iterable[str], licensed: bool) -> tuple[list[str], list[str]]:
        """Who is in role-assignable groups or owns one, and who may come to be. Such groups hold no groups."""
        parts: dict[str, str] = {}
        for group in groups:
            parts[f"members {group}"] = reading("/groups/{group}/members", {"group": group}, _PEOPLE)
            parts[f"owners {group}"] = reading("/groups/{group}/owners", {"group": group}, _PEOPLE)
            if licensed:
                parts[f"eligible {group}"] = _eligible_for(group)
        within: list[str] = []
        joining: list[str] = []
        for name, answer in (await self._graph.batch(parts)).items():
            if answer.status == 404 or _unlicensed(answer):
                continue  # a group that is gone by now makes nobody anything
            found = await self._all(answer)
            if name.startswith("eligible"):
                joining += _principals(found)
            else:
                within += [str(row.get("id")) for row in found]
        return within, joining

    async def _all(self, answer: Answer) -> list[Row]:
        try:
            return [row async for row in self._graph.all(answer)]
        except (Refused, Misconfigured) as error:
            said = "who is an administrator cannot be read, so nobody's account is written"
            raise Misconfigured(f"{said}: {error}") from None


def _eligible_for(group: str) -> str:
    path = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
    return reading(path, query={"$filter": f"groupId eq {quoted(group)}", "$select": "principalId"})


def _principals(rows: Iterable[Row]) -> list[str]:
    return [str(row.get("principalId")) for row in rows]


def _unlicensed(answer: Answer) -> bool:
    return answer.code.lower() == UNLICENSED
