"""What `joinly validate` does: every mistake of a policy and what is odd in it, where it stands and what to do."""

from pathlib import Path

import click

import connectors
from shared.checks.policy import check, warnings
from shared.cli.policy_text import read_policy, refusing, shown


def validate_policy(policy: Path) -> None:
    """Say that the policy can be used. Raises `Ended` with every mistake when it cannot be used."""
    found = read_policy(policy)
    with refusing(policy):
        check(found, connectors.manifest)
    odd = warnings(found, connectors.manifest)
    for one in odd:
        click.echo(shown(policy, one))
    sources, targets = ", ".join(found.policy.sources), ", ".join(found.policy.targets)
    count = f", {len(odd)} warning{'s' * (len(odd) > 1)}" if odd else ""
    click.echo(f"{policy}: no mistakes{count}. It reads {sources} and keeps {targets} in line.")
