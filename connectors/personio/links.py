"""From one v2 page to the next: only the cursor is taken out of a link."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit


def cursor(page: Any) -> str | None:
    """The cursor of the next page, or None on the last.

    It is found inside `_meta.links.next.href` and nowhere else. The rest of that link is not used: its path is wrong
    in Personio's own example (`/v2/employments`), and no token follows it to another host.
    """
    link = page
    for key in ("_meta", "links", "next", "href"):
        link = link.get(key) if isinstance(link, Mapping) else None
    if not isinstance(link, str):
        return None
    try:
        return parse_qs(urlsplit(link).query).get("cursor", [None])[0]
    except ValueError:
        return None
