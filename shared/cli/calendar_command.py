"""`joinly calendar` as the command line shows it; what it does is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, EVERYONE, HR, JSON, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly calendar config/example.yaml
  joinly calendar config/example.yaml --days 14 --all
  joinly calendar config/example.yaml --person 000105 --days 365
  joinly calendar config/example.yaml --json | jq '.days[].day'

\b
Marks:
  + given   ~ changed   - taken away   ! cannot be worked out

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Show what the coming days bring; nothing is written.")
@POLICY
@click.option(
    "--days", type=click.IntRange(1, 3660), default=90, show_default=True, metavar="N", help="How far to look ahead."
)
@click.option("--person", metavar="ID", default="", help="Show this employee only.")
@DATA
@ON
@HR
@EVERYONE
@JSON
@click.pass_context
def calendar(
    ctx: click.Context,
    policy: Path,
    days: int,
    person: str,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    everyone: bool,
    as_json: bool,
) -> None:
    """Show, day by day, what dates alone will bring though HR says nothing new: who is created, enabled, changed,
    disabled and deleted.

    HR is read, and nothing is written. What is to be done today already is shown by `joinly preview`.
    """
    from shared.cli.calendar import calendar_policy

    day = on.date() if on else None
    ctx.exit(calendar_policy(policy, data_of(policy, data), day, hr, days, person, everyone=everyone, as_json=as_json))
