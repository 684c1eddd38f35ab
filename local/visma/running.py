"""A running Visma.net HRM on loopback, with a crowd in it; its files lie behind another port than its API."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

from local.serve import serving
from local.visma.app import visma_app
from local.visma.company import Company
from local.visma.seeds import settle

CLIENT = "isv_joinly"


@asynccontextmanager
async def running(clock: Callable[[], datetime], port: int = 0, people: int = 200) -> AsyncIterator[Mapping[str, str]]:
    """What the connector's settings must say to read it; the client's id and secret are the values themselves."""
    company, secret = Company(clock, str(uuid4()), ""), secrets.token_urlsafe(24)
    company.accept(CLIENT, secret)
    settle(company, people)
    app = visma_app(company)
    async with serving(app, port) as address, serving(app) as company.storage:
        hosts = {"base": address, "connect": address}
        yield {**hosts, "tenant_id": company.tenant, "client_id": CLIENT, "client_secret": secret}
