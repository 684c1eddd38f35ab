"""Walking a list page by page to its end; one that loops, shrinks or leaves its host is not believed.

`route` is everywhere the list's path with holes for ids, which a trace may show.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.answers import decoded
from shared.errors import Anew, Misconfigured, Refused
from shared.rest import NONE, Params, Rest


async def by_offset(
    rest: Rest,
    path: str,
    rows: Callable[[Any], Sequence[Any]],
    *,
    limit: int,
    params: Params = NONE,
    offset: str = "offset",
    size: str = "limit",
    total: Callable[[Any], int | None] | None = None,
    route: str = "",
    start: int = 0,
    told: int | None = None,
) -> AsyncIterator[Any]:
    """Pages of a list that is asked for by position: parameter `offset` counts rows from 0, `size` is `limit`.

    The position moves by what was received, from `start` on. The list ends at an empty page, or at one that is not
    full once `total`, where the system tells one, has been received; `told` is what it was for whoever read up to
    `start`. Raises `Anew` when it ends before its own total or the total changes, for then it changed while it was
    read and somebody may have been skipped; `Misconfigured` when a page comes back a second time, so that the
    position is plainly ignored.
    """
    position, before = start, None
    for _ in range(rest.manners.pages):
        page = await _page(rest, path, {**params, offset: position, size: limit}, route)
        found, known = rows(page), total(page) if total else None
        if found and found == before:
            raise _looping(rest, path)
        if None not in (told, known) and known != told:
            raise Anew(f"{rest.system}: the list at {path} changed while it was read; it is read again later")
        told = known if told is None else told
        yield page
        position, before = position + len(found), found
        if told is not None and not found and position < told:
            raise Anew(f"{rest.system}: {path} ended after {position} of {told} records; it is read again later")
        if not found or (len(found) < limit and (told is None or position >= told)):
            return
    raise _endless(rest, path)


@dataclass(frozen=True, slots=True)
class Told:
    """What a numbered page says of its list; None for what it does not say."""

    records: int | None = None
    pages: int | None = None


async def by_page(
    rest: Rest,
    path: str,
    rows: Callable[[Any], Sequence[Any]],
    told: Callable[[Any], Told],
    *,
    limit: int,
    params: Params = NONE,
    number: str = "pageNumber",
    size: str = "pageSize",
    route: str = "",
) -> AsyncIterator[Any]:
    """Pages of a list that is asked for by their number, from 1 on, in parameter `number`; `size` is `limit`.

    A server may put fewer rows on a page than it was asked for. So the list ends when as many records, or else as many
    pages, were received as it says there are, and at an empty page where it says neither. Raises `Anew` when it ends
    before its own total, goes on behind it, or the total changes, for then it changed while it was read and somebody
    may have been skipped; `Misconfigured` when a page comes back a second time, so that the number is plainly ignored.
    """
    received, before, records = 0, None, None
    for page_number in range(1, rest.manners.pages + 1):
        page = await _page(rest, path, {**params, number: page_number, size: limit}, route)
        found, said = rows(page), told(page)
        if found and found == before:
            raise _looping(rest, path)
        received, before = received + len(found), found
        records = said.records if page_number == 1 else records
        if said.records != records or _amiss(said, received, page_number, len(found)):
            raise Anew(f"{rest.system}: the list at {path} changed while it was read; it is read again later")
        yield page
        if received == said.records if said.records is not None else not found or page_number == said.pages:
            return
    raise _endless(rest, path)


def _amiss(said: Told, received: int, page_number: int, found: int) -> bool:
    """Whether a page has more or less to it than its list says."""
    if said.records is None:
        return not found and page_number < (said.pages or 0)
    ended = not found or page_number == said.pages
    return received > said.records or (ended and received < said.records)


async def by_cursor(
    rest: Rest,
    path: str,
    cursor: Callable[[Any], str | None],
    *,
    params: Params = NONE,
    name: str = "cursor",
    of_one_object: bool = False,
    route: str = "",
) -> AsyncIterator[Any]:
    """Pages of a list where each page holds the cursor of the next, sent as parameter `name`; no cursor ends it.

    Only the cursor is taken from an answer, never an address. Raises `Misconfigured` when a cursor comes back a
    second time. A refused list is `Misconfigured`, or `Refused` when it belongs to `of_one_object`.
    """
    asked, given = dict(params), set[str]()
    for _ in range(rest.manners.pages):
        page = await _page(rest, path, asked, route, of_one_object)
        yield page
        following = cursor(page)
        if not following:
            return
        if following in given:
            raise _looping(rest, path)
        given.add(following)
        asked[name] = following
    raise _endless(rest, path)


async def by_link(
    rest: Rest, path: str, link: Callable[[Any], str | None], *, params: Params = NONE, route: str = ""
) -> AsyncIterator[Any]:
    """Pages of a list where each page holds the address of the next, absolute or relative; no address ends it.

    Raises `Misconfigured` when an address comes back a second time or leads to another host.
    """
    address = rest.address(path)
    address = address.copy_merge_params(params) if params else address
    given = {str(address)}
    for _ in range(rest.manners.pages):
        page = await _page(rest, str(address), NONE, route)
        yield page
        following = link(page)
        if not following:
            return
        address = rest.address(following, onto=address)
        if str(address) in given:
            raise _looping(rest, path)
        given.add(str(address))
    raise _endless(rest, path)


async def _page(rest: Rest, where: str, params: Params, route: str, of_one_object: bool = False) -> Any:
    try:
        return decoded(rest.system, await rest.send("GET", where, params=params, route=route))
    except Refused as refusal:
        if of_one_object:
            raise
        raise Misconfigured(f"{refusal}; check the settings and what the credential may read") from None


def _looping(rest: Rest, path: str) -> Misconfigured:
    return Misconfigured(f"{rest.system}: a page of {path} comes back, or names itself or an earlier one as the next")


def _endless(rest: Rest, path: str) -> Misconfigured:
    return Misconfigured(f"{rest.system}: {path} has more than {rest.manners.pages} pages; that is not believed")
