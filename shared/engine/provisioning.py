"""One person on one target brought in line under a lease: only what is permitted for this Desired version is written.

A lease row with a version fences everything that is saved; the mark goes only when the work is done and no news came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared import codec, layout
from shared.engine import breaker, permits
from shared.engine.breaker import Passage
from shared.engine.parts import Engine
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.layout import Hop
from shared.model import Action, Link, Verb
from shared.reconcile import Outcome, reconcile
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row

LEASE = timedelta(minutes=5)
"""How long one account is ours; it is renewed just before every write and outlives the longest request (60 s)."""

ATTEMPTS = 10
"""Times the same work is tried before a person is asked."""


@dataclass(slots=True)
class Desk:
    """What one look at one account may use: the rows as read, the lease, and the pen that saves every write."""

    engine: Engine
    person: str
    target: str
    mark: Row
    rows: Mapping[str, Row]
    lease: dict[str, Any]
    lease_version: str
    link_version: str
    known: Link
    """The link as it is saved."""
    moved: bool = False
    """Whether the account came or went, so that whoever points to it must be mapped again."""
    lines: int = 0
    """How many lines of the ledger this look has written."""

    @property
    def now(self) -> datetime:
        return self.engine.clock()

    @property
    def version(self) -> int:
        return int(self.rows[layout.desired(self.person, self.target)].data["version"])

    def permits(self, verb: Verb, account: str) -> bool:
        row = self.rows.get(layout.permit(self.person, self.target))
        leave = permits.standing(row, self.version, self.now).get(verb)
        return leave is not None and leave.account in ("", account)

    async def reserve(self, attribute: str, value: str) -> bool:
        return await self._own(layout.IDENTIFIERS, layout.identifier(attribute, value), self.person)

    async def foreign(self, attribute: str, value: str) -> None:
        key = layout.identifier(attribute, value)
        data = codec.plain(owner="", at=self.now.isoformat())
        await self.engine.store.commit(layout.IDENTIFIERS, layout.drawer(self.target, key), [Put(key, data)])

    async def claim(self, account: str) -> bool:
        return await self._own(layout.ACCOUNTS, account, self.person)

    async def save(self, link: Link, action: Action | None) -> None:
        """Ledger first, then link and lease together: a crash between them repeats a line and loses nothing."""
        if action is not None:
            self.engine.witness(self.person, self.target, action)
            await self._write(action, link, "done")
        changes = [self._renewed()]
        key = layout.link(self.person, self.target)
        if link != self.known:
            data = codec.LINK.dump(link)
            changes.append(Replace(key, data, self.link_version) if self.link_version else Insert(key, data))
            if link.account != self.known.account or link.deleted != self.known.deleted:
                changes.append(self.engine.marked(Hop.DEPENDENTS, self.person, self.engine.trickle("dependents")))
                self.moved = True
        versions = await self.engine.store.commit(layout.STATE, layout.bucket(self.person), changes)
        self.lease_version = versions[changes[0].key]
        self.link_version, self.known = versions.get(key, self.link_version), link

    async def unanswered(self, action: Action) -> None:
        """Say in the ledger that nobody knows whether `action` was done; what is found later is ours all the same."""
        await self._write(action, self.known, "unanswered")

    async def finish(self, changes: list[Change], link: Link) -> None:
        """Save what is left to save, remove the mark if no news came, and let go of the lease."""
        await self.save(link, None)
        released = Delete(layout.lease(self.person, self.target), self.lease_version)
        home = layout.bucket(self.person)
        try:
            done: list[Change] = [*changes, released, Delete(self.mark.key, self.mark.version)]
            await self.engine.store.commit(layout.STATE, home, done)
        except Conflict as conflict:
            if conflict.key == released.key:
                raise
            await self.engine.store.commit(layout.STATE, home, [*changes, released])
            await self.engine.ring(Hop.PROVISION, [self.person], self.target)

    def _renewed(self) -> Change:
        """The lease, longer. Raises `Conflict` when it ran out: the world may have changed since it was read."""
        key = layout.lease(self.person, self.target)
        if codec.moment(self.lease["until"]) <= self.now:
            raise Conflict(layout.STATE, layout.bucket(self.person), key)
        self.lease = {**self.lease, "until": (self.now + LEASE).isoformat()}
        return Replace(key, self.lease, self.lease_version)

    async def _own(self, table: str, key: str, owner: str) -> bool:
        """Write our name on something only one person can have; whether it is ours now."""
        partition = layout.drawer(self.target, key)
        data = codec.plain(owner=owner, at=self.now.isoformat())
        try:
            await self.engine.store.commit(table, partition, [Insert(key, data)])
        except Conflict:
            row = await self.engine.store.get(table, partition, key)
            return row is not None and codec.known(row.data)["owner"] == owner
        return True

    async def _write(self, action: Action, link: Link, outcome: str) -> None:
        line = codec.plain(
            outcome=outcome,
            account=link.account,
            verb=action.verb,
            attributes=sorted(action.attributes),
            entitlement=f"{action.entitlement.kind}:{action.entitlement.name}" if action.entitlement else "",
            because=action.because,
            cause=self.mark.data["cohort"],
            version=self.version,
            policy=self.engine.policy_hash,
        )
        self.lines += 1
        key = layout.entry(self.now, self.person, self.target, f"{self.lines:03d}|{action.verb}")
        await self.engine.store.commit(layout.LEDGER, layout.bucket(self.person), [Put(key, line)])


async def provision(engine: Engine, person: str, target: str) -> None:
    """Bring one account in line, if a mark asks for it. Raises `TryLater` and `Misconfigured`; the mark then stays."""
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.PROVISION, person, target))
    if mark is None or target not in engine.policy.targets:
        return
    passage = await breaker.ask(engine, target)
    if passage is Passage.STOPPED:
        return
    desk = await _sit_down(engine, person, target, mark)
    if desk is None:
        return
    try:
        await _watched(desk)
    except Conflict:
        again = engine.marked(Hop.PROVISION, person, str(mark.data["cohort"]), target, attempts=0)
        await engine.store.commit(layout.STATE, home, [again])
        await engine.ring(Hop.PROVISION, [person], target)
        return
    except TryLater as later:
        await _later(desk, later)
        raise
    except Misconfigured as error:
        await _let_go(desk)
        await breaker.trip(engine, target, str(error))
        raise
    if passage is Passage.PROBE:
        await breaker.close(engine, target)


async def _watched(desk: Desk) -> None:
    """Whoever points to an account that came or went is told, also when the work on it is not finished yet."""
    try:
        await _work(desk)
    finally:
        if desk.moved:
            await desk.engine.ring(Hop.DEPENDENTS, [desk.person])


async def _sit_down(engine: Engine, person: str, target: str, mark: Row) -> Desk | None:
    """Take the lease and read everything under it; None when there is nothing to do."""
    home, key = layout.bucket(person), layout.lease(person, target)
    row = await engine.store.get(layout.STATE, home, key)
    now = engine.clock()
    if row is not None and codec.moment(row.data["until"]) > now:
        wait = (codec.moment(row.data["until"]) - now).total_seconds()
        raise TryLater(f"somebody else is working on {person} on {target}", min(wait, 30) + 1)
    lease = codec.plain(owner=engine.unique(), until=(now + LEASE).isoformat())
    change: Change = Replace(key, lease, row.version) if row else Insert(key, lease)
    try:
        version = (await engine.store.commit(layout.STATE, home, [change]))[key]
    except Conflict as conflict:
        raise TryLater(f"somebody else is working on {person} on {target}", 5) from conflict
    rows = await engine.rows_of(person)
    link = rows.get(layout.link(person, target))
    known = codec.LINK.load(link.data) if link else Link()
    desk = Desk(engine, person, target, mark, rows, lease, version, link.version if link else "", known)
    if layout.desired(person, target) in rows:
        return desk
    await desk.finish([], known)
    return None


async def _work(desk: Desk) -> None:
    engine, target = desk.engine, desk.target
    desired = codec.DESIRED.load(desk.rows[layout.desired(desk.person, target)].data)
    try:
        outcome = await reconcile(
            engine.targets[target],
            engine.references[target],
            frozenset(engine.policy.targets[target].protected),
            desired,
            desk.known,
            desk,
        )
    except Refused as error:
        outcome = Outcome(desk.known, problems=[("-", error.reason, str(error))])
    changes = _holds(desk, outcome)
    ask = {
        str(verb): count
        for verb, count in outcome.needed.items()
        if layout.hold(desk.person, target, verb) not in desk.rows
    }
    if ask:
        cohort = str(desk.mark.data["cohort"])
        beside = {"version": desk.version, "verbs": ask, "account": outcome.account}
        changes.append(engine.marked(Hop.ADMIT, desk.person, cohort, target, **beside))
    await desk.finish(changes, outcome.link)
    if ask:
        await engine.ring(Hop.ADMIT, [desk.person])


def _holds(desk: Desk, outcome: Outcome) -> list[Change]:
    """One hold for each thing only a person can repair; the ones of earlier looks go."""
    prefix = layout.holds(desk.person, desk.target)
    keep = {layout.hold(desk.person, desk.target, verb) for verb in outcome.needed}
    keep.add(layout.hold(desk.person, desk.target, "map"))
    changes: dict[str, Change] = {key: Delete(key) for key in desk.rows if key.startswith(prefix) and key not in keep}
    for number, (verb, reason, because) in enumerate(outcome.problems, 1):
        key = layout.hold(desk.person, desk.target, f"{verb}-{number}!" if verb != "-" else "-")
        at = desk.now.isoformat()
        changes[key] = Put(key, codec.plain(reason=reason, because=because, version=desk.version, at=at))
    return list(changes.values())


async def _later(desk: Desk, later: TryLater) -> None:
    """Count the attempt; too many of them become a hold, so that one person's trouble is seen and does not spin."""
    attempts = int(desk.mark.data.get("attempts", 0)) + 1
    home = layout.bucket(desk.person)
    release = Delete(layout.lease(desk.person, desk.target), desk.lease_version)
    if attempts >= ATTEMPTS:
        key = layout.hold(desk.person, desk.target, "-")
        because = f"tried {attempts} times: {later}"
        changes: list[Change] = [
            Put(
                key,
                codec.plain(reason=Reason.NO_PROGRESS, because=because, version=desk.version, at=desk.now.isoformat()),
            ),
            Delete(desk.mark.key, desk.mark.version),
        ]
    else:
        changes = [Replace(desk.mark.key, {**desk.mark.data, "attempts": attempts}, desk.mark.version)]
    for some in ([*changes, release], [release]):
        try:
            await desk.engine.store.commit(layout.STATE, home, some)
        except Conflict:
            continue
        return


async def _let_go(desk: Desk) -> None:
    try:
        await desk.engine.store.commit(
            layout.STATE,
            layout.bucket(desk.person),
            [Delete(layout.lease(desk.person, desk.target), desk.lease_version)],
        )
    except Conflict:
        return  # it ran out and is somebody else's now
