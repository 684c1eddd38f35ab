"""What deleted users are called: for thirty days each can come back, and wants its names again.

Entra gives these names to whoever asks for them, and delta tells no more of a deleted user than its id. Source: «List
deletedItems» (learn.microsoft.com/graph/api/directory-deleteditems-list); the form of the logon: «Get-EntraDeletedUser»
(learn.microsoft.com/powershell/module/microsoft.entra.users/get-entradeleteduser).
"""

from collections.abc import AsyncIterator

from connectors._graph import Graph, Row
from connectors.entra.attributes import from_graph
from shared.model import Account

NAMES = ("userPrincipalName", "mail", "mailNickname", "proxyAddresses")
QUERY = {"$select": ",".join(("id", *NAMES)), "$top": "999"}


async def deleted(graph: Graph) -> AsyncIterator[Account]:
    """Every user that can still be restored, with `NAMES` as they were before, and nothing else.

    One request for 999 of them. Raises what a failed page means.
    """
    answer = await graph.send("GET", "/directory/deletedItems/microsoft.graph.user", query=QUERY)
    async for row in graph.all(answer):
        if isinstance(row.get("id"), str):
            yield _as_it_was(row)


def _as_it_was(user: Row) -> Account:
    """Entra writes the object's id before the logon of a deleted user, with or without its dashes."""
    id, names = str(user["id"]), from_graph(user)
    logon = names.get("userPrincipalName")
    if isinstance(logon, str):
        for prefix in (id.replace("-", ""), id):
            if logon.lower().startswith(prefix.lower()):
                names["userPrincipalName"] = logon[len(prefix) :]
                break
    return Account(id=id, enabled=False, attributes=names)
