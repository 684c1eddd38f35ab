"""Where policies are activated: a data folder on this machine or a deployment, with the state that they decide on."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import connectors
from shared.azure.root import refuse_other_tenants
from shared.checks.policy import check
from shared.cli import deployment_file, folder, local
from shared.cli.local import Local
from shared.cli.place import is_deployment
from shared.cli.policy_text import Given, policies_in, refusing, text_in
from shared.cli.who import user
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine.ledger import note
from shared.errors import Misconfigured, Refused
from shared.policies import Activation, Policies
from shared.policy_file import PolicyText, load
from shared.queues import QUEUES

if TYPE_CHECKING:
    from shared.cli.deployment import Deployment

NOBODY = ""
"""Whom an activation is about, in the ledger."""


@dataclass(frozen=True, slots=True)
class Home:
    """One place of policies. `there` is the deployment, None for a data folder."""

    place: Path
    policies: Policies
    there: "Deployment | None"
    stack: AsyncExitStack

    async def by(self) -> str:
        return await self.there.signed() if self.there else user()

    async def version(self, given: str) -> str:
        """The version that this is the name of, or the beginning of the only name. Raises `Refused`."""
        found = [one.name for one in await self.policies.versions() if given and one.name.startswith(given)]
        if len(found) != 1:
            said = "several versions begin with" if found else "there is no version"
            raise Refused(f"{said} {given}; `joinly policy list {self.place}` names those that were pushed")
        return found[0]

    async def given(self, named: str) -> Given:
        """The policy of a file or of a version; checked as far as it can be without asking anybody."""
        if Path(named).suffix in (".yaml", ".yml") or Path(named).is_file():
            return self.checked(text_in(Path(named)), Path(named))
        version = await self.version(named)
        return self.checked(await self.policies.text(version), self.place / f"policy {version}")

    def checked(self, text: str, label: Path) -> Given:
        """Raises `Ended` with every mistake."""
        with refusing(label):
            found = load(text)
            check(found, connectors.manifest)
            if self.there is not None:
                refuse_other_tenants(found, self.there.tenant)
        return found, label

    async def compared(self, new: Given, old: Given | None, on: date | None, *, asks: bool) -> Local:
        """An engine that shows what `new` does that `old` would not; both without HR unless it `asks`."""
        if self.there is None:
            found = await local.opened(self.place, self.place, new, old, self.stack, on=on, preview=True)
        else:
            from shared.cli.deployed import opened

            found = await opened(self.there, self.place, new, old, self.stack, on=on, preview=True, asks=True)
        if asks:
            return found
        found.engine = replace(found.engine, sources={})
        found.earlier = replace(found.earlier, sources={}) if found.earlier else None
        return found

    async def tell(self, one: Activation, found: PolicyText, people: int | None, previous: str) -> None:
        """Say in the ledger who made which policy the active one; told again, it is the same line."""
        file = self.place / folder.STATE
        store = self.there.store if self.there else await self.stack.enter_async_context(SqliteStore(file))
        engine = local.bare(found, store, MemoryBus(now, QUEUES), lambda: one.at)
        what = "roll back policy" if one.rollback else "activate policy"
        seen = {} if people is None else {"people": people}
        beside = {"number": one.number, "previous": previous, **seen}
        await note(engine, NOBODY, "", what, by=one.by, because=one.because, **beside)


@asynccontextmanager
async def at(place: Path) -> AsyncIterator[Home]:
    """The policies at `place`, closed again afterwards. Raises `Misconfigured` for what is neither of the two."""
    async with AsyncExitStack() as stack:
        if is_deployment(place):
            deployment_file.prepare(place)
            from shared.cli import deployment

            there = await deployment.connect(place, stack)
            yield Home(place, there.policies, there, stack)
            return
        if place.is_file() or place.suffix in (".yaml", ".yml"):
            raise Misconfigured(
                f"{place}: policies are pushed to a data folder, such as .joinly/{place.stem}, or to a deployment, "
                "which a file *.env names"
            )
        yield Home(place, policies_in(place), None, stack)


def now() -> datetime:
    return datetime.now(UTC)
