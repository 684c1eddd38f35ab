"""proxyAddresses: what a user's mail, logon name and mailbox make of them, and who holds one. Nobody writes them.

Source: «mail and proxyAddresses properties» of the user resource, and «How the proxyAddresses attribute is populated
in Microsoft Entra ID» (KB 3190357).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from local.graph.directory import Directory

KIND = "smtp:"
PRIMARY = "SMTP:"
INITIAL = ".onmicrosoft.com"
"""How the domain ends that every tenant is born with."""


def holders(directory: Directory, address: str) -> set[str]:
    """Ids of the live users and groups that receive mail on an address."""
    return set(directory.having("any", "proxyAddresses", KIND + address))


def primary(held: Iterable[str], mail: str | None) -> list[str]:
    """The addresses with `mail` as the primary one, if there is one; the old primary one stays as an alias."""
    others = [KIND + address[len(KIND) :] if address.startswith(PRIMARY) else address for address in held]
    if mail is None:
        return others
    return [PRIMARY + mail, *(address for address in others if address.lower() != (KIND + mail).lower())]


def alias(held: Iterable[str], address: str) -> list[str]:
    """The addresses with `address` among them, whichever it is."""
    there = list(held)
    known = {one.lower() for one in there}
    return there if (KIND + address).lower() in known else [*there, KIND + address]


def of_mailbox(directory: Directory, domains: Iterable[str], user: Mapping[str, Any]) -> dict[str, Any]:
    """`mail` and `proxyAddresses` of who has a mailbox: the logon name is always one of the addresses.

    So is one in the tenant's initial domain, made of the nickname; once there, it stays as it is.
    """
    logon, mail = str(user["userPrincipalName"]), user.get("mail")
    held = list(user.get("proxyAddresses") or ())
    held = alias(held, logon) if mail else primary(held, logon)
    initial = next((domain for domain in domains if domain.endswith(INITIAL)), "")
    if initial and not any(address.lower().endswith(f"@{initial}") for address in held):
        held = alias(held, _routing(directory, str(user["mailNickname"]), initial))
    return {"mail": mail or logon, "proxyAddresses": held}


def _routing(directory: Directory, nickname: str, domain: str) -> str:
    """An address in `domain` that nobody holds; one that is taken gets four digits, as the service gives it."""
    tried = (f"{nickname}{number}@{domain}" for number in ("", *range(1000, 10000)))
    return next(address for address in tried if not holders(directory, address))
