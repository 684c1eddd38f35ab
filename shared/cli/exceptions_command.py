"""`joinly exceptions` as the command line shows it; what it does is loaded only when it is used."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shared.cli.commands import DATA, JSON, ON, POLICY, data_of
from shared.cli.ending import EXIT_CODES

if TYPE_CHECKING:
    from shared.cli.exceptions import Asked, Place

DAY = click.DateTime(["%Y-%m-%d"])
BECAUSE = click.option("--because", metavar="TEXT", required=True, help="Why; it goes to the ledger.")
WHICH = (
    click.option("--person", metavar="ID", required=True, help="The employee, by the id HR uses."),
    click.option("--grant", metavar="KIND:NAME", default="", help="Give this beyond the rules, such as group:Finance."),
    click.option("--deny", metavar="KIND:NAME", default="", help="Never give this, whatever the rules say."),
    click.option("--exclude", is_flag=True, help="Leave their account on the target alone; it is never disabled."),
    click.option("--freeze", is_flag=True, help="Leave all their accounts as they are."),
    click.option("--target", metavar="NAME", default="", help="On this target; needed where the policy has several."),
)

EPILOG = f"""\b
Examples:
  joinly exceptions list config/example.yaml
  joinly exceptions add config/example.yaml --person 000105 --grant group:Finance \\
      --until 2027-01-31 --owner head.of.finance@contoso.nl --because "helps with the audit"
  joinly exceptions add config/example.yaml --person 000112 --freeze \\
      --until 2026-12-15 --owner it@contoso.nl --because "moves to another mailbox"
  joinly exceptions end config/example.yaml --person 000105 --grant group:Finance --because "done"

{EXIT_CODES}"""


def which(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say whose exception is meant, and which."""
    for option in reversed(WHICH):
        command = option(command)
    return command


@click.group(name="exceptions", epilog=EPILOG, short_help="Make, end and list exceptions for one person.")
def exceptions() -> None:
    """Make, end and list exceptions from the rules for one person.

    Each has somebody who answers for it, a reason and a last day. The day after, the rules count again by themselves.
    """


@exceptions.command(name="list", short_help="Show every exception, and who is blocked.")
@POLICY
@DATA
@ON
@JSON
@click.pass_context
def list_(ctx: click.Context, policy: Path, data: Path | None, on: datetime | None, as_json: bool) -> None:
    """Show every exception that is not over: who, what, until when, who answers for it and why; and who is blocked."""
    from shared.cli.exceptions import list_exceptions

    ctx.exit(list_exceptions(_place(policy, data, on), as_json=as_json))


@exceptions.command(short_help="Make an exception, or change one.")
@POLICY
@which
@click.option("--from", "first", type=DAY, metavar="DATE", help="The first day; at once, when it is left out.")
@click.option("--until", "last", type=DAY, metavar="DATE", required=True, help="The last day, inclusive.")
@click.option("--owner", metavar="WHO", required=True, help="Who answers for it.")
@BECAUSE
@DATA
@ON
@click.pass_context
def add(
    ctx: click.Context,
    /,
    policy: Path,
    first: datetime | None,
    last: datetime,
    owner: str,
    because: str,
    data: Path | None,
    on: datetime | None,
    **which: Any,
) -> None:
    """Make an exception, or change one that says the same; what follows is done at once, within the limits."""
    from shared.cli.exceptions import Terms, add_exception

    terms = Terms(first=first.date() if first else None, last=last.date(), owner=owner, because=because)
    ctx.exit(add_exception(_place(policy, data, on), _asked(**which), terms))


@exceptions.command(short_help="End an exception before its last day.")
@POLICY
@which
@BECAUSE
@DATA
@ON
@click.pass_context
def end(
    ctx: click.Context, /, policy: Path, because: str, data: Path | None, on: datetime | None, **which: Any
) -> None:
    """End an exception before its last day; what follows is done at once, within the limits."""
    from shared.cli.exceptions import end_exception

    ctx.exit(end_exception(_place(policy, data, on), _asked(**which), because))


def _place(policy: Path, data: Path | None, on: datetime | None) -> "Place":
    from shared.cli.exceptions import Place

    return Place(policy=policy, data=data_of(policy, data), on=on.date() if on else None)


def _asked(*, person: str, grant: str, deny: str, exclude: bool, freeze: bool, target: str) -> "Asked":
    from shared.cli.exceptions import Asked
    from shared.exceptions import Kind

    said = {Kind.GRANT: grant, Kind.DENY: deny, Kind.EXCLUDE: exclude, Kind.FREEZE: freeze}
    kinds = [kind for kind, given in said.items() if given]
    if len(kinds) != 1:
        raise click.UsageError("say one of --grant KIND:NAME, --deny KIND:NAME, --exclude and --freeze.")
    if freeze and target:
        raise click.UsageError("--freeze is for all targets; --exclude leaves the account on one of them alone.")
    return Asked(person=person, kind=kinds[0], entitlement=_entitlement(grant or deny), target=target)


def _entitlement(given: str) -> "Any":
    from shared.model import Entitlement

    kind, sign, name = given.partition(":")
    if given and not (kind and sign and name):
        raise click.UsageError(f"{given}: write KIND:NAME, such as group:Finance or license:SPE_E3")
    return Entitlement(kind, name) if given else None
