"""What must hold at every write to the target, whatever anybody said, forgot, repeated or lost on the way to it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from counting import Counted, Counts, falls_under
from customer import GRACE, VAULT
from reference import should_be
from said import Yes, word
from simulated_people import People
from violation import Violation
from watching import Seen, Watch

from shared.exceptions import Kind
from shared.holds import Answer
from shared.model import Account, Action, Stage, Verb
from shared.policy import Policy

LATE = timedelta(minutes=3)
"""How long a write that was under way may still arrive after somebody said otherwise."""
KNOWN = timedelta(seconds=15)
"""How long a worker may not know that everything is stopped."""


class Worker(Protocol):
    """Whoever writes: since when it runs, when it last took a step, and what was wanted when it began."""

    name: str
    before: datetime | None
    versions: dict[str, int]


@dataclass(frozen=True)
class Writing:
    """One write that is about to be done: to whose account, as it was, by whom, and who said yes to it."""

    name: str
    seen: Seen
    account: Account
    action: Action
    worker: Worker
    now: datetime
    said: tuple[Yes, ...] = ()

    @property
    def whats(self) -> list[str]:
        """What it falls under, as rules speak of it."""
        verb, there = self.action.verb, self.account.attributes
        whats = [str(verb)]
        if verb is Verb.UPDATE:
            whats += [f"update:{name}" for name in self.action.attributes if there.get(name) not in (None, "")]
        if self.action.entitlement is not None:
            kind = f"{verb}:{self.action.entitlement.kind}"
            whats += [kind, f"{kind}:{self.action.entitlement.name}"]
        return whats

    @property
    def began_with(self) -> int:
        """The version that was wanted when the worker began."""
        return self.worker.versions.get(self.name, 0)


@dataclass
class Invariants:
    policy: Policy
    variant: int
    watch: Watch
    people: People
    counts: Counts
    worker: Callable[[], Worker | None]
    touched: Mapping[str, datetime]
    """Account → when an administrator last changed it."""

    def check(self, account: Account, action: Action, now: datetime) -> None:
        """Raises `Violation`. `account` is as it was before the write."""
        name, worker = str(account.attributes.get("employeeId")), self.worker()
        if name not in self.watch.seen or worker is None:
            return
        one = Writing(name, self.watch.seen[name], account, action, worker, now)
        one = replace(one, said=tuple(self._yes(one)))
        self._limits(one)
        if worker.name.startswith("stalled"):
            return  # one late write of a worker that was thought dead is what was promised
        self._asked(one)
        self._refused(one)
        self._stopped(worker)
        seen, verb = one.seen, action.verb
        if verb is Verb.ENABLE and seen.left is not None and now - seen.left >= LATE:
            raise Violation("S4: a leaver is enabled again")
        self._dates(seen, verb, now)
        self._by_hand(name, seen, action, now)
        self._grace(name, seen, action, now)
        self._granted(seen, action, now)

    # ── limits and answers ───────────────────────────────────────────────────────────────────────────────────

    def _yes(self, one: Writing) -> Iterator[Yes]:
        """What people said that lets this be done: for this person, account and version, and not too long ago."""
        versions, whats = range(one.began_with, one.seen.version + 1), one.whats
        for yes in self.people.yeses:
            held = yes.held
            if held.hr_id != one.name or held.version not in versions or not yes.covers(one.now):
                continue
            acts = held.answer in (Answer.PERMIT, Answer.RELEASE) and held.action in whats
            if acts and held.account in ("", one.account.id):
                yield yes

    def _limits(self, one: Writing) -> None:
        """S2: what nobody said yes to is counted, unless it is a block or changes nothing."""
        seen, verb = one.seen, one.action.verb
        nothing_new = verb is Verb.DISABLE and not one.account.enabled
        if seen.blocked(one.now) or nothing_new:
            return
        for what in one.whats:
            if self.counts.limited(what) and not any(falls_under(yes.held.what, what) for yes in one.said):
                counted = Counted(
                    at=one.now,
                    person=one.name,
                    urgent=what == Verb.DISABLE and seen.urgent,
                    department=seen.department,
                    run=seen.run(what) if one.began_with == seen.version else "",
                )
                self.counts.add(what, counted)

    def _asked(self, one: Writing) -> None:
        """S9: what asks for a yes has one, of two people where the rules say so."""
        verb, rules, entitlement = one.action.verb, self.policy.targets["entra"], one.action.entitlement
        asks = verb is Verb.RENAME and rules.names.rename == "ask"
        asks |= verb is Verb.GRANT and entitlement is not None and entitlement.name == "Vault"
        if asks and not one.said:
            raise Violation(f"S9: {verb} without anybody's yes")
        if verb is Verb.DELETE and self.variant == VAULT and len({yes.by for yes in one.said}) < 2:
            raise Violation("S9: an account is deleted without the yes of two people")

    def _refused(self, one: Writing) -> None:
        """S9: a no and a not now are heeded, but for a block and for what an administrator did since."""
        touched = self.touched.get(one.account.id)
        for what in one.whats if not one.said and not one.seen.blocked(one.now) else ():
            no = self.people.noes.get((one.name, what))
            if no is None or self.people.lifted.lifting[word(no.held)]:
                continue  # nobody said it, or somebody who died may have said otherwise
            if {no.held.version} != {one.seen.version, one.began_with}:
                continue
            if no.held.account not in ("", one.account.id):
                continue  # that account is gone, and somebody said yes to another one
            stands = no.stands(one.now.date()) and one.now - no.at >= LATE
            if stands and (touched is None or touched < no.at):
                raise Violation(f"S9: {what} is done although somebody said {'not now' if no.until else 'no'}")

    # ── what people said by hand ─────────────────────────────────────────────────────────────────────────────

    def _stopped(self, worker: Worker) -> None:
        """S11: once everybody must know that writes are stopped, none is begun."""
        since = self.people.stopped
        if since is not None and worker.before is not None and worker.before - since > KNOWN:
            raise Violation("S11: a write although everything is stopped")

    def _by_hand(self, name: str, seen: Seen, action: Action, now: datetime) -> None:
        """S12 and S13: nobody blocked is enabled, nobody frozen is written to, nobody gets what they are denied."""
        since = self.people.blocked.get(name)
        if action.verb is Verb.ENABLE and since is not None and now - since >= LATE:
            raise Violation("S12: somebody blocked is enabled")
        if seen.settled is None or now - seen.settled < LATE:
            return
        for (employee, kind, _), (since, one) in self.people.exempt.items():
            if employee != name or since > seen.settled or one.last < now.date():
                continue
            if kind == Kind.FREEZE and not seen.blocked(now):
                raise Violation(f"S13: {action.verb} for somebody who is frozen")
            if kind == Kind.DENY and action.verb is Verb.GRANT and action.entitlement == one.entitlement:
                raise Violation("S13: somebody is granted what they are denied")

    # ── dates ────────────────────────────────────────────────────────────────────────────────────────────────

    def _dates(self, seen: Seen, verb: Verb, now: datetime) -> None:
        """S10: nobody is enabled before their time, and nobody in service is disabled."""
        if verb not in (Verb.ENABLE, Verb.DISABLE) or seen.person is None or seen.waits:
            return
        if seen.settled is None or now - seen.settled < LATE:
            return
        stages = {should_be(seen.person, day) for day in (seen.mapped_on, now.date())}
        if verb is Verb.ENABLE and Stage.ACTIVE not in stages:
            raise Violation("S10: somebody is enabled who is not in service")
        if verb is Verb.DISABLE and stages == {Stage.ACTIVE} and not seen.blocked(now):
            raise Violation("S10: somebody in service is disabled")

    def _granted(self, seen: Seen, action: Action, now: datetime) -> None:
        """S17: what is granted is wanted now, and was saved as about to be ours, alone or together with others."""
        if action.verb is not Verb.GRANT:
            return
        what = str(action.entitlement)
        if what not in seen.remembered:
            raise Violation("S17: a grant that nobody would know to be ours")
        if what not in seen.given and seen.given_at is not None and now - seen.given_at >= LATE:
            raise Violation("S17: somebody is granted what is not wanted for them")

    def _grace(self, name: str, seen: Seen, action: Action, now: datetime) -> None:
        """S14: who stays keeps the group Sales for the days that the rule allows."""
        lost = seen.lost_sales
        if action.verb is not Verb.REVOKE or lost is None or action.entitlement is None or name in self.people.excepted:
            return
        if action.entitlement.name == "Sales" and now.date() < lost + timedelta(days=GRACE):
            raise Violation("S14: a group is taken before its days are over")
