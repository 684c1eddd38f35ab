"""What the days to come bring though HR says nothing new: each person's walk from one change to the next. Pure.

What stands on a day is what the day before left, so each day is planned as a run would plan it. What another person's
account brings, such as that of a manager which is made on that day, is left to the run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from shared.contracts import facts_of, primary
from shared.desired import View, desired, view
from shared.errors import Refused
from shared.lifecycle import next_change
from shared.model import Account, Action, Desired, Link, Person
from shared.planning import Kinds, after, plan, remembered
from shared.policy import Policy, SourcePolicy

ROUNDS = 3
"""Plans that one day takes at most: what a restored account needs is known only once it is back."""

Lead: TypeAlias = Callable[[View], Person | None]
"""Whom the facts of somebody name as their manager; None for nobody we know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Someone:
    """One person with what we remember of their accounts, by target."""

    id: str
    person: Person
    rules: SourcePolicy
    links: Mapping[str, Link]


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
    day = _next(someone, policy, lead, today)
    if day is None or day > until:
        return
    links = {
        target: _done(
            _wanted(someone, policy, target, lead, today, someone.links),
            someone.links.get(target, Link()),
            kinds[target],
        )[1]
        for target in policy.targets
    }
    while day is not None and day <= until:
        for target in policy.targets:
            wanted = _wanted(someone, policy, target, lead, day, links)
            if isinstance(wanted, Refused):
                yield Coming(day=day, target=target, problem=str(wanted))
                continue
            actions, links[target] = _done(wanted, links[target], kinds[target])
            if actions and wanted is not None:
                yield Coming(day=day, target=target, actions=actions, because=wanted.because)
        day = _next(someone, policy, lead, day)


def _next(someone: Someone, policy: Policy, lead: Lead, day: date) -> date | None:
    """The next day that may change something: their own, or their manager's where some rule reads of managers."""
    people = [someone.person]
    if policy.manager_names:
        boss = lead(_seen(someone, policy, lambda _: None, day))
        people += [boss] if boss else []
    days = [next_change(one, someone.rules, policy.targets, day) for one in people]
    return min((found for found in days if found is not None), default=None)


def _seen(someone: Someone, policy: Policy, lead: Lead, day: date) -> View:
    seen = view(someone.person, someone.rules, policy, day, seed=someone.id)
    boss = lead(seen) if policy.manager_names else None
    facts = facts_of(boss, primary(boss, someone.rules, day), day) if boss else None
    return replace(seen, scope=replace(seen.scope, manager=facts))


def _wanted(
    someone: Someone, policy: Policy, target: str, lead: Lead, day: date, links: Mapping[str, Link]
) -> Desired | Refused | None:
    rules = policy.targets[target]
    try:
        wanted = desired(_seen(someone, policy, lead, day), target, rules)
    except Refused as refused:
        return refused
    if wanted is None or rules.follows is None:
        return wanted
    other = links.get(rules.follows, Link())
    return replace(wanted, follows="" if other.deleted else other.account)


def _done(wanted: Desired | Refused | None, link: Link, kinds: Kinds) -> tuple[tuple[Action, ...], Link]:
    """What it takes to bring about what is wanted, and what is remembered once that is done."""
    taken: list[Action] = []
    for _ in range(ROUNDS):
        try:
            actions = plan(wanted, link, remembered(link), kinds) if isinstance(wanted, Desired) else ()
        except Refused:
            break
        for action in actions:
            there = remembered(link) or Account(id=link.account or "new", enabled=False)
            link = after(link, action, there)
        taken += actions
        if not actions:
            break
        if isinstance(wanted, Desired):
            link = replace(link, basis=wanted.basis)
    return tuple(taken), link
