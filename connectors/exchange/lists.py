"""Distribution lists and mail-enabled security groups, which Graph only reads: who is in them, by name or address.

Source: «Add-DistributionGroupMember», «Remove-DistributionGroupMember» and «Get-Recipient» with its filter `Members`
(learn.microsoft.com/powershell/module/exchange). The whole list is never replaced.
"""

from typing import Any

from connectors.exchange.cmdlets import Cmdlets, Row
from shared.errors import Reason, Refused

KIND = "distribution_group"
TYPES = ["MailUniversalDistributionGroup", "MailUniversalSecurityGroup"]
PROPERTIES = "PrimarySmtpAddress,ExternalDirectoryObjectId,Guid,Name,DisplayName,IsDirSynced"


class Lists:
    def __init__(self, cmdlets: Cmdlets) -> None:
        self._cmdlets = cmdlets

    async def among(self, mailbox: Row, names: frozenset[str]) -> frozenset[str]:
        """Which of the lists that a policy calls so the owner of `mailbox` is in, by one question for all of them."""
        if not names:
            return frozenset()
        quoted = str(mailbox["DistinguishedName"]).replace("'", "''")
        asked = {"Filter": f"Members -eq '{quoted}'", "RecipientTypeDetails": TYPES, "ResultSize": "Unlimited"}
        rows = await self._cmdlets.rows("Get-Recipient", asked, PROPERTIES) or []
        return frozenset(name for name in names if any(_called(row, name) for row in rows))

    async def grant(self, account: str, name: str) -> None:
        """Being a member already is success."""
        group = await self._one(name)
        if group is None:
            raise Refused(f"there is no list that is called exactly {name}; create it, or correct the policy")
        answer = await self._cmdlets.write("Add-DistributionGroupMember", _member(group, account), account)
        if answer.kind != "MemberAlreadyExistsException":
            answer.require()

    async def revoke(self, account: str, name: str) -> None:
        """Not being a member is success, and so is that the list is gone."""
        group = await self._one(name)
        if group is None:
            return
        answer = await self._cmdlets.write("Remove-DistributionGroupMember", _member(group, account), account)
        if answer.kind != "MemberNotFoundException" and not answer.missing:
            answer.require()

    async def _one(self, name: str) -> str | None:
        """The id of the one list of that name; None without one. Raises `Refused` for several, or a barred one."""
        rows = await self._cmdlets.rows("Get-DistributionGroup", {"Identity": name}, PROPERTIES)
        found = [row for row in rows or () if _called(row, name) and row.get("Guid")]
        if not found:
            return None
        if len(found) > 1:
            raise Refused(f"{len(found)} lists are called {name}; name the right one by its address")
        if found[0].get("IsDirSynced") is True:
            because = "it is synchronised from Active Directory"
            raise Refused(f"members of list {found[0]['Guid']} cannot be changed: {because}", Reason.PROTECTED)
        return str(found[0]["Guid"])


def _member(group: str, account: str) -> dict[str, Any]:
    """Only with the bypass may an app change a list that it does not own."""
    return {"Identity": group, "Member": account, "BypassSecurityGroupManagerCheck": True, "Confirm": False}


def _called(row: Row, name: str) -> bool:
    """Whether the list bears this name: an address or id in any case, any other name letter for letter."""
    ids = {str(row.get(key)).casefold() for key in ("PrimarySmtpAddress", "ExternalDirectoryObjectId", "Guid")}
    return name.casefold() in ids or name in (row.get("Name"), row.get("DisplayName"))
