"""`joinly permissions` as the command line shows it; what it does is loaded only when it is used."""

from pathlib import Path

import click

from shared.cli.commands import JSON, POLICY
from shared.cli.ending import EXIT_CODES

EPILOG = f"""\b
Examples:
  joinly permissions config/example.yaml
  joinly permissions config/example.yaml --json | jq '.write.permissions[].name'
  joinly permissions config/example.yaml --script > grant.sh; sh grant.sh --check
  joinly permissions prod.env        what the active policy of a deployment needs

{EXIT_CODES}"""


@click.command(epilog=EPILOG, short_help="Say what each app must be allowed for a policy, and why.")
@POLICY
@click.option("--script", is_flag=True, help="Print a script that grants exactly this to the apps' identities.")
@JSON
def permissions(policy: Path, script: bool, as_json: bool) -> None:
    """Say the least that each app must be allowed for POLICY, with the reason, and which secrets it must read.

    Nothing is read but the policy itself. The script needs the Azure CLI and a Privileged Role Administrator; given
    --check it grants nothing and names what is missing and what is too much, given --remove it takes that away.
    """
    from shared.cli.permissions import print_permissions

    if script and as_json:
        raise click.UsageError("say either --script or --json.")
    print_permissions(policy, script=script, as_json=as_json)
