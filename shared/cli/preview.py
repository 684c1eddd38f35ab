"""What `joinly preview` does: what a run would do, found by the same code with nothing written anywhere."""

import json
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from shared.cli import plan, report, terminal
from shared.cli.drive import drive
from shared.cli.holding import held_lines, waiting
from shared.cli.local import Local, open_local
from shared.cli.progress import Progress
from shared.cli.stopped import stopped_lines
from shared.cli.stopping import until_done
from shared.engine import held
from shared.errors import Misconfigured


def preview_policy(
    policy: Path,
    data: Path,
    on: date | None,
    hr: Path | None,
    person: str | None,
    *,
    everyone: bool,
    as_json: bool,
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be looked at."""
    return until_done(_preview(policy, data, on, hr, person, everyone, as_json), "nothing was written")


async def _preview(
    policy: Path, data: Path, on: date | None, hr: Path | None, person: str | None, everyone: bool, as_json: bool
) -> int:
    async with open_local(policy, data, on, hr, preview=True) as local:
        with Progress(Console(stderr=True, highlight=False)) as progress:
            await drive(local.engine, local.bus, local.story, progress)
        await _show(local, person, everyone, as_json)
        return report.complain_of(local)


async def _show(local: Local, person: str | None, everyone: bool, as_json: bool) -> None:
    steps = [step for step in await plan.steps(local) if person in (None, step.hr_id)]
    holds = [one for one in await held(local.engine) if person in (None, one.hr_id)]
    if person is not None and not steps and not holds and not await plan.known(local, person):
        if local.story.troubles:
            return  # nobody can say whether there is such a person
        raise Misconfigured(f"nobody in HR has the id {person}; it is the value of the key column, zeros included")
    if as_json:
        whole = {**await report.as_json(local), "held": waiting(holds), "plan": [step.as_json() for step in steps]}
        if person is not None:
            whole["actions"] = plan.verbs(steps)
        click.echo(json.dumps(whole))
        return
    if not steps and not local.story.whole:
        return
    page = terminal.console()
    terminal.show(page, await stopped_lines(local.engine))
    lines = [*plan.lines(page, steps, everyone or person is not None), *held_lines(page, holds, everyone)]
    terminal.show(page, [*lines, Text(), plan.closing(steps, len({one.person for one in holds}))])
