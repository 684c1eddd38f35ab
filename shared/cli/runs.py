"""What `joinly runs` does: the cohorts that wrote something, the latest first, each with what it did."""

import json
from datetime import date
from pathlib import Path

import click
from rich.text import Text

from shared.cli import terminal
from shared.cli.ending import OK
from shared.cli.line import cohort_name, day_bounds
from shared.cli.local import open_local
from shared.cli.plan import MARKS
from shared.cli.stopping import until_done
from shared.engine.runs import Run, runs

MOST = 20
"""Runs that are shown; the earlier ones are counted."""


def show_runs(policy: Path, data: Path, since: date | None, *, everyone: bool, as_json: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be read."""
    return until_done(_runs(policy, data, since, everyone, as_json), "nothing was written")


async def _runs(policy: Path, data: Path, since: date | None, everyone: bool, as_json: bool) -> int:
    async with open_local(policy, data, None, None, preview=True) as local:
        first, _ = day_bounds(local.found.policy, since, None)
        found = await runs(local.engine, first)
        if as_json:
            click.echo(json.dumps({"runs": [_plain(run) for run in found]}))
            return OK
        zone, page = local.found.policy.time_zone, terminal.console()
        shown = found if everyone else found[:MOST]
        rows = [
            (
                cohort_name(run.cohort),
                f"{run.began.astimezone(zone):%Y-%m-%d %H:%M}",
                terminal.counted(len(run.people), "person", "people"),
                said(run),
            )
            for run in shown
        ]
        lines = list(terminal.table(page, rows, 0)) if rows else [Text("Nothing was ever written.")]
        if len(shown) < len(found):
            lines.append(Text(f"… and {len(found) - len(shown):,} earlier ones; --all shows them", style="dim"))
        terminal.show(page, lines)
    return OK


def said(run: Run) -> str:
    """What a run did, the weightiest verbs in the order of a plan."""
    parts = [f"{run.done[verb]:,} {verb}" for verb in MARKS if verb in run.done]
    parts += [f"{run.refused:,} declined"] if run.refused else []
    parts += [f"{run.unanswered:,} unanswered"] if run.unanswered else []
    return " · ".join(parts)


def _plain(run: Run) -> dict[str, object]:
    return {
        "run": cohort_name(run.cohort),
        "began": run.began.isoformat(),
        "ended": run.ended.isoformat(),
        "people": len(run.people),
        "done": dict(run.done),
        "refused": run.refused,
        "unanswered": run.unanswered,
    }
