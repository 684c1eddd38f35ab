"""What changed in the directory, read by delta query; a link that is too old starts a full round.

Source: «Get incremental changes for users» (learn.microsoft.com/graph/delta-query-users). Links are opaque: they are
followed as they are, on the configured host only, and the last one is the token for the next time.
"""

from collections.abc import AsyncIterator

from connectors._graph import PAGES, Graph, rows
from connectors._graph_adapter import SYSTEM
from connectors._graph_answers import BUSY, Answer
from connectors.entra.attributes import PROPERTIES, account
from shared.connector import DirectoryPage
from shared.errors import Misconfigured, TryLater

OPERATION = "GET /users/delta"
SELECT = {"$select": ",".join((*PROPERTIES, "manager"))}


async def changes(graph: Graph, token: str) -> AsyncIterator[DirectoryPage]:
    """Pages of what changed since `token`; accounts carry attributes only, those that the page mentions.

    When the token is "", foreign or too old, the pages are those of a full round and marked `fresh`. The same account
    may come several times, in any order: merge by id. Raises `TryLater` when a full round itself gets too old.
    """
    link = token if graph.owns(token) else ""
    fresh = not link
    for _ in range(PAGES):
        answer = await (graph.follow(link, OPERATION) if link else graph.send("GET", "/users/delta", query=SELECT))
        if link and _stale(answer, link):
            if fresh:
                raise TryLater(f"{SYSTEM}: {OPERATION} took so long that its pages went stale; it starts over", BUSY)
            link, fresh = "", True
            continue
        if not answer.ok:
            raise answer.error()
        page, link = _page(answer, fresh)
        yield page
        if page.token:
            return
    raise Misconfigured(f"{SYSTEM}: {OPERATION} does not end")


def _stale(answer: Answer, link: str) -> bool:
    """Whether `link` is too old. On the wire an expired delta link is a 400 that the documentation does not name."""
    return answer.expired or (answer.code == "Request_UnsupportedQuery" and "deltatoken" in link.lower())


def _page(answer: Answer, fresh: bool) -> tuple[DirectoryPage, str]:
    items = [item for item in rows(answer) if isinstance(item.get("id"), str)]
    following, token = (answer.body.get(name) for name in ("@odata.nextLink", "@odata.deltaLink"))
    if not isinstance(following, str) and not isinstance(token, str):
        raise TryLater(f"{SYSTEM}: {OPERATION} answered a page without a link to what follows", BUSY)
    page = DirectoryPage(
        accounts=tuple(account(item) for item in items if "@removed" not in item),
        removed=tuple(item["id"] for item in items if "@removed" in item),
        token="" if isinstance(following, str) else str(token),
        fresh=fresh,
        following=following if isinstance(following, str) else "",
    )
    return page, page.following
