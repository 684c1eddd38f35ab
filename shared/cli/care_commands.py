"""The commands that care for what is kept, as the command line shows them: links, backups, and one person's data."""

from pathlib import Path

import click

from shared.cli.commands import DATA, POLICY, data_of
from shared.cli.ending import EXIT_CODES

PERSON = click.option("--person", metavar="ID", required=True, help="The employee, by the id HR uses.")
TARGET = click.option("--target", metavar="NAME", default="", help="On this target; needed where there are several.")
SOURCE = click.option("--source", metavar="NAME", default="", help="Of this source; needed where there are several.")
BECAUSE = click.option("--because", metavar="TEXT", required=True, help="Why; it goes to the ledger with your name.")
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))

LINK_EPILOG = f"""\b
Examples:
  joinly link cut config/example.yaml --person 000105 --because "a namesake's"
  joinly link join config/example.yaml --person 000105 --account 5f3b… \\
      --because "asked her"

{EXIT_CODES}"""


@click.group(epilog=LINK_EPILOG, short_help="Say whose account it is.")
def link() -> None:
    """Say whose account it is, where Joinly found the wrong one or none."""


@link.command(short_help="This account is not theirs.")
@POLICY
@PERSON
@TARGET
@BECAUSE
@DATA
def cut(policy: Path, person: str, target: str, because: str, data: Path | None) -> None:
    """Say that somebody's account is not theirs.

    It is left as it is and never taken for theirs again; they get another one if they should have one.
    """
    from shared.cli.links import link_person

    end(link_person(policy, data_of(policy, data), person, target, "", because))


@link.command(short_help="This account is theirs.")
@POLICY
@PERSON
@TARGET
@click.option("--account", metavar="ID", required=True, help="The account, by the id the target uses.")
@BECAUSE
@DATA
def join(policy: Path, person: str, target: str, account: str, because: str, data: Path | None) -> None:
    """Say that an account is somebody's, whatever it looks like, and bring it in line.

    What they had before is left as it is. A protected account, or another person's, is refused.
    """
    from shared.cli.links import link_person

    end(link_person(policy, data_of(policy, data), person, target, account, because))


@click.command(short_help="Save who has which account and name.")
@POLICY
@FILE
@DATA
def backup(policy: Path, file: Path, data: Path | None) -> None:
    """Save what nobody could find out again: who has which account, what is ours there, and who holds which name.

    The file holds personal data and only you can read it. Everything else follows from HR and the directories.
    """
    from shared.cli.keeping import save

    end(save(policy, data_of(policy, data), file))


@click.command(short_help="Put back what a backup holds and the state has lost.")
@POLICY
@FILE
@DATA
def restore(policy: Path, file: Path, data: Path | None) -> None:
    """Put back what FILE holds and the state has lost; nothing that is there is overwritten.

    Restore before anything else runs on an empty state: a run would adopt the accounts anew, and no longer know what
    is ours there.
    """
    from shared.cli.keeping import put_back

    end(put_back(policy, data_of(policy, data), file))


PERSON_EPILOG = f"""\b
Examples:
  joinly person show config/example.yaml --person 000105 > everything.json
  joinly person erase config/example.yaml --person 000105 --because "asked on 3 May"

{EXIT_CODES}"""


@click.group(epilog=PERSON_EPILOG, short_help="Show or erase what is kept of one person.")
def person() -> None:
    """Show or erase everything that is kept of one person."""


@person.command(short_help="Everything that is kept of one person.")
@POLICY
@PERSON
@SOURCE
@DATA
def show(policy: Path, person: str, source: str, data: Path | None) -> None:
    """Print everything that is kept of one person as JSON, with every value: it is theirs to see."""
    from shared.cli.subject import show_person

    end(show_person(policy, data_of(policy, data), person, source))


@person.command(short_help="Take out what is kept of one person.")
@POLICY
@PERSON
@SOURCE
@BECAUSE
@DATA
def erase(policy: Path, person: str, source: str, because: str, data: Path | None) -> None:
    """Take out what is kept of somebody whom HR no longer holds and who has no account left.

    The ledger keeps what was done, and no longer to whom. Their names stay reserved, as nobody's, for as long as nobody
    else may have them.
    """
    from shared.cli.subject import erase_person

    end(erase_person(policy, data_of(policy, data), person, source, because))


def end(code: int) -> None:
    click.get_current_context().exit(code)
