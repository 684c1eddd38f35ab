"""Who acts at the command line, for the ledger."""

import getpass

from shared.cli.local import Local


async def who(local: Local) -> str:
    """Who acts, as this machine knows them."""
    try:
        return f"local:{getpass.getuser()}"
    except (OSError, KeyError):
        return "local:unknown"
