"""What is outside the engine in a story: HR as the story tells it, and the hands of an administrator in the tenant."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from azure.core.credentials import AccessToken
from story_file import Directory, merged

from connectors.entra.attributes import from_graph
from local.exchange import Organisation
from local.exchange.organisation import PERSONAL, SHARED
from local.graph import Tenant
from shared.connector import DirectoryPage
from shared.model import Account, Action, Contract, Entitlement, Person, Verb

APP = "11111111-2222-3333-4444-555555555555"
KINDS = {True: SHARED, False: PERSONAL}
JOB = frozenset({"start", "end", "department", "title", "location", "manager", "hours", "fte", "kind"}) | {
    "status", "leaveStart", "leaveEnd", "endReason"
}  # fmt: skip
"""What belongs to a contract; a person with one contract is told without saying `contracts`."""
FACTS = JOB | {"givenName", "initials", "prefix", "surname", "badge", "mail", "sponsor"}
"""What a policy may ask of HR."""
RECORDED = ("mail", "badge")
"""What may be written into HR's own records."""


@dataclass
class HR:
    """A `Source`. What a step says is merged into what was said before; `absent` takes a field out of the answer."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)
    """The numbers of everybody HR ever spoke of."""
    writes: int = 0
    """How often somebody else wrote into its records."""

    def hear(self, changes: Mapping[str, Any]) -> None:
        self.ever |= changes.keys()
        self.people = {key: one for key, one in merged(self.people, changes).items() if one is not None}

    async def fetch(self, since: str = "") -> AsyncIterator[Person]:
        for number, told in self.people.items():
            jobs = told.get("contracts") or {"1": {name: value for name, value in told.items() if name in JOB}}
            fields = {name: value for name, value in told.items() if name != "contracts" and name not in JOB}
            contracts = tuple(_contract(str(key), job) for key, job in jobs.items() if job is not None)
            yield Person(hr_id=number, fields=_said(fields), contracts=contracts)


@dataclass(frozen=True)
class Records:
    """A `Target`: the records that HR has itself, into which names are written; the next poll reads them."""

    hr: HR

    async def find(self, attribute: str, value: str) -> list[Account]:
        return []

    async def read(self, account: str, among: frozenset[Entitlement] = frozenset()) -> Account | None:
        told = self.hr.people.get(account)
        attributes = {name: plain(told.get(name)) for name in RECORDED} if told is not None else {}
        return Account(id=account, enabled=True, attributes=attributes) if told is not None else None

    async def apply(self, account: str, action: Action) -> str:
        if action.verb is Verb.UPDATE:
            self.hr.people = {**self.hr.people, account: {**self.hr.people[account], **action.attributes}}
            self.hr.writes += 1
        return account

    async def stock(self) -> Mapping[Entitlement, int]:
        return {}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        yield DirectoryPage(token="none")

    async def deleted(self) -> AsyncIterator[Account]:
        for account in list[Account]():
            yield account


def _contract(id: str, job: Mapping[str, Any]) -> Contract:
    rest = {name: value for name, value in job.items() if name not in ("start", "end")}
    return Contract(id=id, start=job["start"], end=job.get("end"), fields=_said(rest))


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in fields.items() if value != "absent"}


def plain(value: Any) -> Any:
    """A value of YAML as HR and Graph give it: dates and numbers are text there."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@dataclass(frozen=True)
class SignIn:
    """Microsoft sign-in at the tenant, in the form of azure-identity's."""

    tenant: Tenant

    async def get_token(self, *scopes: str, **__: Any) -> AccessToken:
        return AccessToken(self.tenant.issue_token(APP, audience=scopes[0].removesuffix("/.default")), 0)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "SignIn":
        return self

    async def __aexit__(self, *_: object) -> None: ...


@dataclass(frozen=True)
class Administrator:
    """Somebody who works in the tenant by hand, and looks at it."""

    tenant: Tenant
    zone: ZoneInfo
    exchange: Organisation
    plans: tuple[str, ...] = ()
    """What the licences of the tenant bring."""

    def does(self, directory: Directory) -> None:
        for name in directory.groups or ():
            self.tenant.add_group(name)
        for part, seats in directory.seats.items():
            ids = [id for id, sku in self.tenant.skus.items() if sku.part_number == part]
            self.tenant.set_seats(ids[0], seats) if ids else self.tenant.add_sku(part, seats, plans=self.plans)
        self.tenant.add_applications(directory.applications)
        self._mail(directory)
        for name, given in directory.accounts.items():
            held = self.tenant.directory
            if given == "deleted":
                held.delete(held.entries[self._user(name)])
            elif given == "restored":
                deleted = {user["userPrincipalName"]: id for id, user in self.tenant.deleted.items()}
                held.restore(held.entries[deleted[name]])
            else:
                self._changes(name, {key: plain(value) for key, value in given.items()})

    def _mail(self, directory: Directory) -> None:
        if directory.appears is not None:
            self.exchange.faults.appears = timedelta(hours=directory.appears)
        for address in directory.lists:
            self.exchange.add_list(address)
        for address, given in directory.mailboxes.items():
            there = self.exchange.mailbox(address)
            owner = there.owner if there else self.exchange.add_shared(address)
            changes = {**given, **({"kind": KINDS[given["shared"]]} if "shared" in given else {})}
            self.exchange.change(owner, **{name: value for name, value in changes.items() if name != "shared"})

    def _changes(self, name: str, given: dict[str, Any]) -> None:
        joined, left, roles, eligible = (given.pop(key, ()) for key in ("groups", "left", "roles", "eligible"))
        manager = given.pop("manager", None)
        if "enabled" in given:
            given["accountEnabled"] = given.pop("enabled")
        if name in self.sees():
            user = self._user(name)
            self.tenant.change(user, **given)
        else:
            user = self.tenant.add_user(userPrincipalName=name, **given)
        entries = self.tenant.directory.entries
        for group in joined:
            self.tenant.add_member(self._group(group), user)
        for group in left:
            self.tenant.directory.unpoint("members", entries[self._group(group)], user)
        for role in roles:
            self.tenant.add_directory_role(role, [user])
        for role in eligible:
            self.tenant.add_directory_role(role, eligible=[user])
        if manager:
            self.tenant.set_manager(user, self._user(manager))

    def _user(self, name: str) -> str:
        return next(id for id, user in self.tenant.users.items() if user["userPrincipalName"] == name)

    def _group(self, name: str) -> str:
        return next(id for id, group in self.tenant.groups.items() if group["displayName"] == name)

    def sees(self) -> dict[str, dict[str, Any]]:
        """Every live account by logon name, in the words of stories."""
        return {user["userPrincipalName"]: self._described(id, user) for id, user in self.tenant.users.items()}

    def mailboxes(self) -> dict[str, dict[str, Any]]:
        """Every mailbox there is by its owner's logon name, in the words of stories."""

        def names(ids: list[str]) -> list[str]:
            return sorted(self.exchange.user(id)["userPrincipalName"] for id in ids)

        return {
            self.exchange.user(id)["userPrincipalName"]: {
                "shared": one.kind == SHARED,
                "hidden": one.hidden,
                "full_access": names(one.full_access),
                "send_as": names(one.send_as),
                "on_behalf": names(one.on_behalf),
                "lists": sorted(each.address for each in self.exchange.lists.values() if id in each.members),
                **{name[0].lower() + name[1:]: value for name, value in one.custom.items()},
            }
            for id, one in self.exchange.live().items()
        }

    def _described(self, id: str, user: Mapping[str, Any]) -> dict[str, Any]:
        manager = self.tenant.users.get(self.tenant.manager(id) or "", {})
        ended = datetime.fromisoformat(user["signInSessionsValidFromDateTime"]).astimezone(self.zone)
        groups = [group["displayName"] for key, group in self.tenant.groups.items() if id in self.tenant.members(key)]
        licences = [self.tenant.skus[one["skuId"]].part_number for one in user.get("assignedLicenses") or ()]
        return {
            **from_graph(user),
            "enabled": user["accountEnabled"],
            "groups": sorted(groups),
            "licences": sorted(licences),
            "applications": self.tenant.app_roles_of(id),
            "manager": manager.get("userPrincipalName"),
            "sessions_ended": ended.date().isoformat(),
        }
