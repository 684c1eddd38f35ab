"""Lists: filters with and without advanced queries, order, pages and their tokens."""

import pytest

from tests.local_graph.graph_client import World, error

ADVANCED = {"ConsistencyLevel": "eventual"}


async def names(world: World, query: str, **options: object) -> list[str]:
    return [row["displayName"] for row in await world.value(f"/users?{query}", **options)]


@pytest.fixture
def three(world: World) -> World:
    world.tenant.add_user(
        displayName="Anna", employeeId="1", mail="anna@contoso.nl", department="Zorg", jobTitle="Chef"
    )
    world.tenant.add_user(displayName="Bas", employeeId="2", department="Zorg", accountEnabled=False)
    world.tenant.add_user(displayName="O'Neil", employeeId="3", mail="neil@contoso.nl", companyName="Zon")
    return world


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("employeeId eq '2'", ["Bas"]),
        ("mail eq 'ANNA@contoso.nl'", ["Anna"]),
        ("displayName eq 'O''Neil'", ["O'Neil"]),
        ("displayName eq 'nobody'", []),
        ("employeeId in ('1','3')", ["Anna", "O'Neil"]),
        ("employeeId in ('1','1')", ["Anna"]),
        ("id eq '0f6a3b0e-52d0-4d5c-9d8d-6b8f3cf6e6d1'", []),
        ("startsWith(displayName,'b')", ["Bas"]),
        ("startswith(displayName, 'a') or employeeId eq '3'", ["Anna", "O'Neil"]),
        ("department eq 'zorg' and accountEnabled eq true", ["Anna"]),
        ("department eq 'Zorg' and (employeeId eq '2' or employeeId eq '3')", ["Bas"]),
        ("accountEnabled eq false", ["Bas"]),
        ("employeeId ge '2'", ["Bas", "O'Neil"]),
        ("proxyAddresses/any(p:p eq 'smtp:neil@contoso.nl')", ["O'Neil"]),
        ("proxyAddresses/any(p:startswith(p,'smtp:anna'))", ["Anna"]),
    ],
)
async def test_a_plain_filter_finds_what_it_says(three: World, filter: str, found: list[str]) -> None:
    assert await names(three, "", params={"$filter": filter}) == found


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("accountEnabled ne true", ["Bas"]),
        ("not(department eq 'Zorg')", ["O'Neil"]),
        ("not startswith(displayName,'A')", ["Bas", "O'Neil"]),
        ("endsWith(mail,'contoso.nl')", ["Anna", "O'Neil"]),
        ("mail eq null", ["Bas"]),
        ("companyName eq 'Zon'", ["O'Neil"]),
        ("employeeId gt '1' and employeeId lt '3'", ["Bas"]),
        ("createdDateTime ge 2026-03-02T08:00:00Z", ["Anna", "Bas", "O'Neil"]),
        ("createdDateTime lt 2026-03-02", []),
    ],
)
async def test_an_advanced_filter_needs_the_header_and_the_count(three: World, filter: str, found: list[str]) -> None:
    params = {"$filter": filter, "$count": "true"}
    refused = await three.get("/users", params=params)
    assert error(refused)[:2] == (400, "Request_UnsupportedQuery")
    without_count = await three.get("/users", params={"$filter": filter}, headers=ADVANCED)
    assert without_count.status_code == 400
    answer = (await three.get("/users", params=params, headers=ADVANCED)).json()
    assert [row["displayName"] for row in answer["value"]] == found
    assert answer["@odata.count"] == len(found)


@pytest.mark.parametrize(
    "filter",
    [
        "employeeId",
        "employeeId eq",
        "employeeId eq 'x",
        "employeeId eq x",
        "employeeId eq '1' employeeId eq '2'",
        "(employeeId eq '1'",
        "employeeId like '1'",
        "startswith(displayName)",
        "startswith(displayName,1)",
        "startswith(displayName,'a' and employeeId eq '1'",
        "displayName eq @x",
        "'x' eq displayName",
        "proxyAddresses/any(p:q eq 'x')",
    ],
)
async def test_a_malformed_filter_is_refused(three: World, filter: str) -> None:
    assert error(await three.get("/users", params={"$filter": filter}))[0] == 400


async def test_an_unknown_or_unfilterable_property_is_named(three: World) -> None:
    unknown = await three.get("/users", params={"$filter": "employeeID eq '1'"})
    assert error(unknown)[:2] == (400, "BadRequest")
    unfilterable = await three.get("/users", params={"$filter": "manager eq 'x'"})
    assert error(unfilterable)[:2] == (400, "Request_UnsupportedQuery")
    many = "employeeId in (" + ",".join(f"'{n}'" for n in range(16)) + ")"
    assert error(await three.get("/users", params={"$filter": many}))[1] == "Request_UnsupportedQuery"


async def test_counting_needs_the_header_and_is_silently_left_out_of_a_list_without_it(three: World) -> None:
    assert "@odata.count" not in (await three.get("/users?$count=true")).json()
    assert (await three.get("/users?$count=true", headers=ADVANCED)).json()["@odata.count"] == 3
    assert error(await three.get("/users/$count"))[1] == "Request_UnsupportedQuery"
    counted = await three.get("/users/$count", headers=ADVANCED)
    assert counted.text == "3"


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (4, 2), (5, 3), (1, 1), (2, 1), (3, 2)])
async def test_pages_are_joined_until_the_last_one(world: World, people: int, pages: int) -> None:
    ids = [world.tenant.add_user() for _ in range(people)]
    link, found, seen = "/users?$top=2&$select=id", [], 0
    while link:
        body = (await world.get(link)).json()
        found += [row["id"] for row in body["value"]]
        link, seen = body.get("@odata.nextLink"), seen + 1
    assert found == ids
    assert seen == pages


async def test_a_page_link_keeps_the_query_and_grows_old(world: World) -> None:
    for number in range(5):
        world.tenant.add_user(department="Zorg" if number % 2 == 0 else "ICT")
    body = (await world.get("/users", params={"$filter": "department eq 'Zorg'", "$top": "2", "$select": "id"})).json()
    link = body["@odata.nextLink"]
    world.clock.move(minutes=5)
    last = (await world.get(link)).json()
    assert len(last["value"]) == 1
    assert set(last["value"][0]) == {"id"}
    assert "@odata.nextLink" not in last
    world.clock.move(minutes=6)
    assert error(await world.get(link))[:2] == (400, "Directory_ExpiredPageToken")
    assert error(await world.get("/users?$skiptoken=nonsense"))[0] == 400


@pytest.mark.parametrize("top", ["0", "1000", "many"])
async def test_a_page_size_out_of_range_is_refused(world: World, top: str) -> None:
    assert error(await world.get(f"/users?$top={top}"))[0] == 400


async def test_sorting_is_for_names_and_with_a_filter_only_in_advanced_queries(three: World) -> None:
    assert await names(three, "$orderby=displayName desc") == ["O'Neil", "Bas", "Anna"]
    filtered = {"$filter": "department eq 'Zorg'", "$orderby": "displayName", "$count": "true"}
    assert error(await three.get("/users", params=filtered))[1] == "Request_UnsupportedQuery"
    assert await names(three, "", params=filtered, headers=ADVANCED) == ["Anna", "Bas"]
    assert error(await three.get("/users?$orderby=department"))[1] == "Request_UnsupportedQuery"


async def test_an_option_that_is_not_served_is_refused_rather_than_ignored(world: World) -> None:
    assert error(await world.get('/users?$search="displayName:an"'))[1] == "Request_UnsupportedQuery"


async def test_a_filter_by_index_reads_no_more_than_it_finds(world: World) -> None:
    """A lookup costs the same in a large directory: the index answers, not a walk."""
    wanted = world.tenant.add_user(employeeId="77")
    for _ in range(50):
        world.tenant.add_user(employeeId="1")
    walked = 0
    entries = world.tenant.directory.entries

    class Counting(dict[str, object]):
        def __getitem__(self, key: str) -> object:
            nonlocal walked
            walked += 1
            return entries[key]

    world.tenant.directory.entries = Counting(entries)  # type: ignore[assignment]
    assert [row["id"] for row in await world.value("/users?$filter=employeeId eq '77'")] == [wanted]
    assert walked < 10


async def test_objects_are_fetched_by_id_in_one_request(world: World) -> None:
    user, group = world.tenant.add_user(), world.tenant.add_group("Zorg")
    answer = await world.post("/directoryObjects/getByIds", {"ids": [user, group, user, "unknown"]})
    assert [row["@odata.type"] for row in answer.json()["value"]] == ["#microsoft.graph.user", "#microsoft.graph.group"]
    only = await world.post("/directoryObjects/getByIds", {"ids": [user, group], "types": ["group"]})
    assert [row["id"] for row in only.json()["value"]] == [group]
    assert (await world.post("/directoryObjects/getByIds", {"ids": []})).status_code == 400
    assert (await world.get(f"/directoryObjects/{group}")).json()["@odata.type"] == "#microsoft.graph.group"
    assert world.tenant.writes == 0


async def test_the_organisation_and_its_domains_are_told(world: World) -> None:
    (organisation,) = await world.value("/organization")
    assert organisation["id"] == world.tenant.id
    assert [row["name"] for row in organisation["verifiedDomains"] if row["isInitial"]] == ["contoso.onmicrosoft.com"]
    assert (await world.get(f"/organization/{world.tenant.id}")).status_code == 200
    assert (await world.get("/organization/other")).status_code == 404
    assert [row["id"] for row in await world.value("/domains") if row["isDefault"]] == ["contoso.nl"]


async def test_an_unknown_path_or_method_is_refused(world: World) -> None:
    assert error(await world.get("/people"))[:2] == (400, "BadRequest")
    assert error(await world.put("/users", {}))[0] == 405
    assert (await world.http.get("https://graph.microsoft.com/beta/users")).status_code == 404


async def test_a_filter_by_id_finds_only_its_own_kind(world: World) -> None:
    user, group = world.tenant.add_user(), world.tenant.add_group("Zorg")
    both = f"id in ('{user}','{group}')"
    assert [row["id"] for row in await world.value("/users", params={"$filter": both})] == [user]
    assert [row["id"] for row in await world.value("/groups", params={"$filter": both})] == [group]


async def test_relations_are_expanded_up_to_twenty(world: World) -> None:
    user = world.tenant.add_user(displayName="Anna")
    groups = [world.tenant.add_group(f"G{n:02}") for n in range(21)]
    for group in groups:
        world.tenant.add_member(group, user)
    body = (await world.get(f"/users/{user}?$select=id&$expand=memberOf($select=id,displayName)")).json()
    assert [row["id"] for row in body["memberOf"]] == groups[:20]
    (row,) = await world.value("/users?$select=id&$expand=manager($select=id)")
    assert "manager" not in row
    members = (await world.get(f"/groups/{groups[0]}?$select=id&$expand=members")).json()["members"]
    assert [row["displayName"] for row in members] == ["Anna"]
    for wrong in ("directReports", "memberOf($top=1)"):
        assert error(await world.get(f"/users/{user}?$expand={wrong}"))[1] == "Request_UnsupportedQuery"


async def test_a_list_of_mixed_types_selects_per_type_and_filters_after_a_cast_only(world: World) -> None:
    user, group = world.tenant.add_user(), world.tenant.add_group("Zorg")
    world.tenant.add_member(group, user)
    (row,) = await world.value(f"/users/{user}/memberOf?$select=id,groupTypes,roleTemplateId")
    assert row == {"@odata.type": "#microsoft.graph.group", "id": group, "groupTypes": []}
    assert error(await world.get(f"/users/{user}/memberOf?$select=id,colour"))[1] == "BadRequest"
    assert error(await world.get(f"/users/{user}/memberOf?$filter=id eq 'x'"))[1] == "Request_UnsupportedQuery"
    assert error(await world.get("/users?$skiptoken=e30"))[2] == "Badly formed token."


async def test_the_leave_date_is_shown_only_to_who_may_see_it(world: World) -> None:
    user = await world.create(employeeLeaveDateTime="2026-12-31T00:00:00Z")
    path = f"/users/{user}?$select=id,manager,employeeLeaveDateTime"
    assert (await world.get(path)).json()["employeeLeaveDateTime"] == "2026-12-31T00:00:00Z"
    world.faults.deny = {"User-LifeCycleInfo.Read.All"}
    assert (await world.get(path)).status_code == 403
