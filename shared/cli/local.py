"""An engine for one command: state in a SQLite file, queues in memory, and the sandbox where the policy asks for it.

Where POLICY names a deployment, state and policy are the deployment's (see `shared.cli.deployed`).
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from pydantic import BaseModel

import connectors
from shared import queues
from shared.bus import Bus
from shared.cli import deployment_file, folder, signin
from shared.cli.drive import Story
from shared.cli.kept_tokens import tokens_of
from shared.cli.place import is_deployment
from shared.cli.policy_text import Given, refusing, text_of
from shared.codec import UnknownSchema
from shared.compose import Surroundings, assemble
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine
from shared.errors import Misconfigured
from shared.overlay import Overlay
from shared.policy_file import PolicyText
from shared.store import Store
from shared.wire import Meter

if TYPE_CHECKING:
    from local.sandbox import Sandbox

SANDBOX = "sandbox"
"""The tenant that is no tenant: a simulated one lives in this process for as long as the command runs."""

PACE = 0.9
"""Of the usual speed, that of a pretended clock: of a day of 25 hours there are 22 and a half, and so of one of 23."""


@dataclass(slots=True)
class Local:
    """A running engine and what a command wants to look at."""

    engine: Engine
    bus: MemoryBus
    found: PolicyText
    meter: Meter
    preview: bool
    before: Store
    """The state as it was before a preview; a run's is the engine's own."""
    story: Story = field(default_factory=Story)
    earlier: Engine | None = None
    """The engine of the policy that this one is compared with; it brings everything in line first."""
    remote: Path | None = None
    """The file that names the deployment whose state this is: it does the work, and is only asked to."""
    signed: Callable[[], Awaitable[str]] | None = None
    """Who is at the keyboard, as a deployment knows them."""
    unrung: list[str] = field(default_factory=list)
    """Why a deployment could not be told at once of what was saved for it."""


@asynccontextmanager
async def open_local(
    policy: Path,
    data: Path,
    on: date | None,
    hr: Path | None,
    preview: bool = False,
    against: Path | None = None,
    asks: bool = False,
) -> AsyncIterator[Local]:
    """Everything a command needs, closed again afterwards. Raises `Ended`, `Misconfigured` and `TryLater`.

    `against` is another policy that a preview is compared with. `asks` says that HR is asked, for which a deployment
    needs more rights.
    """
    deployed = is_deployment(policy) or (against is not None and is_deployment(against))
    opening = _deployed if deployed else _embedded
    async with opening(policy, data, on, hr, preview, against, asks) as local:
        try:
            yield local
        except UnknownSchema as unknown:
            text = f"{local.remote or data / folder.STATE}: {unknown}. It was written by another version of Joinly"
            raise Misconfigured(f"{text}; use that one") from None


@asynccontextmanager
async def _deployed(
    policy: Path, data: Path, on: date | None, hr: Path | None, preview: bool, against: Path | None, asks: bool
) -> AsyncIterator[Local]:
    """The SDKs of Azure are loaded when a deployment is named."""
    deployment_file.prepare(policy if is_deployment(policy) or against is None else against)
    from shared.cli.deployed import open_deployed

    async with open_deployed(policy, on, hr, preview=preview, asks=asks, against=against) as local:
        yield local


@asynccontextmanager
async def _embedded(
    policy: Path, data: Path, on: date | None, hr: Path | None, preview: bool, against: Path | None, asks: bool
) -> AsyncIterator[Local]:
    given = await text_of(policy)
    earlier = await text_of(against) if against is not None else None
    async with AsyncExitStack() as stack:
        yield await opened(policy, data, given, earlier, stack, on=on, hr=hr, preview=preview)


async def opened(
    policy: Path,
    data: Path,
    given: Given,
    earlier: Given | None,
    stack: AsyncExitStack,
    *,
    on: date | None = None,
    hr: Path | None = None,
    preview: bool,
) -> Local:
    """An engine for `given` on a data folder, closed with `stack`; one for `earlier` as well, to compare with.

    Each policy comes with what its mistakes are shown with; paths in it start where `policy` is.
    """
    found, label = given
    replaced = replaced_by(found, hr)
    clock = clock_on(on, found.policy.time_zone)
    home = stack.enter_context(folder.for_preview(data) if preview else folder.for_run(data))
    with refusing(label):
        below: Store = await stack.enter_async_context(SqliteStore(home / folder.STATE))
        simulated = _sandbox(found, policy, home / folder.TENANT, clock)
        store = Overlay(below) if preview else below
        bus = MemoryBus(clock, queues.QUEUES)
        story, meter = Story(), Meter()
        around = Surroundings(
            store=store,
            bus=bus,
            secret=environment_secret,
            tokens=await tokens_of(found.policy, data, stack, preview=preview),
            clock=clock,
            sleep=asyncio.sleep,
            unique=lambda: secrets.token_hex(8),
            hash_key=folder.hash_key(home),
            folder=policy if policy.is_dir() else policy.parent,
            credential=_credentials(found, simulated, stack),
            settings=last_words(found, replaced, hr, simulated),
            transport=_transport(found, simulated),
            witness=story.witness,
            meter=meter,
            gathers=None,  # one process is done sooner when it looks at everybody once
            preview=preview,
        )
        engine = await assemble(found, connectors.manifest, around, stack)
    first = None
    if earlier is not None:
        with refusing(earlier[1]):
            first = await assemble(earlier[0], connectors.manifest, around, stack)
        below, engine = store, after(engine, first)
    return Local(engine, bus, found, meter, preview, below, story, first)


def after(engine: Engine, earlier: Engine) -> Engine:
    """`engine` as it comes after `earlier` has brought everything in line, without touching what that one left."""
    shared = {name: target for name, target in earlier.targets.items() if name in engine.targets}
    return replace(engine, store=Overlay(earlier.store), targets={**engine.targets, **shared})


@asynccontextmanager
async def open_state(
    policy: Path, data: Path, on: date | None = None, *, looks: bool = False, blind: bool = False
) -> AsyncIterator[Local]:
    """The state alone, beside whatever else runs on it: for a word that must be heard by a run that is under way.

    HR and the targets cannot be reached through it. On a deployment, `looks` says that nothing is written, and `blind`
    that a policy nobody can read keeps the word from nobody. Raises `Ended`, `Misconfigured` and `TryLater`.
    """
    if is_deployment(policy):
        deployment_file.prepare(policy)
        from shared.cli.deployed import open_word

        async with open_word(policy, on, looks=looks, blind=blind) as local:
            yield local
        return
    found, _ = await text_of(policy)
    clock = clock_on(on, found.policy.time_zone)
    bus = MemoryBus(clock, queues.QUEUES)
    async with SqliteStore(folder.made(data) / folder.STATE) as store:
        engine = bare(found, store, bus, clock)
        yield Local(engine, bus, found, Meter(), preview=False, before=store)


def bare(found: PolicyText, store: Store, bus: Bus, clock: Callable[[], datetime]) -> Engine:
    """An engine that reaches neither HR nor any target: for words that are only saved and rung for."""
    return Engine(
        policy=found.policy,
        policy_hash=found.hash,
        sources={},
        targets={},
        attributes={},
        store=store,
        bus=bus,
        clock=clock,
        unique=lambda: secrets.token_hex(8),
        hash_key=b"",
    )


def _now() -> datetime:
    return datetime.now(UTC)


def clock_on(on: date | None, zone: ZoneInfo, now: Callable[[], datetime] = _now) -> Callable[[], datetime]:
    """Now; or, for a given day, about the present time of day on it, so that the next run on it comes later.

    It is so much slower that midnight does not come before the end, on whichever day and however late it is asked.
    """
    if on is None:
        return now
    day = datetime.combine(now().astimezone(zone).date(), time(), zone).astimezone(UTC)
    pretended = datetime.combine(on, time(), zone).astimezone(UTC)
    return lambda: pretended + (now() - day) * PACE


def replaced_by(found: PolicyText, hr: Path | None) -> str:
    """The one source that reads a file, when `--hr` names another file for it; "" when it does not."""
    if hr is None:
        return ""
    files = [name for name, source in found.policy.sources.items() if "path" in source.settings]
    if len(files) != 1:
        raise Misconfigured(
            f"--hr replaces the file of one source, and {len(files)} sources of this policy read a file"
        )
    if not hr.exists():
        raise Misconfigured(f"{hr}: there is no such file; --hr needs an export")
    if hr.is_dir():
        raise Misconfigured(f"{hr}: it is a folder; --hr needs one export")
    return files[0]


def _sandbox(found: PolicyText, policy: Path, file: Path, clock: Callable[[], datetime]) -> "Sandbox | None":
    if not any(_simulated(found, name) for name in found.policy.targets):
        return None
    try:
        from local.sandbox import seeds_beside, within
    except ImportError:
        raise Misconfigured("the sandbox is not installed here; name a real tenant in the policy") from None
    return within(found.policy, seeds_beside(policy), file, clock)


def _simulated(found: PolicyText, target: str) -> bool:
    return found.policy.targets[target].settings.get("tenant") == SANDBOX


def _transport(
    found: PolicyText, simulated: "Sandbox | None"
) -> Callable[[tuple[str, str]], httpx.AsyncBaseTransport | None]:
    def way(path: tuple[str, str]) -> httpx.AsyncBaseTransport | None:
        kind, name = path
        if simulated is None or kind != "targets" or not _simulated(found, name):
            return None
        return simulated.transport()

    return way


def _credentials(
    found: PolicyText, simulated: "Sandbox | None", stack: AsyncExitStack
) -> Callable[[tuple[str, str]], AsyncTokenCredential | None]:
    def credential(path: tuple[str, str]) -> AsyncTokenCredential | None:
        kind, name = path
        if kind == "sources":
            return signin.own(stack)
        if simulated is not None and _simulated(found, name):
            return simulated.credential()
        return signin.credential(found.policy.targets[name].settings, stack)

    return credential


def last_words(
    found: PolicyText, replaced: str, hr: Path | None, simulated: "Sandbox | None" = None
) -> Callable[[tuple[str, str], BaseModel], BaseModel]:
    """The sandbox's address for its target, and `--hr` for the source that reads a file."""

    def last_word(path: tuple[str, str], settings: BaseModel) -> BaseModel:
        changes: dict[str, Any] = {}
        if hr is not None and path == ("sources", replaced):
            elsewhere = {name: None for name in ("blob", "sftp") if hasattr(settings, name)}
            changes = {"path": str(hr.resolve()), **elsewhere}
        elif simulated is not None and getattr(settings, "tenant", "") == SANDBOX:
            changes = dict(simulated.settings(found.policy.targets[path[1]].connector))
        return settings.model_copy(update=changes) if changes else settings

    return last_word


async def environment_secret(name: str) -> str:
    """A secret from the environment: `secret:personio-key` is `JOINLY_SECRET_PERSONIO_KEY`."""
    variable = "JOINLY_SECRET_" + name.removeprefix("secret:").upper().replace("-", "_")
    value = os.environ.get(variable)
    if not value:
        raise Misconfigured(f"there is no secret {name}; set the environment variable {variable}")
    return value
