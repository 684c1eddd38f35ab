"""One worker's place at one account: the rows as read, a lease that fences what is saved, and the ledger's pen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared import codec, layout
from shared.consent import observed
from shared.engine import blocking, gate, identifiers, permits
from shared.engine.answering import releases
from shared.engine.asking import Traits, kept
from shared.engine.claiming import claim
from shared.engine.ledger import WORD_LINE, write
from shared.engine.parts import Engine
from shared.engine.permits import Leave
from shared.errors import Reason, TryLater
from shared.exceptions import Block
from shared.identifiers import Naming, folded, signature
from shared.layout import Hop
from shared.ledger import HELD, Entry, Outcome, named, operation, turns
from shared.ledger import kept as kept_values
from shared.model import Account, Action, Link, Verb
from shared.store import Change, Conflict, Delete, Insert, Replace, Row
from shared.whats import entitled, runs_out
from shared.writeback import borne

LEASE = timedelta(minutes=5)
"""How long one account is ours; it is renewed just before every write and outlives the longest request (60 s)."""

PATIENCE = 2.0
"""Seconds after which an account that somebody has is asked for again: most looks at one take less."""


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
    release: Row | None
    """A person's leave to enable what somebody else disabled, until it is used."""
    moved: bool = False
    """Whether the account came or went, or what is written back of it changed: whoever points to it is mapped again."""
    lines: int = 0
    """How many lines of the ledger this look has written."""

    @property
    def now(self) -> datetime:
        return self.engine.clock()

    @property
    def version(self) -> int:
        return int(self.rows[layout.desired(self.person, self.target)].data["version"])

    @property
    def asked(self) -> Row | None:
        """The names somebody asked this person to bear, if any."""
        row = self.rows.get(layout.asked(self.person, self.target))
        return row if row is not None and codec.readable(row.data) else None

    @property
    def traits(self) -> Traits:
        """What the last mapping found of this person."""
        return kept(self.rows.get(layout.mapped(self.person)), self.target)

    @property
    def block(self) -> Block | None:
        """Somebody's word that this person's accounts are disabled, if there is one."""
        return blocking.of(self.person, self.rows)

    def permits(self, what: str, account: str) -> bool:
        """Whatever was decided before, what is only observed now is not done, unless somebody is blocked by hand."""
        if self.block is not None and self.block.allows(what):
            return True
        if observed(what, self.engine.policy.targets[self.target], outside=self.traits.outside):
            return False
        if what == Verb.RENAME and self.asked is not None:
            return True
        leave = self._leaves().get(what)
        return leave is not None and leave.since <= self.now and leave.account in ("", account)

    def released(self, account: str) -> bool:
        return releases(self.release, self.version, account, self.now)

    def begins(self, what: str) -> datetime | None:
        """When something that may not be done yet may be, if that has been decided."""
        leave = self._leaves().get(what)
        return leave.since if leave is not None and leave.since > self.now else None

    def _leaves(self) -> Mapping[str, Leave]:
        return permits.standing(self.rows.get(layout.permit(self.person, self.target)), self.version, self.now)

    @property
    def first_count(self) -> int:
        return max((link.count for target, link in _links(self.rows) if target != self.target), default=0)

    async def reserve(self, names: Mapping[str, str], account: str) -> str:
        return await identifiers.reserve(self.engine, self.target, self.person, account, names, self._kept())

    async def abandon(self, names: Mapping[str, str]) -> None:
        await identifiers.abandon(self.engine, self.target, self.person, names, self._kept())

    async def retire(self, names: Collection[tuple[str, str]], verb: Verb) -> None:
        rules = self.engine.policy.targets[self.target].names
        used_for = timedelta(days=rules.keep_old) if verb is Verb.RENAME else timedelta()
        elsewhere = await self._elsewhere() if names else frozenset[str]()
        old = [(name, value) for name, value in names if folded(value) not in elsewhere]
        await identifiers.retire(self.engine, self.target, self.person, old, used_for)

    async def _elsewhere(self) -> frozenset[str]:
        """Names this person bears on other targets now, where nothing is under way that takes them away.

        What is under way is saved before it is done, so that of two targets at the same time one sees the other.
        """
        links = [link for name, link in _links(await self.engine.rows_of(self.person)) if name != self.target]
        return frozenset(
            folded(value)
            for link in links
            if link.account and not link.deleted and not link.deleting
            for name, value in {**link.written, **link.identifiers}.items()
            if isinstance(value, str) and folded(str(link.intended.get(name) or value)) == folded(value)
        )

    async def foreign(self, attribute: str, value: str, account: str) -> None:
        await identifiers.foreign(self.engine, self.target, self.person, attribute, value, account)

    async def furthest(self, naming: Naming) -> int:
        return await identifiers.furthest(self.engine, self.target, signature(naming))

    async def reached(self, naming: Naming, count: int) -> None:
        await identifiers.reached(self.engine, self.target, signature(naming), count)

    def _kept(self) -> frozenset[str]:
        """Names in use, which are never given back: those of the accounts this person has."""
        links = [link for _, link in _links(self.rows) if link.account]
        return frozenset(
            folded(value) for link in links for value in (*link.identifiers.values(), *map(str, link.written.values()))
        )

    async def claim(self, account: str) -> bool:
        return await claim(self.engine, self.target, account, self.person)

    async def save(self, link: Link, action: Action | None, live: Account | None = None) -> None:
        """Ledger first, then link and lease together: a crash between them repeats a line and loses nothing."""
        if action is not None:
            self.engine.witness(self.person, self.target, action)
            await self._write(action, link, live, Outcome.DONE)
            await self._seated(action)
        changes = [self._renewed()]
        key = layout.link(self.person, self.target)
        if link != self.known:
            data = codec.LINK.dump(link)
            changes.append(Replace(key, data, self.link_version) if self.link_version else Insert(key, data))
            if link.account != self.known.account or link.deleted != self.known.deleted or self._renamed(link):
                changes.append(self.engine.marked(Hop.DEPENDENTS, self.person, self.engine.trickle("dependents")))
                self.moved = True
        if self.release is not None and action is not None and action.verb is Verb.ENABLE:
            changes.append(Delete(self.release.key, self.release.version))
            self.release = None
        versions = await self.engine.store.commit(layout.STATE, layout.bucket(self.person), changes)
        self.lease_version = versions[changes[0].key]
        self.link_version, self.known = versions.get(key, self.link_version), link

    def _renamed(self, link: Link) -> bool:
        """Whether names that are written back into HR are other ones now."""
        old, new = borne(self.known), borne(link)
        return any(old.get(name) != new.get(name) for name in self.engine.policy.written_back(self.target))

    async def _seated(self, action: Action) -> None:
        """A seat that was reserved for this grant is not needed any longer: the target counts it now."""
        what = entitled(action.verb, action.entitlement) if action.entitlement else ""
        if runs_out(what):
            await gate.seat_is_taken(self.engine, self.target, what, self.person)

    async def unanswered(self, action: Action, live: Account | None) -> None:
        """Say in the ledger that nobody knows whether `action` was done; what is found later is ours all the same."""
        await self._write(action, self.known, live, Outcome.UNANSWERED)

    async def found(self, action: Action, link: Link) -> None:
        """Say in the ledger that `action`, whose answer was lost, turned out to be done."""
        await self._write(action, link, None, Outcome.FOUND)

    async def refused(self, action: Action, live: Account | None, reason: Reason) -> None:
        """Say in the ledger that `action` was declined; what was tried again in vain is not said again."""
        if not self._waits(action.verb, reason):
            await self._write(action, self.known, live, Outcome.REFUSED, reason)

    async def stopped(self, reason: Reason, because: str) -> None:
        """Say in the ledger that only a person can go on, unless it is known."""
        if not self._waits("-", reason):
            at = self.now
            entry = Entry(
                at=at,
                person=self.person,
                place=self.target,
                verb=HELD,
                operation=operation(self.person, self.target, HELD, self.version, reason, at),
                reason=reason,
                account=self.known.account,
                because=because,
                cause=self.mark.data["cohort"],
                version=self.version,
                policy=self.engine.policy_hash,
            )
            await write(self.engine, [entry], self._next())

    def _waits(self, what: str, reason: Reason) -> bool:
        """Whether a hold says so already, for this Desired version."""
        prefix = layout.hold(self.person, self.target, what)
        holds = [row.data for key, row in self.rows.items() if key.startswith(prefix) and codec.readable(row.data)]
        return any(hold["reason"] == reason and hold.get("version") == self.version for hold in holds)

    async def finish(self, changes: list[Change], link: Link, again: datetime | None = None) -> None:
        """Save what is left to save, remove the mark if no news came, and let go of the lease.

        `again` is when (UTC) to look once more, because something may not be done before.
        """
        if link == self.known:
            self._held()
        else:
            await self.save(link, None)
        released = Delete(layout.lease(self.person, self.target), self.lease_version)
        home = layout.bucket(self.person)
        unmarked: Change = Delete(self.mark.key, self.mark.version)
        if again is not None:
            unmarked = Replace(self.mark.key, {**self.mark.data, "due": again.isoformat()}, self.mark.version)
        try:
            await self.engine.store.commit(layout.STATE, home, [*changes, released, unmarked])
        except Conflict as conflict:
            if conflict.key == released.key:
                raise
            await self.engine.store.commit(layout.STATE, home, [*changes, released])
            await self.engine.ring(Hop.PROVISION, [self.person], self.target)
            return
        if again is not None:
            await self.engine.ring(Hop.PROVISION, [self.person], self.target, again)

    def _held(self) -> str:
        """The key of the lease. Raises `Conflict` when it ran out: the world may have changed since it was read."""
        key = layout.lease(self.person, self.target)
        if codec.moment(self.lease["until"]) <= self.now:
            raise Conflict(layout.STATE, layout.bucket(self.person), key)
        return key

    def _renewed(self) -> Change:
        """The lease, longer. Raises `Conflict` when it ran out."""
        key = self._held()
        self.lease = {**self.lease, "until": (self.now + LEASE).isoformat()}
        return Replace(key, self.lease, self.lease_version)

    async def _write(
        self, action: Action, link: Link, live: Account | None, outcome: Outcome, reason: str = ""
    ) -> None:
        """One line about one write. It is named by the version of the link it starts from, which each write changes."""
        names, what = sorted(action.attributes), named(action.entitlement)
        entry = Entry(
            at=self.now,
            person=self.person,
            place=self.target,
            verb=action.verb,
            operation=operation(self.person, self.target, self.link_version, action.verb, what, names),
            outcome=outcome,
            reason=reason,
            account=link.account,
            attributes=turns(live.attributes if live else {}, action.attributes),
            values=kept_values(action, live, self.engine.policy.sensitive(self.target)),
            entitlement=what,
            because=action.because,
            rule=self._rule(what),
            cause=self.mark.data["cohort"],
            by=self._asked_by(action.verb),
            version=self.version,
            policy=self.engine.policy_hash,
        )
        await write(self.engine, [entry], self._next())

    def _rule(self, entitlement: str) -> str:
        """The rule that gives it; "" where none does."""
        wanted = self.rows[layout.desired(self.person, self.target)].data["is"]
        return str(wanted.get("reasons", {}).get(entitlement, ""))

    def _asked_by(self, verb: Verb) -> str:
        """Who asked for it by hand; "" when nobody did."""
        if self.asked is not None and verb is Verb.RENAME:
            return str(self.asked.data["by"])
        return str(self.mark.data.get("by", ""))

    def _next(self) -> int:
        self.lines += 1
        return WORD_LINE + self.lines


def _links(rows: Mapping[str, Row]) -> Iterator[tuple[str, Link]]:
    """A person's links, by target."""
    for key, row in rows.items():
        _, kind, *rest = key.split("|")
        if kind == "link" and codec.readable(row.data):
            yield rest[0], codec.LINK.load(row.data)


async def sit_down(engine: Engine, person: str, target: str, mark: Row) -> Desk | None:
    """Take the lease and read everything under it; None when there is nothing to do."""
    home, key = layout.bucket(person), layout.lease(person, target)
    row = await engine.store.get(layout.STATE, home, key)
    now = engine.clock()
    if row is not None and codec.moment(codec.known(row.data)["until"]) > now:
        left = (codec.moment(row.data["until"]) - now).total_seconds()
        raise TryLater(f"somebody else is working on {person} on {target}", _wait(left))
    lease = codec.plain(owner=engine.unique(), until=(now + LEASE).isoformat())
    change: Change = Replace(key, lease, row.version) if row else Insert(key, lease)
    try:
        version = (await engine.store.commit(layout.STATE, home, [change]))[key]
    except Conflict as conflict:
        raise TryLater(f"somebody else is working on {person} on {target}", 5) from conflict
    rows = await engine.rows_of(person)
    link = rows.get(layout.link(person, target))
    known = codec.LINK.load(link.data) if link else Link()
    release = rows.get(layout.release(person, target))
    desk = Desk(engine, person, target, mark, rows, lease, version, link.version if link else "", known, release)
    if layout.desired(person, target) in rows:
        return desk
    try:
        await desk.finish([], known)
    except Conflict as conflict:  # somebody was blocked, or the lease ran out: the mark stays
        raise TryLater(f"{person} on {target} changed meanwhile", 5) from conflict
    return None


def _wait(left: float) -> float:
    """Seconds until it is worth asking again for a lease that has so many `left`: for as long as nothing was heard of
    whoever has it, so that one who died is asked for a few times only.
    """
    silent = LEASE.total_seconds() - left
    return min(left, max(silent, PATIENCE)) + 0.1


async def let_go(desk: Desk) -> None:
    try:
        await desk.engine.store.commit(
            layout.STATE,
            layout.bucket(desk.person),
            [Delete(layout.lease(desk.person, desk.target), desk.lease_version)],
        )
    except Conflict:
        return  # it ran out and is somebody else's now
