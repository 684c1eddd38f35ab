"""The commands that read the ledger, as the command line shows them; what they do is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, EVERYONE, HR, JSON, ON, POLICY, data_of
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
@EVERYONE
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


UNDO_EPILOG = f"""\b
Examples:
  joinly undo config/example.yaml --run poll/hr/2
  joinly undo config/example.yaml --run poll/hr/2 --apply
  joinly undo config/example.yaml --run poll/hr/2 --out undo.json
  joinly undo config/example.yaml --from undo.json --apply

{EXIT_CODES}"""


@click.command(epilog=UNDO_EPILOG, short_help="Show what takes a run back, and do it when told to.")
@POLICY
@click.option("--run", default="", metavar="NAME", help="The run, as `joinly runs` names it.")
@click.option(
    "--from", "given", type=click.Path(path_type=Path), metavar="FILE", help="Exactly what this undo package says."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Keep the undo package in this file.")
@click.option("--apply", is_flag=True, help="Do it; without this nothing is written.")
@EVERYONE
@DATA
@ON
@JSON
@click.pass_context
def undo(
    ctx: click.Context,
    policy: Path,
    run: str,
    given: Path | None,
    out: Path | None,
    apply: bool,
    everyone: bool,
    data: Path | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Show what takes a run back, and do it when told to.

    Only what the run wrote is taken back, and only where it still stands; what cannot be taken back is listed. It stays
    so until HR or the policy wants something else of a person; then that is done as ever.
    """
    from shared.cli.undo import undo_policy

    if bool(run) == bool(given):
        raise click.UsageError("say either --run NAME or --from FILE.")
    where, day = data_of(policy, data), on.date() if on else None
    ctx.exit(undo_policy(policy, where, day, run, given, out, apply=apply, everyone=everyone, as_json=as_json))


WHY_EPILOG = f"""\b
Examples:
  joinly why config/example.yaml --person 000105 --entitlement Sales
  joinly why config/example.yaml --person 000105 --entitlement "license SPE_E3" --on 2026-12-31
  joinly why config/example.yaml --person 000105 --attribute department
  joinly why config/example.yaml --person 000105 --account

{EXIT_CODES}"""


@click.command(epilog=WHY_EPILOG, short_help="Say why one person has something, or does not.")
@POLICY
@PERSON
@click.option("--entitlement", default="", metavar="NAME", help='A group, licence or role, such as "group Sales".')
@click.option("--attribute", default="", metavar="NAME", help="An attribute of the account.")
@click.option("--account", is_flag=True, help="The account itself.")
@DATA
@ON
@HR
@JSON
@click.pass_context
def why(
    ctx: click.Context,
    policy: Path,
    person: str,
    entitlement: str,
    attribute: str,
    account: bool,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    as_json: bool,
) -> None:
    """Say why one person has something or does not, now or on another day: the rule and contract that give it, or what
    keeps each rule from giving it, and every write of it with its cause.

    Of a day in the past the ledger says what was written; rules and HR are as they are now.
    """
    from shared.cli.why import why_policy

    if sum((bool(entitlement), bool(attribute), account)) != 1:
        raise click.UsageError("say one of --entitlement NAME, --attribute NAME and --account.")
    day = on.date() if on else None
    ctx.exit(why_policy(policy, data_of(policy, data), day, hr, person, entitlement, attribute, as_json=as_json))
