"""A plain HTTP client of the simulated organisation, and a clock that tests move."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from local.exchange import Faults, Organisation, exchange_app
from local.exchange.app import APP_ROLE, AUDIENCE, ROLES
from local.graph import Tenant

APP = "11111111-2222-3333-4444-555555555555"
EVERYTHING = (APP_ROLE, *ROLES)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


class Client:
    """An organisation, its switches, and a signed-in client of it."""

    def __init__(self, http: httpx.AsyncClient, organisation: Organisation, clock: Clock) -> None:
        self.http = http
        self.organisation = organisation
        self.tenant = organisation.tenant
        self.faults = organisation.faults
        self.clock = clock
        self.headers = {"content-type": "application/json"}
        self.sku = self.tenant.add_sku("SPE_E3", 100, plans=["EXCHANGE_S_ENTERPRISE"])
        self.sign_in()

    def sign_in(self, seconds: int = 3599, audience: str = AUDIENCE) -> None:
        self.headers["authorization"] = f"Bearer {self.tenant.issue_token(APP, seconds, audience)}"

    def licensed(self, name: str = "anna") -> str:
        user = self.tenant.add_user(userPrincipalName=f"{name}@contoso.nl")
        self.tenant.assign_licence(user, self.sku)
        return user

    async def ask(self, cmdlet: str, *, at: str = "", prefer: str = "", **parameters: Any) -> httpx.Response:
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        path = at or f"/adminapi/beta/{self.tenant.id}/InvokeCommand"
        headers = {**self.headers, **({"prefer": prefer} if prefer else {})}
        return await self.http.post(path, json=body, headers=headers)

    async def rows(self, cmdlet: str, **parameters: Any) -> list[dict[str, Any]]:
        answer = await self.ask(cmdlet, **parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["value"])

    async def warned(self, cmdlet: str, **parameters: Any) -> list[str]:
        answer = await self.ask(cmdlet, **parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["@adminapi.warnings"])

    async def refused(self, cmdlet: str, **parameters: Any) -> tuple[int, str]:
        """The status and the exception of a refusal."""
        answer = await self.ask(cmdlet, **parameters)
        code, kind, text = answer.json()["error"]["details"][0]["message"].split("|")
        assert code.startswith("Ex")
        assert text
        assert answer.headers["x-exceptiontype"] == kind
        return answer.status_code, kind.rpartition(".")[2]


@asynccontextmanager
async def opened(
    permissions: Iterable[str] = EVERYTHING, file: Path | None = None, clock: Clock | None = None
) -> AsyncIterator[Client]:
    clock = clock or Clock()
    tenant = Tenant(clock=clock, file=file)
    tenant.add_app(APP, "secret", permissions=permissions)
    organisation = Organisation(tenant, Faults())
    transport = httpx.ASGITransport(app=exchange_app(organisation))
    async with httpx.AsyncClient(transport=transport, base_url="https://outlook.office365.com") as http:
        yield Client(http, organisation, clock)
    tenant.close()
