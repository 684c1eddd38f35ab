"""What `joinly preview` does: what a run would do, found by the same code with nothing written anywhere."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from shared.cli import plan, report, stock, terminal
from shared.cli.against import in_line
from shared.cli.drive import drive
from shared.cli.holding import held_lines, waiting
from shared.cli.local import Local, open_local
from shared.cli.progress import Progress
from shared.cli.stopped import stopped_lines
from shared.cli.stopping import until_done
from shared.engine import Held, accept, held
from shared.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see the consequences of."""

    policy: Path
    data: Path
    on: date | None
    hr: Path | None
    person: str | None
    accept: str
    """The doubted answer of HR that is to be believed; "" for none."""
    against: Path | None
    """The policy whose consequences these are compared with."""
    everyone: bool
    as_json: bool


def preview_policy(asked: Asked) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be looked at."""
    return until_done(_preview(asked), "nothing was written")


async def _preview(asked: Asked) -> int:
    async with open_local(
        asked.policy, asked.data, asked.on, asked.hr, preview=True, against=asked.against, asks=True
    ) as local:
        for source in local.engine.sources if asked.accept else ():
            await accept(local.earlier or local.engine, source, asked.accept, "preview", "preview")
        with Progress(Console(stderr=True, highlight=False)) as progress:
            if local.earlier is not None:
                await in_line(local.earlier, local.bus, progress)
            await drive(local.engine, local.bus, local.story, progress)
        await _show(local, asked)
        return report.complain_of(local)


async def _show(local: Local, asked: Asked) -> None:
    person = asked.person
    steps = [step for step in await plan.steps(local) if person in (None, step.hr_id)]
    holds = [one for one in await newly_held(local) if person in (None, one.hr_id)]
    if person is not None and not steps and not holds and not await plan.known(local, person):
        if local.story.troubles:
            return  # nobody can say whether there is such a person
        raise Misconfigured(f"nobody in HR has the id {person}; it is the value of the key column, zeros included")
    if asked.as_json:
        whole = {**await report.as_json(local), "held": waiting(holds), "plan": [step.as_json() for step in steps]}
        if person is not None:
            whole["actions"] = plan.verbs(steps)
        click.echo(json.dumps(whole))
        return
    if not steps and not local.story.whole:
        return
    page = terminal.console()
    terminal.show(page, await stopped_lines(local.engine))
    lines = [
        *plan.lines(page, steps, asked.everyone or person is not None),
        *stock.lines(page, await report.shelves(local) if person is None else []),
        *held_lines(page, holds, asked.everyone),
    ]
    if asked.against is not None:
        said = f"What {asked.policy.name} does that {asked.against.name} does not, once all is as the latter wants it"
        lines.insert(0, Text(terminal.printable(said), style="bold"))
    terminal.show(page, [*lines, Text(), plan.closing(steps, len({one.person for one in holds}))])


async def newly_held(local: Local) -> list[Held]:
    """What is held, and was not held already under the policy that is compared with."""
    before = await held(local.earlier) if local.earlier else []
    known = {(one.person, one.place, one.what, one.reason) for one in before}
    return [one for one in await held(local.engine) if (one.person, one.place, one.what, one.reason) not in known]
