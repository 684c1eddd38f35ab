"""`joinly record` as the command line shows it; what it does is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.commands import DATA, JSON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly record config/customer.yaml hr --to recording
  joinly record prod.env hr --to recording      the source of a deployment's policy

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Read a real HR system once, and keep its answers without anybody's data.")
@POLICY
@click.argument("source")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="A folder that is not there.",
)
@JSON
@DATA
@click.pass_context
def record(ctx: click.Context, policy: Path, source: str, folder: Path, as_json: bool, data: Path | None) -> None:
    """Read SOURCE of POLICY once, to its end, and write what was asked and answered to FOLDER for tests to replay.

    Every value of HR is replaced by another of the same shape before it is written, dates are all moved by as many
    weeks, and sign-ins are left out. Nothing is written anywhere else. See docs/hr/recording.md.
    """
    from shared.cli.record import Asked, record_source

    asked = Asked(policy=policy, data=data_of(policy, data), source=source, folder=folder, as_json=as_json)
    ctx.exit(record_source(asked))
