"""The composition root's work: a checked policy and its surroundings → an engine. Nothing here decides or does I/O."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from pydantic import BaseModel

from shared.attributes import Attribute
from shared.bus import Bus
from shared.calls import Calls
from shared.checks.policy import check
from shared.connector import Manifest, Outside, Source, Target
from shared.engine import Brake, Engine
from shared.errors import Misconfigured
from shared.model import Action
from shared.oauth.asking import Asking
from shared.oauth.forms import OAuth
from shared.policy_file import PolicyText
from shared.quota import Quota
from shared.rehearsal import Rehearsal
from shared.store import Store
from shared.tokens.access import Access
from shared.tokens.kept import TABLES, Rows
from shared.tokens.sealed import Keyring
from shared.wire import Meter, open_http


@dataclass(frozen=True, kw_only=True)
class TokenStore:
    """Where tokens are kept, and the keys they are sealed with."""

    store: Store
    keys: Keyring = field(repr=False)
    clock: Callable[[], datetime] | None = None
    """The vendors' time, where the day is pretended; theirs is not."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything that differs between a laptop, a test and Azure."""

    store: Store
    bus: Bus
    secret: Callable[[str], Awaitable[str]]
    """The value of a secret by name."""
    forget: Callable[[str], None] = lambda name: None
    """Say that a secret was not accepted, so that it is asked for anew."""
    tokens: TokenStore | None = None
    """The token store; None where no system signs in with tokens of its own."""
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    unique: Callable[[], str]
    hash_key: bytes = field(repr=False)
    folder: Path
    """Where relative paths of the policy start from."""
    credential: Callable[[tuple[str, str]], AsyncTokenCredential | None]
    """Microsoft sign-in for a target, or for a source that needs it, by its place in the policy."""
    settings: Callable[[tuple[str, str], BaseModel], BaseModel] = lambda path, settings: settings
    """A last word on a connector's settings: the sandbox's addresses, another HR file."""
    transport: Callable[[tuple[str, str]], httpx.AsyncBaseTransport | None] = lambda path: None
    """Another way out than the network, for simulators in the same process."""
    meter: Meter = field(default_factory=Meter)
    witness: Callable[[str, str, Action], None] = lambda person, target, action: None
    """Told of every action that was done, by person and target."""
    gathers: timedelta | None = timedelta(seconds=15)
    """How long a grant waits for others of the same, so that one write makes many; None where each is made alone."""
    preview: bool = False
    """Ask everything and write nothing."""
    reads: bool = True
    """Whether HR is read. Without it an engine has no sources, and asks for no secret of theirs."""
    writes: bool = True
    """Whether targets are written to. Without it they can only be read, and no secret of theirs is asked for."""
    stopped: bool = False
    """Write nothing to any target, whatever the state says."""


async def assemble(
    found: PolicyText, manifest: Callable[[str], Manifest], around: Surroundings, stack: AsyncExitStack
) -> Engine:
    """The engine for a policy; its connections close with `stack`. Raises `PolicyInvalid`."""
    built = check(found, manifest)
    sources: dict[str, Source] = {}
    targets: dict[str, Target] = {}
    facts: dict[str, frozenset[str]] = {}
    attributes: dict[str, dict[str, Attribute]] = {}
    entitlements: dict[str, frozenset[str]] = {}
    packs: dict[str, Mapping[str, int]] = {}
    accesses: dict[str, Access] = {}
    for path, settings in built.items():
        kind, name = path
        if kind == "sources" and not around.reads:
            continue
        one = manifest((found.policy.sources if kind == "sources" else found.policy.targets)[name].connector)
        final = around.settings(path, settings)
        oauth = one.sign_in(final) if one.sign_in and (around.writes or kind == "sources") else None
        signs_in = kind == "targets" or one.microsoft(final)
        outside = await _outside(around, path, one, oauth, stack, signs_in)
        if oauth:
            access = access_of(around, path, oauth, outside.http)
            accesses[access.place], outside = access, replace(outside, token=access)
        if quota := one.quota(final):
            outside = replace(outside, pace=calls_of(around, path, quota))
        if kind == "sources" and one.source:
            sources[name] = one.source(final, outside)
            facts[name] = one.facts | one.more_facts(final)
        if kind == "targets" and one.target:
            target = one.target(final, outside)
            attributes[name] = {kind.name: kind for kind in one.attributes}
            unset = {kind for kind, setting in one.entitlement_settings.items() if not getattr(final, setting)}
            entitlements[name] = one.entitlements - unset
            packs[name] = {} if around.preview or around.gathers is None else one.packs
            targets[name] = Rehearsal(target, attributes[name]) if around.preview else target
    return Engine(
        policy=found.policy,
        policy_hash=found.hash,
        sources=sources,
        targets=targets,
        attributes=attributes,
        store=around.store,
        bus=around.bus,
        clock=around.clock,
        unique=around.unique,
        hash_key=around.hash_key,
        witness=around.witness,
        facts=facts,
        entitlements=entitlements,
        packs=packs,
        gathers=around.gathers or timedelta(),
        brake=Brake(stopped=around.stopped, heeded=not around.preview),
        accesses=accesses,
    )


def access_of(around: Surroundings, path: tuple[str, str], oauth: OAuth, http: httpx.AsyncClient) -> Access:
    """What gives a connector its tokens. Raises `Misconfigured` where there is no token store."""
    kind, _ = path
    place = ".".join(path)
    if around.tokens is None:
        raise Misconfigured(f"{place}: it signs in with tokens, and no token store is set up here")
    clock = around.tokens.clock or around.clock
    asking = Asking(place=place, oauth=oauth, http=http, secret=around.secret, forget=around.forget, clock=clock)
    return Access(
        place,
        oauth.rules,
        Rows(around.tokens.store, TABLES[kind], around.tokens.keys),
        asking,
        clock=clock,
        sleep=around.sleep,
        unique=around.unique,
    )


def calls_of(around: Surroundings, path: tuple[str, str], quota: Quota) -> Calls:
    """What counts a system's calls. Raises `Misconfigured` where there is no token store to count them in."""
    place = ".".join(path)
    if around.tokens is None:
        raise Misconfigured(f"{place}: its calls are counted in the token store, and none is set up here")
    clock = around.tokens.clock or around.clock
    return Calls(place, quota, around.tokens.store, TABLES[path[0]], clock=clock, sleep=around.sleep)


async def _outside(
    around: Surroundings,
    path: tuple[str, str],
    one: Manifest,
    oauth: OAuth | None,
    stack: AsyncExitStack,
    signs_in: bool,
) -> Outside:
    signing_in = {httpx.URL(oauth.token).path} if oauth else set()
    http = open_http(
        around.meter,
        writes_allowed=around.writes and not around.preview,
        reading_posts=one.reading_posts | signing_in,
        transport=around.transport(path),
    )
    return Outside(
        http=await stack.enter_async_context(http),
        secret=around.secret if around.writes or path[0] == "sources" else _no_secret,
        forget=around.forget,
        clock=around.clock,
        sleep=around.sleep,
        folder=around.folder,
        credential=around.credential(path) if signs_in else None,
    )


async def _no_secret(name: str) -> str:
    raise Misconfigured("this app only reads targets, and has none of their secrets")
