"""Who runs the command, for the ledger and for approvals: whoever is signed in to Entra, or this machine's user."""

import base64
import binascii
import getpass
import json
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from shared.approvals import signed_in
from shared.cli import signin
from shared.cli.local import SANDBOX, Local
from shared.errors import Misconfigured

GRAPH = "https://graph.microsoft.com/.default"


async def who(local: Local) -> str:
    """`entra:<sign-in name>/<object id>` on a real tenant, and `local:<user>` on a simulated one.

    On a deployment it is whoever is signed in to Azure. Raises `Misconfigured` when nobody is, and `TryLater` when
    sign-in cannot be reached.
    """
    if local.signed is not None:
        return await local.signed()
    for target in local.found.policy.targets.values():
        tenant, address = target.settings.get("tenant"), urlsplit(str(target.settings.get("base_url", "")))
        if tenant in (None, SANDBOX) or address.hostname in signin.LOOPBACK:
            continue
        async with AsyncExitStack() as stack:
            credential = signin.credential(target.settings, stack)
            if credential is not None:
                return identity(await signin.token(credential, GRAPH))
    return user()


def identity(token: str) -> str:
    """Whose token it is. It is our own and is not checked here: whatever we do with it, Microsoft checks."""
    by = signed_in(claims(token))
    if not by:
        raise Misconfigured("the sign-in does not say who it is; sign in as a person with `az login`")
    return by


def claims(token: str) -> dict[str, Any]:
    try:
        _, body, _ = token.split(".")
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def user() -> str:
    """Who it is as this machine knows them."""
    try:
        return f"local:{getpass.getuser()}"
    except (OSError, KeyError):
        return "local:unknown"
