"""`joinly hr` as the command line shows it; what it does is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import DATA, EVERYONE, HR, JSON, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly hr check config/example.yaml
  joinly hr check config/example.yaml --html report.html --csv report.csv
  joinly hr check config/example.yaml --source hr --values
  joinly hr check production.env --json | jq '.findings[] | select(.severity == "holds")'

{EXIT_CODES}"""
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog=EPILOG, short_help="Say what is wrong in HR.")
def hr() -> None:
    """Say what is wrong in HR, so that HR can correct it."""


@hr.command(epilog=EPILOG, short_help="Report what is wrong in HR.")
@POLICY
@click.option("--source", "sources", metavar="NAME", multiple=True, help="Read this source only; may be repeated.")
@click.option("--csv", "csv", type=FILE, metavar="FILE", help="Write the whole report to this file, for a spreadsheet.")
@click.option("--html", "html", type=FILE, metavar="FILE", help="Write the whole report to this file, for a browser.")
@click.option("--values", is_flag=True, help="Show what stands there too: personal data, for HR alone.")
@DATA
@ON
@HR
@EVERYONE
@JSON
def check(
    policy: Path,
    sources: tuple[str, ...],
    csv: Path | None,
    html: Path | None,
    values: bool,
    data: Path | None,
    on: datetime | None,
    hr: Path | None,
    everyone: bool,
    as_json: bool,
) -> int:
    """Read HR once and say what is wrong in it, whom it concerns, and what to do; nothing is written or held by it.

    What is marked `holds` keeps that person waiting, and nobody else, until it is corrected in HR.
    """
    from shared.cli.hr import Asked, check_policy

    day = on.date() if on else None
    asked = Asked(
        policy, data_of(policy, data), day, hr, sources, csv, html, values=values, everyone=everyone, as_json=as_json
    )
    return check_policy(asked)
