"""`joinly run`: detect, map and provision until nothing is left to do, and say what was done."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console

from shared.cli import report
from shared.cli.drive import drive
from shared.cli.local import open_local
from shared.cli.progress import Progress

OK, FAILED, LATER = 0, 1, 75
"""Exit codes: 75 is EX_TEMPFAIL of sysexits.h, «try again later»."""

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


def default_data(policy: Path) -> Path:
    """Beside nothing else: the state of each policy has a folder of its own under the one the command is run in."""
    return Path(".joinly") / policy.stem


@click.command()
@click.argument("policy", type=FILE)
@click.option("--data", type=FOLDER, help="Where state is kept.  [default: .joinly/<policy's name>]")
@click.option("--on", type=DAY, metavar="DATE", help="Pretend it is this day (YYYY-MM-DD, the customer's time zone).")
@click.option("--hr", type=FILE, help="Read this export in place of the policy's own.")
@click.option("--json", "plain", is_flag=True, help="Print one JSON object instead of a summary.")
@click.pass_context
def run(ctx: click.Context, policy: Path, data: Path | None, on: datetime | None, hr: Path | None, plain: bool) -> None:
    """Read HR, compare, and bring every account in line."""
    ctx.exit(asyncio.run(_run(policy, data or default_data(policy), on.date() if on else None, hr, plain)))


async def _run(policy: Path, data: Path, on: date | None, hr: Path | None, plain: bool) -> int:
    console, started = Console(highlight=False), time.monotonic()
    async with open_local(policy, data, on, hr) as local:
        with _showing(plain) as progress:
            await drive(local.engine, local.bus, local.story, progress)
        if plain:
            click.echo(json.dumps(await report.as_json(local), ensure_ascii=False))
        else:
            await report.show(local, console, time.monotonic() - started)
        if local.story.failures or local.story.bugs:
            return FAILED
        return LATER if local.story.later else OK


@contextmanager
def _showing(plain: bool) -> Iterator[Progress]:
    with Progress(Console(stderr=True, highlight=False), quiet=plain) as progress:
        yield progress
