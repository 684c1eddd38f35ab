"""Pages as Youforce gives them: so many rows at most, and a link to the next: a bookmark, or one that counts rows."""

from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from local.youforce.company import Record, bookmark
from local.youforce.faults import Faults

OURS = frozenset({"take", "skip", "pageToken"})


def page(
    records: Iterable[Record], path: str, query: QueryParams, faults: Faults
) -> tuple[list[dict[str, Any]], str | None]:
    """The rows of a page, of `records` behind the bookmark, and the link to the next one; None on the last."""
    take = max(1, min(faults.most_rows, _whole(query.get("take"), faults.most_rows)))
    start = _whole(query.get("skip"), 0)
    found = list(islice(records, start, start + take + 1))
    found, more = found[:take], len(found) > take
    place = {"skip": str(start + take)} if faults.counts_rows else {"pageToken": bookmark(found[-1])} if found else {}
    if faults.loops:
        place, more = {key: query[key] for key in ("skip", "pageToken") if key in query}, True
    link = f"{faults.next_host}/v1.0{path}"
    if not faults.bare_next:
        others = [(key, value) for key, value in query.multi_items() if key not in OURS]
        link += f"?{urlencode([*place.items(), *others, ('take', str(take))])}"
    return [record.row for record in found], link if more else None


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise
