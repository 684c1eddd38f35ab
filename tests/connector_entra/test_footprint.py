"""What leaves the process and what is loaded: own JSON only, no member ever deleted, nothing personal in a trace."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from entra_world import CANARY, World, names, whole_life
from opentelemetry import trace

from connectors.entra import MANIFEST
from shared.connector import ALWAYS
from shared.model import Verb
from shared.wire import Meter, NotAllowedToWrite, open_http

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import asyncio, sys
sys.path[:0] = [{tests!r}]
from entra_world import opened
from shared.model import Verb
async def life():
    async with opened() as world:
        world.tenant.add_group("Sales")
        anna = await world.create()
        await world.apply(anna, Verb.UPDATE, department="Sales")
        await world.grant(anna, "group", "Sales")
        await world.read(anna)
        await world.target.find("employeeId", "hr-anna")
        [page async for page in world.target.changes("")]
asyncio.run(life())
print(*sorted(name for name in sys.modules if name.startswith("msgraph.generated")))
"""


def test_no_generated_model_is_ever_loaded() -> None:
    program = PROGRAM.format(tests=str(Path(__file__).parent))
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # the package itself loads the shell of its own client, and nothing below it
    assert done.stdout.split() == ["msgraph.generated", "msgraph.generated.base_graph_service_client"]


async def test_a_whole_life_needs_only_the_permissions_of_the_manifest(world: World) -> None:
    anna = await whole_life(world)
    assert world.tenant.users[anna]["department"] == CANARY
    assert world.credential.scopes
    assert set(world.credential.scopes) == {"https://graph.microsoft.com/.default"}


async def test_what_is_not_used_needs_no_permission(world: World) -> None:
    world.tenant.add_group("Sales")
    used = {*ALWAYS, "group"}
    world.faults.deny |= {name for name, one in MANIFEST.permissions.items() if not (one.read | one.write) & used}
    anna = await world.create()
    await world.apply(anna, Verb.UPDATE, department="Sales")
    await world.apply(anna, Verb.RENAME, **names("anna.wit"))
    await world.grant(anna, "group", "Sales")
    for verb in (Verb.ENABLE, Verb.DISABLE):
        await world.apply(anna, verb)
    await world.read(anna)
    await world.target.find("employeeId", "hr-anna")
    await world.target.stock()
    assert [page async for page in world.target.changes("")]
    assert [one async for one in world.target.deleted()] == []


async def test_addresses_are_clean_and_no_member_is_ever_deleted(world: World) -> None:
    await whole_life(world)
    urls = [str(request.url) for request in world.sent.requests]
    assert not [url for url in urls if "//" in url.removeprefix("https://")]
    deletes = [path for method, path in world.sent.writes() if method == "DELETE"]
    assert [path for path in deletes if "/members/" in path]
    allowed = re.compile(
        r"/users/[^/]+|/users/[^/]+/manager/\$ref|/groups/[^/]+/members/[^/]+/\$ref"
        r"|/servicePrincipals/[^/]+/appRoleAssignedTo/[^/]+"
    )
    assert all(allowed.fullmatch(path) for path in deletes)


async def test_a_batch_holds_nothing_but_gets(world: World) -> None:
    await whole_life(world)
    batches = [json.loads(one.content) for one in world.sent.requests if one.url.path.endswith("/$batch")]
    assert batches
    for batch in batches:
        assert len(batch["requests"]) <= 20
        assert {part["method"] for part in batch["requests"]} == {"GET"}
        assert not [part for part in batch["requests"] if "body" in part]


async def test_a_preview_reads_everything_and_writes_nothing(world: World) -> None:
    anna = await world.create()
    world.tenant.add_member(world.tenant.add_group("Sales"), anna)
    writes = world.tenant.writes
    async with open_http(Meter(), writes_allowed=False, transport=world.sent) as http:  # type: ignore[arg-type]
        target = world.connect(http=http)
        assert (await target.read(anna)) is not None
        assert len(await target.find("employeeId", "hr-anna")) == 1
        assert [page async for page in target.changes("")]
        assert [one async for one in target.deleted()] == []
        assert await target.stock() == {}
        world.target = target
        for asked in (
            world.create("bert"),
            world.apply(anna, Verb.RENAME, **names("anna.wit")),
            world.apply(anna, Verb.DISABLE),
            world.apply(anna, Verb.DELETE),
            world.revoke(anna, "group", "Sales"),
        ):
            with pytest.raises(NotAllowedToWrite):
                await asked
    assert world.tenant.writes == writes


class Spans:
    """A tracer provider that keeps the name and attributes of every span."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def get_tracer(self, *_: Any, **__: Any) -> "Spans":
        return self

    def start_span(self, name: str, *_: Any, **__: Any) -> trace.Span:
        self.told.append(name)
        return _Span(self.told)

    @contextmanager
    def start_as_current_span(self, name: str, *_: Any, **__: Any) -> Iterator[trace.Span]:
        yield self.start_span(name)


class _Span(trace.NonRecordingSpan):
    def __init__(self, told: list[str]) -> None:
        super().__init__(trace.INVALID_SPAN_CONTEXT)
        self._told = told

    def set_attribute(self, key: str, value: Any) -> None:
        self._told.append(f"{key}={value}")

    def set_attributes(self, attributes: Any) -> None:
        self._told.extend(f"{key}={value}" for key, value in attributes.items())

    def record_exception(self, exception: BaseException, *_: Any, **__: Any) -> None:
        self._told.append(repr(exception))


async def test_no_value_of_a_filter_reaches_a_trace(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = Spans()
    for name, module in list(sys.modules.items()):
        if name.startswith("kiota_") and isinstance(getattr(module, "tracer", None), trace.Tracer):
            monkeypatch.setattr(module, "tracer", spans)
    await whole_life(world)
    assert [one for one in spans.told if "/users" in one]
    assert not [one for one in spans.told if CANARY in one or "contoso" in one]


async def test_the_client_we_are_given_stays_as_it_was(world: World) -> None:
    transport = world.http._transport
    world.connect()
    assert world.http._transport is transport


@pytest.mark.parametrize(
    ("base_url", "scope"),
    [
        ("http://127.0.0.1:5690/v1.0/", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
    ],
)
async def test_a_sandbox_and_a_national_cloud_are_signed_in_to_in_their_own_way(
    world: World, base_url: str, scope: str
) -> None:
    world.tenant.add_user(employeeId="7")
    target = world.connect(base_url=base_url)
    assert len(await target.find("employeeId", "7")) == 1
    assert [page.token for page in [page async for page in target.changes("")]][-1].startswith(base_url.rstrip("/"))
    assert set(world.credential.scopes) == {scope}


async def test_the_service_is_told_which_library_is_calling(world: World) -> None:
    await world.target.find("employeeId", "7")
    headers = httpx.Headers(world.sent.requests[-1].headers)
    assert "client-request-id" in headers
    assert "kiota" in headers["user-agent"]
