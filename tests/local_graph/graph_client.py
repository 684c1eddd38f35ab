"""A plain HTTP client of the simulated tenant, and a clock that tests move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.graph import Faults, Tenant, graph_app

SPECS = Path(__file__).resolve().parents[2] / ".." / "shared" / "specs" / "graph"
"""The vendor's own description, where it is at hand."""
BASE = "https://graph.microsoft.com/v1.0"
APP = "11111111-2222-3333-4444-555555555555"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class World:
    """A tenant, its switches, and a signed-in client of it."""

    def __init__(self, http: httpx.AsyncClient, tenant: Tenant, faults: Faults, clock: Clock) -> None:
        self.http = http
        self.tenant = tenant
        self.faults = faults
        self.clock = clock

    def sign_in(self, client_id: str = APP) -> None:
        self.http.headers["authorization"] = f"Bearer {self.tenant.issue_token(client_id, 366 * 86400)}"

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(path, **options)

    async def value(self, path: str, **options: Any) -> list[dict[str, Any]]:
        answer = await self.http.get(path, **options)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["value"])

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.http.post(path, json=body, **options)

    async def patch(self, path: str, **properties: Any) -> httpx.Response:
        return await self.http.patch(path, json=properties)

    async def put(self, path: str, body: Any) -> httpx.Response:
        return await self.http.put(path, json=body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(path)

    async def create(self, name: str = "anna.jansen", **properties: Any) -> str:
        """A user created over the wire; its id."""
        answer = await self.post("/users", person(name, **properties))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def round(self, link: str, **options: Any) -> tuple[list[dict[str, Any]], str]:
        """A whole delta round from a first request or a delta link: its items, and the next delta link."""
        items: list[dict[str, Any]] = []
        while True:
            answer = await self.http.get(link, **options)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            items.extend(body["value"])
            if "@odata.deltaLink" in body:
                return items, str(body["@odata.deltaLink"])
            link = body["@odata.nextLink"]


def person(name: str = "anna.jansen", **properties: Any) -> dict[str, Any]:
    """A body that creates a user."""
    body = {
        "accountEnabled": False,
        "displayName": name,
        "mailNickname": name,
        "userPrincipalName": f"{name}@contoso.nl",
        "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "Q7!kkd-secretly"},
    }
    return {**body, **properties}


def error(answer: httpx.Response) -> tuple[int, str, str]:
    """(status, code, message) of a refusal."""
    found = answer.json()["error"]
    return answer.status_code, found["code"], found["message"]


def reference(id: str) -> dict[str, str]:
    return {"@odata.id": f"{BASE}/directoryObjects/{id}"}


@asynccontextmanager
async def opened(app: Any = None, tenant: Tenant | None = None, clock: Clock | None = None) -> AsyncIterator[World]:
    """A world of its own; `app` wraps the application, for validation."""
    clock = clock or Clock()
    tenant = tenant or Tenant(clock=clock)
    if APP not in tenant.apps:
        tenant.add_app(APP, "app-secret")
    faults = Faults()
    served = graph_app(tenant, faults)
    transport = httpx.ASGITransport(app=app(served) if app else served)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
        world = World(http, tenant, faults, clock)
        world.sign_in()
        yield world
