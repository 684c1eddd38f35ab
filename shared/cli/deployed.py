"""An engine on a deployment's own state, for one command: it looks at a copy, or it decides and rings.

It never does the deployment's work: no queue is emptied, no target written to, and nothing locked.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from azure.core.credentials_async import AsyncTokenCredential

import connectors
from shared import queues
from shared.azure.surroundings import hash_key
from shared.bus import Bus, Doorbell
from shared.cli import deployment, local
from shared.cli.deployment import Deployment
from shared.cli.drive import Story
from shared.cli.ending import Ended
from shared.cli.kept_tokens import now
from shared.cli.local import Local
from shared.cli.nearby import Nearby
from shared.cli.place import is_deployment
from shared.cli.policy_text import Given, read_policy, refusing
from shared.compose import Surroundings, TokenStore, assemble
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.errors import Misconfigured, Refused, TryLater
from shared.overlay import Overlay
from shared.policy import Policy
from shared.policy_file import PolicyText
from shared.store import Store
from shared.strict_yaml import Tree
from shared.tokens.sealed import from_secret
from shared.wire import Meter


class Bell:
    """Rings for the deployment. A word that was saved is not lost when it cannot be rung for: the sweep finds it."""

    def __init__(self, bus: Bus, unrung: list[str]) -> None:
        self._bus, self._unrung = bus, unrung
        self.accept, self.dead_letters = bus.accept, bus.dead_letters

    async def ring(self, queue: str, doorbells: Sequence[Doorbell], at: datetime | None = None) -> None:
        try:
            await self._bus.ring(queue, doorbells, at)
        except (TryLater, Misconfigured) as error:
            self._unrung.append(str(error))


@asynccontextmanager
async def open_deployed(
    policy: Path, on: date | None, hr: Path | None, *, preview: bool, asks: bool, against: Path | None = None
) -> AsyncIterator[Local]:
    """As `shared.cli.local.open_local`; one of `policy` and `against` names the deployment, the other may be a file.

    `asks` says that HR and the targets are asked, which needs more rights. Raises what `open_local` raises.
    """
    place = policy if is_deployment(policy) or against is None else against
    if place is policy and against is not None and is_deployment(against):
        raise Misconfigured(f"{against}: compare with the file of a policy; a deployment is compared with nothing else")
    async with AsyncExitStack() as stack:
        there = await deployment.connect(place, stack)
        given = await policy_of(there, policy)
        earlier = await policy_of(there, against) if against else None
        yield await opened(there, place, given, earlier, stack, on=on, hr=hr, preview=preview, asks=asks)


async def opened(
    there: Deployment,
    place: Path,
    given: Given,
    earlier: Given | None,
    stack: AsyncExitStack,
    *,
    on: date | None = None,
    hr: Path | None = None,
    preview: bool,
    asks: bool,
) -> Local:
    """An engine for `given` on what is there; one for `earlier` as well, to compare with."""
    if on is not None and not preview:
        raise Misconfigured(f"{place}: a deployment lives today; --on is for looking only")
    found, label = given
    clock = local.clock_on(on, found.policy.time_zone)
    below, unrung = await looked_at(there.store, stack) if preview else there.store, list[str]()
    memory, story, meter = MemoryBus(clock, queues.QUEUES), Story(), Meter()
    replaced = local.replaced_by(found, hr)
    around = Surroundings(
        store=Overlay(below) if preview else below,
        bus=memory if preview else Bell(there.bus, unrung),
        secret=there.secret,
        forget=there.secret.forget,
        tokens=TokenStore(store=there.store, keys=from_secret(there.secret, there.secret.forget), clock=now),
        clock=clock,
        sleep=asyncio.sleep,
        unique=lambda: secrets.token_hex(8),
        hash_key=await hash_key(there.secret) if asks else b"",
        folder=place.parent,
        credential=_credentials(found, there),
        settings=local.last_words(found, replaced, hr),
        witness=story.witness,
        meter=meter,
        preview=preview,
    )
    with refusing(label):
        engine = await assemble(found, connectors.manifest, around, stack)
    before, first = below, None
    if earlier is not None:
        with refusing(earlier[1]):
            first = await assemble(earlier[0], connectors.manifest, around, stack)
        before, engine = around.store, local.after(engine, first)
    return Local(
        engine, memory, found, meter, preview, before, story, first, signed=there.signed, remote=place, unrung=unrung
    )


@asynccontextmanager
async def open_word(policy: Path, on: date | None, *, looks: bool, blind: bool) -> AsyncIterator[Local]:
    """As `shared.cli.local.open_state`. When `blind`, a policy that cannot be read keeps nobody from saying a word."""
    async with AsyncExitStack() as stack:
        there = await deployment.connect(policy, stack)
        try:
            found, _ = await policy_of(there, policy)
        except (Ended, Misconfigured, Refused, TryLater):
            if not blind:
                raise
            found = PolicyText(Policy.model_construct(customer="", sources={}, targets={}), Tree({}, None), "")
        clock = local.clock_on(on, found.policy.time_zone) if on else lambda: datetime.now(UTC)
        unrung = list[str]()
        store = await looked_at(there.store, stack) if looks else there.store
        engine = local.bare(found, store, Bell(there.bus, unrung), clock)
        yield Local(
            engine,
            MemoryBus(clock, queues.QUEUES),
            found,
            Meter(),
            preview=False,
            before=store,
            remote=policy,
            signed=there.signed,
            unrung=unrung,
        )


async def policy_of(there: Deployment, path: Path) -> Given:
    """The active policy, or that of a file where `path` is one."""
    if not is_deployment(path):
        return read_policy(path), path
    activation = await there.policies.activation()
    label = path / f"policy {activation.version}" if activation else path
    with refusing(label):
        return await there.policies.active(), label


async def looked_at(far: Store, stack: AsyncExitStack) -> Store:
    """The state, to be looked at only; what is fetched of it goes when the command ends."""
    folder = stack.enter_context(TemporaryDirectory(prefix="joinly-look-", ignore_cleanup_errors=True))
    return Nearby(far, await stack.enter_async_context(SqliteStore(Path(folder) / "state.db")))


def _credentials(found: PolicyText, there: Deployment) -> Callable[[tuple[str, str]], AsyncTokenCredential | None]:
    """Targets of Microsoft, and sources that are kept there, are asked with the sign-in of whoever is here."""
    targets = found.policy.targets
    return lambda path: there.credential if path[0] == "sources" or "tenant" in targets[path[1]].settings else None
