"""Who holds a value: users of whom one attribute equals it, and nobody else, whatever Graph takes for equal.

Source: «Use the $filter query parameter» and «Advanced query capabilities» (learn.microsoft.com/graph): `eq` works
without `ConsistencyLevel: eventual` on every attribute named here, in lists within `any`. Users, groups and contacts
share one namespace of addresses: «mail and proxyAddresses properties» (learn.microsoft.com/graph/api/resources/user).
"""

from collections.abc import AsyncIterator, Iterable

from connectors._graph import Graph, Row, quoted, reading
from connectors.entra.attributes import ATTRIBUTES, PROPERTIES, account, from_graph
from connectors.entra.protection import GUARDED
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
_SELECT = ",".join((*PROPERTIES, *GUARDED))


async def find(graph: Graph, attribute: str, value: str) -> list[Account]:
    """Users whose `attribute` equals `value`, without their groups, licences, manager and roles.

    `proxyAddresses` finds who receives mail on an address, as the primary one or as an alias; a group that does is
    told as an account that is protected. What was just created or changed may not be found yet, and a contact never
    is. Raises `Misconfigured` for an attribute not in `FINDABLE`.
    """
    if attribute not in FINDABLE:
        raise Misconfigured(f"Entra cannot look for {attribute}; it can for {', '.join(sorted(FINDABLE))}")
    if not value or not _could_stand(attribute, value):
        return []
    asked = _receivers(graph, value) if attribute == "proxyAddresses" else _users(graph, attribute, value)
    return [one async for one in asked if _equal(attribute, one.attributes.get(attribute), value)]


async def _users(graph: Graph, attribute: str, value: str) -> AsyncIterator[Account]:
    query = {"$filter": f"{attribute} eq {quoted(value)}", "$select": _SELECT}
    for user in _whole([row async for row in graph.all(await graph.send("GET", "/users", query=query))]):
        yield account(user)


async def _receivers(graph: Graph, address: str) -> AsyncIterator[Account]:
    """An address is asked for both as a primary one and as an alias: that case makes no difference is not promised."""
    either = " or ".join(f"proxyAddresses/any(p:p eq {quoted(kind + address)})" for kind in ("smtp:", "SMTP:"))
    answers = await graph.batch(
        {
            "users": reading("/users", query={"$filter": either, "$select": _SELECT}),
            "groups": reading("/groups", query={"$filter": either, "$select": "id,proxyAddresses"}),
        }
    )
    for user in _whole([row async for row in graph.all(answers["users"])]):
        yield account(user)
    for group in _whole([row async for row in graph.all(answers["groups"])]):
        yield Account(id=str(group["id"]), enabled=False, attributes=from_graph(group), protected="it is a group")


def _whole(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if isinstance(row.get("id"), str)]


def _could_stand(attribute: str, value: str) -> bool:
    """Whether Entra could hold `value` at all: not too long, and text that can be sent."""
    return len(value) <= _LIMITS[attribute] and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _equal(attribute: str, there: object, value: str) -> bool:
    if isinstance(there, tuple):
        return any(_equal(attribute, one, value) for one in there)
    if attribute in ANY_CASE:
        return isinstance(there, str) and there.casefold() == value.casefold()
    return there == value
