"""The rows of one GetConnector, page by page in one order, so that none is lost when rows come or go meanwhile.

Profit tells neither how many rows there are nor that there are no more, and its pages are cut by position. So every
page begins with the last row of the one before: when that is another one, rows have moved and somebody may be missing.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

from connectors._values import identity
from connectors.afas.profit import SYSTEM, Profit
from connectors.afas.settings import View
from shared.answers import rows as listed
from shared.errors import Anew, Misconfigured
from shared.rest import segment

Row: TypeAlias = Mapping[str, Any]
Bounds: TypeAlias = Sequence[tuple[str, str, str]]
"""Field, operator and value; all must hold. Operators are numbers: 2 is ≥, 3 is ≤, 4 is >."""

PAGES = 10_000
ROUTE = "/connectors/{connector}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, each of those whose key it is on this page, and how many there were up to its end.

    `mark` says which row was the last one, without saying anything of it.
    """

    rows: tuple[Row, ...]
    given: int
    mark: str
    last: bool


async def pages(
    profit: Profit,
    view: View,
    take: int,
    *,
    also: Sequence[str] = (),
    given: int = 0,
    mark: str = "",
    bounds: Bounds = (),
    until: str = "",
) -> AsyncIterator[Page]:
    """All pages of `view` behind the first `given` rows, of which the last is known by its `mark`.

    Of each row the columns of the view enter, and those that are asked for `also`. Rows that share a key come on one
    page. A page that is not full ends the list, once it is asked whether there is
    more; not when it ends with the key `until`, because there can be none.

    Raises `Anew` when rows have moved, `Misconfigured` when an answer cannot be right.
    """
    listing = _Listing(profit, view, take, tuple(dict.fromkeys((*view.columns, *also))), bounds)
    for _ in range(PAGES):
        rows, full = await listing.behind(given, mark)
        while not full and rows and identity(rows[-1].get(view.key)) != until:
            more, full = await listing.behind(given + len(rows), marked(view, rows[-1]))
            if not more:
                break
            rows += more
        kept = rows if not full else _whole_keys(view, rows)
        given, mark = given + len(kept), marked(view, kept[-1]) if kept else mark
        yield Page(tuple(kept), given, mark, last=not full)
        if not full:
            return
    raise Misconfigured(f"{SYSTEM}: {view.connector} has more than {PAGES} pages; that is not believed")


async def of_one(profit: Profit, view: View, key: str, take: int, also: Sequence[str] = ()) -> list[Row]:
    """The rows of one key, and of none that only looks like it. Raises what `pages` does."""
    answer = pages(profit, view, take, also=also, bounds=[(view.key, "1", key)], until=key)
    return [row async for page in answer for row in page.rows if identity(row.get(view.key)) == key]


@dataclass(frozen=True, slots=True)
class _Listing:
    """One list as it is asked for, whatever the page."""

    profit: Profit
    view: View
    take: int
    columns: tuple[str, ...]
    bounds: Bounds

    async def behind(self, given: int, mark: str) -> tuple[list[Row], bool]:
        """The rows behind the first `given`, and whether the page was full."""
        name, skip = self.view.connector, max(given - 1, 0)
        query = {"skip": str(skip), "take": str(self.take), "orderbyfieldids": ",".join(_sorting(self.view))}
        answer = await self.profit.get(f"/connectors/{segment(name)}", {**query, **_filter(self.bounds)}, route=ROUTE)
        rows = [_only(row, self.columns) for row in listed(SYSTEM, answer, "rows")]
        if answer.get("skip") != skip or answer.get("take") != self.take or len(rows) > self.take:
            raise Misconfigured(f"{SYSTEM}: {name} was answered with another page than was asked for")
        full = len(rows) == self.take
        if not given:
            return rows, full
        if not rows or marked(self.view, rows[0]) != mark:
            raise Anew(f"{SYSTEM}: the rows of {name} moved while they were read; they are read from the beginning")
        return rows[1:], full


def marked(view: View, row: Row) -> str:
    """A row, by what it is sorted by."""
    place = "\0".join(repr(row.get(column)) for column in _sorting(view))
    return blake2b(place.encode(), digest_size=8).hexdigest()


def by_key(view: View, rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows by their key, with the view's own columns, exact repeats once; those without a key are under ""."""
    found: dict[str, list[Row]] = {}
    for row in (_only(row, view.columns) for row in rows):
        alike = found.setdefault(identity(row.get(view.key)), [])
        if row not in alike:
            alike.append(row)
    return found


def _whole_keys(view: View, rows: list[Row]) -> list[Row]:
    """Without the rows of the last key, of which more may follow."""
    last = rows[-1].get(view.key)
    kept = [row for row in rows if row.get(view.key) != last]
    if not kept:
        raise Misconfigured(
            f"{SYSTEM}: a whole page of {view.connector} has one and the same {view.key}; "
            f"name in the settings the field that tells its rows apart, or raise `take`"
        )
    return kept


def _sorting(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys((view.key, *view.order)))


def _filter(bounds: Bounds) -> dict[str, str]:
    if not bounds:
        return {}
    fields, operators, values = zip(*bounds, strict=True)
    if any(mark in value for value in values for mark in ",;"):
        named = [{"@FieldId": field, "@OperatorType": operator, "#text": value} for field, operator, value in bounds]
        return {"filterjson": json.dumps({"Filters": {"Filter": [{"@FilterId": "Filter 1", "Field": named}]}})}
    return {
        "filterfieldids": ",".join(fields),
        "operatortypes": ",".join(operators),
        "filtervalues": ",".join(values),
    }


def _only(row: Row, columns: Sequence[str]) -> Row:
    """What may enter, and nothing else of it."""
    return {column: row[column] for column in columns if column in row}
