"""From one v2 page to the next: only the cursor is taken out of a link."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.personio.reduce import SYSTEM
from shared.errors import Misconfigured


def cursor(page: Any) -> str | None:
    """The cursor of the next page, or None when the page names none, so that it is the last.

    It is found inside `_meta.links.next.href`, of a few lists `meta`, and nowhere else. The rest of that link is not
    used: its path is wrong in Personio's own example (`/v2/employments`), and no token follows it to another host.
    Raises `Misconfigured` when there is a next page but no cursor, for then the list cannot be read to its end.
    """
    link = page.get("_meta", page.get("meta")) if isinstance(page, Mapping) else None
    for key in ("links", "next", "href"):
        link = link.get(key) if isinstance(link, Mapping) else None
    if link is None:
        return None
    try:
        found = parse_qs(urlsplit(link).query).get("cursor") if isinstance(link, str) else None
    except ValueError:
        found = None
    if not found:
        raise Misconfigured(f"{SYSTEM}: a page names a next one without a cursor; its interface may have changed")
    return found[0]
