"""The simulated tenant itself: what it remembers, seeded and looked at from outside the wire.

Seeding puts things in as an administrator would find them: no rule of the service is applied and nothing is counted.
"""

import base64
import hashlib
import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.graph import roles, seats
from local.graph.directory import Directory, Entry
from local.graph.journal import Journal
from local.graph.moments import moment
from local.graph.permissions import DEFAULT
from local.graph.tokens import GRAPH, Signer


@dataclass(frozen=True, slots=True)
class App:
    """An application registration. A `privileged` one may change administrators and restricted objects."""

    client_id: str
    secret_hash: str = field(repr=False)
    permissions: frozenset[str]
    privileged: bool = False

    def knows(self, secret: str) -> bool:
        return self.secret_hash == _hash(secret)


@dataclass(slots=True)
class Sku:
    """A subscription: `enabled` seats of one product, and the service plans in it."""

    id: str
    part_number: str
    enabled: int
    plans: list[dict[str, str]]
    capability: str = "Enabled"


class Tenant:
    """A Microsoft Entra tenant with memory.

    `clock` gives aware UTC and is the only clock used. With `file` every write is kept there at once, and a Tenant
    opened on the same file continues where the last one stopped: ids, delta tokens and access tokens stay valid.
    The first domain is the default one. Not thread-safe.
    """

    def __init__(
        self,
        *,
        domains: tuple[str, ...] = ("contoso.nl", "contoso.onmicrosoft.com"),
        clock: Callable[[], datetime],
        file: Path | None = None,
        seed: int = 0,
    ) -> None:
        self.clock = clock
        self._journal = Journal(file)
        kept = dict(self._journal.rows("tenant"))
        self._seed = kept.get("seed", seed)
        self._ids_given = kept.get("ids", 0)
        self.domains: tuple[str, ...] = tuple(kept.get("domains", domains))
        self._requests = random.Random(f"requests {self._seed}")  # noqa: S311 - names, not secrets
        self.id = str(uuid.UUID(int=random.Random(f"tenant {self._seed}").getrandbits(128), version=4))  # noqa: S311
        self.signer = Signer(f"{self.id} {self._seed}")
        self.directory = Directory(clock, self._journal)
        self.apps: dict[str, App] = {}
        self.skus: dict[str, Sku] = {}
        for key, row in self._journal.rows("app"):
            self.apps[key] = App(**{**row, "permissions": frozenset(row["permissions"])})
        for key, row in self._journal.rows("sku"):
            self.skus[key] = Sku(**row)
        self.app_roles: dict[str, dict[str, Any]] = dict(self._journal.rows("app role"))
        """Assignments of application roles, by id."""
        self._journal.put("tenant", "seed", self._seed)
        self._journal.put("tenant", "domains", list(self.domains))
        self.commit()
        self.log: list[tuple[str, str, int]] = []
        """(method, path without query, status) of every Graph request, parts of a batch included."""
        self.used: dict[str, set[str]] = {}
        """Client → the permissions that let its requests through, each the least privileged that it has."""
        self.reads = 0
        self.writes = 0

    # seeding

    def add_user(self, **properties: Any) -> str:
        """A user with any properties at all, read-only ones included; what is missing gets a plain default."""
        number = self._ids_given + 1
        name = properties.get("userPrincipalName", f"user{number}@{self.domains[0]}")
        nickname = name.split("@")[0]
        given = {"userPrincipalName": name, "displayName": nickname, "mailNickname": nickname, "accountEnabled": True}
        given.update(properties)
        if given.get("mail") and "proxyAddresses" not in given:
            given["proxyAddresses"] = [f"SMTP:{given['mail']}"]
        return self.create("user", given).id

    def add_group(self, displayName: str, **properties: Any) -> str:
        """A security group with assigned members, unless the properties say otherwise."""
        nickname = "".join(letter for letter in displayName if letter.isascii() and letter.isalnum()) or "group"
        given = {"displayName": displayName, "mailEnabled": False, "mailNickname": nickname, "securityEnabled": True}
        given.update(properties)
        return self.create("group", given).id

    def add_member(self, group_id: str, member_id: str) -> None:
        """As a rule, a sync or an administrator would: no refusal, licences of the group follow."""
        self.directory.point("members", self.directory.entries[group_id], member_id)
        seats.settle(self, member_id)
        self.commit()

    def set_manager(self, user_id: str, manager_id: str) -> None:
        self.directory.set_manager(self.directory.entries[user_id], manager_id)
        self.commit()

    def add_sku(
        self, skuPartNumber: str, enabled: int, *, plans: Iterable[str] = (), capabilityStatus: str = "Enabled"
    ) -> str:
        """A subscription with `enabled` seats; `plans` are names of service plans (EXCHANGE… gives mail)."""
        id = self.new_id()
        rows = [{"servicePlanId": self.new_id(), "servicePlanName": plan} for plan in plans]
        self.skus[id] = Sku(id, skuPartNumber, enabled, rows, capabilityStatus)
        self.save_sku(id)
        self.commit()
        return id

    def set_seats(self, skuId: str, enabled: int) -> None:
        self.skus[skuId].enabled = enabled
        self.save_sku(skuId)
        self.commit()

    def assign_licence(self, id: str, skuId: str) -> None:
        """Give a user or a group a licence of its own; the members of a group follow."""
        entry = self.directory.entries[id]
        seats.assign(self, entry, {**entry.licences, skuId: []})
        self.commit()

    def add_app(
        self, client_id: str, secret: str, *, permissions: Iterable[str] = DEFAULT, privileged: bool = False
    ) -> None:
        """An application with consented permissions; the default is what provisioning needs and no more."""
        app = App(client_id, _hash(secret), frozenset(permissions), privileged)
        self.apps[client_id] = app
        self._journal.put("app", client_id, {**asdict(app), "permissions": sorted(app.permissions)})
        self.commit()

    def add_directory_role(
        self, name: str, members: Iterable[str] = (), *, eligible: Iterable[str] = (), scoped: Iterable[str] = ()
    ) -> str:
        """An activated administrator role, held by users or role-assignable groups.

        `eligible` may activate it, `scoped` hold it over one administrative unit only.
        """
        given = {"displayName": name, "description": name, "roleTemplateId": self.new_id()}
        role = self.directory.add(self.new_id(), "directoryRole", given)
        for relation, holders in (("members", members), ("eligible", eligible), ("scoped", scoped)):
            for holder in holders:
                self.directory.point(relation, role, holder)
        self.commit()
        return role.id

    def make_eligible(self, group_id: str, user_id: str, *, access: str = "member") -> None:
        """Let a user activate membership of a group, or ownership («owner»)."""
        self.directory.point(f"eligible-{access}s", self.directory.entries[group_id], user_id)
        self.commit()

    def add_application(self, displayName: str, roles: Iterable[str | Mapping[str, Any]] = ()) -> str:
        """An application's service principal, with roles for people by value, or as Graph writes them; its id."""
        given = {"displayName": displayName, "appDisplayName": displayName, "appId": self.new_id()}
        made = [self._app_role(role) for role in roles]
        return self.create("servicePrincipal", {**given, "appRoles": made}).id

    def add_applications(self, roles: Iterable[str]) -> None:
        """The applications that these roles are of, each named «application/role»."""
        found: dict[str, list[str]] = {}
        for name in sorted(roles):
            application, _, role = name.rpartition("/")
            found.setdefault(application, []).append(role)
        for application, own in found.items():
            self.add_application(application, own)

    def app_roles_of(self, id: str) -> list[str]:
        """«Application/role» of everything that is assigned to a user or group itself; a role without value by name."""
        found = []
        for row in self.app_roles.values():
            application = self.directory.entries[row["resourceId"]].properties
            named = [
                one["value"] or one["displayName"] for one in application["appRoles"] if one["id"] == row["appRoleId"]
            ]
            if row["principalId"] == id:
                found.append(f"{application['displayName']}/{named[0] if named else row['appRoleId']}")
        return sorted(found)

    def change(self, id: str, **properties: Any) -> None:
        """As somebody else would change it, at any moment: an administrator, a sync, another system."""
        self.directory.update(self.directory.entries[id], properties)
        self.commit()

    # looking

    @property
    def users(self) -> dict[str, dict[str, Any]]:
        """Live users, id → properties; a copy."""
        return self._live("user")

    @property
    def groups(self) -> dict[str, dict[str, Any]]:
        return self._live("group")

    @property
    def deleted(self) -> dict[str, dict[str, Any]]:
        """Soft-deleted objects, id → properties; a copy."""
        self.directory.empty_bin()
        return {id: deepcopy(self.directory.entries[id].properties) for id in self.directory.bin}

    def members(self, group_id: str) -> list[str]:
        """Ids of the live members, in the order they were added."""
        entries = self.directory.entries
        return [id for id in self.directory.to("members", group_id) if entries[id].live]

    def manager(self, user_id: str) -> str | None:
        found = self.directory.to("manager", user_id)
        return found[0] if found else None

    def roles(self, user_id: str) -> list[str]:
        """Names of the administrator roles a user holds, directly or through a group."""
        return [str(role.properties["displayName"]) for role in roles.held(self.directory, user_id)]

    def issue_token(self, client_id: str, seconds: int = 3599, audience: str = GRAPH) -> str:
        """A bearer token for an application, as the token endpoint would issue it for the service `audience`."""
        return self.signer.issue(client_id, self.clock() + timedelta(seconds=seconds), audience)

    @property
    def journal(self) -> Journal:
        """Where other services of the same organisation keep what they remember."""
        return self._journal

    def close(self) -> None:
        self._journal.close()

    # for the modules beside this one

    def create(self, kind: str, properties: Mapping[str, Any]) -> Entry:
        """Put a new object in the directory, completed with what the service fills in itself."""
        now = moment(self.clock())
        given = {**_FILLED[kind](now), **deepcopy(dict(properties))}
        entry = self.directory.add(self.new_id(), kind, given)
        self.commit()
        return entry

    def assign_app_role(self, application: str, principal: str, role: str, at: str) -> dict[str, Any]:
        """Keep one assignment; its id is text in which `-` and `_` may come first."""
        bits = "".join(self.new_id().replace("-", "") for _ in range(2))
        id = base64.urlsafe_b64encode(bytes.fromhex(bits)).decode().rstrip("=")
        row = {"id": id, "principalId": principal, "resourceId": application, "appRoleId": role, "createdDateTime": at}
        self.app_roles[id] = row
        self._journal.put("app role", id, row)
        self.commit()
        return row

    def unassign_app_role(self, id: str) -> None:
        del self.app_roles[id]
        self._journal.drop("app role", id)
        self.commit()

    def _app_role(self, given: str | Mapping[str, Any]) -> dict[str, Any]:
        own = {"value": given, "displayName": given} if isinstance(given, str) else dict(given)
        plain = {"id": self.new_id(), "allowedMemberTypes": ["User"], "isEnabled": True, "origin": "Application"}
        return {**plain, "description": own["displayName"], "value": None, **own}

    def new_id(self) -> str:
        self._ids_given += 1
        self._journal.put("tenant", "ids", self._ids_given)
        bits = random.Random(f"{self._seed} {self._ids_given}").getrandbits(128)  # noqa: S311
        return str(uuid.UUID(int=bits, version=4))

    def new_request_id(self) -> str:
        return str(uuid.UUID(int=self._requests.getrandbits(128), version=4))

    def shuffle(self, answers: list[Any]) -> None:
        self._requests.shuffle(answers)

    def save_sku(self, id: str) -> None:
        self._journal.put("sku", id, asdict(self.skus[id]))

    def commit(self) -> None:
        self._journal.commit()

    def _live(self, kind: str) -> dict[str, dict[str, Any]]:
        entries = self.directory.entries
        return {id: deepcopy(entries[id].properties) for id in self.directory.order[kind] if entries[id].live}


def _filled_user(now: str) -> dict[str, Any]:
    return {
        "createdDateTime": now,
        "businessPhones": [],
        "userType": "Member",
        "proxyAddresses": [],
        "signInSessionsValidFromDateTime": now,
        "lastPasswordChangeDateTime": now,
    }


def _filled_group(now: str) -> dict[str, Any]:
    return {"createdDateTime": now, "renewedDateTime": now, "groupTypes": [], "proxyAddresses": []}


def _filled_application(now: str) -> dict[str, Any]:
    return {"accountEnabled": True, "appRoleAssignmentRequired": False, "servicePrincipalType": "Application"}


_FILLED: dict[str, Callable[[str], dict[str, Any]]] = {
    "user": _filled_user,
    "group": _filled_group,
    "servicePrincipal": _filled_application,
}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
