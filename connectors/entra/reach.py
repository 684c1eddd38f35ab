"""Writes that concern an account: none to whoever has privileges now, and what a 403 means all the same."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import Graph, reading, record
from connectors._graph_answers import Answer
from connectors.entra.privileges import Privileges
from connectors.entra.protection import MEMBERSHIP, protected
from shared.errors import Misconfigured, Reason, Refused, TryLater

LATELY = timedelta(minutes=10)
"""How long something that was allowed counts as allowed: a permission that is withdrawn shows soon after."""


class Reach:
    """Remembers for a while which writes Graph allowed, so that a 403 on one account does not stop everybody.

    A 403 looks the same when the app lacks a permission.
    """

    def __init__(self, graph: Graph, privileges: Privileges, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._privileges = privileges
        self._clock = clock
        self._allowed: dict[str, datetime] = {}

    async def write(self, account: str, method: str, path: str, *, body: Any = None, **others: str) -> Answer:
        """One write that concerns `account`, the `{user}` of `path`; every answer but a 403 is the caller's to judge.

        `others` fill the other holes of `path`. Raises `Refused(PROTECTED)`, and sends nothing, when the account has
        come to privileges since it was read. A 403 raises that too when the account is protected, or when others were
        written so lately; else `Misconfigured`: the app lacks a permission.
        """
        await self._privileges.forbid(account)
        answer = await self._graph.send(method, path, {"user": account, **others}, body=body)
        if answer.status == 403:
            raise await self._why(account, answer)
        if answer.ok:
            self._allowed[answer.operation] = self._clock()
        return answer

    async def write_all(self, accounts: Sequence[str], path: str, body: Any, **others: str) -> Answer:
        """One PATCH that concerns all of these; every answer but a 403 is the caller's to judge.

        Raises `Refused(PROTECTED)`, and sends nothing, when one of them has come to privileges since it was read; and
        for a 403, because whom or what it is about is seen only when each is written alone.
        """
        for account in accounts:
            await self._privileges.forbid(account)
        answer = await self._graph.send("PATCH", path, others, body=body)
        if answer.status == 403:
            raise Refused(f"{answer.operation} was not allowed; each is looked at alone", Reason.PROTECTED)
        return answer

    async def _why(self, account: str, answer: Answer) -> TryLater | Refused | Misconfigured:
        at = {"user": account}
        seen = await self._graph.batch(
            {
                "user": reading("/users/{user}", at, {"$select": "id,isManagementRestricted,onPremisesSyncEnabled"}),
                "memberOf": reading("/users/{user}/memberOf", at, MEMBERSHIP),
            }
        )
        if all(part.ok for part in seen.values()):
            memberships = [row async for row in self._graph.all(seen["memberOf"])]
            if because := protected(record(seen["user"]), memberships):
                return Refused(f"account {account} is protected: {because}", Reason.PROTECTED)
        allowed = self._allowed.get(answer.operation)
        if allowed is not None and self._clock() - allowed < LATELY:
            because = "others may be written, so it is privileged in a way that cannot be seen, or owns such a group"
            return Refused(f"account {account} may not be written: {because}", Reason.PROTECTED)
        return answer.error()
