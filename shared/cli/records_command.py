"""`joinly records` as the command line shows it; what it does is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.care_commands import BECAUSE, PERSON, end
from shared.cli.commands import DATA, JSON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

SOURCE = click.option("--source", metavar="NAME", default="", help="As this source calls them; needed where two do.")
EPILOG = f"""\b
Examples:
  joinly records list config/example.yaml
  joinly records join config/example.yaml --person 000105 --with 000112 \\
      --because "asked her: she has two jobs"
  joinly records part config/example.yaml --person 000112 --because "a namesake after all"

{EXIT_CODES}"""


@click.group(epilog=EPILOG, short_help="Say which records of HR are one human.")
def records() -> None:
    """Say which records of HR are one human, who has one set of accounts.

    The policy finds most of them by itself (people: same). What is here holds whatever its rules say.
    """


@records.command(name="list", short_help="Show which records are one human.")
@POLICY
@DATA
@JSON
def list_(policy: Path, data: Path | None, as_json: bool) -> None:
    """Show every record that is another one of a human, and who said so."""
    from shared.cli.records import list_records

    end(list_records(policy, data_of(policy, data), as_json=as_json))


@records.command(short_help="These two are one human.")
@POLICY
@PERSON
@SOURCE
@click.option("--with", "other", metavar="ID", required=True, help="The other number of the same human.")
@click.option("--with-source", metavar="NAME", default="", help="As this source calls them; needed where two do.")
@click.option("--let-go", is_flag=True, help="Where both have accounts: the one of --person is nobody's from now on.")
@BECAUSE
@DATA
def join(
    policy: Path,
    person: str,
    source: str,
    other: str,
    with_source: str,
    let_go: bool,
    because: str,
    data: Path | None,
) -> None:
    """Say that two records are one human, and bring their accounts in line.

    The record without an account joins the other. When both have accounts, decide which is kept: the other is let go,
    left as it is and never touched again.
    """
    from shared.cli.records import join_two

    one, two = (person, source), (other, with_source)
    end(join_two(policy, data_of(policy, data), one, two, because, lets_go=let_go))


@records.command(short_help="This one is somebody else.")
@POLICY
@PERSON
@SOURCE
@BECAUSE
@DATA
def part(policy: Path, person: str, source: str, because: str, data: Path | None) -> None:
    """Say that a record is not that human's after all.

    They get an account of their own if they should have one, and no rule joins the two again.
    """
    from shared.cli.records import part_one

    end(part_one(policy, data_of(policy, data), (person, source), because))
