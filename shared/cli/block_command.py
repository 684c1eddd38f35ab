"""`joinly block` and `joinly unblock` as the command line shows them; what they do is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.commands import DATA, POLICY, data_of
from shared.cli.ending import EXIT_CODES

PERSON = click.option("--person", metavar="ID", default="", help="The employee, by the id HR uses.")
ACCOUNT = click.option(
    "--account",
    metavar="NAME",
    default="",
    help="Instead: the account's id, or the name it signs in or is mailed with.",
)
BECAUSE = click.option("--because", metavar="TEXT", required=True, help="Why; it goes to the ledger.")

BLOCK_EPILOG = f"""\b
Examples:
  joinly block config/example.yaml --person 000105 --because "stolen laptop"
  joinly block config/example.yaml --account eva.degroot@contoso.nl --because "phishing"
  joinly block config/example.yaml --person 000105 --because "dismissed" --strip

{EXIT_CODES}"""


@click.command(epilog=BLOCK_EPILOG, short_help="Disable one person's accounts now, whatever HR says.")
@POLICY
@PERSON
@ACCOUNT
@BECAUSE
@click.option("--strip", is_flag=True, help="Take away the groups and licences that Joinly gave, too.")
@click.option("--although-stopped", is_flag=True, help="Also while all writes are stopped.")
@DATA
@click.pass_context
def block(
    ctx: click.Context,
    policy: Path,
    person: str,
    account: str,
    because: str,
    strip: bool,
    although_stopped: bool,
    data: Path | None,
) -> None:
    """Disable one person's accounts on all targets now, and end their sessions.

    It waits for no limit, approval or HR, and stays until `joinly unblock`, whatever HR says. Protected accounts are
    refused.
    """
    from shared.cli.block import Word, block_person

    _one_of(person, account)
    word = Word(person=person, account=account, because=because, strip=strip, although_stopped=although_stopped)
    ctx.exit(block_person(policy, data_of(policy, data), word))


UNBLOCK_EPILOG = f"""\b
Example:
  joinly unblock config/example.yaml --person 000105 --because "the laptop was found"

{EXIT_CODES}"""


@click.command(epilog=UNBLOCK_EPILOG, short_help="Have HR and the rules decide on a blocked person again.")
@POLICY
@PERSON
@ACCOUNT
@BECAUSE
@DATA
@click.pass_context
def unblock(ctx: click.Context, policy: Path, person: str, account: str, because: str, data: Path | None) -> None:
    """Have HR and the rules decide on a blocked person again; whoever is in service is enabled at once."""
    from shared.cli.block import Word, unblock_person

    _one_of(person, account)
    ctx.exit(unblock_person(policy, data_of(policy, data), Word(person=person, account=account, because=because)))


def _one_of(person: str, account: str) -> None:
    if bool(person) == bool(account):
        raise click.UsageError("say either --person ID or --account NAME.")
