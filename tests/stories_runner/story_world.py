"""One customer, whole: the production engine and the real Entra connector, a simulated tenant, and a clock we hold.

Only HR is made up, because the story is what HR says. Nothing sleeps: what is due later moves the clock.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from io import StringIO
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from pydantic import BaseModel
from ruamel.yaml import YAML
from story_file import Directory, Step, Story, merged
from story_outside import APP, FACTS, HR, RECORDED, Administrator, Records, SignIn
from story_words import say

import connectors
from local.exchange import Organisation, exchange_app
from local.graph import Faults, Tenant, graph_app
from shared import engine as production
from shared import layout, queues
from shared.attributes import Attribute
from shared.compose import Surroundings, assemble
from shared.connector import Manifest
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine, Held
from shared.errors import Refused
from shared.model import Action, Verb
from shared.policy_file import PolicyText, load
from tests.doorbells import answered

DOORS = (production.renew, production.wake, production.patrol, production.relook, production.sweep)
PLENTY = 500
RESTLESS = 2000
"""Doorbells in one run after which it will never come to rest."""


@dataclass
class Clock:
    """Stands still until it is moved, and never goes back."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, moment: datetime) -> None:
        self.now = max(self.now, moment)

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(repr=False)
class World:
    engine: Engine
    bus: MemoryBus
    clock: Clock
    hr: HR
    guests: HR
    tenant: Tenant
    administrator: Administrator
    faults: Faults
    done: dict[str, list[str]]
    """Our id of a person → what was done in this run, in words and in order."""

    async def live(self, step: Step) -> None:
        """The day comes, everything that it brings happens, and everything runs."""
        self.clock.move_to(_moment(step, self.engine.policy.time_zone))
        if self.clock() - _moment(step, self.engine.policy.time_zone) > timedelta(hours=12):
            raise ValueError(f"the step of {step.day} comes too early: it is {self.engine.today} already")
        self.hr.hear(step.hr)
        self.guests.hear(step.guests)
        self.administrator.does(step.tenant)
        for lost in step.faults:
            self.faults.lose_answer_of_write(lost.write, effect=lost.done)
        for word in step.words:
            await say(self.engine, word)
        said = ""
        try:
            await self._answers(step)
        except Refused as refused:
            said = str(refused)
        assert step.unanswered in said if step.unanswered else not said, f"the answer was refused: {said}"
        await self.run()

    async def _answers(self, step: Step) -> None:
        """What people say to what waits."""
        if step.approve:
            waiting = await self._named(step.approve)
            name, recreate = production.fingerprint(waiting), step.recreate
            answered = await production.approve(self.engine, [name], step.by, "", recreate=recreate)
            assert (len(answered.done) + len(answered.second), answered.changed) == (len(waiting), [])
        if step.reject:
            for one in await self._named(step.reject):
                await production.reject(self.engine, [one.name], step.by, "not now, and not later")
        for word, until in step.snooze.items():
            for one in await self._named(word):
                await production.snooze(self.engine, [one.name], step.by, until)
        if step.reconsider:
            for one in await self._named(step.reconsider):
                await production.reconsider(self.engine, [one.name], step.by)

    async def _named(self, word: str) -> list[Held]:
        """What is held of which a story says so much; of what waits now, where there is something of it."""
        if word == "everything":
            return [one for one in await production.held(self.engine) if one.approvable]
        for some in (await production.held(self.engine), await production.holds(self.engine)):
            if found := [one for one in some if word in (one.what, one.reason)]:
                return found
        raise AssertionError(f"nothing is held that is called {word}")

    @property
    def writes(self) -> int:
        return self.tenant.writes + self.administrator.exchange.writes + self.hr.writes

    async def again(self) -> None:
        """Ten minutes later, everything once more."""
        await self.clock.sleep(600)
        await self.run()

    async def run(self) -> None:
        """Open every door once, as the timers do, and handle doorbells until none is left. Raises what a poll does."""
        self.done.clear()
        for source in self.engine.sources:
            await production.detect(self.engine, source)
        for target in self.engine.targets:
            await production.follow(self.engine, target)
        for door in DOORS:
            await door(self.engine)
        for _ in range(RESTLESS):
            if not await answered(self.engine, self.bus):
                due = self.bus.next_due()
                if due is not None:
                    self.clock.move_to(due)
                elif not await production.reseat(self.engine):
                    break
        else:
            raise AssertionError("the engine does not come to rest")
        for target in self.engine.targets:
            assert await production.breaker.state(self.engine, target) is None

    async def held(self) -> dict[str, tuple[str, ...]]:
        """HR id → the reasons for which somebody waits."""
        found = defaultdict(set)
        for one in await production.held(self.engine):
            found[one.hr_id].add(one.reason)
        return {hr_id: tuple(sorted(reasons)) for hr_id, reasons in found.items()}

    def did(self) -> dict[str, tuple[str, ...]]:
        """HR id → what was done in the last run."""
        ever = self.hr.ever | self.guests.ever
        names = {layout.own_id(source, name): name for source in self.engine.sources for name in ever}
        return {names[person]: tuple(words) for person, words in self.done.items()}


@asynccontextmanager
async def opened(story: Story) -> AsyncIterator[World]:
    """The world on the eve of the first step."""
    found = _policy(story)
    hr, guests, faults, done = HR(), HR(), Faults(), defaultdict[str, list[str]](list)
    clock = Clock(_moment(story.steps[0], found.policy.time_zone) - timedelta(days=1))
    bus, tenant = MemoryBus(clock, queues.QUEUES), Tenant(clock=clock)
    named = {target.connector for target in found.policy.targets.values()} & set(connectors.names())
    manifests = [connectors.manifest(name) for name in sorted(named)]
    tenant.add_app(APP, "secret", permissions=[name for one in manifests for name in one.permissions])
    exchange = Organisation(tenant)
    apps = {"entra": graph_app(tenant, faults), "exchange": exchange_app(exchange)}
    async with SqliteStore(":memory:") as store, AsyncExitStack() as stack:
        around = Surroundings(
            store=store,
            bus=bus,
            secret=_no_secret,
            clock=clock,
            sleep=clock.sleep,
            unique=map(str, count()).__next__,
            hash_key=b"stories",
            folder=Path(),
            credential=lambda target: SignIn(tenant),
            transport=lambda path: httpx.ASGITransport(apps.get(_connector(found, path), apps["entra"])),
            settings=lambda path, given: _at(tenant, given),
            witness=lambda person, target, action: done[person].append(_words(target, action, tenant)),
        )
        engine = await assemble(found, _manifests(hr, guests), around, stack)
        plans = ("EXCHANGE_S_ENTERPRISE",) if any(one.follows for one in manifests) else ()
        administrator = Administrator(tenant, found.policy.time_zone, exchange, plans)
        administrator.does(_furniture(found, story))
        administrator.does(story.given)
        yield World(engine, bus, clock, hr, guests, tenant, administrator, faults, done)


def _policy(story: Story) -> PolicyText:
    text = StringIO()
    YAML().dump(merged(story.base, story.policy), text)
    return _loaded(text.getvalue())


@cache
def _loaded(text: str) -> PolicyText:
    """Most stories change nothing of the policy, and some are lived many times."""
    return load(text)


def _furniture(found: PolicyText, story: Story) -> Directory:
    """The groups and licences that the policy names, unless the story says which groups there are."""
    rules = [grant for target in found.policy.targets.values() for grant in target.grants]
    named = {grant.entitlement for grant in rules if grant.entitlement}
    groups = sorted(one.name for one in named if one.kind == "group" and story.given.groups is None)
    roles = tuple(sorted(one.name for one in named if one.kind == "role"))
    seats = {one.name: PLENTY for one in named if one.kind == "license"}
    return Directory(groups=tuple(groups), seats=seats, applications=roles)


def _manifests(hr: HR, guests: HR) -> Callable[[str], Manifest]:
    """The real ones, except that every source reads what the story says; `story` and `guests` are its own, and into the
    records of `story` names can be written.
    """

    class NoSettings(BaseModel): ...

    def manifest(name: str) -> Manifest:
        told = guests if name == "guests" else hr
        if name not in ("story", "guests"):
            one = connectors.manifest(name)
            return one if one.target else replace(one, source=lambda settings, outside: told)
        return Manifest(
            name=name,
            summary="",
            docs="tests/stories",
            settings=NoSettings,
            proven="simulated",
            source=lambda settings, outside: told,
            facts=FACTS,
            target=lambda settings, outside: Records(told),
            verbs=frozenset({Verb.CORRELATE, Verb.UPDATE}),
            attributes=tuple(Attribute(name=each) for each in RECORDED),
            corrects=True,
        )

    return manifest


def _connector(found: PolicyText, path: tuple[str, str]) -> str:
    return found.policy.targets[path[1]].connector if path[0] == "targets" else "entra"


def _at(tenant: Tenant, given: BaseModel) -> BaseModel:
    """The settings of a target with the tenant's own id where the policy says that it is the simulated one."""
    simulated = getattr(given, "tenant", "") == "sandbox"
    return given.model_copy(update={"tenant": tenant.id}) if simulated else given


async def _no_secret(name: str) -> str:
    raise AssertionError(f"stories have no secret such as {name}")


def _moment(step: Step, zone: ZoneInfo) -> datetime:
    text, _, place = step.time.partition(" ")
    return datetime.combine(step.day, time.fromisoformat(text), UTC if place == "UTC" else zone).astimezone(UTC)


def _words(target: str, action: Action, tenant: Tenant) -> str:
    """An account that an entitlement names is told by its logon name: nobody remembers ids."""
    one = action.entitlement
    what = f" {one.kind}:{tenant.users.get(one.name, {}).get('userPrincipalName', one.name)}" if one else ""
    what += f" {', '.join(sorted(action.attributes))}" if action.verb is Verb.UPDATE else ""
    return f"{action.verb} {target}{what}"
