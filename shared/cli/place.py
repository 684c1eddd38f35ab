"""What POLICY names: the policy's own file, a data folder with an active policy, or a deployment by its settings."""

from pathlib import Path

import click

POLICIES = "policies"
"""In a data folder: where its policies are."""


def is_deployment(path: Path) -> bool:
    """Whether it is the file with a deployment's settings, which `azd` calls just `.env`."""
    return path.name == ".env" or path.suffix == ".env"


def is_data_folder(path: Path) -> bool:
    """Whether it is a data folder that policies were pushed to."""
    return (path / POLICIES).is_dir()


def data_of(policy: Path, data: Path | None) -> Path:
    """The folder of the state: each policy has one of its own under the folder the command is run in.

    Raises `UsageError` for a deployment, which has its state with it.
    """
    if is_deployment(policy):
        if data is not None:
            raise click.UsageError(f"{policy} names a deployment, which has its own state; leave out --data.")
        return policy.parent
    if data is None and is_data_folder(policy):
        return policy
    return data or Path(".joinly") / policy.stem
