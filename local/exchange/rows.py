"""Mailboxes, recipients and permissions as the service writes them, and which of them an identity means."""

from collections.abc import Iterable
from typing import Any, TypeVar

from local.exchange import errors
from local.exchange.organisation import List, Mailbox, Organisation

SELF = "NT AUTHORITY\\SELF"
Found = TypeVar("Found")


def mailbox(org: Organisation, one: Mailbox) -> dict[str, Any]:
    user = org.user(one.owner)
    return {
        "Identity": org.name(one.owner),
        "Id": org.name(one.owner),
        "Name": org.name(one.owner),
        "DistinguishedName": org.dn(one.owner),
        "Guid": one.guid,
        "ExternalDirectoryObjectId": one.owner,
        "Alias": user["mailNickname"],
        "DisplayName": user["displayName"],
        "UserPrincipalName": user["userPrincipalName"],
        "PrimarySmtpAddress": user.get("mail") or user["userPrincipalName"],
        "EmailAddresses": list(user.get("proxyAddresses") or [f"SMTP:{user['userPrincipalName']}"]),
        "RecipientType": "UserMailbox",
        "RecipientTypeDetails": one.kind,
        "HiddenFromAddressListsEnabled": one.hidden,
        "IsDirSynced": one.synced,
        "GrantSendOnBehalfTo": [org.name(id) for id in one.on_behalf],
        **{f"CustomAttribute{number}": one.custom.get(f"CustomAttribute{number}", "") for number in range(1, 16)},
    }


def list_of(one: List) -> dict[str, Any]:
    return {
        "Identity": one.name,
        "Name": one.name,
        "DisplayName": one.name,
        "Guid": one.guid,
        "ExternalDirectoryObjectId": one.id,
        "PrimarySmtpAddress": one.address,
        "RecipientType": _kind(one),
        "RecipientTypeDetails": _kind(one),
        "IsDirSynced": one.synced,
    }


def full_access(org: Organisation, one: Mailbox) -> list[dict[str, Any]]:
    """Who may open it; the owner comes first, and is of no interest."""
    told = [("", SELF), *((id, str(org.user(id)["userPrincipalName"])) for id in one.full_access)]
    return [
        {
            "Identity": org.name(one.owner),
            "User": who,
            "UserSid": f"S-1-5-21-{id}" if id else "S-1-5-10",
            "AccessRights": ["FullAccess"] if id else ["FullAccess", "ReadPermission"],
            "IsInherited": False,
            "Deny": False,
            "InheritanceType": "All",
        }
        for id, who in told
    ]


def send_as(org: Organisation, one: Mailbox) -> list[dict[str, Any]]:
    who = [SELF, *(str(org.user(id)["userPrincipalName"]) for id in one.send_as)]
    return [
        {
            "Identity": org.name(one.owner),
            "Trustee": trustee,
            "AccessControlType": "Allow",
            "AccessRights": ["SendAs"],
            "IsInherited": False,
            "InheritanceType": "None",
        }
        for trustee in who
    ]


def one_mailbox(org: Organisation, identity: str, held: dict[str, Mailbox] | None = None) -> Mailbox:
    """The live mailbox that an identity means. Raises `ExchangeError`."""
    return _one(identity, [one for one in (held or org.live()).values() if _means(identity, mailbox(org, one))])


def alike(org: Organisation, identity: str, held: dict[str, Mailbox]) -> list[Mailbox]:
    """Every mailbox that an identity means, as reading tells them. Raises `ExchangeError` when there is none."""
    found = [one for one in held.values() if _means(identity, mailbox(org, one))]
    return found or [_one(identity, found)]


def lists_alike(org: Organisation, identity: str) -> list[List]:
    found = [one for one in org.lists.values() if _means(identity, list_of(one))]
    return found or [_one(identity, found)]


def one_list(org: Organisation, identity: str) -> List:
    return _one(identity, [one for one in org.lists.values() if _means(identity, list_of(one))])


def _one(identity: str, found: list[Found]) -> Found:
    if not found:
        raise errors.missing(identity)
    if len(found) > 1:
        raise errors.ambiguous(identity)
    return found[0]


def _means(identity: str, row: dict[str, Any]) -> bool:
    keys = ("Name", "DistinguishedName", "Guid", "ExternalDirectoryObjectId", "Alias", "DisplayName")
    names = [row.get(key) for key in (*keys, "UserPrincipalName", "PrimarySmtpAddress")]
    return identity.casefold() in _folded([*names, *(one[5:] for one in row.get("EmailAddresses", ()))])


def _folded(names: Iterable[Any]) -> set[str]:
    return {str(name).casefold() for name in names if name}


def _kind(one: List) -> str:
    return "MailUniversalSecurityGroup" if one.security else "MailUniversalDistributionGroup"
