"""What `joinly run` does: detect, map and provision until nothing is left to do, and say what was done."""

import json
import time
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from shared.cli import report, terminal
from shared.cli.drive import drive
from shared.cli.local import open_local
from shared.cli.place import is_deployment
from shared.cli.progress import Progress
from shared.cli.stopped import stopped_lines
from shared.cli.stopping import until_done
from shared.errors import Misconfigured


def run_policy(policy: Path, data: Path, on: date | None, hr: Path | None, *, everyone: bool, as_json: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be begun."""
    if is_deployment(policy):
        raise Misconfigured(f"{policy}: a deployment runs by itself; `joinly preview {policy}` shows what it would do")
    work = _run(policy, data, on, hr, everyone, as_json)
    return until_done(work, "what was done is kept, and the next run goes on from there")


async def _run(policy: Path, data: Path, on: date | None, hr: Path | None, everyone: bool, as_json: bool) -> int:
    started = time.monotonic()
    async with open_local(policy, data, on, hr) as local:
        if not as_json:
            terminal.show(terminal.console(), await stopped_lines(local.engine))
        with Progress(Console(stderr=True, highlight=False)) as progress:
            await drive(local.engine, local.bus, local.story, progress)
        if as_json:
            click.echo(json.dumps(await report.as_json(local)))
        else:
            page = terminal.console()
            terminal.show(page, await report.lines(local, page, time.monotonic() - started, everyone))
        return report.complain_of(local)
