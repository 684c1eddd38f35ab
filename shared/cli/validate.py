"""`joinly validate`: every mistake of a policy, where it stands and what to do."""

from pathlib import Path

import click

import connectors
from shared.cli.local import read_policy
from shared.policy_check import check


@click.command()
@click.argument("policy", type=click.Path(path_type=Path, dir_okay=False))
def validate(policy: Path) -> None:
    """Check POLICY: exit 0 when it can be used, 1 with every mistake when it cannot."""
    found = read_policy(policy)
    check(found, connectors.manifest)
    sources, targets = ", ".join(found.policy.sources), ", ".join(found.policy.targets)
    click.echo(f"{policy}: good. Reads {sources}; keeps {targets} in line.")
