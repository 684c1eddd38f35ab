"""The command line: `joinly …`. Errors are one clear sentence on stderr, and the exit code says which kind it was."""

import sys

import click

from shared.cli.eval import eval_
from shared.cli.preview import preview
from shared.cli.run import run
from shared.cli.sandbox import sandbox
from shared.cli.validate import validate
from shared.errors import Misconfigured, Refused, TryLater
from shared.policy_file import PolicyInvalid

OK, FAILED, LATER = 0, 1, 75


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="joinly")
def joinly() -> None:
    """HR-driven identity provisioning: what HR says becomes accounts, groups and licences, explained and safe."""


for command in (run, preview, validate, eval_, sandbox):
    joinly.add_command(command)


def main() -> None:
    """The program. Exit codes: 0 done, 1 something is wrong, 2 wrong use, 75 try again later."""
    try:
        joinly(standalone_mode=True)
    except PolicyInvalid as invalid:
        for mistake in invalid.mistakes:
            click.echo(f"{_file()}:{mistake}" if mistake.line else f"{_file()}: {mistake}", err=True)
        sys.exit(FAILED)
    except (Misconfigured, Refused) as error:
        click.echo(f"joinly: {error}", err=True)
        sys.exit(FAILED)
    except TryLater as later:
        click.echo(f"joinly: {later}; try again later", err=True)
        sys.exit(LATER)


def _file() -> str:
    """The policy as it was named on the command line."""
    return next((word for word in sys.argv[2:] if word.endswith((".yaml", ".yml"))), "policy")
