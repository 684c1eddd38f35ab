"""`joinly holds` as the command line shows it; what it does is loaded only when it is used."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from shared.cli.commands import DATA, JSON, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

if TYPE_CHECKING:
    from shared.cli.holds import Place

NAMES = click.argument("fingerprints", metavar="FINGERPRINT…", nargs=-1, required=True)
WHY = "--because"

EPILOG = f"""\b
Examples:
  joinly holds list config/example.yaml
  joinly holds show config/example.yaml 3f2a9c1b
  joinly holds approve config/example.yaml 9c1d88aa0b12
  joinly holds reject config/example.yaml 3f2a9c1b --because "they are back"
  joinly holds snooze config/example.yaml 3f2a9c1b --until 2026-12-01

{EXIT_CODES}"""


@click.group(epilog=EPILOG, short_help="See and answer what waits for a person.")
def holds() -> None:
    """See and answer what waits for a person.

    A fingerprint names exactly what was shown: one thing, by its first letters, or a whole list. When anything in it
    has changed since, the answer is refused and nothing is done.
    """


@holds.command(name="list", short_help="Show what waits, by reason.")
@POLICY
@click.option("--reason", metavar="CODE", default="", help="Only what waits for this reason, such as limit.")
@click.option("--person", metavar="ID", default="", help="Only this employee, by the id HR uses.")
@click.option("--what", metavar="ACTION", default="", help="Only this action, such as disable.")
@click.option("--all", "everything", is_flag=True, help="Name everyone, and what was rejected or put off as well.")
@DATA
@ON
@JSON
@click.pass_context
def list_(
    ctx: click.Context,
    policy: Path,
    reason: str,
    person: str,
    what: str,
    everything: bool,
    data: Path | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Show what waits for an answer, by reason and action, what is overdue first. Nothing is read but the state."""
    from shared.cli.holds import list_holds
    from shared.picking import Filter

    only = Filter(person=person, reason=reason, what=what, everything=everything)
    ctx.exit(list_holds(_place(policy, data, on), only, as_json=as_json))


@holds.command(short_help="Show one thing or a list whole: why, since when, and what a yes would do.")
@POLICY
@NAMES
@DATA
@ON
@JSON
@click.pass_context
def show(
    ctx: click.Context,
    policy: Path,
    fingerprints: tuple[str, ...],
    data: Path | None,
    on: datetime | None,
    as_json: bool,
) -> None:
    """Show each thing whole: whom it concerns, why it waits, since when, who is asked, and what a yes would do.

    Values of attributes that the policy calls sensitive are never shown.
    """
    from shared.cli.holds import show_holds

    ctx.exit(show_holds(_place(policy, data, on), fingerprints, as_json=as_json))


@holds.command(short_help="Say yes to exactly what these fingerprints name, and have it done.")
@POLICY
@NAMES
@click.option(WHY, "because", metavar="TEXT", default="", help="Why; it goes to the ledger.")
@click.option("--recreate", is_flag=True, help="Have an account back that somebody else deleted, or a new one.")
@DATA
@ON
@click.pass_context
def approve(
    ctx: click.Context,
    policy: Path,
    fingerprints: tuple[str, ...],
    because: str,
    recreate: bool,
    data: Path | None,
    on: datetime | None,
) -> None:
    """Say yes to exactly what these fingerprints name, and have it done at once.

    Each action is looked at again before it is done: what is no longer wanted is not done, and what is new is asked
    anew. What would open a closed account, or end somebody who is missing from HR, is only in a list of its own reason.
    """
    from shared.cli.holds import approve_holds

    ctx.exit(approve_holds(_place(policy, data, on), fingerprints, because, recreate=recreate))


@holds.command(short_help="Say no: it stays undone and is not asked again.")
@POLICY
@NAMES
@click.option(WHY, "because", metavar="TEXT", required=True, help="Why; it goes to the ledger.")
@DATA
@ON
@click.pass_context
def reject(
    ctx: click.Context,
    policy: Path,
    fingerprints: tuple[str, ...],
    because: str,
    data: Path | None,
    on: datetime | None,
) -> None:
    """Say no: it stays undone and is not asked again until something else is wanted. `reconsider` takes it back."""
    from shared.cli.holds import reject_holds

    ctx.exit(reject_holds(_place(policy, data, on), fingerprints, because))


@holds.command(short_help="Put it off until a day; until then nobody is asked.")
@POLICY
@NAMES
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", required=True, help="The day it is asked again."
)
@click.option(WHY, "because", metavar="TEXT", default="", help="Why; it goes to the ledger.")
@DATA
@ON
@click.pass_context
def snooze(
    ctx: click.Context,
    policy: Path,
    fingerprints: tuple[str, ...],
    until: datetime,
    because: str,
    data: Path | None,
    on: datetime | None,
) -> None:
    """Put it off until a day; until then nobody is asked or reminded, and it stays undone."""
    from shared.cli.holds import snooze_holds

    ctx.exit(snooze_holds(_place(policy, data, on), fingerprints, until.date(), because))


@holds.command(short_help="Ask again what was rejected, put off, or never answered.")
@POLICY
@NAMES
@click.option(WHY, "because", metavar="TEXT", default="", help="Why; it goes to the ledger.")
@DATA
@ON
@click.pass_context
def reconsider(
    ctx: click.Context,
    policy: Path,
    fingerprints: tuple[str, ...],
    because: str,
    data: Path | None,
    on: datetime | None,
) -> None:
    """Ask again what was rejected, put off, or answered by nobody for too long; `list --all` shows it."""
    from shared.cli.holds import reconsider_holds

    ctx.exit(reconsider_holds(_place(policy, data, on), fingerprints, because))


def _place(policy: Path, data: Path | None, on: datetime | None) -> "Place":
    from shared.cli.holds import Place

    return Place(policy=policy, data=data_of(policy, data), on=on.date() if on else None)
