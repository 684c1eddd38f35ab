"""An engine on this machine: state in a SQLite file, queues in memory, and the sandbox where the policy asks for it."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from azure.core.credentials_async import AsyncTokenCredential
from pydantic import BaseModel

import connectors
from shared import queues
from shared.cli.drive import Story
from shared.compose import Surroundings, assemble
from shared.embedded_bus import MemoryBus
from shared.embedded_store import SqliteStore
from shared.engine import Engine
from shared.errors import Misconfigured
from shared.overlay import Overlay
from shared.policy_file import Mistake, PolicyInvalid, PolicyText, load
from shared.store import Store
from shared.wire import Meter

if TYPE_CHECKING:
    from local.sandbox import Sandbox

SANDBOX = "sandbox"
"""The tenant that is no tenant: a simulated one is served on loopback for as long as the command runs."""


@dataclass(slots=True)
class Local:
    """A running engine and what a command wants to look at."""

    engine: Engine
    bus: MemoryBus
    found: PolicyText
    meter: Meter
    story: Story = field(default_factory=Story)


def read_policy(path: Path) -> PolicyText:
    """Raises `PolicyInvalid` or, when there is no such file, `Misconfigured`."""
    try:
        return load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Misconfigured(f"{path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path}: it cannot be read as UTF-8 text ({type(error).__name__})") from None


@asynccontextmanager
async def open_local(
    policy: Path, data: Path, on: date | None, hr: Path | None, preview: bool = False
) -> AsyncIterator[Local]:
    """Everything a run needs, closed again afterwards. Raises `PolicyInvalid` and `Misconfigured`."""
    found = read_policy(policy)
    clock = clock_on(on, found.policy.time_zone)
    async with AsyncExitStack() as stack:
        _folder(data)
        store: Store = await stack.enter_async_context(SqliteStore(data / "state.db"))
        simulated = await _sandbox(found, policy, data, clock, preview, stack)
        bus = MemoryBus(clock, queues.QUEUES)
        story, meter = Story(), Meter()
        around = Surroundings(
            store=Overlay(store) if preview else store,
            bus=bus,
            secret=_secret,
            clock=clock,
            sleep=asyncio.sleep,
            unique=lambda: secrets.token_hex(8),
            hash_key=_hash_key(data),
            folder=policy.parent,
            credential=_credentials(found, simulated, stack),
            settings=_settings(found, simulated, hr),
            witness=story.witness,
            meter=meter,
            preview=preview,
        )
        engine = await assemble(found, connectors.manifest, around, stack)
        yield Local(engine, bus, found, meter, story)


def clock_on(on: date | None, zone: ZoneInfo) -> Callable[[], datetime]:
    """Now; or, for a given day, that day from nine in the morning on, going on at the usual speed."""
    started = datetime.now(UTC)
    if on is None:
        return lambda: datetime.now(UTC)
    pretended = datetime.combine(on, time(9), zone).astimezone(UTC)
    return lambda: pretended + (datetime.now(UTC) - started)


def _folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"{data}: the data folder cannot be made ({error.strerror})") from None


async def _sandbox(
    found: PolicyText, policy: Path, data: Path, clock: Callable[[], datetime], preview: bool, stack: AsyncExitStack
) -> "Sandbox | None":
    if all(target.settings.get("tenant") != SANDBOX for target in found.policy.targets.values()):
        return None
    try:
        from local.sandbox import sandbox
    except ImportError:
        raise Misconfigured("the sandbox is not installed here; name a real tenant in the policy") from None
    seeds = policy.with_suffix("").with_suffix(".tenant.yaml")
    file = data / "tenant.db"
    return await stack.enter_async_context(
        sandbox(found.policy, seeds, None if preview and not file.exists() else file, clock)
    )


def _credentials(
    found: PolicyText, simulated: "Sandbox | None", stack: AsyncExitStack
) -> Callable[[str], AsyncTokenCredential | None]:
    def credential(target: str) -> AsyncTokenCredential | None:
        tenant = found.policy.targets[target].settings.get("tenant")
        if tenant is None:
            return None
        if simulated is not None and tenant == SANDBOX:
            return simulated.credential()
        from azure.identity.aio import DefaultAzureCredential

        real = DefaultAzureCredential(exclude_interactive_browser_credential=True)
        stack.push_async_callback(real.close)
        return real

    return credential


def _settings(
    found: PolicyText, simulated: "Sandbox | None", hr: Path | None
) -> Callable[[tuple[str, str], BaseModel], BaseModel]:
    """The sandbox's address for its target, and `--hr` for the one source that reads a file."""
    files = [name for name, source in found.policy.sources.items() if "path" in source.settings]
    if hr is not None and len(files) != 1:
        raise PolicyInvalid([Mistake("sources", 0, 0, "--hr needs exactly one source that reads a file")])

    def last_word(path: tuple[str, str], settings: BaseModel) -> BaseModel:
        changes: dict[str, Any] = {}
        if hr is not None and path == ("sources", files[0]):
            changes = {"path": str(hr.resolve())}
        elif simulated is not None and getattr(settings, "tenant", "") == SANDBOX:
            changes = {"base_url": simulated.graph}
        return settings.model_copy(update=changes) if changes else settings

    return last_word


async def _secret(name: str) -> str:
    """A secret from the environment: `secret:personio-key` is `JOINLY_SECRET_PERSONIO_KEY`."""
    variable = "JOINLY_SECRET_" + name.removeprefix("secret:").upper().replace("-", "_")
    value = os.environ.get(variable)
    if not value:
        raise Misconfigured(f"there is no secret {name}; set the environment variable {variable}")
    return value


def _hash_key(data: Path) -> bytes:
    """The key of the change hashes, made on first use and readable by its owner only."""
    file = data / "hash.key"
    if not file.exists():
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as writing:
            writing.write(secrets.token_bytes(32))
    return file.read_bytes()
