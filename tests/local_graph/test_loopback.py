"""The tenant as a server on a socket: a real client, a real connection that breaks."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from local.graph import Faults, Tenant, graph_app
from tests.local_graph.graph_client import APP, Clock, World, person


@pytest.fixture
async def served() -> AsyncIterator[World]:
    clock, faults = Clock(), Faults()
    tenant = Tenant(clock=clock)
    tenant.add_app(APP, "app-secret")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(graph_app(tenant, faults), log_level=logging.CRITICAL, ws="none"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v1.0") as http:
            yield World(http, tenant, faults, clock)
        server.should_exit = True
        await running


async def test_a_client_signs_in_creates_and_follows_links_on_a_socket(served: World) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": APP,
        "client_secret": "app-secret",
        "scope": "https://graph.microsoft.com/.default",
    }
    origin = str(served.http.base_url).removesuffix("/v1.0/")
    token = (await served.http.post(f"{origin}/{served.tenant.id}/oauth2/v2.0/token", data=form)).json()
    served.http.headers["authorization"] = f"Bearer {token['access_token']}"
    for name in ("anna", "piet", "kees"):
        await served.create(name)
    first = (await served.get("/users?$top=2")).json()
    assert first["@odata.nextLink"].startswith(f"{origin}/v1.0/users?")
    assert len((await served.get(first["@odata.nextLink"])).json()["value"]) == 1


@pytest.mark.parametrize("effect", [True, False])
async def test_a_lost_answer_is_a_connection_that_closes_too_early(served: World, effect: bool) -> None:
    served.sign_in()
    served.faults.lose_answer_of_write(effect=effect)
    with pytest.raises(httpx.TransportError):
        await served.post("/users", person())
    assert len(served.tenant.users) == int(effect)
    assert (await served.get("/users")).status_code == 200
