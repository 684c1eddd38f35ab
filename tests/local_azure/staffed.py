"""A company of any size on the local Azure, with both apps hosted, and what its tenant must hold in the end."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import people
from local.azure import settings
from local.azure.hosts import ROOT, Hosted, hosted
from local.azure.up import LocalAzure, local_azure
from local.graph import Faults

NEVER = "0 0 0 29 2 *"
PATIENCE = 240.0
EXAMPLE = ROOT / "config" / "example.yaml"


@dataclass
class Company:
    azure: LocalAzure
    hosts: Sequence[Hosted]
    rows: Sequence[people.Row]
    killed: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    async def kill_one(self, at_work: bool) -> bool:
        """SIGKILL one worker, or one of those `at_work`, whichever the dice say; whether there was one."""
        told = [await one.told() for one in self.hosts]
        alive = [one for each in told for one in each.get("instances", ()) if one["pid"]]
        pids = [one["pid"] for one in alive if one["running"] or not at_work]
        if pids:
            os.kill(self.dice.choice(pids), signal.SIGKILL)
            self.killed += 1
        return bool(pids)

    async def quiet(self) -> bool:
        """Nothing waits in a queue, due or for later, and nothing runs."""
        if any(one.active or one.scheduled for one in self.azure.broker.lengths().values()):
            return False
        told = [await one.told() for one in self.hosts]
        busy = any(one["running"] or one["pid"] is None for each in told for one in each["instances"])
        return not busy and not any(one["running"] for each in told for one in each["timers"].values())

    async def fire(self, *timers: str) -> None:
        """What Azure fires by the clock: each timer of the app that reads, and everything that follows from it."""
        for timer in timers:
            assert await self.hosts[0].fire(timer)
            await asyncio.sleep(1)
            await self.settled(PATIENCE)

    async def settled(self, seconds: float) -> None:
        """Wait until it has been quiet for a while."""
        end, still = time.monotonic() + seconds, 0
        while still < 3:
            assert time.monotonic() < end, f"it does not come to rest: {self.azure.broker.lengths()}"
            still = still + 1 if await self.quiet() else 0
            await asyncio.sleep(0.3)

    async def errors(self) -> list[str]:
        return [error["text"] for one in self.hosts for error in (await one.told()).get("errors", ())]

    def wrong(self) -> list[str]:
        """What of the tenant is not as HR says, by employee number and name of the attribute."""
        tenant = self.azure.sandbox.tenant
        accounts_by_id = tenant.users  # a copy of all of them
        users: dict[str, list[dict[str, Any]]] = {}
        for user in accounts_by_id.values():
            users.setdefault(user.get("employeeId") or "", []).append(user)
        [staff] = [id for id, group in tenant.groups.items() if group["displayName"] == "All staff"]
        members = set(tenant.members(staff))
        found = []
        for row in self.rows:
            accounts = users.get(row.number, [])
            if len(accounts) != 1:
                found.append(f"{row.number}: {len(accounts)} accounts")
                continue
            [user] = accounts
            _, _, head, _ = people.DEPARTMENTS[row.job.department]
            above = head if row.job.manager == "-" else row.job.manager
            manager = tenant.manager(user["id"])
            expected = {
                "accountEnabled": user.get("accountEnabled") is True,
                "department": user.get("department") == row.job.department,
                "jobTitle": user.get("jobTitle") == row.job.function,
                "manager": (accounts_by_id[manager].get("employeeId") if manager else "") == above,
                "All staff": user["id"] in members,
            }
            found += [f"{row.number}: {name}" for name, right in expected.items() if not right]
        strangers = set(users) - {row.number for row in self.rows}
        return [*found, *(f"{number}: nobody of HR" for number in strangers)]


@asynccontextmanager
async def company(folder: Path, count: int, instances: int = 1, faults: Faults | None = None) -> AsyncIterator[Company]:
    """Timers fire only when they are told to, and what a dead worker held is free again after seconds."""
    rows = people.staff(count)
    (folder / "hr").mkdir()
    (folder / "hr" / "people.csv").write_bytes(people.export(rows))
    text = EXAMPLE.read_text(encoding="utf-8").replace("minimum_rows: 150", "minimum_rows: 1")
    async with local_azure(folder, text, folder, faults=faults) as azure:
        short = {"PYTHONPATH": str(Path(__file__).with_name("short_leases"))}
        apps = [Hosted(name, write(azure, name, folder), folder, instances, short) for name in settings.APPS]
        async with hosted(*apps):
            yield Company(azure, apps, rows)


def write(azure: LocalAzure, name: str, folder: Path) -> Path:
    schedules: Mapping[str, str] = dict.fromkeys(settings.SCHEDULES, NEVER)
    return settings.write_app(azure, name, folder, schedules)
