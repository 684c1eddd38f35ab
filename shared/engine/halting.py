"""The kill switch: nothing is written to a target, or to any, from somebody's word until somebody lifts it.

Only writing to targets stops: HR is read, people are mapped and decided on, and their marks stay, so that afterwards
everything goes on from where it was.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared import layout
from shared.connector import NONE, DirectoryPage, Packing, Target
from shared.engine.brake import BY_SETTING, STOP, Stop
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.ringing import ring_marked
from shared.errors import Misconfigured, Refused
from shared.model import Account, Action, Entitlement, Verb
from shared.store import Delete, Put
from shared.telemetry import writing

NOBODY = ""
"""Whom a stop is about, in the ledger."""

THROUGH = frozenset({Verb.CORRELATE, Verb.DISABLE})
"""What a block does though writes are stopped, when somebody says so."""


class Halted(Exception):
    """Nothing was written because writes are stopped; the mark stays, and no attempt is spent."""


async def stop(engine: Engine, target: str, by: str, because: str) -> None:
    """Write nothing to `target`, or to any for "", from now on. `by` is who says so; it goes to the ledger."""
    _check(engine, target)
    word = Stop(target=target, by=by, because=because, since=engine.clock())
    await note(engine, NOBODY, target, "stop", by=by, because=because)
    row = Put(target or layout.EVERYTHING, STOP.dump(word))
    await engine.store.commit(layout.GATES, layout.STOPS, [row])
    await engine.brake.look(engine.store, engine.clock())


async def resume(engine: Engine, target: str, by: str, because: str) -> list[Stop]:
    """Lift the stop of one target, or every stop for ""; which ones. What was left is rung for.

    Raises `Refused` when nothing of the kind is stopped, or when more is.
    """
    _check(engine, target)
    standing = await _said(engine)
    lifted = [one for one in standing if target in ("", one.target)]
    if target and any(not one.target for one in standing):
        raise Refused(f"writes to all targets are stopped, not only to {target}; resume them all")
    if not lifted:
        raise Refused(f"writes to {target} are not stopped" if target else "writes are not stopped")
    for one in lifted:
        await note(engine, NOBODY, one.target, "resume", by=by, because=because)
        key = one.target or layout.EVERYTHING
        await engine.store.commit(layout.GATES, layout.STOPS, [Delete(key)])
    await engine.brake.look(engine.store, engine.clock())
    await ring_marked(engine, "" if any(not one.target for one in lifted) else target)
    return lifted


async def stops(engine: Engine) -> list[Stop]:
    """Everything that keeps writes from being done now, that of all targets first."""
    return [*([BY_SETTING] if engine.brake.stopped else []), *await _said(engine)]


async def stopped(engine: Engine, target: str, although: datetime | None = None) -> Stop | None:
    """What keeps this process from writing to a target, if anything does that was said after `although`."""
    found = await engine.brake.on(engine.store, target, engine.clock())
    return None if found is None or (although is not None and found.since <= although) else found


@dataclass(frozen=True, slots=True)
class Stoppable:
    """A target that is asked as ever, and told nothing while writes to it are stopped.

    A block that was called for `although` they are goes through.
    """

    engine: Engine
    name: str
    person: str
    although: datetime | None

    @property
    def _target(self) -> Target:
        return self.engine.targets[self.name]

    async def find(self, attribute: str, value: str) -> list[Account]:
        return await self._target.find(attribute, value)

    async def read(self, account: str, among: frozenset[Entitlement] = NONE) -> Account | None:
        return await self._target.read(account, among)

    def deleted(self) -> AsyncIterator[Account]:
        return self._target.deleted()

    def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        return self._target.changes(token)

    async def stock(self) -> Mapping[Entitlement, int]:
        return await self._target.stock()

    async def apply(self, account: str, action: Action) -> str:
        """Raises `Halted` when nothing may be written now."""
        if await stopped(self.engine, self.name, self.although if action.verb in THROUGH else None):
            raise Halted
        kind = action.entitlement.kind if action.entitlement else ""
        with writing(self.name, self.person, action.verb, list(action.attributes), kind):
            return await self._target.apply(account, action)

    async def grant_all(self, accounts: Sequence[str], action: Action) -> None:
        """Raises `Halted` when nothing may be written now, and `TypeError` (a bug) where it cannot be done at all."""
        target = self._target
        if not isinstance(target, Packing) or action.entitlement is None:
            raise TypeError(f"{self.name} grants nothing to many accounts at once")
        if await stopped(self.engine, self.name):
            raise Halted
        with writing(self.name, NOBODY, action.verb, [], action.entitlement.kind):
            await target.grant_all(accounts, action)


async def _said(engine: Engine) -> list[Stop]:
    await engine.brake.look(engine.store, engine.clock())
    return [engine.brake.known[key] for key in sorted(engine.brake.known)]


def _check(engine: Engine, target: str) -> None:
    if target and target not in engine.policy.targets:
        raise Misconfigured(f"name one of the policy's targets: {', '.join(engine.policy.targets)}")
