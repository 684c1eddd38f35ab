"""The commands that read the ledger, as the command line shows them; what they do is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, JSON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

PERSON = click.option("--person", metavar="ID", required=True, help="The employee, by the id HR uses.")
SINCE = click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="From this day on, such as 2026-11-01."
)


@click.group(short_help="The record of every decision and every write.")
def ledger() -> None:
    """The record of every decision and every write. It is only ever added to."""


EXPORT_EPILOG = f"""\b
Examples:
  joinly ledger export config/example.yaml --since 2026-11-01 --until 2026-11-30 > november.csv
  joinly ledger export config/example.yaml --json | jq 'select(.by)'
  joinly ledger export config/example.yaml | sort        in order of time

{EXIT_CODES}"""


@ledger.command(epilog=EXPORT_EPILOG, short_help="Print the ledger, one line each.")
@POLICY
@SINCE
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Up to this day, which is included.")
@click.option("--values", is_flag=True, help="Also the values before and after, where they are kept.")
@click.option("--json/--csv", "as_json", default=False, help="One JSON object a line, or CSV.  [default: CSV]")
@DATA
@click.pass_context
def export(
    ctx: click.Context,
    policy: Path,
    since: datetime | None,
    until: datetime | None,
    values: bool,
    as_json: bool,
    data: Path | None,
) -> None:
    """Print the ledger, one line each, person by person and each in order of time.

    Days are those of the customer's time zone. Values of attributes that the policy calls sensitive are never in it.
    """
    from shared.cli.export import export_ledger

    first, last = since.date() if since else None, until.date() if until else None
    ctx.exit(export_ledger(policy, data_of(policy, data), first, last, values=values, as_json=as_json))


HISTORY_EPILOG = f"""\b
Examples:
  joinly history config/example.yaml --person 000105
  joinly history config/example.yaml --person 000105 --since 2026-11-01
  joinly history config/example.yaml --person 000105 --redact > for-a-ticket.txt

{EXIT_CODES}"""


@click.command(epilog=HISTORY_EPILOG, short_help="Tell what happened to one person, day by day.")
@POLICY
@PERSON
@SINCE
@click.option("--redact", is_flag=True, help="Name attributes, and show no value.")
@DATA
@JSON
@click.pass_context
def history(
    ctx: click.Context,
    policy: Path,
    person: str,
    since: datetime | None,
    redact: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Tell what happened to one person, day by day: what HR said, what was decided and why, what was written, and who
    allowed it.
    """
    from shared.cli.history import show_history

    day = since.date() if since else None
    ctx.exit(show_history(policy, data_of(policy, data), person, day, redact=redact, as_json=as_json))


RUNS_EPILOG = f"""\b
Examples:
  joinly runs config/example.yaml
  joinly runs config/example.yaml --since 2026-11-01 --json

{EXIT_CODES}"""


@click.command(epilog=RUNS_EPILOG, short_help="List what each run did, the latest first.")
@POLICY
@SINCE
@click.option("--all", "everyone", is_flag=True, help="Show every run; long lists are shortened otherwise.")
@DATA
@JSON
@click.pass_context
def runs(
    ctx: click.Context, policy: Path, since: datetime | None, everyone: bool, data: Path | None, as_json: bool
) -> None:
    """List what each run did, the latest first.

    A run is what one door brought in together: a poll of HR, the days that have come, a policy, an approval.
    """
    from shared.cli.runs import show_runs

    day = since.date() if since else None
    ctx.exit(show_runs(policy, data_of(policy, data), day, everyone=everyone, as_json=as_json))
