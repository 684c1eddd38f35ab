"""Batches: twenty at a time, each part by itself, answers in any order."""

from typing import Any

import httpx
import pytest

from local.graph import Bucket
from tests.local_graph.graph_client import World, error, person

JSON = {"Content-Type": "application/json"}


def part(id: str, method: str = "GET", url: str = "/users", **more: Any) -> dict[str, Any]:
    return {"id": id, "method": method, "url": url, **more}


def create(id: str, name: str, **more: Any) -> dict[str, Any]:
    return part(id, "POST", "/users", headers=JSON, body=person(name), **more)


async def batch(world: World, *parts: dict[str, Any]) -> httpx.Response:
    return await world.post("/$batch", {"requests": list(parts)})


async def statuses(world: World, *parts: dict[str, Any]) -> dict[str, int]:
    answer = await batch(world, *parts)
    assert answer.status_code == 200, answer.text
    return {row["id"]: row["status"] for row in answer.json()["responses"]}


async def test_parts_are_answered_by_id_in_any_order_unless_switched(world: World) -> None:
    parts = [part(str(n), url=f"/users/p{n}@contoso.nl?$select=id") for n in range(20)]
    orders = [[row["id"] for row in (await batch(world, *parts)).json()["responses"]] for _ in range(3)]
    assert all(sorted(order, key=int) == [str(n) for n in range(20)] for order in orders)
    assert any(order != [str(n) for n in range(20)] for order in orders)
    world.faults.batch_in_order = True
    answer = await batch(world, *parts)
    assert [row["id"] for row in answer.json()["responses"]] == [str(n) for n in range(20)]


async def test_a_part_that_fails_leaves_the_others_alone(world: World) -> None:
    found = await statuses(world, create("1", "anna"), create("2", "anna"), create("3", "piet"), part("4", url="users"))
    assert found == {"1": 201, "2": 400, "3": 201, "4": 200}
    assert len(world.tenant.users) == 2


async def test_a_part_keeps_its_query_and_headers(world: World) -> None:
    world.tenant.add_user(displayName="Anna", city=None)
    url = "users?$select=displayName&$filter=city eq null&$count=true"
    answer = await batch(world, part("1", url=url, headers={"ConsistencyLevel": "eventual"}))
    (row,) = answer.json()["responses"]
    assert row["body"]["value"] == [{"displayName": "Anna"}]
    assert row["body"]["@odata.count"] == 1
    assert row["headers"]["x-ms-resource-unit"] == "1"


async def test_an_answer_without_a_body_has_none_in_a_batch(world: World) -> None:
    user = await world.create()
    answer = await batch(world, part("1", "DELETE", f"/users/{user}"))
    assert "body" not in answer.json()["responses"][0]


async def test_what_depends_on_a_failure_is_not_tried(world: World) -> None:
    found = await statuses(
        world,
        part("1", url="/users/nobody"),
        create("2", "anna", dependsOn=["1"]),
        create("3", "piet", dependsOn=["2"]),
        create("4", "kees"),
        create("5", "joop", dependsOn=["4"]),
    )
    assert found == {"1": 404, "2": 424, "3": 424, "4": 201, "5": 201}
    assert len(world.tenant.users) == 2


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(str(n)) for n in range(21)],
        [part("1"), part("1")],
        [part("1", dependsOn=["2"]), part("2")],
        [part("1", dependsOn=["9"])],
        [part("1", "POST", "/users", body=person())],
        [{"id": "1"}],
        [part("1", "POST", "/$batch", headers=JSON, body={"requests": [part("1")]})],
    ],
    ids=[
        "none",
        "21",
        "same id",
        "depends on a later one",
        "depends on nothing",
        "no content type",
        "no url",
        "a batch",
    ],
)
async def test_a_batch_that_is_wrong_is_refused_whole(world: World, parts: list[dict[str, Any]]) -> None:
    assert error(await batch(world, *parts))[:2] == (400, "BadRequest")
    assert world.tenant.writes == 0


async def test_each_part_is_throttled_and_counted_by_itself(world: World) -> None:
    world.faults.writes = Bucket(2, 150)
    answer = await batch(world, *(create(str(n), f"p{n}") for n in range(4)))
    assert answer.status_code == 200
    found = {row["id"]: row for row in answer.json()["responses"]}
    assert [found[str(n)]["status"] for n in range(4)] == [201, 201, 429, 429]
    assert found["2"]["headers"]["retry-after"] == "75"
    assert (world.tenant.writes, world.tenant.reads) == (2, 0)
    assert world.tenant.log[-1] == ("POST", "/v1.0/$batch", 200)


async def test_a_lost_part_loses_the_answer_of_the_whole_batch(world: World) -> None:
    world.faults.lose_answer_of_write(2)
    with pytest.raises(httpx.TransportError):
        await batch(world, *(create(str(n), f"p{n}") for n in range(3)))
    assert len(world.tenant.users) == 2
