"""`joinly preview`: what a run would do, found by the same code with nothing written anywhere."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from shared.cli import report
from shared.cli.drive import drive
from shared.cli.local import Local, open_local
from shared.cli.progress import Progress
from shared.cli.run import DAY, FAILED, FILE, FOLDER, OK, default_data
from shared.engine import held
from shared.model import Attributes, Verb

MARKS = {
    Verb.CREATE: ("+", "green"),
    Verb.CORRELATE: ("=", "cyan"),
    Verb.RESTORE: ("+", "green"),
    Verb.UPDATE: ("~", "yellow"),
    Verb.ENABLE: ("+", "green"),
    Verb.GRANT: ("+", "green"),
    Verb.REVOKE: ("-", "red"),
    Verb.DISABLE: ("-", "red"),
    Verb.DELETE: ("-", "bold red"),
}


@click.command()
@click.argument("policy", type=FILE)
@click.option("--person", metavar="ID", help="Show this employee only.")
@click.option("--data", type=FOLDER, help="Where state is kept.  [default: .joinly/<policy's name>]")
@click.option("--on", type=DAY, metavar="DATE", help="Pretend it is this day (YYYY-MM-DD, the customer's time zone).")
@click.option("--hr", type=FILE, help="Read this export in place of the policy's own.")
@click.option("--json", "plain", is_flag=True, help="Print one JSON object instead of a plan.")
@click.pass_context
def preview(
    ctx: click.Context,
    policy: Path,
    person: str | None,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    plain: bool,
) -> None:
    """Show the plan; nothing is written, not even to the state."""
    day = on.date() if on else None
    ctx.exit(asyncio.run(_preview(policy, person, data or default_data(policy), day, hr, plain)))


async def _preview(policy: Path, person: str | None, data: Path, on: date | None, hr: Path | None, plain: bool) -> int:
    async with open_local(policy, data, on, hr, preview=True) as local:
        with Progress(Console(stderr=True, highlight=False), quiet=plain) as progress:
            await drive(local.engine, local.bus, local.story, progress)
        plan = [step for step in [s async for s in _steps(local)] if person in (None, step["person"])]
        holds = [one for one in await held(local.engine) if person in (None, one.hr_id)]
        if plain:
            waiting = [{"person": one.hr_id, "reason": one.reason} for one in holds]
            click.echo(json.dumps({"plan": plan, "held": waiting, "failures": local.story.failures}))
        else:
            console = Console(highlight=False)
            for line in _lines(plan):
                console.print(line)
            for one in holds:
                console.print(Text.assemble(("? ", "magenta"), f"{one.hr_id}  {one.because} ({one.reason})"))
            console.print(_closing(plan, len(holds)))
            for text in local.story.failures:
                console.print(Text.assemble(("failed  ", "bold red"), text))
        return FAILED if local.story.failures or local.story.bugs else OK


async def _steps(local: Local) -> Any:
    """The plan as data: person, target, verb, what and why."""
    names: dict[str, tuple[str, str]] = {}
    for person, target, action in local.story.actions:
        if person not in names:
            names[person] = await report.name(local, person)
        hr_id, account = names[person]
        yield {
            "person": hr_id,
            "account": account,
            "target": target,
            "verb": str(action.verb),
            "attributes": {name: _shown(value) for name, value in sorted(action.attributes.items())},
            "entitlement": f"{action.entitlement.kind}:{action.entitlement.name}" if action.entitlement else "",
            "because": action.because,
        }


def _shown(value: Attributes | Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _lines(plan: list[dict[str, Any]]) -> Iterator[Text]:
    """Grouped by person, as a plan is read: a heading, then one line for each thing that will be done."""
    last = None
    for step in sorted(plan, key=lambda one: (one["person"], one["target"])):
        who = (step["person"], step["target"])
        if who != last:
            yield Text.assemble("\n", (f"{step['person']}  {step['account']}", "bold"), f"  on {step['target']}")
            last = who
        mark, colour = MARKS[Verb(step["verb"])]
        what = step["entitlement"] or (step["because"] if step["verb"] != Verb.UPDATE else "")
        yield Text.assemble((f"  {mark} {step['verb']}", colour), f"  {what}".rstrip())
        for name, value in step["attributes"].items():
            yield Text.assemble((f"      {name}", "dim"), f" = {json.dumps(value, ensure_ascii=False)}")


def _closing(plan: list[dict[str, Any]], holds: int) -> Text:
    people = len({step["person"] for step in plan})
    said = f"\nPlan: {len(plan):,} actions for {people:,} people" if plan else "\nNothing to do"
    return Text(f"{said}; {holds:,} held. Nothing was written.", style="bold")
