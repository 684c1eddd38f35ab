"""One list of the API, read page by page to its end; nothing of it is believed that may have been skipped.

A page names the next one in `nextLink`, whose host may be another: only its query is used. Visma's own links are
bookmarks (a time, a `validFrom` and an id), behind which nobody is lost; a link that counts rows with `skip` is not,
so such a list is read again until two readings hold the same records.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
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
    """One list. `key` names a row, "" for one that cannot be used; `keep` is the part of a row that may enter.

    A row that comes twice was changed while the list was read, and the later one is true. Rows are kept as text, which
    takes a quarter of the room: a company of 100,000 fits into what a function has.
    """

    path: str
    key: Callable[[Row], str]
    keep: Callable[[Row], Row]
    packed: dict[str, bytes] = field(default_factory=dict)
    nameless: int = 0
    """Rows without a key."""
    shown: set[str] = field(default_factory=set)
    """The properties that at least one row shows."""

    def rows(self) -> Iterator[Row]:
        return map(json.loads, self.packed.values())

    def taken(self) -> Iterator[bytes]:
        """Every row as text, each given up as it is taken: there is room for one copy of a large company."""
        while self.packed:
            yield self.packed.popitem()[1]

    async def pages(self, rest: Rest) -> AsyncIterator[None]:
        """Read it; something is given at every page. Raises `TryLater` when it does not keep still."""
        before: set[str] | None = None
        for _ in range(READINGS):
            self.packed, self.nameless, counts = {}, 0, False
            async for page in by_link(rest, self.path, following, params={"take": TAKE}, route=self.path):
                counts = counts or counting(page)
                self._add(page)
                yield None
            if not counts or before == self.packed.keys():
                return
            before = set(self.packed)
        raise TryLater(f"{SYSTEM}: {self.path} changes all the time while it is read; it is read again later", 300)

    def _add(self, page: Any) -> None:
        for row in listed(page):
            key = self.key(row)
            if key:
                kept = self.keep(row)
                self.shown |= kept.keys()
                self.packed[key] = json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode()
            else:
                self.nameless += 1


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
    if listing.packed and name not in listing.shown:
        raise Misconfigured(
            f"{SYSTEM}: not one record of {listing.path} shows {name}; "
            "ask Visma which data sets and scopes the application has, and give it those of IAM"
        )
