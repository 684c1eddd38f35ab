"""One look at the local Azure: queues, tables, timers, workers, what was provisioned, and the last errors."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError
from azure.data.tables.aio import TableServiceClient

from local.azure.hosts import Hosted
from local.azure.rights import TABLES
from local.azure.up import LocalAzure
from local.servicebus.broker import Length

ERRORS = 6


@dataclass(frozen=True, slots=True)
class Timer:
    app: str
    name: str
    last: datetime | None
    next: datetime | None
    running: bool


@dataclass(frozen=True, slots=True)
class Worker:
    app: str
    pid: int | None
    """None while there is none."""
    restarts: int
    running: int


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What the tenant holds that came from HR, and what it was asked."""

    enabled: int
    disabled: int
    managers: int
    writes: int


@dataclass(frozen=True, slots=True)
class Look:
    queues: Mapping[str, Length]
    tables: Mapping[str, int]
    timers: Sequence[Timer]
    workers: Sequence[Worker]
    done: Mapping[str, tuple[int, int]]
    """Function → how often it succeeded and failed."""
    provisioned: Provisioned
    errors: Sequence[tuple[datetime, str]]
    silent: Sequence[str]
    """Apps whose host does not answer."""

    @property
    def quiet(self) -> bool:
        """Nothing waits, nothing runs. What is scheduled for later does not count."""
        return not (
            self.silent
            or any(length.active for length in self.queues.values())
            or any(worker.running for worker in self.workers)
        )


async def look(azure: LocalAzure, hosts: Sequence[Hosted], tables: TableServiceClient) -> Look:
    told, rows = await asyncio.gather(asyncio.gather(*(one.told() for one in hosts)), _rows(tables))
    known = [(one.name, found) for one, found in zip(hosts, told, strict=True) if found]
    errors = [
        (datetime.fromisoformat(each["at"]), f"{app}: {each['text']}")
        for app, found in known
        for each in found["errors"]
    ]
    return Look(
        queues=azure.broker.lengths(),
        tables=rows,
        timers=[_timer(app, name, one) for app, found in known for name, one in found["timers"].items()],
        workers=[
            Worker(app, one["pid"], one["restarts"], one["running"])
            for app, found in known
            for one in found["instances"]
        ],
        done={name: (one["done"], one["failed"]) for _, found in known for name, one in found["functions"].items()},
        provisioned=_provisioned(azure),
        errors=sorted(errors)[-ERRORS:],
        silent=[one.name for one, found in zip(hosts, told, strict=True) if not found],
    )


def _provisioned(azure: LocalAzure) -> Provisioned:
    tenant = azure.sandbox.tenant
    ours = {id: user for id, user in tenant.users.items() if user.get("employeeId")}
    enabled = sum(bool(user.get("accountEnabled")) for user in ours.values())
    return Provisioned(
        enabled, len(ours) - enabled, sum(tenant.manager(id) is not None for id in ours), azure.sandbox.tenant.writes
    )


def _timer(app: str, name: str, one: Mapping[str, Any]) -> Timer:
    return Timer(app, name, _moment(one["last"]), _moment(one["next"]), one["running"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def _rows(tables: TableServiceClient) -> Mapping[str, int]:
    names = sorted(TABLES)
    return dict(zip(names, await asyncio.gather(*(_count(tables, name) for name in names)), strict=True))


async def _count(tables: TableServiceClient, name: str) -> int:
    """How many rows; -1 when it cannot be said now."""
    count = 0
    try:
        async for _ in tables.get_table_client(name).list_entities(select=["PartitionKey"], results_per_page=1000):
            count += 1
    except AzureError:
        return -1
    return count
