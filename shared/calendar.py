"""What the days to come bring though HR says nothing new: each person's walk from one change to the next. Pure.

What stands on a day is what the day before left, so each day is planned as a run would plan it. What another person's
account brings, such as that of a manager which is made on that day, is left to the run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeAlias

from shared.contracts import facts_of, primary
from shared.desired import View, desired, view
from shared.entitlements import apart, handed_over, turning_days
from shared.errors import Refused
from shared.exceptions import Block, Exemption, left_alone, next_day, with_block, with_exceptions
from shared.facts import shift
from shared.lifecycle import next_change
from shared.model import Account, Action, Desired, Link, Person, Stage
from shared.planning import Kinds, after, plan, remembered
from shared.policy import Policy, SourcePolicy
from shared.writeback import NOTHING, corrected

ROUNDS = 3
"""Plans that one day takes at most: what a restored account needs is known only once it is back."""

Lead: TypeAlias = Callable[[View], Person | None]
"""Whom the facts of somebody name as their manager; None for nobody we know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Someone:
    """One person with what we remember of their accounts and last wanted there, by target, and what people said."""

    id: str
    person: Person
    rules: SourcePolicy
    links: Mapping[str, Link]
    wanted: Mapping[str, Desired] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    block: Block | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """What one day brings to one person on one target; `problem` says why it cannot be worked out.

    `asks` is what a person will be asked of somebody who is not in HR; its `target` is their source.
    """

    day: date
    target: str
    actions: tuple[Action, ...] = ()
    because: str = ""
    problem: str = ""
    asks: str = ""


def coming(
    someone: Someone, policy: Policy, kinds: Mapping[str, Kinds], lead: Lead, today: date, until: date
) -> Iterator[Coming]:
    """Everything from the day after `today` up to and including `until`, in order.

    What today itself asks for is taken as done. Nobody's rules are looked at for whom no such day comes.
    """
    walk = _Walk(someone, policy, kinds, lead, dict(someone.links), dict(someone.wanted))
    day = walk.next(today)
    if day is None or day > until:
        return
    for target in policy.targets:
        walk.live(target, today)
    day = walk.next(today)
    while day is not None and day <= until:
        for target in policy.targets:
            if (found := walk.live(target, day)) is not None:
                yield found
        day = walk.next(day)


@dataclass(slots=True)
class _Walk:
    """One person's way through the days: what is remembered and what was last wanted, as the day before left it."""

    someone: Someone
    policy: Policy
    kinds: Mapping[str, Kinds]
    lead: Lead
    links: dict[str, Link]
    wanted: dict[str, Desired]

    def live(self, target: str, day: date) -> Coming | None:
        """Bring about what this day asks for on one target; None when it asks for nothing."""
        try:
            wanted = self._wanted(target, day)
        except Refused as refused:
            return Coming(day=day, target=target, problem=str(refused))
        if wanted is None:
            return None
        self.wanted[target] = wanted
        actions, self.links[target] = _done(wanted, self.links.get(target, Link()), self.kinds[target])
        return Coming(day=day, target=target, actions=actions, because=wanted.because) if actions else None

    def _wanted(self, target: str, day: date) -> Desired | None:
        """What is wanted on this day: by the rules, then by what people said. Raises `Refused`."""
        someone, rules, last = self.someone, self.policy.targets[target], self.wanted.get(target)
        if left_alone(someone.exemptions, target, day):
            new = replace(last, only=None) if last else Desired(stage=Stage.DORMANT)
        else:
            found = self._by_rules(target, day)
            if found is None:
                return None
            new = handed_over(last, found, rules, day)
        if rules.follows is not None:
            other = self.links.get(rules.follows, Link())
            new = replace(new, follows="" if other.deleted else other.account)
        new = with_exceptions(new, someone.exemptions, target, day)
        new = replace(new, apart=apart(rules, new.entitlements))
        return with_block(new, someone.block) if someone.block else new

    def _by_rules(self, target: str, day: date) -> Desired | None:
        """What the rules say. Raises `Refused`."""
        if self.policy.targets[target].writes_back is None:
            return desired(self._seen(day), target, self.policy.targets[target])
        record = str(self.wanted.get(target, NOTHING).follows or "")
        return corrected(self._seen(day), target, self.policy, self.links, record)

    def next(self, day: date) -> date | None:
        """The next day that may change something: by contracts, rules and exceptions, or by their manager's contracts
        where some rule reads of managers.
        """
        someone, policy = self.someone, self.policy
        people = [someone.person]
        if policy.manager_names:
            boss = self.lead(self._seen(day, alone=True))
            people += [boss] if boss else []
        days = [next_change(one, someone.rules, policy.targets, day) for one in people]
        days.append(next_day(someone.exemptions, day))
        days += [shift(last, 1) for one in self.wanted.values() for last in one.until.values()]
        contracts = [facts_of(someone.person, one, day) for one in someone.person.contracts]
        days += [each for rules in policy.targets.values() for each in turning_days(rules, contracts)]
        return min((found for found in days if found is not None and found > day), default=None)

    def _seen(self, day: date, *, alone: bool = False) -> View:
        someone = self.someone
        seen = view(someone.person, someone.rules, self.policy, day, seed=someone.id)
        boss = self.lead(seen) if self.policy.manager_names and not alone else None
        facts = facts_of(boss, primary(boss, someone.rules, day), day) if boss else None
        return replace(seen, scope=replace(seen.scope, manager=facts))


def _done(wanted: Desired, link: Link, kinds: Kinds) -> tuple[tuple[Action, ...], Link]:
    """What it takes to bring about what is wanted, and what is remembered once that is done."""
    taken: list[Action] = []
    for _ in range(ROUNDS):
        try:
            actions = plan(wanted, link, remembered(link), kinds)
        except Refused:
            break
        for action in actions:
            there = remembered(link) or Account(id=link.account or "new", enabled=False)
            link = after(link, action, there)
        taken += actions
        if not actions:
            break
        link = replace(link, basis=wanted.basis)
    return tuple(taken), link
