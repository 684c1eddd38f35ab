"""Mailboxes as accounts: an account's id is that of its owner in Entra, and it is enabled while it is not shared.

Source: «Get-Mailbox» and «Set-Mailbox» (learn.microsoft.com/powershell/module/exchange). A mailbox is never made here:
one appears some time after its owner got a licence.
"""

import re
from collections.abc import Mapping
from typing import Any

from connectors.exchange.cmdlets import Cmdlets, Row
from shared.attributes import Attribute
from shared.errors import Misconfigured, Refused
from shared.model import Account, Attributes, Value

CUSTOM = tuple(f"customAttribute{number}" for number in range(1, 16))
ATTRIBUTES = (
    *(Attribute(name=name, longest=1024) for name in CUSTOM),
    Attribute(name="type", written=False),
    Attribute(name="hidden", written=False),
    Attribute(name="userPrincipalName", written=False),
    Attribute(name="primarySmtpAddress", written=False),
)
"""A list of fifteen, as long as Entra's extension attributes, which they are; the others follow from something else."""

TOLD = {
    "type": "RecipientTypeDetails",
    "hidden": "HiddenFromAddressListsEnabled",
    **{name: name[0].upper() + name[1:] for name in ("userPrincipalName", "primarySmtpAddress", *CUSTOM)},
}
"""Attribute → the property of a mailbox that holds it."""

PERSONAL, SHARED = "UserMailbox", "SharedMailbox"
FINDABLE = {"externalDirectoryObjectId": "ExternalDirectoryObjectId", "userPrincipalName": "UserPrincipalName"}
PROPERTIES = ",".join(
    ("ExternalDirectoryObjectId", "Guid", "DistinguishedName", "Name", "IsDirSynced", *dict.fromkeys(TOLD.values()))
)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class Mailboxes:
    def __init__(self, cmdlets: Cmdlets, *, hide: bool) -> None:
        self._cmdlets = cmdlets
        self._hide = hide

    async def find(self, attribute: str, value: str) -> list[Row]:
        """Mailboxes whose `attribute` equals `value`, in any case. Raises `Misconfigured` for one not in `FINDABLE`."""
        if attribute not in FINDABLE:
            raise Misconfigured(f"Exchange cannot look for {attribute}; it can for {', '.join(sorted(FINDABLE))}")
        rows = await self._cmdlets.rows("Get-Mailbox", {"Identity": value}, PROPERTIES) if value else None
        key = FINDABLE[attribute]
        owned = [row for row in rows or () if isinstance(row.get("ExternalDirectoryObjectId"), str)]
        return [row for row in owned if str(row.get(key)).casefold() == value.casefold()]

    async def read(self, account: str) -> Row | None:
        """The mailbox of the owner with that id; None while there is none."""
        if not _GUID.fullmatch(account):
            return None
        found = await self.find("externalDirectoryObjectId", account)
        if len(found) > 1:
            raise Refused(f"{len(found)} mailboxes belong to account {account}; leave one")
        return found[0] if found else None

    async def update(self, account: str, attributes: Attributes) -> None:
        """Write exactly these attributes; null clears."""
        parameters: dict[str, Any] = {}
        for name, value in attributes.items():
            if name not in CUSTOM:
                raise Misconfigured(f"a mailbox has no attribute {name} that could be written; correct the policy")
            if value is not None and not isinstance(value, str):
                raise Refused(f"{name} must be text", attribute=name)
            parameters[TOLD[name]] = value or None
        await self._set(account, parameters)

    async def convert(self, account: str, *, shared: bool) -> None:
        """Make it a shared mailbox that no address list shows, or a person's again. One that is gone needs neither."""
        parameters: dict[str, Any] = {"Type": "Shared" if shared else "Regular"}
        if self._hide:
            parameters["HiddenFromAddressListsEnabled"] = shared
        answer = await self._cmdlets.write("Set-Mailbox", {"Identity": account, **parameters}, account)
        if not (shared and answer.missing):
            answer.require()

    async def _set(self, account: str, parameters: Mapping[str, Any]) -> None:
        answer = await self._cmdlets.write("Set-Mailbox", {"Identity": account, **parameters}, account)
        answer.require()


def account(row: Row) -> Account:
    """A mailbox as an account, without what it has been given."""
    kind = row.get("RecipientTypeDetails")
    return Account(
        id=str(row["ExternalDirectoryObjectId"]).lower(),
        enabled=kind == PERSONAL,
        attributes={name: _value(row[key]) for name, key in TOLD.items() if key in row},
        protected=_protected(row),
    )


def _protected(row: Row) -> str:
    if row.get("IsDirSynced") is True:
        return "it is synchronised from Active Directory"
    if row.get("RecipientTypeDetails") not in (PERSONAL, SHARED):
        return "it is no mailbox of a person"
    return ""


def _value(value: object) -> Value:
    return value if isinstance(value, str | bool) and value != "" else None
