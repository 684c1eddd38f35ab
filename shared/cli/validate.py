"""What `joinly validate` does: every mistake of a policy and what is odd in it, where it stands and what to do."""

from pathlib import Path

import click

import connectors
from shared.cli.policy_text import read_policy, refusing, shown
from shared.permissions import needed
from shared.policy_check import check, warnings


def validate_policy(policy: Path, *, permissions: bool = False) -> None:
    """Say that the policy can be used, and what it needs. Raises `Ended` with every mistake when it cannot be used."""
    found = read_policy(policy)
    with refusing(policy):
        check(found, connectors.manifest)
    odd = warnings(found)
    for one in odd:
        click.echo(shown(policy, one))
    sources, targets = ", ".join(found.policy.sources), ", ".join(found.policy.targets)
    count = f", {len(odd)} warning{'s' * (len(odd) > 1)}" if odd else ""
    click.echo(f"{policy}: no mistakes{count}. It reads {sources} and keeps {targets} in line.")
    for name, target in found.policy.targets.items() if permissions else ():
        click.echo(f"\n{name} needs these permissions:")
        for permission, why in needed(connectors.manifest(target.connector), target).items():
            click.echo(f"  {permission}: {why}")
