"""What `joinly stop` and `joinly resume` do: say that nothing is written, and that it goes on; also during a run."""

from pathlib import Path

import click

from shared.cli import at_once
from shared.cli.ending import OK
from shared.cli.local import open_state
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine import halting
from shared.errors import Misconfigured, Refused


def stop_writes(policy: Path, data: Path, target: str, because: str) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater`."""
    return until_done(_stop(policy, data, target, because), "say it again")


def resume_writes(policy: Path, data: Path, target: str, because: str) -> int:
    return until_done(_resume(policy, data, target, because), "say it again")


async def _stop(policy: Path, data: Path, target: str, because: str) -> int:
    async with open_state(policy, data, blind=not target) as local:
        await halting.stop(local.engine, target, await who(local), because)
        where = f"to {target}" if target else "to any target"
        who_stops = "The deployment" if local.remote else "A run under way"
        click.echo(f"Nothing is written {where} until `joinly resume`. {who_stops} stops within 15 seconds.")
    return OK


async def _resume(policy: Path, data: Path, target: str, because: str) -> int:
    async with open_state(policy, data) as local:
        try:
            lifted = await halting.resume(local.engine, target, await who(local), because)
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        for one in lifted:
            where = f"to {one.target}" if one.target else "to all targets"
            click.echo(f"Writes {where} go on. {one.by} had stopped them: {one.because}")
        for line in at_once.asked(local) or ["What waited is done by the next run."]:
            click.echo(line)
    return OK
