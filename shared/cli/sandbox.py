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
        from local import hr
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
        served: dict[str, object] = {"entra": tenant.access, "exchange": tenant.settings("exchange")}
        for place, (name, opened) in enumerate(hr.systems(clock).items(), 1):
            served[name] = await stack.enter_async_context(opened(port + place if port else 0))
        click.echo(json.dumps(served, indent=2))
        click.echo("serving on loopback; Ctrl-C stops it", err=True)
        await asyncio.Event().wait()
