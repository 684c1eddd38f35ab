"""What must hold at every write to the target, whatever anybody said, forgot, repeated or lost on the way to it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from customer import GRACE, VAULT
from reference import should_be
from simulated_people import People, Yes
from violation import Violation
from watching import Seen, Watch

from shared.exceptions import Kind
from shared.holds import Answer
from shared.model import Account, Action, Stage, Verb
from shared.policy import Limit, Policy
from shared.whats import above

LATE = timedelta(minutes=3)
"""How long a write that was under way may still arrive after somebody said otherwise."""
KNOWN = timedelta(seconds=15)
"""How long a worker may not know that everything is stopped."""
WINDOWS = {"day": timedelta(hours=19), "week": timedelta(days=7) - timedelta(hours=5)}
"""Shorter than the limit's own, because leave may be used some hours after it was given."""


class Worker(Protocol):
    """Whoever writes: since when it runs, when it last took a step, and what was wanted when it began."""

    name: str
    before: datetime | None
    versions: dict[str, int]


@dataclass(frozen=True)
class Counted:
    """One write that a limit speaks of, and that nobody said yes to."""

    at: datetime
    person: str
    urgent: bool


@dataclass
class Invariants:
    policy: Policy
    variant: int
    watch: Watch
    people: People
    known: Callable[[], int]
    """How many people HR has ever known."""
    worker: Callable[[], Worker | None]
    touched: Mapping[str, datetime]
    """Account → when an administrator last changed it."""
    counted: dict[str, list[Counted]] = field(default_factory=dict)

    def check(self, account: Account, action: Action, now: datetime) -> None:
        """Raises `Violation`. `account` is as it was before the write."""
        name, worker = str(account.attributes.get("employeeId")), self.worker()
        if name not in self.watch.seen or worker is None:
            return
        late = worker.name.startswith("stalled")
        seen, verb = self.watch.seen[name], action.verb
        said = [*self._yes(account, name, worker, _whats(account, action), now)]
        self._limits(name, seen, account, action, said, now)
        if late:
            return  # one late write of a worker that was thought dead is what was promised
        self._answers(name, seen, account, action, said, worker, now)
        self._stopped(worker)
        if verb is Verb.ENABLE and seen.left is not None and now - seen.left >= LATE:
            raise Violation("S4: a leaver is enabled again")
        self._dates(name, seen, verb, now)
        self._by_hand(name, seen, action, now)
        self._grace(seen, action, now)

    # ── limits and answers ───────────────────────────────────────────────────────────────────────────────────

    def _yes(self, account: Account, name: str, worker: Worker, whats: Collection[str], now: datetime) -> Iterator[Yes]:
        """What people said that lets this be done: for this person, account and version, and not too long ago."""
        versions = range(worker.versions.get(name, 0), self.watch.seen[name].version + 1)
        for one in self.people.yeses:
            held = one.held
            if held.hr_id != name or held.version not in versions or not one.covers(now):
                continue
            if held.answer is Answer.PERMIT and held.what in whats and held.account in ("", account.id):
                yield one

    def _limits(self, name: str, seen: Seen, account: Account, action: Action, said: list[Yes], now: datetime) -> None:
        """S2: no more people than a limit allows in any of its windows, but for those somebody said yes to."""
        blocked = seen.blocked_at is not None and now - seen.blocked_at < timedelta(hours=1)
        nothing_new = action.verb is Verb.DISABLE and not account.enabled
        if blocked or nothing_new:
            return
        for what in _whats(account, action):
            limit = self.policy.targets["entra"].limits.get(what)
            if limit is None or any(what in above(one.held.what) for one in said):
                continue
            urgent = what == Verb.DISABLE and seen.urgent
            uses = self.counted.setdefault(what, [])
            uses.append(Counted(now, name, urgent))
            extra = (self.policy.targets["entra"].limits["urgent"].day or 0) if what == Verb.DISABLE else 0
            self._within(what, limit, [one for one in uses if not one.urgent], 0, now)
            self._within(what, limit, uses, extra, now)

    def _within(self, what: str, limit: Limit, uses: list[Counted], extra: int, now: datetime) -> None:
        for window, most, share in (("day", limit.day, limit.day_percent), ("week", limit.week, limit.week_percent)):
            people = {one.person for one in uses if now - one.at < WINDOWS[window]}
            if window == "week":
                extra *= 7
            count = len(people) - extra
            too_many = most is not None and count > most
            if share is not None and count > limit.at_least and count * 100 > share * self.known():
                too_many = True
            if too_many:
                raise Violation(f"S2: {what} for {len(people)} people in a {window}")

    def _answers(
        self, name: str, seen: Seen, account: Account, action: Action, said: list[Yes], worker: Worker, now: datetime
    ) -> None:
        """S9: what asks for a yes has one, of two people where the rules say so; a no and a not now are heeded."""
        verb, rules = action.verb, self.policy.targets["entra"]
        asks = verb is Verb.RENAME and rules.names.rename == "ask"
        asks |= verb is Verb.GRANT and action.entitlement is not None and action.entitlement.name == "Vault"
        if asks and not said:
            raise Violation(f"S9: {verb} without anybody's yes")
        if verb is Verb.DELETE and self.variant == VAULT and len({one.by for one in said}) < 2:
            raise Violation("S9: an account is deleted without the yes of two people")
        for what in _whats(account, action):
            no = self.people.noes.get((name, what))
            if no is None or {no.version} != {seen.version, worker.versions.get(name)} or said:
                continue
            touched = self.touched.get(account.id)
            put_off = no.until is None or now.date() < no.until
            if put_off and now - no.at >= LATE and (touched is None or touched < no.at):
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
        blocked = seen.blocked_at is not None and now - seen.blocked_at < timedelta(hours=1)
        if seen.settled is None or now - seen.settled < LATE:
            return
        for (employee, kind, _), (since, one) in self.people.exempt.items():
            if employee != name or since > seen.settled or one.last < now.date():
                continue
            if kind == Kind.FREEZE and not blocked:
                raise Violation(f"S13: {action.verb} for somebody who is frozen")
            if kind == Kind.DENY and action.verb is Verb.GRANT and action.entitlement == one.entitlement:
                raise Violation("S13: somebody is granted what they are denied")

    # ── dates ────────────────────────────────────────────────────────────────────────────────────────────────

    def _dates(self, name: str, seen: Seen, verb: Verb, now: datetime) -> None:
        """S10: nobody is enabled before their time, and nobody in service is disabled."""
        if verb not in (Verb.ENABLE, Verb.DISABLE) or seen.person is None or seen.waits:
            return
        if seen.settled is None or now - seen.settled < LATE:
            return
        stages = {should_be(seen.person, day) for day in (seen.mapped_on, now.date())}
        if verb is Verb.ENABLE and Stage.ACTIVE not in stages:
            raise Violation("S10: somebody is enabled who is not in service")
        blocked = seen.blocked_at is not None and now - seen.blocked_at < timedelta(hours=1)
        if verb is Verb.DISABLE and stages == {Stage.ACTIVE} and not blocked:
            raise Violation("S10: somebody in service is disabled")

    def _grace(self, seen: Seen, action: Action, now: datetime) -> None:
        """S14: who stays keeps the group Sales for the days that the rule allows."""
        lost = seen.lost_sales
        if action.verb is not Verb.REVOKE or lost is None or action.entitlement is None or self.people.exempt:
            return
        if action.entitlement.name == "Sales" and now.date() < lost + timedelta(days=GRACE):
            raise Violation("S14: a group is taken before its days are over")


def _whats(account: Account, action: Action) -> list[str]:
    """What a write falls under, as rules speak of it."""
    whats = [str(action.verb)]
    if action.verb is Verb.UPDATE:
        whats += [f"update:{name}" for name in action.attributes if account.attributes.get(name) not in (None, "")]
    if action.entitlement is not None:
        kind = f"{action.verb}:{action.entitlement.kind}"
        whats += [kind, f"{kind}:{action.entitlement.name}"]
    return whats
