"""Entra as a target: finds, reads and writes users, their groups and their licences through Microsoft Graph v1.0."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors._graph import Graph, Row, reading, record
from connectors._graph_adapter import graph_address
from connectors.entra import finding, groups, licenses, roles
from connectors.entra.attributes import ATTRIBUTES, PROPERTIES, from_graph
from connectors.entra.attributes import account as as_account
from connectors.entra.deleted import deleted
from connectors.entra.delta import changes
from connectors.entra.privileges import Privileges
from connectors.entra.protection import GUARDED, MEMBERSHIP, assigned, foreign, protected
from connectors.entra.reach import Reach
from connectors.entra.users import Users
from shared.connector import NONE, DirectoryPage, Outside
from shared.errors import Misconfigured
from shared.model import Account, Action, Entitlement, Verb

_NULLS = dict.fromkeys(attribute.name for attribute in ATTRIBUTES)


class Settings(BaseModel):
    """Which tenant, and where Graph is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$")] = Field(
        description="The tenant's id or one of its domains; `sandbox` is the simulated tenant on this machine."
    )
    base_url: Annotated[str, AfterValidator(graph_address)] = Field(
        default="https://graph.microsoft.com/v1.0", description="Graph's address; another one in a national cloud."
    )
    guests: bool = Field(
        default=False,
        strict=True,
        description="Whether guests and other foreign accounts are managed like all others; else they are protected.",
    )
    application_roles: bool = Field(
        default=False,
        strict=True,
        description="Whether rules may grant application roles; the permission for it allows an app every other.",
    )


class Entra:
    """One tenant. Constructing does no I/O. Errors are those of `shared.connector.Target`, for each method."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        """Raises `Misconfigured` when there is no Microsoft sign-in."""
        self._graph = Graph(settings.base_url, outside)
        self._guests = settings.guests
        self._privileges = Privileges(self._graph, outside.clock)
        reach = Reach(self._graph, self._privileges, outside.clock)
        self._users = Users(self._graph, reach)
        self._groups = groups.Groups(self._graph, reach, outside.clock)
        self._licenses = licenses.Licenses(self._graph, reach, outside.clock)
        self._roles = roles.Roles(self._graph, reach, outside.clock) if settings.application_roles else None

    async def find(self, attribute: str, value: str) -> list[Account]:
        """See `connectors.entra.finding.find`; `read` knows the rest of an account."""
        return await finding.find(self._graph, attribute, value)

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        """The user with manager, groups and direct licences; None when it does not exist or is deleted.

        One request, another for names of groups that were not met before, and every few minutes some for who is an
        administrator.
        """
        select = (*PROPERTIES, *GUARDED, "licenseAssignmentStates")
        at = {"user": account}
        parts = {
            "user": reading("/users/{user}", at, {"$select": ",".join(select)}),
            "memberOf": reading("/users/{user}/memberOf", at, MEMBERSHIP),
            "manager": reading("/users/{user}/manager", at, {"$select": "id"}),
        }
        if self._roles:
            parts["roles"] = reading(roles.ASSIGNED, at, roles.PAGE)
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
        held = await self._groups.entitlements(assigned(memberships)) | self._licenses.entitlements(user)
        if self._roles:
            given = [row async for row in self._graph.all(answers["roles"])]
            held |= await self._roles.entitlements(str(user["id"]), given)
        return replace(
            as_account(user),
            attributes={**_NULLS, **from_graph(user), "manager": manager},
            entitlements=held,
            protected=protected(user, memberships) or self._foreign(user) or await self._privileges.over(account),
        )

    def _foreign(self, user: Row) -> str:
        return "" if self._guests else foreign(user)

    async def apply(self, account: str, action: Action) -> str:
        """Do one action and return the account's id."""
        match action:
            case Action(verb=Verb.CREATE):
                return await self._users.create(action.attributes)
            case Action(verb=Verb.CORRELATE):
                pass
            case Action(verb=Verb.UPDATE):
                await self._users.update(account, action.attributes)
            case Action(verb=Verb.RENAME):
                await self._users.rename(account, action.attributes)
            case Action(verb=Verb.ENABLE):
                await self._users.enable(account)
            case Action(verb=Verb.DISABLE):
                await self._users.disable(account)
            case Action(verb=Verb.DELETE):
                await self._users.delete(account)
                self._licenses.recount()
            case Action(verb=Verb.RESTORE):
                await self._users.restore(account)
                self._licenses.recount()
            case Action(verb=Verb.GRANT, entitlement=Entitlement(groups.KIND, name)):
                await self._groups.grant(account, name, may_create=action.may_create)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(groups.KIND, name)):
                await self._groups.revoke(account, name)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(licenses.KIND, name)):
                await self._licenses.grant(account, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(licenses.KIND, name)):
                await self._licenses.revoke(account, name)
            case Action(verb=Verb.GRANT, entitlement=Entitlement(roles.KIND, name)) if self._roles:
                await self._roles.grant(account, name)
            case Action(verb=Verb.REVOKE, entitlement=Entitlement(roles.KIND, name)) if self._roles:
                await self._roles.revoke(account, name)
            case _:
                raise Misconfigured(
                    f"Entra cannot {action.verb} this kind of entitlement; it knows groups and licences, and "
                    "application roles when its settings say so"
                )
        return account

    async def grant_all(self, accounts: Sequence[str], action: Action) -> None:
        """See `connectors.entra.groups.Groups.grant_all`; nothing else can be granted to many at once."""
        if action.entitlement is None or action.entitlement.kind != groups.KIND:
            raise Misconfigured("Entra can grant only groups to many accounts at once")
        await self._groups.grant_all(accounts, action.entitlement.name, may_create=action.may_create)

    async def stock(self) -> Mapping[Entitlement, int]:
        """Free seats of each licence; see `connectors.entra.licenses.Licenses.stock`."""
        return await self._licenses.stock()

    def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        """See `connectors.entra.delta.changes`."""
        return changes(self._graph, token)

    def deleted(self) -> AsyncIterator[Account]:
        """See `connectors.entra.deleted.deleted`: who holds a name although nobody can find them."""
        return deleted(self._graph)
