"""Permissions on mailboxes: full access, sending as it, and sending on its behalf, each on one mailbox that is named.

Exchange cannot list what somebody has been given, so each mailbox is asked about. Source: «Add-MailboxPermission»,
«Add-RecipientPermission», «Set-Mailbox» and their opposites (learn.microsoft.com/powershell/module/exchange).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from connectors.exchange.answers import Answer
from connectors.exchange.cmdlets import Cmdlets, Row
from connectors.exchange.mailboxes import PERSONAL
from shared.errors import Reason, Refused

FULL_ACCESS, SEND_AS, ON_BEHALF = "full_access", "send_as", "send_on_behalf"
OPENED_TO = "opened_to"
"""The mailbox itself, opened to the owner of another one: what a leaver's manager is given."""
KINDS = frozenset({FULL_ACCESS, SEND_AS, ON_BEHALF, OPENED_TO})
KNOWN = timedelta(hours=1)
"""How long it is remembered which mailbox a name means."""

NAMES = "PrimarySmtpAddress,UserPrincipalName,ExternalDirectoryObjectId,Guid,Name,DisplayName,EmailAddresses"
PROPERTIES = f"{NAMES},RecipientTypeDetails"
_HOW: Mapping[str, tuple[str, str, Mapping[str, Any]]] = MappingProxyType(
    {
        FULL_ACCESS: ("MailboxPermission", "User", {"AccessRights": ["FullAccess"], "InheritanceType": "All"}),
        SEND_AS: ("RecipientPermission", "Trustee", {"AccessRights": ["SendAs"]}),
    }
)
"""Kind → what its commands are called, the parameter that holds whom it is given to, and what else they are told."""


class Permissions:
    def __init__(self, cmdlets: Cmdlets, clock: Callable[[], datetime], *, personal: bool, automapping: bool) -> None:
        self._cmdlets = cmdlets
        self._clock = clock
        self._personal = personal
        self._automapping = automapping
        self._known: dict[str, tuple[datetime, str]] = {}

    async def has(self, mailbox: Row, kind: str, name: str) -> bool:
        """Whether the owner of `mailbox` has the permission on the mailbox called `name`."""
        owner = str(mailbox["ExternalDirectoryObjectId"])
        if kind == ON_BEHALF:
            return await self._acts_for(mailbox, name)
        if kind == OPENED_TO:
            return await self._listed(owner, FULL_ACCESS, name)
        identity = await self._remembered(name)
        return bool(identity) and await self._listed(identity, kind, owner)

    async def grant(self, account: str, kind: str, name: str) -> None:
        """Having it already is success. Raises `Refused` when there is no such mailbox, or it is barred."""
        if kind == OPENED_TO:
            answer = await self._give(account, FULL_ACCESS, account, name, add=True)
            answer.require()
            return
        await self._change(account, kind, name, await self._one(name), add=True)

    async def revoke(self, account: str, kind: str, name: str) -> None:
        """Not having it is success, and so is that the mailbox is gone."""
        if kind == OPENED_TO:
            answer = await self._give(account, FULL_ACCESS, account, name, add=False)
            if not answer.missing:
                answer.require()
            return
        identity = await self._remembered(name)
        if identity:
            await self._change(account, kind, name, identity, add=False)

    async def _change(self, account: str, kind: str, name: str, identity: str, *, add: bool) -> None:
        if kind == ON_BEHALF:
            change = {"@odata.type": "#Exchange.GenericHashTable", "add" if add else "remove": account}
            answer = await self._run("Set-Mailbox", account, {"Identity": identity, "GrantSendOnBehalfTo": change})
        else:
            answer = await self._give(account, kind, identity, account, add=add)
        if answer.missing:
            self._known.pop(name, None)
            if not add:
                return
            await self._one(name)  # a mailbox that is gone is refused; else it is the account that is not visible yet
        answer.require()

    async def _give(self, account: str, kind: str, mailbox: str, user: str, *, add: bool) -> Answer:
        noun, whom, rights = _HOW[kind]
        given = {"Identity": mailbox, whom: user, **rights, "Confirm": False}
        if add and kind == FULL_ACCESS:
            given["AutoMapping"] = self._automapping
        return await self._run(f"{'Add' if add else 'Remove'}-{noun}", account, given)

    async def _listed(self, mailbox: str, kind: str, user: str) -> bool:
        noun, whom, _ = _HOW[kind]
        rows = await self._cmdlets.rows(f"Get-{noun}", {"Identity": mailbox, whom: user})
        return any(_gives(row, kind) for row in rows or ())

    async def _run(self, cmdlet: str, account: str, parameters: Mapping[str, Any]) -> Answer:
        return await self._cmdlets.write(cmdlet, parameters, account)

    async def _acts_for(self, mailbox: Row, name: str) -> bool:
        """The list holds names that Exchange gives to its objects, which are ids for all that were made lately."""
        rows = await self._cmdlets.rows("Get-Mailbox", {"Identity": name}, f"{NAMES},GrantSendOnBehalfTo") or ()
        mine = {str(mailbox.get(key)) for key in ("Name", "ExternalDirectoryObjectId", "DistinguishedName", "Guid")}
        return any(mine & set(map(str, row.get("GrantSendOnBehalfTo") or ())) for row in rows if _called(row, name))

    async def _remembered(self, name: str) -> str:
        """The id of the one mailbox of that name; "" when there is none, or several."""
        since, identity = self._known.get(name, (None, ""))
        if since is not None and self._clock() - since < KNOWN:
            return identity
        found = await self._named(name)
        return self._remember(name, found[0]) if len(found) == 1 else ""

    async def _one(self, name: str) -> str:
        found = await self._named(name)
        if not found:
            raise Refused(f"there is no mailbox that is called exactly {name}; create it, or correct the policy")
        if len(found) > 1:
            raise Refused(f"{len(found)} mailboxes are called {name}; name the right one by its address")
        if found[0].get("RecipientTypeDetails") == PERSONAL and not self._personal:
            because = "it is a person's, and the settings do not say personal_mailboxes: true"
            raise Refused(f"permissions on mailbox {found[0].get('Guid')} are not given: {because}", Reason.PROTECTED)
        return self._remember(name, found[0])

    async def _named(self, name: str) -> list[Row]:
        rows = await self._cmdlets.rows("Get-Mailbox", {"Identity": name}, PROPERTIES)
        return [row for row in rows or () if _called(row, name) and row.get("Guid")]

    def _remember(self, name: str, row: Row) -> str:
        identity = str(row["Guid"])
        self._known[name] = self._clock(), identity
        return identity


def _called(row: Row, name: str) -> bool:
    """Whether the mailbox bears this name: an address or id in any case, any other name letter for letter."""
    given = name.casefold()
    ids = (row.get(key) for key in ("PrimarySmtpAddress", "UserPrincipalName", "ExternalDirectoryObjectId", "Guid"))
    addresses = row.get("EmailAddresses")
    held = {str(one).casefold() for one in (addresses if isinstance(addresses, list) else ())}
    return given in {str(one).casefold() for one in ids} | {one.removeprefix("smtp:") for one in held} or name in (
        row.get("Name"),
        row.get("DisplayName"),
    )


def _gives(row: Row, kind: str) -> bool:
    """Whether an entry of a list of permissions gives this one itself."""
    rights = row.get("AccessRights")
    told = rights if isinstance(rights, list) else str(rights or "").split(",")
    denied = row.get("Deny") is True or row.get("AccessControlType") == "Deny" or row.get("IsInherited") is True
    return _HOW[kind][2]["AccessRights"][0] in {str(one).strip() for one in told} and not denied
