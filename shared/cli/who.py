"""Who runs the command, for the ledger: this machine's user."""

import getpass

from shared.cli.local import Local


async def who(local: Local) -> str:
    """`local:<user>`."""
    return user()


def user() -> str:
    """Who it is as this machine knows them."""
    try:
        return f"local:{getpass.getuser()}"
    except (OSError, KeyError):
        return "local:unknown"
