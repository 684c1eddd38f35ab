"""What `joinly sandbox` does: the simulated tenant and HR systems on loopback, for any real client to talk to."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from shared.cli import folder
from shared.cli.ending import INTERRUPTED, TERMINATED, Ended
from shared.cli.policy_text import read_policy
from shared.cli.stopping import until_done
from shared.errors import Misconfigured


def serve(port: int, policy: Path | None, data: Path | None) -> None:
    """Serve until told to stop, which is how it is meant to end. Raises `Misconfigured` when it cannot begin."""
    try:
        until_done(_serve(port, policy, data), "")
    except Ended as end:
        if end.code not in (INTERRUPTED, TERMINATED):
            raise
        click.echo("stopped", err=True)


async def _serve(port: int, policy: Path | None, data: Path | None) -> None:
    try:
        from local import sandbox as simulated
    except ImportError:
        raise Misconfigured("the sandbox is not installed here; install Joinly with its extra `sandbox`") from None
    found = read_policy(policy).policy if policy else None
    seeds = simulated.seeds_beside(policy) if policy else None

    def clock() -> datetime:
        return datetime.now(UTC)

    async with AsyncExitStack() as stack:
        file = stack.enter_context(folder.for_run(data)) / folder.TENANT if data else None
        tenant = await stack.enter_async_context(simulated.sandbox(found, seeds, file, clock, port))
        hr = await stack.enter_async_context(simulated.personio(clock, port + 1 if port else 0))
        profit = await stack.enter_async_context(simulated.afas(port + 2 if port else 0))
        beaufort = await stack.enter_async_context(simulated.youforce(clock, "beaufort", port + 4 if port else 0))
        business = await stack.enter_async_context(simulated.youforce(clock, "business", port + 5 if port else 0))
        exports = await stack.enter_async_context(simulated.files(port + 3 if port else 0))
        salaries = await stack.enter_async_context(simulated.nmbrs(clock, port + 6 if port else 0))
        served = {
            "entra": tenant.access,
            "exchange": tenant.settings("exchange"),
            "personio": hr,
            "afas": profit,
            "files": exports,
            "youforce": beaufort,
            "youserve": business,
            "nmbrs": salaries,
        }
        click.echo(json.dumps(served, indent=2))
        click.echo("serving on loopback; Ctrl-C stops it", err=True)
        await asyncio.Event().wait()
