"""A list is read to its end, once, and never believed when it loops, shrinks or leads elsewhere."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.errors import Anew, Misconfigured, Refused, TryLater
from shared.paging import Told, by_cursor, by_link, by_offset, by_page
from shared.rest import Manners, Rest
from tests.rest.rest_world import BASE, SECRET, Shop

LIMIT = 3


def people(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


def rows_of(page: Any) -> list[Any]:
    return page["rows"]


async def ids(pages: AsyncIterator[Any]) -> list[int]:
    return [row["id"] async for page in pages for row in page["rows"]]


def listed(rest: Rest, **more: Any) -> AsyncIterator[Any]:
    return by_offset(rest, "/people", rows_of, limit=LIMIT, **more)


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3), (7, 3)])
async def test_every_row_is_read_once_at_n_and_n_plus_one_pages(
    count: int, requests: int, rest: Rest, shop: Shop
) -> None:
    shop.rows = people(count)
    assert await ids(listed(rest)) == list(range(count))
    assert len(shop.seen) == requests


async def test_a_second_page_is_asked_for_when_the_first_is_full(rest: Rest, shop: Shop) -> None:
    shop.rows = people(LIMIT)
    await ids(listed(rest, params={"active": 1}, offset="offset", size="limit"))
    assert [dict(request.query_params) for request in shop.seen] == [
        {"active": "1", "offset": "0", "limit": "3"},
        {"active": "1", "offset": "3", "limit": "3"},
    ]


async def test_a_server_that_gives_less_than_asked_for_is_read_to_its_total(rest: Rest, shop: Shop) -> None:
    shop.rows, shop.most, shop.told = people(5), 2, lambda: 5
    assert await ids(listed(rest, total=lambda page: page["total"])) == [0, 1, 2, 3, 4]


async def test_a_list_that_ends_before_its_total_is_not_believed(rest: Rest, shop: Shop) -> None:
    shop.rows, shop.told = people(4), lambda: 9
    with pytest.raises(TryLater, match="Shop: /people ended after 4 of 9 records"):
        await ids(listed(rest, total=lambda page: page["total"]))


async def test_a_list_that_changes_while_it_is_read_is_not_believed(rest: Rest, shop: Shop) -> None:
    shop.rows, totals = people(5), [6, 5]
    shop.told = lambda: totals.pop(0)
    with pytest.raises(TryLater, match="changed while it was read"):
        await ids(listed(rest, total=lambda page: page["total"]))


async def test_a_server_that_ignores_the_position_is_not_believed(rest: Rest, shop: Shop) -> None:
    shop.rows, shop.deaf = people(LIMIT), True
    with pytest.raises(Misconfigured, match="comes back"):
        await ids(listed(rest))


async def test_a_list_without_end_is_not_believed(rest: Rest, shop: Shop) -> None:
    rest.manners = Manners(pages=2)
    shop.rows = people(9)
    with pytest.raises(Misconfigured, match="more than 2 pages"):
        await ids(listed(rest))


async def test_a_refused_list_is_misconfigured(rest: Rest, shop: Shop) -> None:
    shop.script = [Response(status_code=403)]
    with pytest.raises(Misconfigured, match="GET /api/people answered 403; check the settings"):
        await ids(listed(rest))


def page_of(numbers: Any, **told: int) -> Response:
    return JSONResponse({"rows": [{"id": number} for number in numbers], **told})


def numbered_pages(rest: Rest) -> AsyncIterator[Any]:
    return by_page(
        rest,
        "/people",
        rows_of,
        lambda page: Told(page.get("total"), page.get("pages")),
        limit=LIMIT,
        params={"active": 1},
    )


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page_of([], total=0, pages=0)], id="nobody"),
        pytest.param([page_of([0, 1], total=2, pages=1)], id="one page"),
        pytest.param([page_of([0, 1, 2], total=3, pages=1)], id="one full page"),
        pytest.param([page_of([0, 1, 2], total=4), page_of([3], total=4)], id="a total only"),
        pytest.param([page_of([0, 1], total=3), page_of([2], total=3)], id="fewer to a page than asked for"),
        pytest.param([page_of([0, 1, 2], pages=2), page_of([3, 4, 5], pages=2)], id="pages only"),
        pytest.param([page_of([0, 1]), page_of([2]), page_of([])], id="nothing told"),
    ],
)
async def test_numbered_pages_are_read_to_the_end_that_they_tell(pages: list[Response], rest: Rest, shop: Shop) -> None:
    shop.script, count = list(pages), len(pages)
    found = await ids(numbered_pages(rest))
    assert found == list(range(len(found)))
    assert [request.query_params["pageNumber"] for request in shop.seen] == [str(n + 1) for n in range(count)]
    assert {request.query_params["pageSize"] for request in shop.seen} == {"3"}
    assert not shop.script


@pytest.mark.parametrize(
    "pages",
    [
        pytest.param([page_of([0, 1], total=5, pages=2), page_of([], total=5, pages=2)], id="ends before its total"),
        pytest.param([page_of([0, 1, 2], total=5, pages=1)], id="fewer pages than its total needs"),
        pytest.param([page_of([0, 1, 2], total=4), page_of([3, 4], total=4)], id="goes on behind its total"),
        pytest.param([page_of([0, 1, 2], total=4), page_of([3], total=5)], id="another total"),
        pytest.param([page_of([0, 1, 2], total=4), page_of([3])], id="no total any more"),
        pytest.param([page_of([0, 1, 2], pages=3), page_of([], pages=3)], id="empty before its last page"),
    ],
)
async def test_numbered_pages_that_change_are_not_believed(pages: list[Response], rest: Rest, shop: Shop) -> None:
    shop.script = list(pages)
    with pytest.raises(Anew, match="the list at /people changed while it was read"):
        await ids(numbered_pages(rest))


async def test_a_server_that_ignores_the_number_is_not_believed(rest: Rest, shop: Shop) -> None:
    shop.rows = people(2)
    with pytest.raises(Misconfigured, match="comes back"):
        await ids(numbered_pages(rest))


async def test_numbered_pages_without_end_are_not_followed(rest: Rest, shop: Shop) -> None:
    rest.manners = Manners(pages=2)
    shop.script = [page_of([0]), page_of([1]), page_of([2])]
    with pytest.raises(Misconfigured, match="more than 2 pages"):
        await ids(numbered_pages(rest))


def cursor(page: Any) -> str | None:
    return page.get("next")


def numbered(request: Request) -> str | None:
    number = int(request.query_params.get("cursor", "0"))
    return str(number + 1) if number < 2 else None


async def test_cursors_are_followed_to_the_last_page(rest: Rest, shop: Shop) -> None:
    shop.rows, shop.following = people(1), numbered
    assert len([page async for page in by_cursor(rest, "/people", cursor, params={"limit": 1})]) == 3
    assert [dict(request.query_params) for request in shop.seen] == [
        {"limit": "1"},
        {"limit": "1", "cursor": "1"},
        {"limit": "1", "cursor": "2"},
    ]


async def test_a_cursor_may_have_another_name(rest: Rest, shop: Shop) -> None:
    shop.following = lambda request: "x" if "after" not in request.query_params else None
    assert len([page async for page in by_cursor(rest, "/people", cursor, name="after")]) == 2


@pytest.mark.parametrize("turns", [["same"], ["one", "two"]])
async def test_a_cursor_that_comes_back_is_not_followed(turns: list[str], rest: Rest, shop: Shop) -> None:
    shop.following = lambda request: turns[(len(shop.seen) - 1) % len(turns)]
    with pytest.raises(Misconfigured, match="names itself or an earlier one"):
        _ = [page async for page in by_cursor(rest, "/people", cursor)]
    assert len(shop.seen) == len(turns) + 1


async def test_cursors_without_end_are_not_followed(rest: Rest, shop: Shop) -> None:
    rest.manners = Manners(pages=3)
    shop.following = lambda request: str(len(shop.seen))
    with pytest.raises(Misconfigured, match="more than 3 pages"):
        _ = [page async for page in by_cursor(rest, "/people", cursor)]


async def test_a_refused_list_of_one_object_is_refused_for_that_object(rest: Rest, shop: Shop) -> None:
    shop.script = [Response(status_code=404)]
    with pytest.raises(Refused):
        _ = [page async for page in by_cursor(rest, "/people/7/jobs", cursor, of_one_object=True)]


@pytest.mark.parametrize("link", [f"{BASE}/people?page=2", "/api/people?page=2", "?page=2", "people?page=2"])
async def test_links_are_followed_absolute_or_relative(link: str, rest: Rest, shop: Shop) -> None:
    shop.following = lambda request: None if "page" in request.query_params else link
    assert len([page async for page in by_link(rest, "/people", cursor, params={"limit": 1})]) == 2
    assert (shop.seen[1].url.path, str(shop.seen[1].url.query)) == ("/api/people", "page=2")


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.example.test/api/people?page=2", "//elsewhere.example.test/x", "http://hr.example.test/api/x"],
)
async def test_a_link_to_another_host_is_refused_and_the_token_stays_here(link: str, rest: Rest, shop: Shop) -> None:
    shop.script = [JSONResponse({"next": link})]
    with pytest.raises(Misconfigured, match="another host"):
        _ = [page async for page in by_link(rest, "/people", cursor)]
    assert [request.url.hostname for request in shop.seen] == ["hr.example.test"]


async def test_a_link_that_is_no_address_is_refused(rest: Rest, shop: Shop) -> None:
    shop.following = lambda request: f"https://[{SECRET}"
    with pytest.raises(Misconfigured) as refusal:
        _ = [page async for page in by_link(rest, "/people", cursor)]
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize("params", [{}, {"limit": 1}])
async def test_a_link_to_the_same_page_is_not_followed(params: dict[str, int], rest: Rest, shop: Shop) -> None:
    shop.following = lambda request: str(request.url)
    with pytest.raises(Misconfigured, match="names itself"):
        _ = [page async for page in by_link(rest, "/people", cursor, params=params)]
    assert len(shop.seen) == 1


async def test_links_without_end_are_not_followed(rest: Rest, shop: Shop) -> None:
    rest.manners = Manners(pages=2)
    shop.following = lambda request: f"?page={len(shop.seen)}"
    with pytest.raises(Misconfigured, match="more than 2 pages"):
        _ = [page async for page in by_link(rest, "/people", cursor)]
