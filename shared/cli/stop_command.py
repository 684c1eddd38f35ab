"""`joinly stop` and `joinly resume` as the command line shows them; what they do is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.commands import DATA, POLICY, data_of
from shared.cli.ending import EXIT_CODES

TARGET = click.option("--target", metavar="NAME", default="", help="This target only; all of them when it is left out.")

STOP_EPILOG = f"""\b
Examples:
  joinly stop config/example.yaml --because "groups are emptied, nobody knows why"
  joinly stop config/example.yaml --target entra --because "maintenance until noon"

{EXIT_CODES}"""


@click.command(epilog=STOP_EPILOG, short_help="Write nothing to any target from now on.")
@POLICY
@TARGET
@click.option("--because", metavar="TEXT", required=True, help="Why; everybody who runs something reads it.")
@DATA
@click.pass_context
def stop(ctx: click.Context, policy: Path, target: str, because: str, data: Path | None) -> None:
    """Write nothing to any target from now on, also in a run that is under way: it ends its present write and stops.

    HR is read and everything is decided as before, nothing is lost, and preview shows what waits. Nobody is blocked
    either, unless `joinly block` is told to.
    """
    from shared.cli.stop import stop_writes

    ctx.exit(stop_writes(policy, data_of(policy, data), target, because))


RESUME_EPILOG = f"""\b
Example:
  joinly resume config/example.yaml --because "it was a wrong export"

{EXIT_CODES}"""


@click.command(epilog=RESUME_EPILOG, short_help="Go on writing after a stop.")
@POLICY
@TARGET
@click.option("--because", metavar="TEXT", default="", help="Why; it goes to the ledger.")
@DATA
@click.pass_context
def resume(ctx: click.Context, policy: Path, target: str, because: str, data: Path | None) -> None:
    """Go on writing after a stop, from where it was. Without --target, every stop is lifted."""
    from shared.cli.stop import resume_writes

    ctx.exit(resume_writes(policy, data_of(policy, data), target, because))
