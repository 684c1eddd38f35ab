"""One small customer around the production engine: real state and queues, HR and a directory in memory, and a clock
that only a test moves.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from shared import engine as production
from shared import layout, queues
from shared.attributes import Attribute, Unique
from shared.connector import DirectoryPage, Edition, Reached
from shared.embedded.bus import MemoryBus
from shared.embedded.store import SqliteStore
from shared.engine import Engine, Held
from shared.engine.ledger import lines_of
from shared.errors import Anew, Reason, Refused, TryLater
from shared.layout import Hop
from shared.ledger import DECIDED, TOLD, Entry
from shared.model import Account, Action, Contract, Entitlement, Person, Rejected, Verb
from shared.policy import Policy
from shared.store import Change, Put, Row, Store
from tests.doorbells import ORDER, answered

START = datetime(2026, 3, 2, 7, tzinfo=UTC)
TODAY = START.date()
YESTERDAY = TODAY - timedelta(days=1)
MANAGER = Attribute(name="manager", reference=True)
KINDS = (Attribute(name="userPrincipalName", unique=Unique.ACCOUNTS), Attribute(name="employeeId"))
NAMES = ("userPrincipalName", "mail")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Hook = Callable[[str, Sequence[Change]], Awaitable[None]]
Meanwhile = Callable[[], Awaitable[None]]


def policy(source: Mapping[str, Any] | None = None, **target: Any) -> Policy:
    """A customer with one source `hr` and one target `entra`; what is given replaces that part of either."""
    anything = {"most_gone": 100, "always_allowed": 100, "always_changed": 1000}
    hr = {"connector": "hr", "plausible": anything, **(source or {})}
    entra = {
        "connector": "entra",
        "correlate": ["employeeId"],
        "timing": {"create_before": 3, "delete_after": 20},
        "attributes": {
            "employeeId": "[employeeId]",
            "department": "[department]",
            "jobTitle": "[title]",
            "userPrincipalName": 'SelectUniqueValue([name], Join("", [name], "2"))',
        },
        "grants": [{"group": "All"}, {"group": "Sales", "when": {"department": "Sales"}}],
        **target,
    }
    return Policy.model_validate(
        {"customer": "small", "time_zone": "UTC", "sources": {"hr": hr}, "targets": {"entra": entra}}
    )


def person(
    hr_id: str, end: date | None = None, department: str = "Care", start: date = date(2026, 1, 1), **fields: Any
) -> Person:
    start = min(start, end or start)
    contract = Contract(id="c", start=start, end=end, fields={"department": department, "title": "aide", **fields})
    return Person(hr_id=hr_id, fields={"name": f"p{hr_id}"}, contracts=(contract,))


def group(name: str) -> Entitlement:
    return Entitlement("group", name)


class Killed(BaseException):
    """The process is gone."""


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


@dataclass
class HR:
    """A `Source` that says what a test last told it; with a `page` it can be taken up again after so many records."""

    records: list[Person | Rejected] = field(default_factory=list)
    page: int = 0
    passes: Callable[[], None] = lambda: None
    """Done for every record that is read."""
    asked: list[str] = field(default_factory=list)
    """From where it was asked, each time."""
    broken: int | None = None
    """The record that cannot be read."""
    forgets: bool = False
    """Whether it knows no place any more."""
    edition: Edition | None = None
    """Which of several deliveries it is."""

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached | Edition]:
        self.asked.append(since)
        if self.edition and not since:
            yield self.edition
        if since and self.forgets:
            raise Anew("HR does not know the place any more")
        for number, record in list(enumerate(self.records))[int(since or 0) :]:
            if number == self.broken:
                raise TryLater("HR does not answer", 30)
            self.passes()
            yield record
            if self.page and (number + 1) % self.page == 0:
                yield Reached(str(number + 1))


class Write(NamedTuple):
    verb: Verb
    account: str
    what: str


@dataclass
class Directory:
    """A `Target` with a bin, unique logon names, and the faults a test asks for."""

    accounts: dict[str, Account] = field(default_factory=dict)
    bin: dict[str, Account] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    unseen: set[str] = field(default_factory=set)
    """Accounts that cannot be found by their key yet."""
    hidden: set[str] = field(default_factory=set)
    """Accounts that cannot be found by anything yet."""
    failing: set[Verb] = field(default_factory=set)
    """Verbs that are not done and not answered."""
    losing: set[Verb] = field(default_factory=set)
    """Verbs that are done once without an answer."""
    silent: bool = False
    """Whether nothing can be read."""
    seats: dict[str, int] = field(default_factory=dict)
    """Licence → seats bought; of what is not named here nobody counts any."""
    declined: set[str] = field(default_factory=set)
    """Attributes whose value is refused."""
    barred: set[str] = field(default_factory=set)
    """Accounts that are put into no group."""
    packed: list[tuple[str, ...]] = field(default_factory=list)
    """The accounts of each grant that was asked for together, done or not."""
    page: int = 0
    """Accounts on a page of changes; all of them on one when it is 0."""
    passes: Callable[[], None] = lambda: None
    """Done for every such page."""
    followed: list[str] = field(default_factory=list)
    """From where changes were asked for, each time."""
    after_read: Meanwhile | None = None
    after_write: Meanwhile | None = None

    def holds(self, account: Account) -> None:
        """What an administrator does by hand, or did before us."""
        self.accounts[account.id] = account
        self.log.append(account.id)

    def changed_by_hand(self, account: str, **changes: Any) -> None:
        self.holds(replace(self.accounts[account], **changes))

    def of(self, employee: str) -> Account:
        (found,) = [one for one in self.accounts.values() if one.attributes.get("employeeId") == employee]
        return found

    def enabled(self) -> set[str]:
        return {str(one.attributes["employeeId"]) for one in self.accounts.values() if one.enabled}

    def verbs(self) -> list[Verb]:
        return [write.verb for write in self.writes]

    async def find(self, attribute: str, value: str) -> list[Account]:
        self._answers()
        by_key = attribute == "employeeId"
        held = [one for one in self.accounts.values() if str(one.attributes.get(attribute)).lower() == value.lower()]
        found = [one for one in held if one.id not in self.hidden and not (by_key and one.id in self.unseen)]
        await self._meanwhile("after_read")
        return found

    async def read(self, account: str, among: frozenset[Entitlement] = frozenset()) -> Account | None:
        self._answers()
        there = self.accounts.get(account)
        await self._meanwhile("after_read")
        return there

    async def apply(self, account: str, action: Action) -> str:
        if action.verb in self.failing:
            raise TryLater("the directory does not answer", 5)
        if action.verb is Verb.GRANT and account in self.barred:
            raise Refused("it cannot be added")
        if declined := sorted(self.declined & action.attributes.keys()):
            raise Refused("the value is declined", Reason.INVALID_VALUE, declined[0])
        done = self._done(account, action)
        what = action.entitlement.name if action.entitlement else ", ".join(sorted(action.attributes))
        self.writes.append(Write(action.verb, done, what))
        self.log.append(done)
        if action.verb in self.losing:
            self.losing.discard(action.verb)
            raise TryLater("the answer was lost", 5)
        await self._meanwhile("after_write")
        return done

    async def grant_all(self, accounts: Sequence[str], action: Action) -> None:
        """All of them or none; somebody who has it already, is barred or is gone keeps the others from it."""
        self.packed.append(tuple(accounts))
        if Verb.GRANT in self.failing:
            raise TryLater("the directory does not answer", 5)
        there = [self.accounts.get(one) for one in accounts]
        if any(one is None or one.id in self.barred or action.entitlement in one.entitlements for one in there):
            raise Refused("one or more of them cannot be added")
        for one in accounts:
            self._done(one, action)
            self.log.append(one)
        self.writes.append(
            Write(action.verb, " ".join(accounts), action.entitlement.name if action.entitlement else "")
        )
        if Verb.GRANT in self.losing:
            self.losing.discard(Verb.GRANT)
            raise TryLater("the answer was lost", 5)
        await self._meanwhile("after_write")

    async def stock(self) -> Mapping[Entitlement, int]:
        self._answers()
        licences = {Entitlement("license", name): seats for name, seats in self.seats.items()}
        given = [one for account in self.accounts.values() for one in account.entitlements]
        return {one: seats - given.count(one) for one, seats in licences.items()}

    async def changes(self, token: str) -> AsyncIterator[DirectoryPage]:
        self.followed.append(token)
        start, _, done = token.partition("+")
        left = list(dict.fromkeys(self.log[int(start or 0) :]))[int(done or 0) :]
        size = self.page or max(1, len(left))
        for at in range(0, max(1, len(left)), size):
            some, last = left[at : at + size], at + size >= len(left)
            self.passes()
            yield DirectoryPage(
                accounts=tuple(self.accounts[id] for id in some if id in self.accounts),
                removed=tuple(id for id in some if id not in self.accounts),
                token=str(len(self.log)) if last else "",
                fresh=not token,
                following="" if last else f"{start or 0}+{int(done or 0) + at + size}",
            )

    async def deleted(self) -> AsyncIterator[Account]:
        for account in list(self.bin.values()):
            yield account

    def _done(self, account: str, action: Action) -> str:
        if action.verb is Verb.CREATE:
            return self._create(action)
        if action.verb is Verb.RESTORE:
            if account not in self.bin:
                raise Refused("it is not in the bin", Reason.ACCOUNT_GONE)
            self.accounts[account] = self.bin.pop(account)
            return account
        there = self.accounts.get(account)
        if there is None:
            if action.verb is Verb.DELETE:
                return account
            raise Refused("there is no such account", Reason.ACCOUNT_GONE)
        match action:
            case Action(verb=Verb.UPDATE | Verb.RENAME):
                self._free(action, account)
                there = replace(there, attributes={**there.attributes, **action.attributes})
            case Action(verb=Verb.GRANT, entitlement=Entitlement() as one):
                there = replace(there, entitlements=there.entitlements | {one})
            case Action(verb=Verb.REVOKE, entitlement=Entitlement() as one):
                there = replace(there, entitlements=there.entitlements - {one})
            case Action(verb=Verb.ENABLE | Verb.DISABLE as verb):
                there = replace(there, enabled=verb is Verb.ENABLE)
        self.accounts[account] = there
        if action.verb is Verb.DELETE:
            self.bin[account] = replace(self.accounts.pop(account), enabled=False)
        return account

    def _create(self, action: Action) -> str:
        self._free(action, "")
        account = f"a{len(self.log)}"
        self.accounts[account] = Account(id=account, enabled=False, attributes=dict(action.attributes))
        return account

    def _free(self, action: Action, account: str) -> None:
        """No two accounts have one name, be it to sign in with or to be mailed at."""
        others = [one for one in self.accounts.values() if one.id != account]
        held = {
            str(one.attributes.get(name)).casefold() for one in others for name in NAMES if one.attributes.get(name)
        }
        for name in NAMES:
            if (value := action.attributes.get(name)) and str(value).casefold() in held:
                raise Refused("the name is taken", Reason.TAKEN, name)

    def _answers(self) -> None:
        if self.silent:
            raise TryLater("the directory does not answer", 5)

    async def _meanwhile(self, moment: str) -> None:
        """Let the test do something at this moment, once."""
        what = getattr(self, moment)
        setattr(self, moment, None)
        if what is not None:
            await what()


class InterruptedStore:
    """A store that stops at each commit, so that a test can do something in between or end the process there."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.before: Hook | None = None
        self.after: Hook | None = None
        self.dead = self.killed = False

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        self._alive()
        return await self._inner.get(table, partition, key)

    async def scan(self, table: str, partition: str, first: str = "", last: str = "") -> AsyncIterator[Row]:
        self._alive()
        async for row in self._inner.scan(table, partition, first, last):
            yield row

    async def everything(self, table: str) -> AsyncIterator[Row]:
        self._alive()
        async for row in self._inner.everything(table):
            yield row

    async def commit(self, table: str, partition: str, changes: Sequence[Change]) -> Mapping[str, str]:
        self._alive()
        await self._stop("before", table, changes)
        versions = await self._inner.commit(table, partition, changes)
        await self._stop("after", table, changes)
        return versions

    def kill(self) -> None:
        """End the process: nothing it does after this moment reaches the state."""
        self.before = self.after = None
        self.dead = self.killed = True
        raise Killed

    def _alive(self) -> None:
        if self.dead:
            raise Killed

    async def _stop(self, moment: str, table: str, changes: Sequence[Change]) -> None:
        hook: Hook | None = getattr(self, moment)
        setattr(self, moment, None)
        if hook is not None:
            await hook(table, changes)
            setattr(self, moment, hook)


@dataclass
class World:
    engine: Engine
    store: InterruptedStore
    bus: MemoryBus
    clock: Clock
    hr: HR
    directory: Directory

    def renewed(self, policy_hash: str, rules: Policy) -> None:
        """Another policy is activated."""
        sources = dict.fromkeys(rules.sources, self.hr)
        self.engine = replace(self.engine, policy=rules, policy_hash=policy_hash, sources=sources)

    async def says(self, *records: Person | Rejected) -> None:
        """HR says this now, and it is polled; nobody has worked on it yet."""
        self.hr.records = list(records)
        await production.detect(self.engine, "hr")

    async def hears(self, *records: Person | Rejected) -> None:
        """HR says this now, and everything that follows at once is done."""
        await self.says(*records)
        await self.work()

    async def work(self, *only: str) -> None:
        """Handle what is due now, of some queues or of all; a bug propagates."""
        while await answered(self.engine, self.bus, only or ORDER):
            pass

    async def settle(self, within: timedelta) -> None:
        """Handle everything that falls due within that time, at its time."""
        until = self.clock.now + within
        await self.work()
        while (due := self.bus.next_due()) is not None and due <= until:
            self.clock.now = max(self.clock.now, due)
            await self.work()
        self.clock.now = until

    async def doors(self) -> None:
        """Open every door that a timer opens, but the poll, and do what follows at once."""
        await production.renew(self.engine)
        await production.wake(self.engine)
        await production.follow(self.engine, "entra")
        await production.patrol(self.engine)
        await production.relook(self.engine)
        await production.sweep(self.engine)
        await self.work()

    async def hours(self, number: int) -> None:
        """So many hours with all timers running; HR says nothing new."""
        for _ in range(number):
            await self.settle(HOUR)
            await self.doors()

    async def held(self) -> list[Held]:
        return await production.held(self.engine)

    async def reasons(self) -> set[tuple[str, str]]:
        return {(one.hr_id, one.reason) for one in await self.held()}

    async def approve_all(self) -> int:
        waiting = [one for one in await self.held() if one.approvable]
        return len((await production.approve(self.engine, [production.fingerprint(waiting)], "somebody")).done)

    async def row(self, hr_id: str, key: Callable[[str], str]) -> Row | None:
        own = layout.own_id("hr", hr_id)
        return await self.store.get(layout.STATE, layout.bucket(own), key(own))

    async def put(self, hr_id: str, key: Callable[[str], str], data: Mapping[str, Any]) -> None:
        own = layout.own_id("hr", hr_id)
        await self.store.commit(layout.STATE, layout.bucket(own), [Put(key(own), data)])

    async def mark(self, hop: Hop, hr_id: str, target: str = "") -> Row | None:
        return await self.row(hr_id, lambda own: layout.mark(hop, own, target))

    async def ledger(self, hr_id: str) -> list[Mapping[str, Any]]:
        """What was written, and what people decided."""
        prefix = layout.of(layout.own_id("hr", hr_id))
        rows = [row.data async for row in self.store.everything(layout.LEDGER) if row.key.startswith(prefix)]
        return [data for data in rows if data["verb"] not in (*TOLD, *DECIDED)]

    async def lines(self, hr_id: str) -> list[Entry]:
        """Every line about somebody."""
        return [entry async for entry in lines_of(self.engine, layout.own_id("hr", hr_id))]

    async def reservations(self) -> list[str]:
        return [r.key async for r in self.store.everything(layout.GATES) if r.key.startswith(layout.USES)]


async def killed_at(world: World, moment: str, number: int, doing: Callable[[], Awaitable[None]]) -> None:
    """The process ends before or after its commit with this number, at the latest when it is done; then it is new."""
    left = number

    async def dies(table: str, changes: Sequence[Change]) -> None:
        nonlocal left
        left -= 1
        if not left:
            world.store.kill()

    setattr(world.store, moment, dies)
    with suppress(Killed):
        await doing()
    world.store.before = world.store.after = None
    world.store.dead = False


@asynccontextmanager
async def opened(
    kinds: Sequence[Attribute] = KINDS, source: Mapping[str, Any] | None = None, **target: Any
) -> AsyncIterator[World]:
    clock, hr, directory = Clock(), HR(), Directory()
    async with SqliteStore(":memory:") as inner:
        store, bus = InterruptedStore(inner), MemoryBus(clock, queues.QUEUES)
        engine = Engine(
            policy=policy(source, **target),
            policy_hash="first",
            sources={"hr": hr},
            targets={"entra": directory},
            attributes={"entra": {kind.name: kind for kind in kinds}},
            entitlements={"entra": frozenset({"group"})},
            store=store,
            bus=bus,
            clock=clock,
            unique=map(str, count()).__next__,
            hash_key=b"small",
        )
        yield World(engine, store, bus, clock, hr, directory)
