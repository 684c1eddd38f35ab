"""Writes that concern an account, and what a 403 means: it looks the same when the app lacks a permission."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from connectors._graph import Graph, reading, record
from connectors._graph_answers import Answer
from connectors.entra.protection import MEMBERSHIP, protected
from shared.errors import Misconfigured, Reason, Refused, TryLater

LATELY = timedelta(minutes=10)
"""How long something that was allowed counts as allowed: a permission that is withdrawn shows soon after."""


class Reach:
    """Remembers for a while which writes Graph allowed, so that a 403 on one account does not stop everybody."""

    def __init__(self, graph: Graph, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._clock = clock
        self._allowed: dict[str, datetime] = {}

    async def write(self, account: str, method: str, path: str, *, body: Any = None, group: str = "") -> Answer:
        """One write that concerns `account`, the `{user}` of `path`; every answer but a 403 is the caller's to judge.

        A 403 raises `Refused(PROTECTED)` when the account is protected, or when others were written so lately; else
        `Misconfigured`: the app lacks a permission.
        """
        ids = {"user": account, "group": group} if group else {"user": account}
        answer = await self._graph.send(method, path, ids, body=body)
        if answer.status == 403:
            raise await self._why(account, answer)
        if answer.ok:
            self._allowed[answer.operation] = self._clock()
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
