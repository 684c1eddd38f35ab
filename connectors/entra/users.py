"""The life of a user account in Entra: one method per verb, and doing one twice is doing it once.

Source: «Create user», «Update user», «user: revokeSignInSessions», «Delete user», «Restore deleted item», «Assign
manager», «Remove manager» (learn.microsoft.com/graph/api).
"""

import secrets
import string
from typing import Any

from connectors._graph import Graph, reading, record
from connectors.entra.attributes import PARTS, to_graph
from connectors.entra.reach import Reach
from shared.errors import Misconfigured, Reason, Refused
from shared.model import Attributes, Value

REQUIRED = ("userPrincipalName", "displayName", "mailNickname")
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!#^~")


class Users:
    def __init__(self, graph: Graph, reach: Reach) -> None:
        self._graph = graph
        self._reach = reach

    async def create(self, attributes: Attributes) -> str:
        """Create a disabled account, with a password nobody knows, and return its id.

        Doing it twice raises `Refused(TAKEN)` the second time. Raises `TryLater` when the answer is lost: then nobody
        can say whether the account exists, and it must be looked for before it is created again.
        """
        for name in REQUIRED:
            if not attributes.get(name):
                raise Refused(
                    f"an account cannot be created without {name}; map it in the policy", Reason.MISSING_DATA, name
                )
        body = {name: value for name, value in to_graph(attributes).items() if value is not None}
        body["accountEnabled"] = False
        body["passwordProfile"] = {"password": _password(), "forceChangePasswordNextSignIn": True}
        answer = await self._graph.send("POST", "/users", body=body)
        if not answer.ok:
            raise answer.error(_filled(attributes))
        return str(record(answer)["id"])

    async def update(self, account: str, attributes: Attributes) -> None:
        """Write exactly these attributes; null clears. The manager is a write of its own."""
        plain = {name: value for name, value in attributes.items() if name != "manager"}
        if body := to_graph(plain):
            await self._complete(account, body)
            await self._patch(account, body, plain)
        if "manager" in attributes:
            await self._manage(account, attributes["manager"])

    async def rename(self, account: str, attributes: Attributes) -> None:
        """Write the new names in one request, so that they change together or not at all.

        The mail address there was stays an alias («mail and proxyAddresses properties»,
        learn.microsoft.com/graph/api/resources/user); a logon that was no address is free for anybody at once. Raises
        `Refused(TAKEN)` for a name that somebody holds: it is `mail` when Graph speaks of proxyAddresses.
        """
        await self._patch(account, to_graph(attributes), attributes)

    async def enable(self, account: str) -> None:
        await self._patch(account, {"accountEnabled": True}, {})

    async def disable(self, account: str) -> None:
        """Disable, then end every session. An account that is gone needs neither."""
        closed = await self._reach.write(account, "PATCH", "/users/{user}", body={"accountEnabled": False})
        if closed.status == 404:
            return
        closed.require()
        ended = await self._reach.write(account, "POST", "/users/{user}/revokeSignInSessions")
        if ended.status != 404:
            ended.require()

    async def delete(self, account: str) -> None:
        """Delete softly: Entra keeps it for 30 days."""
        answer = await self._reach.write(account, "DELETE", "/users/{user}")
        if answer.status != 404:
            answer.require()

    async def restore(self, account: str) -> None:
        """Bring a deleted account back. Raises `Refused(ACCOUNT_GONE)` when it is neither there nor to be restored."""
        answer = await self._reach.write(account, "POST", "/directory/deletedItems/{user}/restore")
        if answer.status != 404:
            answer.require(("userPrincipalName",))
        elif not await self._exists(account):
            raise Refused(
                f"account {account} is gone for good; Entra keeps a deleted one for 30 days", Reason.ACCOUNT_GONE
            )

    async def _patch(self, account: str, body: dict[str, Any], attributes: Attributes) -> None:
        answer = await self._reach.write(account, "PATCH", "/users/{user}", body=body)
        answer.require(_filled(attributes))

    async def _complete(self, account: str, body: dict[str, Any]) -> None:
        """Fill up employeeOrgData with what stands there: whether Graph merges it or replaces it is not documented."""
        given = body.get("employeeOrgData")
        if given is None or len(given) == len(PARTS["employeeOrgData"]):
            return
        answer = await self._graph.send("GET", "/users/{user}", {"user": account}, query={"$select": "employeeOrgData"})
        answer.require()
        there = answer.body.get("employeeOrgData") if isinstance(answer.body, dict) else None
        kept = there if isinstance(there, dict) else {}
        body["employeeOrgData"] = {name: given.get(name, kept.get(name)) for name in PARTS["employeeOrgData"]}

    async def _manage(self, account: str, manager: Value) -> None:
        path = "/users/{user}/manager/$ref"
        if not manager:
            answer = await self._reach.write(account, "DELETE", path)
            if answer.status != 404:
                answer.require()
            return
        if not isinstance(manager, str):
            raise Misconfigured("manager must be the id of one account")
        body = {"@odata.id": self._graph.base + reading("/users/{user}", {"user": manager})}
        answer = await self._reach.write(account, "PUT", path, body=body)
        if answer.status == 404 and not await self._exists(manager):
            raise Refused(f"the manager, account {manager}, does not exist", Reason.MISSING_DATA, "manager")
        answer.require()

    async def _exists(self, account: str) -> bool:
        answer = await self._graph.send("GET", "/users/{user}", {"user": account}, query={"$select": "id"})
        if not answer.ok and answer.status != 404:
            raise answer.error()
        return answer.ok


def _filled(attributes: Attributes) -> list[str]:
    """The attributes that get a value: only these can be somebody else's."""
    return [name for name, value in attributes.items() if value]


def _password() -> str:
    """A random password of every kind of character; it is kept nowhere. Delivering a credential is another action."""
    letters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    letters += [secrets.choice("".join(_ALPHABETS)) for _ in range(36)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
