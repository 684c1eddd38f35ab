"""Directory changes: rounds of pages, links that are followed only home, and every form of a link that is too old."""

import httpx
import pytest
from entra_world import BASE, World, names, refusal, scripted

from shared.connector import DirectoryPage
from shared.errors import Misconfigured, TryLater
from shared.model import Verb

START = "/v1.0/users/delta"
TOKEN = f"{BASE}/users/delta?$deltatoken=old"


async def round_of(world: World, token: str = "") -> list[DirectoryPage]:
    return [page async for page in world.target.changes(token)]


async def test_a_first_round_is_fresh_and_tells_everybody_on_several_pages(world: World) -> None:
    world.faults.delta_page = 2
    boss = world.tenant.add_user(onPremisesSyncEnabled=True)
    ids = [boss, *(world.tenant.add_user(department="Sales") for _ in range(4))]
    world.tenant.set_manager(ids[1], boss)
    pages = await round_of(world)
    assert [bool(page.token) for page in pages] == [False, False, True]
    assert all(page.fresh for page in pages)
    told = {account.id: account for page in pages for account in page.accounts}
    assert list(told) == ids
    assert told[ids[1]].attributes["manager"] == boss
    assert told[ids[1]].attributes["department"] == "Sales"
    assert "department" not in told[boss].attributes
    assert told[boss].protected
    assert told[ids[1]].protected == ""


async def test_a_later_round_tells_what_changed_and_who_went(world: World) -> None:
    anna, bert, carl = [await world.create(name) for name in ("anna", "bert", "carl")]
    world.tenant.set_manager(bert, anna)
    token = (await round_of(world))[-1].token
    await world.apply(anna, Verb.UPDATE, department="Sales", extensionAttribute1="one")
    await world.apply(bert, Verb.UPDATE, manager=None)
    await world.apply(carl, Verb.DELETE)
    (page,) = await round_of(world, token)
    assert not page.fresh
    told = {account.id: account.attributes for account in page.accounts}
    assert set(told) == {anna, bert}
    assert (told[anna]["department"], told[anna]["extensionAttribute1"]) == ("Sales", "one")
    assert told[bert]["manager"] is None
    assert "manager" not in told[anna]
    assert page.removed == (carl,)
    assert [(page.accounts, page.removed) for page in await round_of(world, page.token)] == [((), ())]


async def test_a_rename_is_told_with_the_address_that_was_kept(world: World) -> None:
    anna = await world.create(mail="anna@contoso.nl")
    first = await round_of(world)
    assert first[-1].accounts[0].attributes["proxyAddresses"] == ("anna@contoso.nl",)
    await world.apply(anna, Verb.RENAME, **names("anna.wit"))
    (page,) = await round_of(world, first[-1].token)
    told = page.accounts[0].attributes
    assert told["userPrincipalName"] == "anna.wit@contoso.nl"
    assert told["proxyAddresses"] == ("anna.wit@contoso.nl", "anna@contoso.nl")


async def test_addresses_that_are_not_told_stay_absent() -> None:
    answer = httpx.Response(200, json={"value": [{"id": "a", "mail": None}], "@odata.deltaLink": TOKEN})
    async with scripted(answer) as (target, _):
        pages = [page async for page in target.changes(TOKEN)]
    assert "proxyAddresses" not in pages[0].accounts[0].attributes


async def test_a_clear_is_told_as_null(world: World) -> None:
    anna = await world.create(department="Sales")
    token = (await round_of(world))[-1].token
    await world.apply(anna, Verb.UPDATE, department=None)
    (page,) = await round_of(world, token)
    assert page.accounts[0].attributes["department"] is None


@pytest.mark.parametrize("form", ["unsupported", "syncStateNotFound", "gone"])
async def test_a_token_that_is_too_old_starts_a_fresh_round(world: World, form: str) -> None:
    anna = await world.create()
    token = (await round_of(world))[-1].token
    world.faults.expired_delta = form  # type: ignore[assignment]
    world.faults.expire_delta_tokens(world.clock())
    pages = await round_of(world, token)
    assert [page.fresh for page in pages] == [True]
    assert [account.id for account in pages[0].accounts] == [anna]
    world.clock.move(seconds=1)
    assert [page.fresh for page in await round_of(world, (await round_of(world))[-1].token)] == [False]


@pytest.mark.parametrize(
    "answer",
    [
        refusal(410, "", ""),
        refusal(410, "resyncRequired", "", Location=f"{BASE}/users/delta?$deltatoken="),
        refusal(410, "SyncStateNotFound"),
        refusal(400, "syncStateNotFound", "The sync state generation is not found."),
        refusal(404, "syncStateInvalid"),
        refusal(400, "Request_UnsupportedQuery", "DeltaLink older than 30 days is not supported."),
        refusal(400, "Request_UnsupportedQuery", "in other words"),
        refusal(400, "Request_BadRequest", "Badly formed token."),
        refusal(400, "Directory_ExpiredPageToken"),
        httpx.Response(410, text="<html>Gone</html>"),
    ],
)
async def test_every_form_of_expiry_that_was_seen_starts_over(answer: httpx.Response) -> None:
    fresh = httpx.Response(200, json={"value": [], "@odata.deltaLink": f"{BASE}/users/delta?$deltatoken=new"})
    async with scripted(answer, fresh) as (target, seen):
        pages = [page async for page in target.changes(TOKEN)]
    assert pages == [DirectoryPage(token=f"{BASE}/users/delta?$deltatoken=new", fresh=True)]
    assert str(seen[0].url) == TOKEN
    assert seen[1].url.path == START
    assert "$select" in seen[1].url.params


async def test_another_400_is_no_expiry() -> None:
    for answer in (refusal(400, "Request_BadRequest", "something else"), refusal(403, "Authorization_RequestDenied")):
        async with scripted(answer) as (target, seen):
            with pytest.raises(Exception, match="delta"):
                [page async for page in target.changes(TOKEN)]
            assert len(seen) == 1


async def test_a_query_graph_does_not_support_is_not_asked_for_ever() -> None:
    async with scripted(refusal(400, "Request_UnsupportedQuery")) as (target, _):
        with pytest.raises(Exception, match="Request_UnsupportedQuery"):
            [page async for page in target.changes("")]


async def test_a_round_that_goes_stale_half_way_goes_on_as_a_fresh_one() -> None:
    half = httpx.Response(200, json={"value": [], "@odata.nextLink": f"{BASE}/users/delta?$skiptoken=2"})
    whole = httpx.Response(200, json={"value": [], "@odata.deltaLink": TOKEN})
    async with scripted(half, refusal(400, "Directory_ExpiredPageToken"), whole) as (target, _):
        assert [page.fresh async for page in target.changes(TOKEN)] == [False, True]


async def test_a_fresh_round_that_goes_stale_starts_over_later() -> None:
    half = httpx.Response(200, json={"value": [], "@odata.nextLink": f"{BASE}/users/delta?$skiptoken=2"})
    async with scripted(half, refusal(400, "Directory_ExpiredPageToken")) as (target, _):
        with pytest.raises(TryLater):
            [page async for page in target.changes("")]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/users/delta?$skiptoken=2",
        "https://graph.microsoft.com.evil.example/v1.0/users/delta",
        "https://graph.microsoft.com@evil.example/v1.0/users/delta",
        "http://graph.microsoft.com/v1.0/users/delta",
        "https://graph.microsoft.com:8443/v1.0/users/delta",
        "https://graph.microsoft.com/beta/users/delta",
        "https://[nonsense/v1.0/users/delta",
        "https://graph.microsoft.com:none/v1.0/users/delta",
        "/users/delta",
    ],
)
async def test_a_link_that_leads_elsewhere_is_never_followed(link: str) -> None:
    page = httpx.Response(200, json={"value": [], "@odata.nextLink": link})
    async with scripted(page) as (target, seen):
        with pytest.raises(Misconfigured, match="elsewhere"):
            [page async for page in target.changes("")]
        assert len(seen) == 1
    whole = httpx.Response(200, json={"value": [], "@odata.deltaLink": TOKEN})
    async with scripted(whole) as (target, seen):
        assert [page.fresh async for page in target.changes(link)] == [True]
        assert seen[0].url.path == START


async def test_a_throttled_page_ends_the_round_for_now() -> None:
    async with scripted(refusal(429, "TooManyRequests", Retry_After="12")) as (target, _):
        with pytest.raises(TryLater) as later:
            [page async for page in target.changes(TOKEN)]
        assert later.value.seconds == 12


@pytest.mark.parametrize("body", [{"value": []}, {"value": [], "@odata.nextLink": 7}, {"value": 7}, [], {}])
async def test_a_page_without_a_list_or_a_link_is_no_end(body: object) -> None:
    async with scripted(httpx.Response(200, json=body)) as (target, _):
        with pytest.raises(TryLater):
            [page async for page in target.changes("")]


async def test_items_of_odd_shape_do_no_harm() -> None:
    items = [{"id": 7}, {"displayName": "nobody"}, {"id": "a", "manager@delta": "odd"}, {"id": "b", "@removed": None}]
    answer = httpx.Response(200, json={"value": items, "@odata.deltaLink": TOKEN})
    async with scripted(answer) as (target, _):
        pages = [page async for page in target.changes("")]
    assert [account.id for account in pages[0].accounts] == ["a"]
    assert pages[0].removed == ("b",)
