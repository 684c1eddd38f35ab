"""One seed: an organisation's history on a misbehaving machine room, with the production engine in the middle."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from unittest.mock import patch

from convergence import asked, converged, heeded, lined_up, tidied
from counting import Counts
from customer import EMPLOYEES, GRACE, VARIANTS, SimulatedHR, policy
from history import History
from invariants import Invariants
from machine_room import MachineRoom
from simulated_people import People
from simulated_target import MOST, SimulatedTarget
from simulation_faults import Faults
from storage import SimulatedBus, SimulatedStore
from turns import Graveyard, one_by_one
from violation import Violation
from watching import Watch

from shared import engine as production
from shared.attributes import Attribute, Unique
from shared.engine import Engine, admitting, packing, reading
from shared.model import Account

detecting = sys.modules[production.detect.__module__]
START = datetime(2026, 3, 2, 7, tzinfo=UTC)
KINDS = (Attribute(name="userPrincipalName", unique=Unique.ACCOUNTS), Attribute(name="manager", reference=True))
WHILE = (timedelta(), timedelta(minutes=5), timedelta(minutes=40), timedelta(minutes=40))
"""What passes before the next thing happens: often enough that the lease of whoever died has run out."""
SETTLED, AT_ONCE = 0.7, 0.5
"""How often everybody has what they should when a history begins: less often where they are granted groups together."""
PEACE = 0.4
"""How often what happened is seen and answered before anything goes wrong."""
IN_TURNS = 0.25
"""In how many of all histories HR is read in turns, a person or two in each."""
TURN = timedelta(seconds=2)
GLANCED = 8
"""In every so many-th history HR is asked between polls whom it has changed."""
PACKING = 0.25
"""In how many of all histories groups are granted to several people in one write."""
GATHERS = timedelta(seconds=2)
ROUNDS = 4
"""Times that every timer goes off and everything that waits is answered, before everything must be right."""


class World:
    def __init__(self, seed: int) -> None:
        self.random, self.variant = Random(seed), seed % len(VARIANTS)
        self.graveyard = Graveyard()
        self.faults = Faults(self.random, START, self.graveyard)
        self.in_turns = Random(f"in turns {seed}").random() < IN_TURNS
        self.glanced = seed % GLANCED == GLANCED - 1
        packs = Random(f"packing {seed}")
        self.packing = packs.random() < PACKING
        self.hr = SimulatedHR(self.faults, self.in_turns)
        self.target = SimulatedTarget(self.faults, alone=packs.choice(("", "", *EMPLOYEES[:-1])))
        self.store = SimulatedStore(self.faults)
        self.bus = SimulatedBus(self.faults, self.store)
        self.history = History(self.random, self.faults, self.hr, self.target)
        self.watch = Watch(self.store, self.target.accounts)
        self.numbers = 0
        self.engine = Engine(
            policy=policy(variant=self.variant),
            policy_hash="Sales",
            sources={"hr": self.hr},
            targets={"entra": self.target},
            attributes={"entra": {kind.name: kind for kind in KINDS}},
            entitlements={"entra": frozenset({"group"})},
            packs={"entra": {"group": MOST}} if self.packing else {},
            gathers=GATHERS,
            store=self.store,
            bus=self.bus,
            clock=self.faults.clock,
            unique=self._unique,
            hash_key=b"simulated",
        )
        self.people = People(self.random, self.faults, lambda: self.engine)
        self.room = MachineRoom(
            self.random,
            self.faults,
            self.graveyard,
            self.bus,
            self.watch,
            self.people,
            lambda: self.engine,
            self.in_turns,
            self.glanced,
        )
        self.target.given(Account(id="stranger", enabled=True, attributes={"userPrincipalName": "ann"}))
        boss = {"employeeId": EMPLOYEES[-1]}
        self.target.given(Account(id="boss", enabled=True, protected="a directory role", attributes=boss))
        self.invariants = Invariants(
            policy=policy(variant=self.variant),
            variant=self.variant,
            watch=self.watch,
            people=self.people,
            counts=Counts(policy(variant=self.variant).targets["entra"], lambda: self.history.known),
            worker=lambda: self.room.running,
            touched=self.target.touched,
        )
        self.target.check = self.invariants.check

    def _unique(self) -> str:
        self.numbers += 1
        return str(self.numbers)

    def run(self, events: int = 8) -> None:
        """A troubled history, then calm: everything must converge, doing it all again must write nothing, and some days
        later it must be as right.
        """
        bulk = 0 if self.packing else admitting.FEW
        with (
            patch.object(reading, "ENOUGH", 1),
            patch.object(detecting, "SHORT", TURN),
            patch.object(admitting, "FEW", bulk),
            patch.object(packing, "together", one_by_one),
            patch.object(admitting, "together", one_by_one),
        ):
            self._run(events)

    def _run(self, events: int) -> None:
        try:
            self._begin()
            for _ in range(events):
                self._happens()
                self.room.busy(self.random.randrange(20, 320))
            self._calm()
            self._quiet()
            self.faults.now += timedelta(days=GRACE)
            self._calm()
            self.faults.now += timedelta(days=2)
            asked(production.tidy(self.engine))
            tidied(self.store, self.target.accounts)
            lined_up(self.store)
        finally:
            self.graveyard.tasks += self.room.tasks
            self.graveyard.close()

    def _begin(self) -> None:
        for name in self.random.sample(EMPLOYEES, 3):
            self.history.employ(name, START.date() - timedelta(30))
        if self.random.random() < (AT_ONCE if self.packing else SETTLED):
            self.room.rest()
            self.room.do("poll")
            self.faults.active = True

    def _happens(self) -> None:
        """Some time passes, and then something happens; often it is seen before anything goes wrong."""
        today, self.faults.now = self.history.today, self.faults.now + self.random.choice(WHILE)
        self.history.event()
        if self.history.today != today:
            self.room.morning()
        if self.random.random() < PEACE:
            self._in_peace()
        sellers = self.history.sellers
        if sellers != self.engine.policy_hash:
            self.engine = replace(self.engine, policy=policy(sellers, self.variant), policy_hash=sellers)

    def _in_peace(self) -> None:
        """HR is read or glanced at, and people answer what comes of it, before everything happens at once again."""
        self.room.quiet(self.random.choice(("poll", "glance")) if self.glanced else "poll")
        for _ in range(self.random.randrange(5)):
            self.room.quiet("people")

    def _calm(self) -> None:
        self.room.rest()
        self.hr.people |= self.history.gone
        self.faults.now = (self.faults.now + timedelta(days=1)).replace(hour=5)
        self._heeded()
        self.room.done("relent", self.people.relent())
        self.room.calm(ROUNDS)
        holds, today = asked(production.holds(self.engine)), self.faults.now.date()
        converged(self.hr.people, holds, self.target, self.watch, today, self.history.sellers, self.variant)

    def _heeded(self) -> None:
        holds, waiting = asked(production.holds(self.engine)), asked(production.held(self.engine))
        heeded(self.people.standing(), holds, waiting, self.target.touched, self.faults.now.date())

    def _quiet(self) -> None:
        """L2: everything once more, and not one write to the target."""
        before = len(self.target.writes)
        self.room.calm(2)
        if len(self.target.writes) != before:
            raise Violation(f"L2: a second run wrote {self.target.writes[before:]}")


def rows(world: World) -> dict[str, object]:
    """Everything in the state, for looking at a failing seed."""
    return {row.key: row.data for place in world.store.rows.values() for row in place.values()}
