"""The machine room: timers, doorbells and people, all at once, step by step, with workers that stall and die."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any

from simulated_people import People
from simulation_faults import Faults
from storage import SimulatedBus
from turns import Graveyard, Task, choose
from violation import Violation
from watching import Watch

from shared import engine as production
from shared import queues
from shared.bus import Doorbell
from shared.engine import Doubted, Engine
from shared.errors import TryLater

LIFE = timedelta(minutes=30)
"""The host kills whatever runs longer."""
STALL = 150
LONG = timedelta(minutes=1)
"""A worker that was not heard of for so long counts as stalled: it may land one late write."""
PATIENCE = 8000
"""Steps a world may take before it counts as stuck."""
UNDISTURBED = 400
"""Steps after which whatever is still to be done goes on in the turmoil."""
PASSING = (timedelta(), timedelta(), timedelta(), timedelta(seconds=1), timedelta(seconds=3))

Timer = Callable[[], Coroutine[Any, Any, None]]


class MachineRoom:
    def __init__(
        self,
        random: Random,
        faults: Faults,
        graveyard: Graveyard,
        bus: SimulatedBus,
        watch: Watch,
        people: People,
        engine: Callable[[], Engine],
        in_turns: bool,
        glanced: bool,
    ) -> None:
        self.random, self.faults, self.graveyard, self.bus = random, faults, graveyard, bus
        self.watch, self.people, self.engine = watch, people, engine
        self.in_turns = in_turns
        self.tasks: list[Task] = []
        self.sessions: dict[str, str] = {}
        self.running: Task | None = None
        self.often: tuple[tuple[float, str, Timer], ...] = (
            (0.01 if glanced else 0.04, "poll", self._poll),
            *([(0.04, "glance", self._glance)] if glanced else []),
            (0.05, "wake", self._wake),
            (0.06, "follow", self._follow),
            (0.07, "sweep", self._sweep),
            (0.075, "renew", self._renew),
            (0.08, "relook", self._relook),
            (0.13, "people", self.people.act),
        )
        self.timers = {name: timer for _, name, timer in self.often}

    # ── busy ─────────────────────────────────────────────────────────────────────────────────────────────────

    def busy(self, steps: int) -> None:
        """Some time in which everything runs at once and anything breaks."""
        for _ in range(steps):
            self.faults.now += PASSING[int(self.random.random() * 5)]
            self._maybe_start()
            task = choose(self.random, self.tasks)
            if task is None:
                continue
            if self.faults.happens("worker is killed"):
                self._bury(task)
            elif self.faults.happens("worker stalls"):
                _stall(task)
                task.stalled = STALL
                self.faults.now += timedelta(minutes=self.random.choice((0, 6)))
            else:
                self._step(task)

    def quiet(self, name: str) -> None:
        """This is begun and nothing else; what follows from it, and from before, goes on undisturbed."""
        self._start(name, self.timers[name]())
        for _ in range(UNDISTURBED):
            self.faults.now += PASSING[int(self.random.random() * 5)]
            task = choose(self.random, self.tasks)
            if task is not None:
                self._step(task)
            elif not self._deliver() and not self.tasks:
                return

    def morning(self) -> None:
        """A night has passed, and every timer has gone off in it."""
        for name, timer in self.timers.items():
            self._start(name, timer())

    def _maybe_start(self) -> None:
        dice = self.random.random()
        for below, name, timer in self.often if dice < self.often[-1][0] else ():
            if dice < below:
                self._start(name, timer())
                return
        if dice < 0.5:
            self._deliver()

    async def _poll(self) -> None:
        """Have HR read: by doorbell and in turns, or in one go."""
        if self.in_turns:
            await production.ring_polls(self.engine())
        else:
            await self._asking(lambda: production.detect(self.engine(), "hr"))

    async def _glance(self) -> None:
        """Have HR asked whom it has changed: by doorbell, or at once."""
        if self.in_turns:
            await production.ring_glances(self.engine())
        else:
            await production.glance(self.engine(), "hr")

    async def _asking(self, reading: Callable[[], Awaitable[int]]) -> None:
        """Somebody looks at an answer that is doubted, and accepts it when HR meant it so."""
        try:
            await reading()
        except Doubted as doubt:
            if not self.faults.active:
                await production.accept(self.engine(), "hr", doubt.answer, "somebody", "asked HR")

    async def _wake(self) -> None:
        await production.wake(self.engine())

    async def _follow(self) -> None:
        await production.follow(self.engine(), "entra")

    async def _sweep(self) -> None:
        await production.sweep(self.engine())

    async def _renew(self) -> None:
        await production.renew(self.engine())

    async def _relook(self) -> None:
        await production.relook(self.engine())

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
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
        self.sessions[session] = session
        self._start(session, self._handled(queue, bell))
        return True

    def _handled(self, queue: str, bell: Doorbell) -> Coroutine[Any, Any, Any]:
        if queue == queues.POLLS and "only" not in bell.body:
            return self._asking(lambda: production.poll(self.engine(), bell.body["source"], bell.body.get("after", "")))
        return production.handle(self.engine(), queue, bell.session, bell.body)

    def _session(self, index: int) -> str:
        _, queue, bell = self.bus.waiting[index]
        return f"{queue}/{bell.session}"

    def _bury(self, task: Task) -> None:
        self.tasks.remove(task)
        self.graveyard.tasks.append(task)
        self.sessions.pop(task.name.removeprefix("stalled "), None)

    def _step(self, task: Task) -> None:
        self.running = task
        if task.started is None:
            task.started, task.versions = self.faults.now, self.watch.versions()
        if task.stepped is not None and self.faults.now - task.stepped > LONG:
            _stall(task)
        task.before, task.stepped = task.stepped, self.faults.now
        if self.faults.now - task.started > LIFE:
            self._bury(task)
            return
        with suppress(TryLater):  # a timer comes again; a doorbell's handler never raises it
            task.step()
        self.watch.note(self.faults.now)
        if task.done:
            self.tasks.remove(task)
            self.sessions.pop(task.name.removeprefix("stalled "), None)

    # ── calm ─────────────────────────────────────────────────────────────────────────────────────────────────

    def calm(self, rounds: int) -> None:
        """Polls, looks at the directory, wakes, sweeps and answers within one day, with nothing failing."""
        for _ in range(rounds):
            self.faults.now += timedelta(minutes=70)
            for name in ("renew", "poll", "glance", "follow", "wake", "relook", "sweep"):
                if name in self.timers:
                    self.do(name)
            self.done("agree", self.people.agree())

    def rest(self) -> None:
        """Nothing fails from now on; whoever is at work finishes it."""
        self.faults.active = False
        for task in self.tasks:
            task.stalled = 0
        self.drain()

    def do(self, name: str) -> None:
        """Have one timer go off, and everything done that follows."""
        self.done(name, self.timers[name]())

    def done(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Have this done, and everything that follows."""
        self._start(name, work)
        self.drain()

    def drain(self) -> None:
        for _ in range(PATIENCE):
            if self.tasks:
                self._step(self.random.choice(self.tasks))
            elif not self._deliver():
                later = [at for at, _, _ in self.bus.waiting]
                if not later:
                    return
                self.faults.now = max(self.faults.now, min(later))
        raise Violation("L1: the pipeline does not come to rest")


def _stall(task: Task) -> None:
    """From here on a late write of this task is what was promised, not a violation."""
    task.name = f"stalled {task.name.removeprefix('stalled ')}"
