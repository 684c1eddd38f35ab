"""Faults on purpose: throttling, lost answers, failing writes, lag, and a service that is broken altogether."""

import httpx
import pytest

from local.graph import AnswerLost, Bucket
from tests.local_graph.graph_client import World, error, person, reference


async def test_writes_beyond_the_quota_wait_for_the_bucket_to_fill(world: World) -> None:
    world.faults.writes = Bucket(5, 150)
    for number in range(5):
        assert (await world.post("/users", person(f"p{number}"))).status_code == 201
    refused = await world.post("/users", person("p5"))
    assert error(refused)[:2] == (429, "TooManyRequests")
    assert refused.headers["retry-after"] == "30"
    assert refused.headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert refused.headers["x-ms-throttle-scope"].split("/")[-1] == world.tenant.id
    assert (await world.get("/users")).status_code == 200
    world.clock.move(seconds=29)
    assert (await world.post("/users", person("p5"))).status_code == 429
    world.clock.move(seconds=1)
    assert (await world.post("/users", person("p5"))).status_code == 201
    assert world.tenant.writes == 6
    assert len(world.tenant.users) == 6


async def test_the_quota_is_three_thousand_writes_and_warns_near_its_end(world: World) -> None:
    assert (world.faults.writes.size, world.faults.writes.seconds) == (3000, 150)
    user = await world.create()
    assert world.faults.writes.take(2399, world.clock.now) == 0
    quiet = await world.patch(f"/users/{user}", jobTitle="a")
    assert quiet.headers["x-ms-throttle-limit-percentage"] == "0.80"
    world.clock.move(seconds=150)
    assert "x-ms-throttle-limit-percentage" not in (await world.patch(f"/users/{user}", jobTitle="b")).headers


async def test_reads_cost_resource_units(world: World) -> None:
    world.faults.units = Bucket(4, 10)
    assert (await world.get("/users")).headers["x-ms-resource-unit"] == "2"
    assert (await world.get("/users?$select=id")).headers["x-ms-resource-unit"] == "1"
    assert (await world.get("/users?$select=id&$top=5")).headers["x-ms-resource-unit"] == "1"
    refused = await world.get("/users?$select=id")
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert refused.headers["retry-after"] == "3"
    world.faults.retry_after = 17
    assert (await world.get("/users")).headers["retry-after"] == "17"


async def test_a_forced_throttle_comes_with_or_without_retry_after(world: World) -> None:
    world.faults.throttle_next(2, retry_after=7)
    world.faults.throttle_next()
    answers = [await world.get("/users") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert [answer.headers.get("retry-after") for answer in answers] == ["7", "7", None, None]


@pytest.mark.parametrize("effect", [True, False])
async def test_a_lost_answer_is_a_broken_connection_with_or_without_the_effect(world: World, effect: bool) -> None:
    world.faults.lose_answer_of_write(2, effect=effect)
    await world.create("anna")
    with pytest.raises(httpx.TransportError):
        await world.post("/users", person("piet"))
    assert len(world.tenant.users) == (2 if effect else 1)
    retried = await world.post("/users", person("piet"))
    assert retried.status_code == (400 if effect else 201)
    assert world.tenant.log[1] == ("POST", "/v1.0/users", 0)


@pytest.mark.parametrize("status", [503, 504, 429])
@pytest.mark.parametrize("effect", [True, False])
async def test_a_failing_write_was_done_or_was_not(world: World, status: int, effect: bool) -> None:
    user = await world.create()
    world.faults.fail_write(status=status, effect=effect)
    assert (await world.get(f"/users/{user}")).status_code == 200
    assert (await world.patch(f"/users/{user}", jobTitle="Chef")).status_code == status
    assert world.tenant.users[user].get("jobTitle") == ("Chef" if effect else None)
    assert (await world.patch(f"/users/{user}", jobTitle="Baas")).status_code == 204


async def test_a_refused_write_keeps_its_refusal_even_when_a_fault_waits(world: World) -> None:
    user = await world.create()
    world.faults.lose_answer_of_write(effect=True)
    assert (await world.patch(f"/users/{user}", salary=1)).status_code == 400


async def test_with_lag_a_new_user_is_in_no_list_yet(world: World) -> None:
    world.faults.lag = 30
    user = await world.create(employeeId="7")
    by_number = "/users?$filter=employeeId eq '7'"
    assert await world.value(by_number) == []
    assert await world.value("/users") == []
    assert (await world.get(f"/users/{user}")).status_code == 200
    assert (await world.post("/users", person())).status_code == 400
    world.clock.move(seconds=30)
    assert [row["id"] for row in await world.value(by_number)] == [user]


async def test_with_lagging_reads_a_new_object_is_a_404_everywhere(world: World) -> None:
    group = world.tenant.add_group("Zorg")
    world.faults.lag, world.faults.lag_reads = 30, True
    world.clock.move(seconds=30)
    user = await world.create()
    assert (await world.get(f"/users/{user}")).status_code == 404
    assert (await world.get("/users/anna.jansen@contoso.nl")).status_code == 404
    assert (await world.post(f"/groups/{group}/members/$ref", reference(user))).status_code == 404
    assert (await world.patch(f"/users/{user}", jobTitle="Chef")).status_code == 404
    world.clock.move(seconds=30)
    assert (await world.post(f"/groups/{group}/members/$ref", reference(user))).status_code == 204


async def test_broken_altogether_the_service_answers_in_four_wrong_ways(broken: World) -> None:
    broken.faults.breaks = "forbidden"
    assert error(await broken.get("/users"))[:2] == (403, "Authorization_RequestDenied")
    broken.faults.breaks = "unauthorised"
    assert error(await broken.get("/users"))[:2] == (401, "InvalidAuthenticationToken")
    broken.faults.breaks = "html"
    page = await broken.post("/users", person())
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
    assert not broken.tenant.users
    broken.faults.breaks = "truncated"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        (await broken.get("/users")).json()
    broken.faults.breaks = ""
    assert (await broken.get("/users")).status_code == 200


async def test_every_answer_carries_the_ids_and_headers_of_the_service(world: World) -> None:
    answer = await world.get("/users", headers={"client-request-id": "mine"})
    assert answer.headers["client-request-id"] == "mine"
    assert len(answer.headers["request-id"]) == 36
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json;odata.metadata=minimal;")
    refusal = await world.get("/users/nobody", headers={"client-request-id": "mine"})
    inner = refusal.json()["error"]["innerError"]
    assert inner == {
        "date": "2026-03-02T08:00:00",
        "request-id": refusal.headers["request-id"],
        "client-request-id": "mine",
    }


async def test_the_log_and_the_counters_tell_what_was_asked(world: World) -> None:
    user = await world.create()
    await world.get(f"/users/{user}?$select=id")
    await world.get("/users/nobody")
    assert world.tenant.log == [
        ("POST", "/v1.0/users", 201),
        ("GET", f"/v1.0/users/{user}", 200),
        ("GET", "/v1.0/users/nobody", 404),
    ]
    assert (world.tenant.reads, world.tenant.writes) == (2, 1)


@pytest.mark.parametrize(
    ("content", "headers"),
    [(b"{", {"content-type": "application/json"}), (b"[]", {"content-type": "application/json"}), (b"{}", {})],
)
async def test_a_body_that_is_no_json_object_is_refused(world: World, content: bytes, headers: dict[str, str]) -> None:
    answer = await world.http.post("/users", content=content, headers=headers)
    assert error(answer)[:2] == (400, "BadRequest")


def test_a_lost_answer_is_a_transport_error_of_the_client_library() -> None:
    assert issubclass(AnswerLost, httpx.TransportError)
