"""The checker itself: it lets right requests through, and names what is wrong on either side."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.graph.validation import NotAsSpecified, Seen, validating
from tests.local_graph.graph_client import SPECS, opened, person

pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the vendor's description is not at hand")
JSON = {"Content-Type": "application/json"}


def wrap(seen: Seen | None = None, requests: Any = "all") -> Any:
    return lambda app: validating(app, SPECS, requests=requests, seen=seen)


def answering(body: Any, status: int = 200) -> Any:
    """An application that answers everything the same, in the place of the simulator."""

    async def answer(request: Request) -> JSONResponse:
        return JSONResponse(body, status)

    methods = ["GET", "POST", "PATCH"]
    return lambda _: validating(Starlette(routes=[Route("/{path:path}", answer, methods=methods)]), SPECS)


async def test_what_is_right_passes_and_is_counted_parts_of_a_batch_too() -> None:
    seen = Seen()
    async with opened(wrap(seen)) as world:
        user = await world.create()
        part = {"id": "1", "method": "PATCH", "url": f"/users/{user}", "headers": JSON, "body": {"jobTitle": "Chef"}}
        await world.post("/$batch", {"requests": [part]})
        await world.get("/directoryRoles")
    assert [(method, status) for method, _, status in seen.checked] == [("POST", 201), ("POST", 200), ("PATCH", 204)]
    assert seen.unknown == {("GET", "/v1.0/directoryRoles")}


@pytest.mark.parametrize("properties", [{"employeeID": "7"}, {"job_title": "Chef"}, {"jobTitle": 7}])
async def test_a_wrong_request_is_named_without_its_values(properties: dict[str, Any]) -> None:
    async with opened(wrap()) as world:
        user = await world.create()
        with pytest.raises(NotAsSpecified, match=f"PATCH .*{next(iter(properties))}") as caught:
            await world.patch(f"/users/{user}", **properties)
    assert "Chef" not in str(caught.value)


async def test_a_wrong_part_of_a_batch_is_found() -> None:
    async with opened(wrap()) as world:
        user = await world.create()
        part = {"id": "1", "method": "PATCH", "url": f"/users/{user}", "headers": JSON, "body": {"jobTitel": "Chef"}}
        with pytest.raises(NotAsSpecified, match="jobTitel"):
            await world.post("/$batch", {"requests": [part]})


async def test_a_missing_required_property_is_found() -> None:
    async with opened(wrap()) as world:
        with pytest.raises(NotAsSpecified, match=r"POST /v1\.0/users"):
            await world.post("/users", {"displayName": "A"})


async def test_a_wrong_request_that_was_refused_is_nobodys_fault_when_so_chosen() -> None:
    async with opened(wrap(requests="accepted")) as world:
        assert (await world.post("/users", person(employeeID="7"))).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"value": [{"id": "1", "employeeID": "7"}]}, 200),
        ({"value": [{"id": "1", "accountEnabled": "yes"}]}, 200),
        ({"value": [{"@odata.type": "#microsoft.graph.user", "jobtitle": "x"}]}, 200),
        ({"error": {"message": "no code"}}, 404),
        ({"value": []}, 302),
    ],
)
async def test_a_wrong_answer_is_found(body: Any, status: int) -> None:
    async with opened(answering(body, status)) as world:
        with pytest.raises(NotAsSpecified, match=r"GET /v1.0/users \("):
            await world.get("/users")
