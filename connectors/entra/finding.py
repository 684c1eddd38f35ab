"""Who holds a value: users of whom one attribute equals it, and nobody else, whatever Graph takes for equal.

Source: «Use the $filter query parameter» and «Advanced query capabilities» (learn.microsoft.com/graph): `eq` works
without `ConsistencyLevel: eventual` on every attribute named here, in lists within `any`.
"""

from connectors._graph import Graph, quoted
from connectors.entra.attributes import ATTRIBUTES, PROPERTIES, account
from shared.errors import Misconfigured
from shared.model import Account

CORRELATE = frozenset({"employeeId", "userPrincipalName", "mail", "mailNickname"})
"""What may tell whose account it is: never an alias, which says no more than who receives the mail."""
FINDABLE = CORRELATE | {"proxyAddresses"}
ANY_CASE = FINDABLE - {"employeeId"}
"""Names of mailboxes and logons are the same in any case; HR's numbers are compared letter for letter."""
LONGEST = 320
"""Characters of a mail address, at most (RFC 3696 §3, as corrected: 64 and 255 and the sign between)."""

_LIMITS = {one.name: one.longest or LONGEST for one in ATTRIBUTES}
_SELECT = ",".join((*PROPERTIES, "isManagementRestricted"))


async def find(graph: Graph, attribute: str, value: str) -> list[Account]:
    """Users whose `attribute` equals `value`, without their groups, licences, manager and roles.

    `proxyAddresses` finds who receives mail on an address: as the primary one or as an alias. A user that was just
    created or changed may not be found yet. Raises `Misconfigured` for an attribute not in `FINDABLE`.
    """
    if attribute not in FINDABLE:
        raise Misconfigured(f"Entra cannot look for {attribute}; it can for {', '.join(sorted(FINDABLE))}")
    if not value or not _could_stand(attribute, value):
        return []
    answer = await graph.send("GET", "/users", query={"$filter": _condition(attribute, value), "$select": _SELECT})
    found = [account(row) async for row in graph.all(answer) if isinstance(row.get("id"), str)]
    return [one for one in found if _equal(attribute, one.attributes.get(attribute), value)]


def _condition(attribute: str, value: str) -> str:
    """An address is asked for both as a primary one and as an alias: that case makes no difference is not promised."""
    if attribute != "proxyAddresses":
        return f"{attribute} eq {quoted(value)}"
    return " or ".join(f"proxyAddresses/any(p:p eq {quoted(kind + value)})" for kind in ("smtp:", "SMTP:"))


def _could_stand(attribute: str, value: str) -> bool:
    """Whether Entra could hold `value` at all: not too long, and text that can be sent."""
    return len(value) <= _LIMITS[attribute] and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _equal(attribute: str, there: object, value: str) -> bool:
    if isinstance(there, tuple):
        return any(_equal(attribute, one, value) for one in there)
    if attribute in ANY_CASE:
        return isinstance(there, str) and there.casefold() == value.casefold()
    return there == value
