"""`joinly sandbox`: the simulated tenant and HR systems on loopback, for any real client to talk to."""

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from shared.cli.local import read_policy
from shared.errors import Misconfigured


@click.command()
@click.option("--port", type=click.IntRange(0, 65000), default=0, help="The tenant's port; HR takes the next ones.")
@click.option("--policy", type=click.Path(path_type=Path, dir_okay=False), help="Furnish the tenant for this policy.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Keep the tenant here between runs.")
def sandbox(port: int, policy: Path | None, data: Path | None) -> None:
    """Serve the simulated systems until interrupted; addresses and credentials go to stdout as JSON."""
    try:
        asyncio.run(_serve(port, policy, data))
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    except OSError as error:
        raise Misconfigured(f"port {port} cannot be used: {error.strerror}") from None


async def _serve(port: int, policy: Path | None, data: Path | None) -> None:
    try:
        from local import sandbox as simulated
    except ImportError:
        raise Misconfigured("the sandbox is not installed here") from None
    found = read_policy(policy).policy if policy else None
    seeds = policy.with_suffix("").with_suffix(".tenant.yaml") if policy else None
    if data:
        data.mkdir(parents=True, exist_ok=True)
    file = data / "tenant.db" if data else None

    def clock() -> datetime:
        return datetime.now(UTC)

    async with AsyncExitStack() as stack:
        tenant = await stack.enter_async_context(simulated.sandbox(found, seeds, file, clock, port))
        hr = await stack.enter_async_context(simulated.personio(clock, port + 1 if port else 0))
        click.echo(json.dumps({"entra": tenant.access, "personio": hr}, indent=2))
        click.echo("serving on loopback; press Ctrl-C to stop", err=True)
        await asyncio.Event().wait()
