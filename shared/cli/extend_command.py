"""`joinly extend` as the command line shows it; what it does is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Example:
  joinly extend config/externals.yaml --person X-204 --until 2027-03-31 --because "the work goes on"

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Let somebody who is not in HR stay until a day.")
@POLICY
@click.option("--person", metavar="ID", required=True, help="The external, by the id that their source uses.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", required=True, help="The last day, inclusive."
)
@click.option("--because", metavar="TEXT", required=True, help="Why; it goes to the ledger.")
@DATA
@ON
@click.pass_context
def extend(
    ctx: click.Context, policy: Path, person: str, until: datetime, because: str, data: Path | None, on: datetime | None
) -> None:
    """Let somebody who is not in HR stay until a day, in place of whatever was said before.

    It is for the end that their source gives now: as soon as the source gives another one, that one counts. The day may
    be as far ahead as the policy says, and at the soonest today.
    """
    from shared.cli.extend import extend_person

    day = on.date() if on else None
    ctx.exit(extend_person(policy, data_of(policy, data), day, person, until.date(), because))
