"""What `joinly validate` does: every mistake of a policy, where it stands and what to do."""

from pathlib import Path

import click

import connectors
from shared.cli.policy_text import read_policy, refusing
from shared.policy_check import check


def validate_policy(policy: Path) -> None:
    """Say that the policy can be used. Raises `Ended` with every mistake when it cannot."""
    found = read_policy(policy)
    with refusing(policy):
        check(found, connectors.manifest)
    sources, targets = ", ".join(found.policy.sources), ", ".join(found.policy.targets)
    click.echo(f"{policy}: no mistakes. It reads {sources} and keeps {targets} in line.")
