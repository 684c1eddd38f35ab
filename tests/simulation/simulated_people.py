"""People who answer what waits, make exceptions, block somebody and stop everything; they remember what they said.

What they answer is what they were shown before: anything may have happened since.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from customer import APPROVERS
from said import Lifted, No, Yes, word
from simulation_faults import Faults

from shared import engine as production
from shared import layout
from shared.engine import Brake, Engine, Held, blocking, exceptions, fingerprint, halting
from shared.errors import Refused, TryLater
from shared.exceptions import Exemption, Kind
from shared.holds import Answer, State
from shared.model import Entitlement

ACTS = (
    *("look", "look", "approve", "approve", "approve", "reject", "reject", "snooze", "snooze"),
    *("reconsider", "except", "end", "block", "unblock", "stop", "resume"),
)
BECAUSE = "it was asked for"
SETTLED = timedelta(hours=1)
"""After which nobody works with what they read before a block was taken back."""
GROUPS = tuple(Entitlement("group", name) for name in ("All", "Sales", "Extra"))


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
    unblocked: dict[str, datetime] = field(default_factory=dict)
    """Employees of whom a block was last taken back, or was about to be: whatever waits for them is a new question."""
    exempt: dict[tuple[str, str, str], tuple[datetime, Exemption]] = field(default_factory=dict)
    """(employee, kind, what) → since when the exception stands."""
    excepted: set[str] = field(default_factory=set)
    """Employees of whom anybody ever began to make an exception."""
    stopped: datetime | None = None
    lifted: Lifted = field(default_factory=Lifted)

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
                    await self._refuse(engine, self._chosen())
                case "snooze":
                    await self._refuse(engine, self._chosen(), engine.today + timedelta(self.random.choice((1, 2))))
                case "reconsider":
                    await self._reconsider(engine)
                case "except":
                    await self._except(engine, name)
                case "end":
                    await self._end(engine, name)
                case "block":
                    begun = self.lifted.begun["block", name]
                    await blocking.block(engine, layout.own_id("hr", name), "anna", BECAUSE)
                    if self.lifted.stands(("block", name), begun):
                        self.blocked[name] = self.faults.now
                case "unblock":
                    await self._unblock(engine, layout.own_id("hr", name), name)
                case "stop":
                    begun = self.lifted.begun["stop",]
                    await halting.stop(engine, "", "anna", BECAUSE)
                    if self.lifted.stands(("stop",), begun):
                        self.stopped = self.stopped or self.faults.now
                case "resume":
                    await self._resume(engine)
        except Refused:
            return

    def standing(self) -> list[No]:
        """The noes that nobody can have taken back, and that were said of somebody as they are since."""
        return [no for no in self.noes.values() if not self.lifted.lifting[word(no.held)] and not self._renewed(no)]

    def _renewed(self, no: No) -> bool:
        since = self.unblocked.get(no.held.hr_id)
        return since is not None and no.at <= since + SETTLED

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

    def _desk(self) -> Engine:
        """Their own process: it knows of nothing that it did not read."""
        return replace(self.engine(), brake=Brake())

    def _chosen(self) -> list[Held]:
        """A list as it was shown: one thing, or everything that a yes lets be done."""
        if not self.shown:
            return []
        every = [one for one in self.shown if one.approvable]
        dice = self.random.random()
        return every if every and dice < 0.4 else [self.random.choice(every if every and dice < 0.9 else self.shown)]

    async def _approve(self, engine: Engine, chosen: list[Held], by: str) -> None:
        if not chosen:
            return
        said = [Yes(self.faults.now, by, one) for one in chosen]
        self.yeses += said
        for one in chosen:
            self.lifted.begin(word(one))
        try:
            await production.approve(engine, [fingerprint(chosen)], by, BECAUSE, recreate=True)
        except Refused:
            self.yeses = [one for one in self.yeses if not any(one is mine for mine in said)]
            self._left(chosen)
            raise
        except TryLater:
            self._answered(chosen)
            raise
        self._answered(chosen)

    async def _refuse(self, engine: Engine, chosen: list[Held], until: date | None = None) -> None:
        """Say no to a list, or with a day, not now; it stands unless it is taken back or overruled meanwhile."""
        if not chosen:
            return
        names, by = [fingerprint(chosen)], APPROVERS[0]
        for one in chosen:
            self.lifted.begin(word(one))
        begun = {word(one): self.lifted.begun[word(one)] for one in chosen}
        try:
            if until is None:
                some = await production.reject(engine, names, by, BECAUSE)
            else:
                some = await production.snooze(engine, names, by, until, BECAUSE)
        except Refused:
            self._left(chosen)
            raise
        except TryLater:
            self._answered(chosen)
            raise
        self._answered(chosen)
        for one in some:
            if self.lifted.stands(word(one), begun[word(one)] + 1):
                self.noes[one.hr_id, one.action] = No(self.faults.now, one, until)

    async def _reconsider(self, engine: Engine) -> None:
        unsaid = (State.REJECTED, State.SNOOZED, State.LAPSED)
        some = [one for one in await production.holds(engine) if production.state_of(engine, one) in unsaid]
        for one in some:
            self.lifted.begin(word(one))
        try:
            if some:
                await production.reconsider(engine, [one.name for one in some], APPROVERS[0])
        except (Refused, TryLater):
            self._answered(some)
            raise
        self._answered(some)

    def _answered(self, some: list[Held]) -> None:
        """Whatever no was said before to these does not stand any longer."""
        for one in some:
            self.noes.pop((one.hr_id, one.action), None)
        self._left(some)

    def _left(self, some: list[Held]) -> None:
        """What was said before to these stands as it did."""
        for one in some:
            self.lifted.done(word(one))

    async def _except(self, engine: Engine, name: str) -> None:
        kind = self.random.choice((Kind.GRANT, Kind.DENY, Kind.FREEZE))
        entitlement = None if kind is Kind.FREEZE else self.random.choice(GROUPS)
        last = engine.today + timedelta(self.random.choice((0, 1, 4)))
        target = "" if kind is Kind.FREEZE else "entra"
        one = Exemption(kind=kind, target=target, entitlement=entitlement, last=last, owner="anna", because=BECAUSE)
        self.exempt.pop((name, kind, one.what), None)
        self.excepted.add(name)
        begun = self.lifted.begun[name, kind, one.what]
        await exceptions.add(engine, "hr", name, one, "anna")
        if self.lifted.stands((name, kind, one.what), begun):
            self.exempt[name, kind, one.what] = (self.faults.now, one)

    async def _end(self, engine: Engine, name: str) -> None:
        mine = [one for (employee, *_), (_, one) in self.exempt.items() if employee == name]
        if mine:
            await self._ended(engine, name, self.random.choice(mine))

    async def _ended(self, engine: Engine, name: str, one: Exemption) -> None:
        key = (name, one.kind, one.what)
        self.lifted.begin(key)
        self.exempt.pop(key, None)
        await exceptions.end(engine, "hr", name, one.kind, one.target, one.what, "anna", BECAUSE)
        self.exempt.pop(key, None)
        self.lifted.done(key)

    async def _unblock(self, engine: Engine, person: str, name: str) -> None:
        self.lifted.begin(("block", name))
        self.unblocked[name] = self.faults.now
        self.blocked.pop(name, None)
        await blocking.unblock(engine, person, "anna", BECAUSE)
        self.unblocked[name] = self.faults.now
        self.blocked.pop(name, None)
        self.lifted.done(("block", name))

    async def _resume(self, engine: Engine) -> None:
        self.lifted.begin(("stop",))
        self.stopped = None
        await halting.resume(engine, "", "anna", BECAUSE)
        self.stopped = None
        self.lifted.done(("stop",))
