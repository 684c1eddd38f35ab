"""The token store of a data folder: a database and a key of its own, readable by their owner only.

It is apart from the state, because tokens that were renewed in a preview must be kept, and nothing else of it may be.
"""

import os
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import connectors
from shared.compose import TokenStore
from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured
from shared.policy import Policy
from shared.tokens.sealed import Keyring, Keys, new_key

TOKENS, KEY = "tokens.db", "token.key"


async def tokens_of(policy: Policy, data: Path, stack: AsyncExitStack, *, preview: bool) -> TokenStore | None:
    """The token store of `data`, closed with `stack`; None, and nothing made, where no system signs in with tokens.

    A preview of what was never run keeps its tokens in memory. Raises `Misconfigured` and `TryLater`.
    """
    used = {one.connector for one in policy.sources.values()} | {one.connector for one in policy.targets.values()}
    if not any(connectors.manifest(name).sign_in for name in used & set(connectors.names())):
        return None
    if preview and not data.is_dir():
        memory = await stack.enter_async_context(SqliteStore(":memory:"))
        return TokenStore(store=memory, keys=_for_now(), clock=now)
    return await tokens_in(data, stack)


async def tokens_in(data: Path, stack: AsyncExitStack) -> TokenStore:
    """The token store of a folder that is there, closed with `stack`. Raises `Misconfigured` and `TryLater`."""
    store = await stack.enter_async_context(SqliteStore(data / TOKENS))
    return TokenStore(store=store, keys=_from_file(data / KEY), clock=now)


def now() -> datetime:
    """What time it is for a vendor, whatever day a command pretends."""
    return datetime.now(UTC)


def _for_now() -> Keyring:
    made: list[Keys] = []

    async def keys(*, again: bool) -> Keys:
        made[:] = made or [Keys(new_key(), "the preview's own key")]
        return made[0]

    return keys


def _from_file(file: Path) -> Keyring:
    async def keys(*, again: bool) -> Keys:
        return Keys(_read(file), str(file))

    return keys


def _read(file: Path) -> str:
    """The keys, the newest first; one is made on first use, whole or not at all."""
    try:
        if not file.exists():
            making = file.with_suffix(f".{os.getpid()}")
            handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as writing:
                writing.write(new_key())
            with suppress(FileExistsError):
                os.link(making, file)  # whoever comes first has made the key of all
            making.unlink()
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{file} cannot be used ({type(error).__name__}); check path and rights") from None
