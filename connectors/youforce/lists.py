"""One list of the API, read page by page to its end; nothing of it is believed that may have been skipped.

A page names the next one in `nextLink`, whose host may be another: only its query is used. Visma's own links are
bookmarks (a time, a `validFrom` and an id), behind which nobody is lost; a link that counts rows with `skip` is not,
so such a list is read again until two readings hold the same records.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.youforce.reduce import SYSTEM, Row
from shared.answers import rows
from shared.errors import Misconfigured, TryLater
from shared.paging import by_link
from shared.rest import Rest

TAKE = 500
"""Rows to a page, at most."""

READINGS = 4
"""How often a list that counts rows is read until it keeps still."""


@dataclass
class Listing:
    """One list. `key` names a row, None for one that cannot be used; `keep` is the part of a row that may enter.

    A row that comes twice was changed while the list was read, and the later one is true.
    """

    path: str
    key: Callable[[Row], Hashable | None]
    keep: Callable[[Row], Row]
    rows: dict[Hashable, Row] = field(default_factory=dict)
    nameless: int = 0
    """Rows without a key."""

    async def pages(self, rest: Rest) -> AsyncIterator[None]:
        """Read it; something is given at every page. Raises `TryLater` when it does not keep still."""
        before: set[Hashable] | None = None
        for _ in range(READINGS):
            self.rows, self.nameless, counts = {}, 0, False
            async for page in by_link(rest, self.path, following, params={"take": TAKE}, route=self.path):
                counts = counts or counting(page)
                self._add(page)
                yield None
            if not counts or before == self.rows.keys():
                return
            before = set(self.rows)
        raise TryLater(f"{SYSTEM}: {self.path} changes all the time while it is read; it is read again later", 300)

    def _add(self, page: Any) -> None:
        for row in listed(page):
            key = self.key(row)
            if key is None:
                self.nameless += 1
            else:
                self.rows[key] = self.keep(row)


def listed(page: Any) -> list[Row]:
    """The rows of a page: under `value`, or `values` at the extensions and some tenants."""
    name = "values" if isinstance(page, Mapping) and (page.get("values") or "value" not in page) else "value"
    return rows(SYSTEM, page, name)


def following(page: Any) -> str | None:
    """The query of the next page, below the address of this one; None on the last page.

    Raises `Misconfigured` for a link without a query, for then the list cannot be read to its end.
    """
    link = _link(page)
    if not link:
        return None
    query = urlsplit(link).query
    if not query:
        raise Misconfigured(f"{SYSTEM}: a page names a next one without a query; its interface may have changed")
    return f"?{query}"


def counting(page: Any) -> bool:
    """Whether the next page is found by counting rows."""
    return bool({"skip", "$skip"} & {name.lower() for name in parse_qs(urlsplit(_link(page)).query)})


def _link(page: Any) -> str:
    found = page.get("nextLink") if isinstance(page, Mapping) else None
    if found is not None and not isinstance(found, str):
        raise Misconfigured(f"{SYSTEM}: a page names a next one in an unknown form; its interface may have changed")
    try:
        return found if found and urlsplit(found) else ""
    except ValueError:
        raise Misconfigured(
            f"{SYSTEM}: a page names a next one that is no address; check any proxy on the way"
        ) from None


def require(listing: Listing, name: str) -> None:
    """Raise `Misconfigured` when not one of the rows there are holds a property without which nobody can be read."""
    if listing.rows and not any(name in row for row in listing.rows.values()):
        raise Misconfigured(
            f"{SYSTEM}: not one record of {listing.path} shows {name}; "
            "ask Visma which data sets and scopes the application has, and give it those of IAM"
        )
