"""One seed: an organisation's history on a misbehaving machine room, with the production engine in the middle."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random

from simulated_target import SimulatedTarget, Violation
from simulation_faults import Faults
from storage import SimulatedBus, SimulatedStore
from turns import Graveyard, Task, choose

from shared import codec, layout
from shared import engine as production
from shared.attributes import Attribute, Unique
from shared.engine import Doubted, Engine
from shared.errors import TryLater
from shared.lifecycle import standing
from shared.model import Account, Contract, Entitlement, Person, Stage
from shared.planning import same
from shared.policy import Policy

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
DISABLES = 1
NAMES = "SelectUniqueValue([name], " + ", ".join(f'Append([name], "{number}")' for number in range(2, 9)) + ")"
KINDS = (Attribute(name="userPrincipalName", unique=Unique.ACCOUNTS), Attribute(name="manager", reference=True))
HISTORY = (
    *("join", "join", "move", "move", "leave", "mass", "back", "back", "admin", "vanish", "return", "policy"),
    *("marry", "marry", "day", "days", "days"),
)
LIFE = timedelta(minutes=30)
"""The host kills whatever runs longer."""

STALL = 150
LONG = timedelta(minutes=1)
"""A worker that was not heard of for so long counts as stalled: it may land one late write."""
PATIENCE = 6000
"""Steps a world may take before it counts as stuck."""


@cache
def policy(sellers: str = "Sales") -> Policy:
    """The customer's rules; `sellers` is the department that gets the group Sales."""
    return Policy.model_validate(
        {
            "customer": "simulated",
            "time_zone": "UTC",
            "sources": {
                "hr": {
                    "connector": "hr",
                    "plausible": {"most_gone": 10, "always_allowed": 1},
                    "leave_when_missing_for": 4,
                }
            },
            "targets": {
                "entra": {
                    "connector": "entra",
                    "correlate": ["employeeId"],
                    "timing": {"create_before": 3, "delete_after": 20},
                    "limits": {"disable": {"day": DISABLES, "week": 100}, "delete": {"day": 100}, "rename": {}},
                    "names": {"rename": "automatic"},
                    "attributes": {
                        "employeeId": "[employeeId]",
                        "department": "[department]",
                        "manager": "[manager]",
                        "userPrincipalName": NAMES,
                    },
                    "grants": [{"group": "All"}, {"group": "Sales", "when": {"department": sellers}}],
                }
            },
        }
    )


class SimulatedHR:
    """An HR system that tells the truth, nothing, half of it, or stops in the middle."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.people: dict[str, Person] = {}

    async def fetch(self) -> AsyncIterator[Person]:
        await self.faults.turn()
        people = list(self.people.values())
        if self.faults.happens("HR is empty"):
            return
        if self.faults.happens("HR is truncated"):
            people = people[: len(people) // 2]
        for person in people:
            if self.faults.happens("HR fails midway"):
                raise TryLater("HR timed out", 60)
            yield person
        await self.faults.turn()


class World:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.graveyard = Graveyard()
        self.faults = Faults(self.random, START, self.graveyard)
        self.hr = SimulatedHR(self.faults)
        self.target = SimulatedTarget(self.faults, DISABLES, self._may_enable)
        self.store = SimulatedStore(self.faults)
        self.bus = SimulatedBus(self.faults, self.store)
        self.tasks: list[Task] = []
        self.sessions: dict[str, str] = {}
        self.numbers = 0
        self.running: Task | None = None
        self.gone: dict[str, Person] = {}
        self.noted = 0
        people = [(name, layout.own_id("hr", name)) for name in "1234"]
        self.desires = [(n, (layout.STATE, layout.bucket(p)), layout.desired(p, "entra")) for n, p in people]
        self.left: dict[str, datetime] = {}
        """Employee → since when the saved Desired has not been ACTIVE."""
        self.engine = Engine(
            policy=policy(),
            policy_hash="Sales",
            sources={"hr": self.hr},
            targets={"entra": self.target},
            attributes={"entra": {kind.name: kind for kind in KINDS}},
            store=self.store,
            bus=self.bus,
            clock=self.faults.clock,
            unique=self._unique,
            hash_key=b"simulated",
        )
        self.target.given(Account(id="stranger", enabled=True, attributes={"userPrincipalName": "ann"}))
        self.target.given(
            Account(id="boss", enabled=True, protected="a directory role", attributes={"employeeId": "4"})
        )

    def _unique(self) -> str:
        self.numbers += 1
        return str(self.numbers)

    # ── history ──────────────────────────────────────────────────────────────────────────────────────────────

    def event(self) -> None:
        """Something happens in the world: to people, to the clock, or by an administrator's hand."""
        day = self.faults.now.date()
        name = self.random.choice("1234")
        match self.random.choice(HISTORY):
            case "join" if name not in self.hr.people:
                self._employ(name, day + timedelta(self.random.choice((-30, 0, 2))))
            case "move" if name in self.hr.people:
                self._change(name, department=self.random.choice(("Sales", "Care", None)), manager=self._somebody())
            case "marry" if name in self.hr.people:
                self._marry(name, self.random.choice(("ann", "bob", "cas")))
            case "leave" if name in self.hr.people:
                self._until(name, day - timedelta(self.random.choice((0, 1))))
            case "mass":
                for one in self.hr.people:
                    self._until(one, day - timedelta(1))
            case "back" if name in self.hr.people:
                self._until(name, None)
            case "admin":
                self._administrator()
            case "vanish" if name in self.hr.people:
                self.gone[name] = self.hr.people.pop(name)
            case "return" if name in self.gone:
                self.hr.people[name] = self.gone.pop(name)
            case "policy":
                sellers = self.random.choice(("Sales", "Care"))
                self.engine = replace(self.engine, policy=policy(sellers), policy_hash=sellers)
            case "day":
                self.faults.now += timedelta(days=1)
            case "days":
                self.faults.now += timedelta(days=self.random.choice((2, 25)))

    def _administrator(self) -> None:
        ours = [key for key in self.target.accounts if key not in self.target.untouchable]
        if ours:
            by_hand = self.random.choice((self.target.delete_by_hand, self.target.enable_by_hand))
            by_hand(self.random.choice(ours))

    def _somebody(self) -> str | None:
        return self.random.choice([*self.hr.people, None])

    def _employ(self, name: str, start: date) -> None:
        fields = {"department": "Sales", "manager": self._somebody()}
        self.hr.people[name] = Person(
            hr_id=name,
            fields={"name": "bob" if name in "12" else "ann"},
            contracts=(Contract(id="c", start=start, fields=fields),),
        )

    def _change(self, name: str, **fields: str | None) -> None:
        person = self.hr.people[name]
        contract = replace(person.contracts[0], fields={**person.contracts[0].fields, **fields})
        self.hr.people[name] = replace(person, contracts=(contract,))

    def _marry(self, name: str, surname: str) -> None:
        person = self.hr.people[name]
        self.hr.people[name] = replace(person, fields={**person.fields, "name": surname})

    def _until(self, name: str, end: date | None) -> None:
        person = self.hr.people[name]
        if end is None or end >= person.contracts[0].start:
            self.hr.people[name] = replace(person, contracts=(replace(person.contracts[0], end=end),))

    # ── machine room ─────────────────────────────────────────────────────────────────────────────────────────

    def run(self, events: int = 8) -> None:
        """A troubled history, then calm: everything must converge, and doing it all again must write nothing."""
        try:
            for name in self.random.sample("1234", 3):
                self._employ(name, START.date() - timedelta(30))
            for _ in range(events):
                self.event()
                self._busy(self.random.randrange(20, 320))
            self.faults.active = False
            self.hr.people |= self.gone
            self.faults.now = (self.faults.now + timedelta(days=1)).replace(hour=5)
            self._calm()
            self._converged()
            self._quiet()
            self._tidy()
        finally:
            self.graveyard.tasks += self.tasks
            self.graveyard.close()

    def _busy(self, steps: int) -> None:
        """Some time in which everything runs at once and anything breaks."""
        for _ in range(steps):
            self.faults.now += timedelta(seconds=self.random.choice((0, 0, 0, 1, 3)))
            self._maybe_start()
            task = choose(self.random, self.tasks)
            if task is None:
                continue
            if self.faults.happens("worker is killed"):
                self._bury(task)
            elif self.faults.happens("worker stalls"):
                self._stall(task)
                task.stalled = STALL
                self.faults.now += timedelta(minutes=self.random.choice((0, 6)))
            else:
                self._step(task)

    def _stall(self, task: Task) -> None:
        """From here on a late write of this task is what was promised, not a violation."""
        task.name = f"stalled {task.name.removeprefix('stalled ')}"

    def _maybe_start(self) -> None:
        dice = self.random.random()
        if dice < 0.04:
            self._start("poll", self._poll())
        elif dice < 0.05:
            self._start("wake", self._wake())
        elif dice < 0.06:
            self._start("follow", self._follow())
        elif dice < 0.07:
            self._start("sweep", self._sweep())
        elif dice < 0.075:
            self._start("renew", self._renew())
        elif dice < 0.08:
            self._start("relook", self._relook())
        elif dice < 0.5:
            self._deliver()

    async def _poll(self) -> None:
        """Somebody looks at an answer that is doubted, and accepts it when HR meant it so."""
        try:
            await production.detect(self.engine, "hr")
        except Doubted as doubt:
            if not self.faults.active:
                await production.accept(self.engine, "hr", doubt.answer, "somebody", "asked HR")

    async def _follow(self) -> None:
        await production.follow(self.engine, "entra")

    async def _wake(self) -> None:
        await production.wake(self.engine)

    async def _relook(self) -> None:
        await production.relook(self.engine)

    async def _sweep(self) -> None:
        await production.sweep(self.engine)

    async def _renew(self) -> None:
        await production.renew(self.engine)

    def _start(self, name: str, work) -> None:
        self.tasks.append(Task(name, work))

    def _deliver(self) -> bool:
        """Hand a due doorbell to a new worker; its session is busy meanwhile, unless its lock was lost."""
        due = [
            index
            for index in self.bus.due(self.faults.now)
            if self._session(index) not in self.sessions or self.faults.happens("lock is lost")
        ]
        if not due:
            return False
        index = self.random.choice(due)
        session = self._session(index)
        _, queue, bell = self.bus.waiting.pop(index)
        task = Task(session, production.handle(self.engine, queue, bell.session, bell.body))
        self.sessions[session] = session
        self.tasks.append(task)
        return True

    def _session(self, index: int) -> str:
        _, queue, bell = self.bus.waiting[index]
        return f"{queue}/{bell.session}"

    def _bury(self, task: Task) -> None:
        self.tasks.remove(task)
        self.graveyard.tasks.append(task)
        self.sessions.pop(task.name.removeprefix("stalled "), None)

    def _step(self, task: Task) -> None:
        self.running = task
        if task.stepped is not None and self.faults.now - task.stepped > LONG:
            self._stall(task)
        task.stepped = self.faults.now
        task.started = task.started or self.faults.now
        if self.faults.now - task.started > LIFE:
            self._bury(task)
            return
        with suppress(TryLater):  # a timer comes again; a doorbell's handler never raises it
            task.step()
        self._note()
        if task.done:
            self.tasks.remove(task)
            self.sessions.pop(task.name.removeprefix("stalled "), None)

    def _note(self) -> None:
        """Since when each person's saved Desired has not been ACTIVE: what an old message would go against."""
        if self.noted == self.store.writes:
            return
        self.noted = self.store.writes
        for name, place, key in self.desires:
            row = self.store.rows.get(place, {}).get(key)
            if row is None or row.data["is"]["stage"] == Stage.ACTIVE:
                self.left.pop(name, None)
            else:
                self.left.setdefault(name, self.faults.now)

    def _may_enable(self, employee: str) -> bool:
        since = self.left.get(employee)
        late = self.running is not None and self.running.name.startswith("stalled")
        return since is None or late or self.faults.now - since < 3 * LONG

    # ── calm ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _calm(self) -> None:
        """Polls, looks at the directory, wakes and sweeps within one day, with nothing failing."""
        for task in self.tasks:
            task.stalled = 0
        self._drain()
        for _ in range(3):
            self.faults.now += timedelta(minutes=70)
            for timer in (self._renew, self._poll, self._follow, self._wake, self._relook, self._sweep):
                self._start(timer.__name__, timer())
                self._drain()

    def _drain(self) -> None:
        for _ in range(PATIENCE):
            if self.tasks:
                self._step(self.random.choice(self.tasks))
            elif not self._deliver():
                later = [at for at, _, _ in self.bus.waiting]
                if not later:
                    return
                self.faults.now = max(self.faults.now, min(later))
        raise Violation("L1: the pipeline does not come to rest")

    def _converged(self) -> None:
        holds = {hold.hr_id: hold for hold in self._ask(production.held(self.engine))}
        today = self.faults.now.date()
        for name, person in self.hr.people.items():
            if name in holds or name == "4":
                continue
            source, target = policy().sources["hr"], policy().targets["entra"]
            stage = standing(person, source, target.timing, today).stage
            mine = [a for a in self.target.accounts.values() if a.attributes.get("employeeId") == name]
            self._as_wanted(name, person, stage, mine[0] if mine else None)

    def _as_wanted(self, name: str, person: Person, stage: Stage, account: Account | None) -> None:
        if account is None:
            if stage >= Stage.READY:
                raise Violation(f"L1: {name} has no account and nothing is held")
            return
        if account.enabled != (stage is Stage.ACTIVE):
            raise Violation(f"L1: {name} should be {stage.name} and is {'enabled' if account.enabled else 'disabled'}")
        if stage is Stage.ABSENT:
            raise Violation(f"L1: {name} should be gone")
        if stage is not Stage.ACTIVE:
            if account.entitlements:
                raise Violation(f"L1: {name} still holds something")
            return
        if str(account.attributes["userPrincipalName"]).rstrip("0123456789") != person.fields["name"]:
            raise Violation(f"L1: {name} has another name")
        department = person.contracts[0].fields["department"]
        if not same(account.attributes.get("department"), department):
            raise Violation(f"L1: {name} has another department")
        groups = {Entitlement("group", "All")}
        groups |= {Entitlement("group", "Sales")} if department == self.engine.policy_hash else set()
        if account.entitlements != groups:
            raise Violation(f"L1: {name} holds {sorted(account.entitlements)}")

    def _quiet(self) -> None:
        """L2: everything once more, and not one write to the target."""
        before = len(self.target.writes)
        self._calm()
        if len(self.target.writes) != before:
            raise Violation(f"L2: a second run wrote {self.target.writes[before:]}")

    def _tidy(self) -> None:
        """S8: once workers that died are long gone, every name held is borne, and every name borne is held."""
        self.faults.now += timedelta(days=2)
        self._ask(production.tidy(self.engine))
        links = {p: codec.LINK.load(r.data) for _, k, r in self._rows(layout.STATE) if "|link|" in k for p in [k[:20]]}
        held = {
            (r.data["is"]["owner"], k)
            for _, k, r in self._rows(layout.IDENTIFIERS)
            if r.data.get("is", {}).get("owner") and r.data["is"]["until"] is None
        }
        borne = {(person, name) for person, link in links.items() for name in link.identifiers.values()}
        if burnt := held - borne - {(person, str(v)) for person, one in links.items() for v in one.written.values()}:
            raise Violation(f"S8: reserved and borne by nobody: {sorted(burnt)}")
        living = {p: link for p, link in links.items() if link.account and not link.deleted}
        if lost := {(p, n) for p, link in living.items() for n in link.identifiers.values()} - held:
            raise Violation(f"S8: borne and not held: {sorted(lost)}")

    def _rows(self, table):
        return [
            (place, key, row)
            for place, rows in self.store.rows.items()
            if place[0] == table
            for key, row in rows.items()
        ]

    def _ask(self, question):
        while True:
            try:
                question.send(None)
            except StopIteration as answer:
                return answer.value


def rows(world: World) -> dict[str, object]:
    """Everything in the state, for looking at a failing seed."""
    return {row.key: row.data for place in world.store.rows.values() for row in place.values()}


__all__ = ["World", "codec", "rows"]
