"""People who answer what waits, make exceptions, block somebody and stop everything; they remember what they said.

What they answer is what they were shown before: anything may have happened since.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from customer import APPROVERS, EXPIRE
from simulation_faults import Faults

from shared import engine as production
from shared import layout
from shared.engine import Brake, Engine, Held, blocking, exceptions, fingerprint, halting
from shared.errors import Refused
from shared.exceptions import Exemption, Kind
from shared.holds import Answer, State
from shared.model import Entitlement

ACTS = (
    *("look", "look", "approve", "approve", "approve", "reject", "reject", "snooze", "snooze"),
    *("reconsider", "except", "end", "block", "unblock", "stop", "resume"),
)
BECAUSE = "it was asked for"
GROUPS = tuple(Entitlement("group", name) for name in ("All", "Sales", "Extra"))


@dataclass(frozen=True)
class Yes:
    """Somebody's yes to one thing on a list, and when it was begun to be said."""

    at: datetime
    by: str
    held: Held

    def covers(self, now: datetime) -> bool:
        return now < self.at + timedelta(hours=EXPIRE, minutes=35)  # until it was saved, half an hour may pass


@dataclass(frozen=True)
class No:
    """A no to one thing on a list; with a day, only a not now."""

    at: datetime
    version: int
    until: date | None = None


@dataclass
class People:
    random: Random
    faults: Faults
    engine: Callable[[], Engine]
    shown: list[Held] = field(default_factory=list)
    yeses: list[Yes] = field(default_factory=list)
    noes: dict[tuple[str, str], No] = field(default_factory=dict)
    """(employee, what) → the no that stands."""
    blocked: dict[str, datetime] = field(default_factory=dict)
    exempt: dict[tuple[str, str, str], tuple[datetime, Exemption]] = field(default_factory=dict)
    """(employee, kind, what) → since when the exception stands."""
    stopped: datetime | None = None
    lifting: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """What somebody is about to take back, or died over: of that nobody can say whether it stands."""
    begun: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """How often somebody began to take it back, or had done so."""

    async def act(self) -> None:
        """One of them does something; what the engine refuses, they leave."""
        name, engine = self.random.choice("123"), self._desk()
        try:
            match self.random.choice(ACTS):
                case "look" | "approve" | "reject" | "snooze" if not self.shown:
                    self.shown = await production.held(engine)
                case "look":
                    self.shown = await production.held(engine)
                case "approve":
                    await self._approve(engine, self._chosen(), self.random.choice(APPROVERS))
                case "reject":
                    self._said(await production.reject(engine, self._names(), APPROVERS[0], BECAUSE))
                case "snooze":
                    until = engine.today + timedelta(self.random.choice((1, 2)))
                    self._said(await production.snooze(engine, self._names(), APPROVERS[0], until, BECAUSE), until)
                case "reconsider":
                    await self._reconsider(engine)
                case "except":
                    await self._except(engine, name)
                case "end":
                    await self._end(engine, name)
                case "block":
                    begun = self.begun["block", name]
                    await blocking.block(engine, layout.own_id("hr", name), "anna", BECAUSE)
                    if self._stands(("block", name), begun):
                        self.blocked[name] = self.faults.now
                case "unblock":
                    await self._unblock(engine, layout.own_id("hr", name), name)
                case "stop":
                    begun = self.begun["stop",]
                    await halting.stop(engine, "", "anna", BECAUSE)
                    if self._stands(("stop",), begun):
                        self.stopped = self.stopped or self.faults.now
                case "resume":
                    await self._resume(engine)
        except Refused:
            return

    async def relent(self) -> None:
        """Everything that was said by hand is taken back."""
        engine = self._desk()
        self.blocked.clear()
        self.exempt.clear()
        if await halting.stops(engine):
            await self._resume(engine)
        for blocked in await blocking.blocked(engine):
            await self._unblock(engine, blocked.person, blocked.hr_id)
        for one in await exceptions.listed(engine):
            await self._ended(engine, one.hr_id, one.exemption)

    async def agree(self) -> None:
        """Everything that waits, was put off or rejected is approved, by two people."""
        engine = self._desk()
        await self._reconsider(engine)
        for by in APPROVERS:
            for one in await production.held(engine):
                if one.answer is not Answer.NOTHING:
                    try:
                        await self._approve(engine, [one], by)
                    except Refused:
                        continue

    def _lifts(self, key: tuple[str, ...]) -> None:
        self.begun[key] += 1
        self.lifting[key] += 1

    def _lifted(self, key: tuple[str, ...]) -> None:
        self.begun[key] += 1
        self.lifting[key] -= 1

    def _stands(self, key: tuple[str, ...], begun: int) -> bool:
        """Whether nobody took it back since `begun` was counted, or is about to."""
        return self.begun[key] == begun and not self.lifting[key]

    def _desk(self) -> Engine:
        """Their own process: it knows of nothing that it did not read."""
        return replace(self.engine(), brake=Brake())

    def _chosen(self) -> list[Held]:
        """A list as it was shown: one thing, or everything that a yes lets be done."""
        if not self.shown:
            return []
        every = [one for one in self.shown if one.approvable]
        return every if every and self.random.random() < 0.4 else [self.random.choice(self.shown)]

    def _names(self) -> list[str]:
        return [fingerprint(chosen)] if (chosen := self._chosen()) else []

    async def _approve(self, engine: Engine, chosen: list[Held], by: str) -> None:
        if not chosen:
            return
        said = [Yes(self.faults.now, by, one) for one in chosen]
        self.yeses += said
        try:
            await production.approve(engine, [fingerprint(chosen)], by, BECAUSE, recreate=True)
        except Refused:
            self.yeses = [one for one in self.yeses if not any(one is mine for mine in said)]
            raise

    def _said(self, some: list[Held], until: date | None = None) -> None:
        for one in some:
            self.noes[one.hr_id, one.action] = No(self.faults.now, one.version, until)

    async def _reconsider(self, engine: Engine) -> None:
        unsaid = (State.REJECTED, State.SNOOZED, State.LAPSED)
        some = [one for one in await production.holds(engine) if production.state_of(engine, one) in unsaid]
        for one in some:
            self.noes.pop((one.hr_id, one.action), None)
        if some:
            await production.reconsider(engine, [one.name for one in some], APPROVERS[0])

    async def _except(self, engine: Engine, name: str) -> None:
        kind = self.random.choice((Kind.GRANT, Kind.DENY, Kind.FREEZE))
        entitlement = None if kind is Kind.FREEZE else self.random.choice(GROUPS)
        last = engine.today + timedelta(self.random.choice((0, 1, 4)))
        target = "" if kind is Kind.FREEZE else "entra"
        one = Exemption(kind=kind, target=target, entitlement=entitlement, last=last, owner="anna", because=BECAUSE)
        self.exempt.pop((name, kind, one.what), None)
        begun = self.begun[name, kind, one.what]
        await exceptions.add(engine, "hr", name, one, "anna")
        if self._stands((name, kind, one.what), begun):
            self.exempt[name, kind, one.what] = (self.faults.now, one)

    async def _end(self, engine: Engine, name: str) -> None:
        mine = [one for (employee, *_), (_, one) in self.exempt.items() if employee == name]
        if mine:
            await self._ended(engine, name, self.random.choice(mine))

    async def _ended(self, engine: Engine, name: str, one: Exemption) -> None:
        key = (name, one.kind, one.what)
        self._lifts(key)
        self.exempt.pop(key, None)
        await exceptions.end(engine, "hr", name, one.kind, one.target, one.what, "anna", BECAUSE)
        self.exempt.pop(key, None)
        self._lifted(key)

    async def _unblock(self, engine: Engine, person: str, name: str) -> None:
        self._lifts(("block", name))
        self.blocked.pop(name, None)
        await blocking.unblock(engine, person, "anna", BECAUSE)
        self.blocked.pop(name, None)
        self._lifted(("block", name))

    async def _resume(self, engine: Engine) -> None:
        self._lifts(("stop",))
        self.stopped = None
        await halting.resume(engine, "", "anna", BECAUSE)
        self.stopped = None
        self._lifted(("stop",))
