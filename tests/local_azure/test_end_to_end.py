"""From HR to tenant through Microsoft's runtime, the broker, Azurite, vault and identities, with workers killed.

`make e2e` does it with 500 people, and kills whole hosts as well; the checks do it with a handful.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest
from staffed import Company, company

from local.graph import Bucket, Faults

ASKED = os.environ.get("JOINLY_PEOPLE", "")
PEOPLE = int(ASKED or "6")
SMALL = PEOPLE <= 100
LEAST = 3 if ASKED else 1
EVERY = 4.0 if SMALL else 6.0
ROUND, LATEST = 20.0, 300.0
"""Seconds after which the timers fire again when nothing happens, and in any case: what was lost with a worker is made
up for by the next poll and sweep.
"""
PATIENCE = 300.0 + PEOPLE * 6
LOOK = 2.0
"""Seconds between looks at the whole tenant."""

pytestmark = pytest.mark.slow


async def test_everybody_gets_one_account_as_hr_says_however_many_workers_die(tmp_path: Path) -> None:
    faults = Faults(writes=Bucket(30, 5) if SMALL else Bucket(600, 60))
    async with company(tmp_path, PEOPLE, 1 if SMALL else 2, faults) as running:
        faults.throttle_next(3, retry_after=1)
        await _killed_until_done(running)
        await running.fire("poll", "sweep")
        assert running.wrong() == []
        assert running.killed >= LEAST
        dead = {name: one.dead for name, one in running.azure.broker.lengths().items() if one.dead}
        assert not dead, await running.errors()
        writes = running.azure.sandbox.tenant.writes
        await running.fire("poll")
        assert running.azure.sandbox.tenant.writes == writes, "nothing has changed, and nothing is written"


@pytest.mark.skipif(not ASKED, reason="it takes minutes; make e2e does it")
async def test_a_host_that_is_killed_is_made_up_for_by_the_next_one(tmp_path: Path) -> None:
    async with company(tmp_path, 11) as running:
        reading, writing = running.hosts
        assert await reading.fire("poll")
        end = time.monotonic() + PATIENCE
        while not running.azure.sandbox.tenant.writes > 2:
            assert time.monotonic() < end, await running.errors()
            await asyncio.sleep(0.2)
        for host in (writing, reading):
            host.kill()
            await host.stop()
            await host.start()
        await running.fire("poll", "sweep")
        assert running.wrong() == []


async def _killed_until_done(running: Company) -> None:
    """Kill any worker every few seconds, until all is as it should be and enough have died.

    With few people there is little time: one at work, once for every queue in which something waits.
    """
    end, next_kill, last_round = time.monotonic() + PATIENCE, 0.0, -LATEST
    hit: set[str] = set()
    next_look, wrong = 0.0, ["nobody has looked yet"]
    while running.killed < LEAST or wrong:
        now = time.monotonic()
        if now > next_look:
            next_look, wrong = now + LOOK, running.wrong()
        assert now < end, f"{wrong[:10]} {await running.errors()}"
        if now - last_round > LATEST or (now - last_round > ROUND and await running.quiet()):
            for timer in ("poll", "sweep"):
                await running.hosts[0].fire(timer)
            last_round = now
        lengths = {name: one.active for name, one in running.azure.broker.lengths().items() if one.active}
        fresh = lengths.keys() - hit if SMALL else lengths
        if now > next_kill and fresh and await running.kill_one(at_work=SMALL):
            next_kill, hit = now + EVERY, hit | lengths.keys()
            sys.stderr.write(f"{running.killed} killed, {len(wrong)} things to do, waiting: {lengths}\n")
            sys.stderr.flush()
        await asyncio.sleep(0.3)
