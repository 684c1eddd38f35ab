"""Delta: full and later rounds, what counts as a change, removals, relations, and every way a token dies."""

from datetime import timedelta

import pytest

from tests.local_graph.graph_client import World, error, reference

SELECT = "/users/delta?$select=displayName,jobTitle,department"
WITH_MANAGER = "/users/delta?$select=displayName,manager"
GROUPS = "/groups/delta?$select=displayName,members"
MINIMAL = {"Prefer": "return=minimal"}


def ids(items: list[dict[str, object]]) -> list[object]:
    return [item["id"] for item in items]


@pytest.mark.parametrize("path", ["delta", "delta()", "microsoft.graph.delta()", "Delta"])
async def test_a_first_round_tells_everything_and_leaves_a_delta_link(world: World, path: str) -> None:
    users = [world.tenant.add_user(displayName=f"P{n}", jobTitle=None if n else "Chef") for n in range(3)]
    items, link = await world.round(f"/users/{path}?$select=displayName,jobTitle,department")
    assert ids(items) == users
    assert items[0] == {"id": users[0], "displayName": "P0", "jobTitle": "Chef"}
    assert items[1]["jobTitle"] is None
    assert "department" not in items[1]
    assert "$deltatoken=" in link
    assert (await world.round(link))[0] == []


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
async def test_a_round_comes_in_pages_and_only_the_last_one_has_a_delta_link(
    world: World, people: int, pages: int
) -> None:
    world.faults.delta_page = 2
    users = [world.tenant.add_user() for _ in range(people)]
    link, seen, found = "/users/delta", 0, []
    while link:
        body = (await world.get(link)).json()
        assert ("@odata.nextLink" in body) != ("@odata.deltaLink" in body)
        found += ids(body["value"])
        link, seen = body.get("@odata.nextLink"), seen + 1
    assert (found, seen) == (users, pages)


async def test_a_change_made_while_a_round_is_read_comes_at_the_latest_in_the_next(world: World) -> None:
    world.faults.delta_page = 1
    users = [world.tenant.add_user(displayName=f"P{n}") for n in range(2)]
    first = (await world.get(SELECT)).json()
    await world.patch(f"/users/{users[0]}", jobTitle="Chef")
    _, link = await world.round(first["@odata.nextLink"])
    items, _ = await world.round(link)
    assert [(item["id"], item["jobTitle"]) for item in items] == [(users[0], "Chef")]


async def test_a_later_round_tells_created_changed_and_removed_objects_once_each(world: World) -> None:
    kept, left = await world.create("anna", jobTitle="Chef"), await world.create("piet")
    _, link = await world.round(SELECT)
    await world.patch(f"/users/{kept}", jobTitle="Baas")
    await world.patch(f"/users/{kept}", department="Zorg")
    await world.delete(f"/users/{left}")
    new = await world.create("kees")
    items, _ = await world.round(link)
    assert items == [
        {"id": kept, "displayName": "anna", "jobTitle": "Baas", "department": "Zorg"},
        {"id": left, "@removed": {"reason": "changed"}},
        {"id": new, "displayName": "kees"},
    ]


async def test_what_is_not_selected_does_not_bring_an_object_back(world: World) -> None:
    user = await world.create()
    _, link = await world.round(SELECT)
    await world.patch(f"/users/{user}", city="Ede")
    assert (await world.round(link))[0] == []


async def test_writing_the_same_value_again_is_no_change(world: World) -> None:
    user = await world.create(jobTitle="Chef")
    _, link = await world.round(SELECT)
    await world.patch(f"/users/{user}", jobTitle="Chef")
    assert (await world.round(link))[0] == []


async def test_minimal_tells_only_what_changed_nulls_included(world: World) -> None:
    user = await world.create(jobTitle="Chef", department="Zorg")
    _, link = await world.round(SELECT)
    await world.patch(f"/users/{user}", jobTitle=None)
    everything, _ = await world.round(link)
    minimal, _ = await world.round(link, headers=MINIMAL)
    assert everything == [{"id": user, "displayName": "anna.jansen", "jobTitle": None, "department": "Zorg"}]
    assert minimal == [{"id": user, "jobTitle": None}]
    assert (await world.get(link, headers=MINIMAL)).headers["preference-applied"] == "return=minimal"


async def test_a_deleted_user_is_removed_as_changed_then_as_deleted(world: World) -> None:
    user = await world.create()
    _, link = await world.round(SELECT)
    await world.delete(f"/users/{user}")
    items, link = await world.round(link)
    assert items == [{"id": user, "@removed": {"reason": "changed"}}]
    assert (await world.round(SELECT))[0] == items
    await world.delete(f"/directory/deletedItems/{user}")
    items, link = await world.round(link)
    assert items == [{"id": user, "@removed": {"reason": "deleted"}}]
    assert (await world.round(SELECT))[0] == items


async def test_a_restored_user_comes_back_as_an_ordinary_item(world: World) -> None:
    user = await world.create(jobTitle="Chef")
    await world.delete(f"/users/{user}")
    _, link = await world.round(SELECT)
    await world.post(f"/directory/deletedItems/{user}/restore")
    assert (await world.round(link))[0] == [{"id": user, "displayName": "anna.jansen", "jobTitle": "Chef"}]


async def test_latest_gives_a_link_and_no_data(world: World) -> None:
    await world.create("anna")
    for name, option in (("piet", "$deltatoken"), ("kees", "$deltaToken")):
        items, link = await world.round(f"/users/delta?{option}=latest&$select=displayName")
        assert items == []
        new = await world.create(name)
        items, _ = await world.round(link)
        assert ids(items) == [new]


async def test_a_manager_is_told_when_selected(world: World) -> None:
    user, first, second = [await world.create(name) for name in ("anna", "baas", "directeur")]
    await world.put(f"/users/{user}/manager/$ref", reference(first))
    items, link = await world.round(WITH_MANAGER)
    assert items[0]["manager@delta"] == [{"@odata.type": "#microsoft.graph.user", "id": first}]
    assert "manager@delta" not in items[1]
    await world.put(f"/users/{user}/manager/$ref", reference(second))
    items, link = await world.round(link)
    assert ids(items) == [user]
    assert items[0]["manager@delta"] == [
        {"@odata.type": "#microsoft.graph.user", "id": first, "@removed": {"reason": "deleted"}},
        {"@odata.type": "#microsoft.graph.user", "id": second},
    ]
    await world.patch(f"/users/{user}", displayName="Anna")
    items, link = await world.round(link)
    assert "manager@delta" not in items[0]
    await world.delete(f"/users/{user}/manager/$ref")
    items, _ = await world.round(link)
    (gone,) = items[0]["manager@delta"]
    assert gone["@removed"] == {"reason": "deleted"}
    _, plain = await world.round(SELECT)
    await world.put(f"/users/{user}/manager/$ref", reference(first))
    assert (await world.round(plain))[0] == []


async def test_members_are_told_as_they_come_and_go(world: World) -> None:
    group = world.tenant.add_group("Zorg")
    first, second = world.tenant.add_user(), world.tenant.add_user()
    world.tenant.add_member(group, first)
    items, link = await world.round(GROUPS)
    assert items == [
        {"id": group, "displayName": "Zorg", "members@delta": [{"@odata.type": "#microsoft.graph.user", "id": first}]}
    ]
    await world.delete(f"/groups/{group}/members/{first}/$ref")
    await world.post(f"/groups/{group}/members/$ref", reference(second))
    items, link = await world.round(link)
    assert items[0]["members@delta"] == [
        {"@odata.type": "#microsoft.graph.user", "id": first, "@removed": {"reason": "deleted"}},
        {"@odata.type": "#microsoft.graph.user", "id": second},
    ]
    await world.delete(f"/users/{second}")
    assert (await world.round(link))[0] == []


async def test_a_large_group_is_split_over_items_with_the_same_id(world: World) -> None:
    world.faults.delta_members = 2
    group, users = world.tenant.add_group("Zorg"), [world.tenant.add_user() for _ in range(5)]
    for user in users:
        world.tenant.add_member(group, user)
    items, _ = await world.round(GROUPS)
    assert ids(items) == [group] * 3
    assert [member["id"] for item in items for member in item["members@delta"]] == users


async def test_group_delta_without_a_selection_tells_members_too(world: World) -> None:
    group, user = world.tenant.add_group("Zorg"), world.tenant.add_user()
    world.tenant.add_member(group, user)
    items, _ = await world.round("/groups/delta")
    assert items[0]["securityEnabled"] is True
    assert [member["id"] for member in items[0]["members@delta"]] == [user]


async def test_a_filter_on_ids_narrows_every_round(world: World) -> None:
    first, _, third = [await world.create(name) for name in ("a1", "b2", "c3")]
    items, link = await world.round(f"{SELECT}&$filter=id eq '{first}' or id eq '{third}'")
    assert ids(items) == [first, third]
    for user in (first, third):
        await world.patch(f"/users/{user}", jobTitle="Chef")
    await world.create("d4")
    assert ids((await world.round(link))[0]) == [first, third]
    too_many = " or ".join(f"id eq '{n}'" for n in range(51))
    for filter in ("displayName eq 'x'", too_many):
        assert error(await world.get("/users/delta", params={"$filter": filter}))[1] == "Request_UnsupportedQuery"


@pytest.mark.parametrize("option", ["$top=5", "$expand=manager", "$orderby=displayName"])
async def test_options_delta_does_not_have_are_refused(world: World, option: str) -> None:
    assert error(await world.get(f"/users/delta?{option}"))[:2] == (400, "Request_UnsupportedQuery")


async def test_a_property_outside_the_directory_is_not_tracked(world: World) -> None:
    assert error(await world.get("/users/delta?$select=skills"))[0] == 400


@pytest.mark.parametrize("token", ["nonsense", "bm9uc2Vuc2U", "e30"])
async def test_a_malformed_token_is_refused(world: World, token: str) -> None:
    assert error(await world.get(f"/users/delta?$deltatoken={token}"))[2] == "Badly formed token."


async def test_a_token_of_users_is_none_of_groups(world: World) -> None:
    _, link = await world.round("/users/delta")
    assert error(await world.get(link.replace("/users/", "/groups/")))[2] == "Badly formed token."


EXPIRED = {
    "unsupported": (400, "Request_UnsupportedQuery", "DeltaLink older than 30 days is not supported."),
    "syncStateNotFound": (
        400,
        "syncStateNotFound",
        "The sync state generation is not found. The delta token is expired and data must be synchronized again.",
    ),
    "gone": (410, "resyncRequired", "Resync required."),
}


@pytest.mark.parametrize("form", list(EXPIRED))
async def test_an_old_token_is_refused_in_the_chosen_form(world: World, form: str) -> None:
    await world.create()
    _, link = await world.round("/users/delta")
    world.faults.expired_delta = form  # type: ignore[assignment]
    world.clock.move(days=30)
    assert (await world.get(link)).status_code == 200
    world.clock.move(seconds=1)
    answer = await world.get(link)
    assert error(answer) == EXPIRED[form]
    if form == "gone":
        items, _ = await world.round(answer.headers["location"])
        assert len(items) == 1


async def test_tokens_can_be_made_to_expire_at_once(world: World) -> None:
    _, old = await world.round("/users/delta")
    world.faults.expire_delta_tokens(world.clock.now)
    world.clock.move(seconds=1)
    assert (await world.get(old)).status_code == 400
    _, new = await world.round("/users/delta")
    assert (await world.get(new)).status_code == 200


async def test_old_changes_are_told_again_and_items_repeated_when_switched_on(world: World) -> None:
    user = await world.create()
    _, link = await world.round(SELECT)
    assert (await world.round(link))[0] == []
    world.faults.delta_replays = 1
    assert ids((await world.round(link))[0]) == [user]
    world.faults.delta_repeats = True
    assert ids((await world.round(link))[0]) == [user, user]


async def test_changes_reach_delta_after_the_lag_and_none_is_lost(world: World) -> None:
    world.faults.lag = 60
    first = await world.create("anna")
    items, link = await world.round(SELECT)
    assert items == []
    world.clock.now += timedelta(seconds=30)
    second = await world.create("piet")
    world.clock.now += timedelta(seconds=30)
    items, link = await world.round(link)
    assert ids(items) == [first]
    world.clock.now += timedelta(seconds=30)
    assert ids((await world.round(link))[0]) == [second]
