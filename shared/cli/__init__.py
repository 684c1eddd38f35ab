"""The command line: `joinly …`. Results go to stdout, errors to stderr, and the exit code says which kind it was."""

import logging
import os
import sys

import click

from shared.cli.accept_command import accept
from shared.cli.block_command import block, unblock
from shared.cli.calendar_command import calendar
from shared.cli.care_commands import backup, link, person, restore
from shared.cli.commands import explain, preview, rename, run, sandbox, validate
from shared.cli.connect_command import connect
from shared.cli.ending import DEBUG, EXIT_CODES, ended
from shared.cli.eval import eval_
from shared.cli.exceptions_command import exceptions
from shared.cli.extend_command import extend
from shared.cli.holds_command import holds
from shared.cli.hr_command import hr
from shared.cli.ledger_command import history, ledger, runs, undo, why
from shared.cli.permissions_command import permissions
from shared.cli.policy_command import policy
from shared.cli.record_command import record
from shared.cli.records_command import records
from shared.cli.stop_command import resume, stop

EPILOG = f"""\b
Start here:
  joinly preview config/example.yaml      what would be done; nothing is written
  joinly run config/example.yaml          do it, on a simulated tenant
  joinly holds list config/example.yaml   what waits for a person, and how to answer
  joinly COMMAND --help                   options and examples

\b
POLICY is a policy's own file, a data folder with an active policy (see `joinly
policy`), or a deployment in Azure by the file *.env with its settings.

{EXIT_CODES}"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="joinly", message="%(prog)s %(version)s")
def joinly() -> None:
    """HR-driven identity provisioning: what HR says becomes accounts, groups and licences, explained and safe."""


eval_.short_help = "Try an expression on facts, or a file of cases."
for command in (
    *(run, preview, calendar, explain, why, holds, exceptions, extend, rename),
    *(history, runs, undo, ledger, block, unblock, stop, resume, accept),
    hr,
    *(link, records, backup, restore, person, validate, permissions, policy, connect, record, eval_, sandbox),
):
    joinly.add_command(command)


def main() -> None:
    """The program; `joinly --help` lists its exit codes."""
    if not os.environ.get(DEBUG):
        logging.getLogger().addHandler(logging.NullHandler())  # libraries do not talk to whoever runs a command
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(ended(lambda: joinly.main(prog_name="joinly", standalone_mode=False)))
