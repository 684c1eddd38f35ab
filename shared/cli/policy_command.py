"""`joinly policy` as the command line shows it; what it does is loaded only when it is used."""

from datetime import datetime
from pathlib import Path

import click

from shared.cli.commands import EVERYONE, JSON, ON
from shared.cli.ending import EXIT_CODES

PLACE = click.argument("place", type=click.Path(path_type=Path))
BECAUSE = click.option("--because", metavar="TEXT", required=True, help="Why; it is kept with your name.")
YES = click.option(
    "--yes",
    type=click.IntRange(min=0),
    metavar="N",
    help="Go on when at most N people are touched. Without it you are asked to type the number.",
)
UNSEEN = click.option(
    "--unseen", is_flag=True, help="Also when nobody can say whom it touches, as while the tenant is unreachable."
)

EPILOG = f"""\b
From a pull request to every day's work:
  joinly validate contoso.yaml                     before it is merged
  joinly policy push prod.env contoso.yaml         it is kept under its hash
  joinly policy diff prod.env 3f2a9c               what it changes, and for whom
  joinly policy activate prod.env 3f2a9c --because "CHG-1042"
  joinly policy rollback prod.env --because "everybody lost Finance"

\b
PLACE is a deployment, by the file *.env with its settings, or a data folder on
this machine, such as .joinly/contoso; `joinly run .joinly/contoso` then goes by
the policy that is active there.

{EXIT_CODES}"""


@click.group(epilog=EPILOG, short_help="Push, compare, activate and roll back policies.")
def policy() -> None:
    """Have another policy go live, knowing whom it touches, and go back to the one before.

    Every policy that was pushed is kept as it is, under its hash; one of them is active.
    """


@policy.command(epilog=EXIT_CODES, short_help="Check a policy and keep it; nothing is activated.")
@PLACE
@click.argument("file", type=click.Path(path_type=Path))
@JSON
@click.pass_context
def push(ctx: click.Context, place: Path, file: Path, as_json: bool) -> None:
    """Check FILE as `joinly validate` does, keep it at PLACE for ever, and print its hash.

    Nothing changes yet: nobody reads it before it is activated. The same text is the same version, however often it is
    pushed.
    """
    from shared.cli.policy_versions import push_policy

    ctx.exit(push_policy(place, file, as_json=as_json))


@policy.command(name="list", epilog=EXIT_CODES, short_help="Name the versions, and who activated which when.")
@PLACE
@click.option("--most", type=click.IntRange(min=1), default=20, metavar="N", help="Activations to show.  [default: 20]")
@JSON
@click.pass_context
def list_(ctx: click.Context, place: Path, most: int, as_json: bool) -> None:
    """Name the versions that were pushed, and who activated which of them when and why, the latest first."""
    from shared.cli.policy_versions import list_policies

    ctx.exit(list_policies(place, most, as_json=as_json))


@policy.command(epilog=EXIT_CODES, short_help="Print a version as it was pushed.")
@PLACE
@click.argument("version", default="")
@click.pass_context
def show(ctx: click.Context, place: Path, version: str) -> None:
    """Print a version as it was pushed, or the active one when VERSION is left out."""
    from shared.cli.policy_versions import show_policy

    ctx.exit(show_policy(place, version))


DIFF_EPILOG = f"""\b
Examples:
  joinly policy diff prod.env contoso.yaml
  joinly policy diff prod.env 3f2a9c --all
  joinly policy diff prod.env contoso.yaml --json | jq .people

{EXIT_CODES}"""


@policy.command(epilog=DIFF_EPILOG, short_help="Say what a policy changes, in text and for people.")
@PLACE
@click.argument("new")
@click.option("--text", "text_only", is_flag=True, help="Compare the texts only; neither state nor tenant is read.")
@ON
@EVERYONE
@JSON
@click.pass_context
def diff(
    ctx: click.Context,
    place: Path,
    new: str,
    text_only: bool,
    on: datetime | None,
    everyone: bool,
    as_json: bool,
) -> None:
    """Say what NEW, a file or a version, changes against the active policy: line by line, and person by person.

    The state is copied, the tenant is read with your own sign-in, and nothing is written. HR is asked only when the
    sources themselves are changed.
    """
    from shared.cli.policy_versions import diff_policy

    day = on.date() if on else None
    ctx.exit(diff_policy(place, new, day, text_only=text_only, everyone=everyone, as_json=as_json))


ACTIVATE_EPILOG = f"""\b
Examples:
  joinly policy activate prod.env 3f2a9c --because "CHG-1042"
  joinly policy activate prod.env 3f2a9c --because "CHG-1042" --yes 37    in a pipeline

{EXIT_CODES}"""


@policy.command(epilog=ACTIVATE_EPILOG, short_help="Make a version the active one.")
@PLACE
@click.argument("version")
@BECAUSE
@YES
@UNSEEN
@ON
@EVERYONE
@click.pass_context
def activate(
    ctx: click.Context,
    place: Path,
    version: str,
    because: str,
    yes: int | None,
    unseen: bool,
    on: datetime | None,
    everyone: bool,
) -> None:
    """Make VERSION the active one, after showing whom it touches.

    When it touches anybody, somebody at a terminal types how many; in a pipeline --yes says how many at most. What is
    beyond the limits is not done either way: it waits for a yes (`joinly holds`).
    """
    from shared.cli.policy_activating import Word, activate_policy

    word = Word(because=because, yes=yes, unseen=unseen, on=on.date() if on else None, everyone=everyone)
    ctx.exit(activate_policy(place, version, word))


ROLLBACK_EPILOG = f"""\b
Examples:
  joinly policy rollback prod.env --because "everybody lost Finance"
  joinly policy rollback prod.env --because "the tenant is away" --unseen

{EXIT_CODES}"""


@policy.command(epilog=ROLLBACK_EPILOG, short_help="Go back to the policy that was active before.")
@PLACE
@BECAUSE
@YES
@UNSEEN
@ON
@EVERYONE
@click.pass_context
def rollback(
    ctx: click.Context,
    place: Path,
    because: str,
    yes: int | None,
    unseen: bool,
    on: datetime | None,
    everyone: bool,
) -> None:
    """Go back to the policy that was active before this one, with the same care; once more, to the one before that.

    What the policy did to people is taken back where the earlier one wants it otherwise, within the limits. To stop
    writing at once, say `joinly stop` first.
    """
    from shared.cli.policy_activating import Word, roll_back

    word = Word(because=because, yes=yes, unseen=unseen, on=on.date() if on else None, everyone=everyone)
    ctx.exit(roll_back(place, word))
