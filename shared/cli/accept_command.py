"""The command `joinly accept`, as the command line shows it."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly preview config/example.yaml --accept 8c1f09d2b3a4
  joinly accept config/example.yaml --source hr --answer 8c1f09d2b3a4 \\
      --because "reorganisation, confirmed by HR"

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Believe an answer of HR that was doubted.")
@POLICY
@click.option("--source", metavar="NAME", required=True, help="The source whose answer was doubted.")
@click.option("--answer", metavar="ID", required=True, help="Which answer: the id that the doubt names.")
@click.option("--because", metavar="TEXT", required=True, help="Why; it goes to the ledger with your name.")
@DATA
@ON
def accept(policy: Path, source: str, answer: str, because: str, data: Path | None, on: datetime | None) -> None:
    """Believe an answer of HR that was doubted: just this one, and for a day.

    When HR says something else by then, that is judged anew. Limits on what may be done at once still hold.
    """
    from shared.cli.accept import accept_answer

    accept_answer(policy, data_of(policy, data), on.date() if on else None, source, answer, because)
