"""Where `joinly connect` finds a policy, the token store and the secrets: a data folder, or a deployment's own."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

import connectors
from shared.checks.policy import check
from shared.cli import deployment_file
from shared.cli.kept_tokens import now, tokens_in
from shared.cli.local import Local, environment_secret, open_state
from shared.cli.place import is_deployment
from shared.cli.policy_text import refusing
from shared.compose import TokenStore
from shared.errors import Misconfigured
from shared.oauth.asking import Asking
from shared.oauth.forms import OAuth
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import from_secret
from shared.wire import Meter, open_http


@dataclass(frozen=True, kw_only=True)
class Where:
    """What a command about tokens needs."""

    local: Local
    systems: Mapping[str, OAuth]
    """Every system of the policy that signs in with tokens, by place."""
    tokens: TokenStore
    secret: Callable[[str], Awaitable[str]] = field(repr=False)
    forget: Callable[[str], None] = field(repr=False)
    http: httpx.AsyncClient

    def place(self, system: str) -> str:
        """The place of a system that a person named, with or without what it is. Raises `Misconfigured`."""
        found = [place for place in self.systems if system in (place, place.partition(".")[2])]
        if len(found) == 1:
            return found[0]
        if found:
            raise Misconfigured(f"there are several {system}; say which: {' or '.join(sorted(found))}")
        known = ", ".join(sorted(self.systems)) or "none of this policy does"
        raise Misconfigured(f"{system} is no system that signs in with tokens; those that do: {known}")

    def rows(self, place: str) -> Rows:
        return Rows(self.tokens.store, TABLES[place.partition(".")[0]], self.tokens.keys)

    def asking(self, place: str) -> Asking:
        return Asking(
            place=place,
            oauth=self.systems[place],
            http=self.http,
            secret=self.secret,
            forget=self.forget,
            clock=now,
        )

    def access(self, place: str) -> Access:
        return Access(
            place,
            self.systems[place].rules,
            self.rows(place),
            self.asking(place),
            clock=now,
            sleep=asyncio.sleep,
            unique=lambda: secrets.token_hex(8),
        )


@asynccontextmanager
async def opened(policy: Path, data: Path) -> AsyncIterator[Where]:
    """Beside whatever else runs there. Raises `Ended`, `Misconfigured` and `TryLater`."""
    async with AsyncExitStack() as stack:
        local = await stack.enter_async_context(open_state(policy, data))
        tokens, secret, forget = await kept(policy, data, stack)
        yield Where(
            local=local,
            systems=_systems(policy, local),
            tokens=tokens,
            secret=secret,
            forget=forget,
            http=await stack.enter_async_context(open_http(Meter())),
        )


async def kept(
    policy: Path, data: Path, stack: AsyncExitStack
) -> tuple[TokenStore, Callable[[str], Awaitable[str]], Callable[[str], None]]:
    """The token store, and how secrets are read and forgotten: the deployment's own, or this machine's."""
    if not is_deployment(policy):
        return await tokens_in(data, stack), environment_secret, lambda name: None
    deployment_file.prepare(policy)
    from shared.cli import deployment  # the SDKs of Azure are loaded when a deployment is named

    there = await deployment.connect(policy, stack)
    keys = from_secret(there.secret, there.secret.forget)
    return TokenStore(store=there.store, keys=keys), there.secret, there.secret.forget


def _systems(policy: Path, local: Local) -> Mapping[str, OAuth]:
    found: dict[str, OAuth] = {}
    with refusing(policy):
        built = check(local.found, connectors.manifest)
    for (kind, name), settings in built.items():
        systems = local.found.policy.sources if kind == "sources" else local.found.policy.targets
        sign_in = connectors.manifest(systems[name].connector).sign_in
        if oauth := sign_in(settings) if sign_in else None:
            found[f"{kind}.{name}"] = oauth
    return found
