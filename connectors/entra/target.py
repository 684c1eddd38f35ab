"""Entra as a target: finds, reads and writes users, their groups and their licences through Microsoft Graph v1.0."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors._graph import Graph, quoted, reading, record
from connectors._graph_adapter import graph_address
from connectors.entra import groups, licenses
from connectors.entra.attributes import ATTRIBUTES, PROPERTIES, from_graph
from connectors.entra.attributes import account as as_account
from connectors.entra.delta import changes
from connectors.entra.protection import MEMBERSHIP, assigned, protected
from connectors.entra.reach import Reach
from connectors.entra.users import Users
from shared.connector import DirectoryPage, Outside
from shared.errors import Misconfigured
from shared.model import Account, Action, Entitlement, Verb

CORRELATE = frozenset({"employeeId", "userPrincipalName", "mail", "mailNickname"})
ANY_CASE = CORRELATE - {"employeeId"}
"""Names of mailboxes and logons are the same in any case; HR's numbers are compared letter for letter."""
ADDRESS = 320
"""Characters of a mail address, at most (RFC 3696 §3, as corrected: 64 and 255 and the sign between)."""
_NULLS = dict.fromkeys(attribute.name for attribute in ATTRIBUTES)
_LONGEST = {attribute.name: attribute.longest for attribute in ATTRIBUTES}


class Settings(BaseModel):
    """Which tenant, and where Graph is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$")] = Field(
        description="The tenant's id or one of its domains; `sandbox` is the simulated tenant on this machine."
    )
    base_url: Annotated[str, AfterValidator(graph_address)] = Field(
        default="https://graph.microsoft.com/v1.0", description="Graph's address; another one in a national cloud."
    )


class Entra:
    """One tenant. Constructing does no I/O. Errors are those of `shared.connector.Target`, for each method."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        self._graph = Graph(settings.base_url, outside)
        reach = Reach(self._graph, outside.clock)
        self._users = Users(self._graph, reach)
        self._groups = groups.Groups(self._graph, reach, outside.clock)
        self._licenses = licenses.Licenses(self._graph, reach, outside.clock)

    async def find(self, attribute: str, value: str) -> list[Account]:
        """Users whose `attribute` equals `value`, without their groups, licences, manager and roles: `read` those.

        A user that was just created may not be found yet. Raises `Misconfigured` for an attribute not in `CORRELATE`.
        """
        if attribute not in CORRELATE:
            raise Misconfigured(f"Entra cannot look for {attribute}; it can for {', '.join(sorted(CORRELATE))}")
        if not value or not _could_stand(attribute, value):
            return []
        query = {
            "$filter": f"{attribute} eq {quoted(value)}",
            "$select": ",".join((*PROPERTIES, "isManagementRestricted")),
        }
        answer = await self._graph.send("GET", "/users", query=query)
        found = [as_account(row) async for row in self._graph.all(answer) if isinstance(row.get("id"), str)]
        return [one for one in found if _equal(attribute, one.attributes.get(attribute), value)]

    async def read(self, account: str) -> Account | None:
        """The user with manager, groups and direct licences; None when it does not exist or is deleted.

        One request, and another for names of groups that were not met before.
        """
        select = (*PROPERTIES, "isManagementRestricted", "licenseAssignmentStates")
        at = {"user": account}
        parts = {
            "user": reading("/users/{user}", at, {"$select": ",".join(select)}),
            "memberOf": reading("/users/{user}/memberOf", at, MEMBERSHIP),
            "manager": reading("/users/{user}/manager", at, {"$select": "id"}),
        }
        if not self._licenses.known:
            parts["products"] = reading(licenses.CATALOGUE, query=licenses.SELECT)
        answers = await self._graph.batch(parts)
        if "products" in answers:
            await self._licenses.learn(answers["products"])
        if answers["user"].status == 404:
            return None
        for name, answer in answers.items():
            if (name, answer.status) != ("manager", 404):
                answer.require()
        user = record(answers["user"])
        memberships = [row async for row in self._graph.all(answers["memberOf"])]
        manager = record(answers["manager"])["id"] if answers["manager"].ok else None
        named = await self._groups.entitlements(assigned(memberships))
        return replace(
            as_account(user),
            attributes={**_NULLS, **from_graph(user), "manager": manager},
            entitlements=named | self._licenses.entitlements(user),
            protected=protected(user, memberships),
        )

    async def apply(self, account: str, action: Action) -> str:
        """Do one action and return the account's id."""
        match action:
            case Action(verb=Verb.CREATE):
                return await self._users.create(action.attributes)
            case Action(verb=Verb.CORRELATE):
                pass
            case Action(verb=Verb.UPDATE):
                await self._users.update(account, action.attributes)
            case Action(verb=Verb.ENABLE):
                await self._users.enable(account)
            case Action(verb=Verb.DISABLE):
                await self._users.disable(account)
            case Action(verb=Verb.DELETE):
                await self._users.delete(account)
            case Action(verb=Verb.RESTORE):
                await self._users.restore(account)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(groups.KIND, name)):
                await self._groups.grant(account, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(groups.KIND, name)):
                await self._groups.revoke(account, name)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(licenses.KIND, name)):
                await self._licenses.grant(account, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(licenses.KIND, name)):
                await self._licenses.revoke(account, name)
            case _:
                raise Misconfigured(
                    f"Entra cannot {action.verb} this kind of entitlement; it knows groups and licences"
                )
        return account

    def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """See `connectors.entra.delta.changes`."""
        return changes(self._graph, token)


def _could_stand(attribute: str, value: str) -> bool:
    """Whether Entra could hold `value` at all: not too long, and text that can be sent."""
    return len(value) <= (_LONGEST[attribute] or ADDRESS) and not any(
        "\ud800" <= letter <= "\udfff" for letter in value
    )


def _equal(attribute: str, there: object, value: str) -> bool:
    if attribute in ANY_CASE:
        return isinstance(there, str) and there.casefold() == value.casefold()
    return there == value
