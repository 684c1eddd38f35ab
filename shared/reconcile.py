"""One account brought in line: find it, plan, and do what is permitted, one write at a time.

Whatever is about to become ours is saved before the first write, and every write is saved as soon as it is done, so
that stopping anywhere and starting over ends in the same place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from shared.connector import Target
from shared.errors import Reason, Refused, TryLater
from shared.guard import GATES
from shared.model import Account, Action, Desired, Link, Stage, Verb
from shared.planning import after, before, counted, forgotten, missed, no_longer_intended, plan, same, settled

APPEARING = timedelta(minutes=15)
"""How long a new account may be invisible before it counts as gone: directories replicate late."""


class Work(Protocol):
    """What reconciling needs from whoever keeps the state; every call may raise `Conflict` when the lease was lost."""

    @property
    def now(self) -> datetime: ...

    def permits(self, verb: Verb, account: str) -> bool:
        """Whether `verb` may be done to `account`, "" for one that does not exist yet."""
        ...

    async def reserve(self, attribute: str, value: str) -> bool:
        """Whether this person holds the identifier now; False when somebody else does."""
        ...

    async def foreign(self, attribute: str, value: str) -> None:
        """Remember that somebody we do not know holds the identifier; nobody of ours gets it."""
        ...

    async def claim(self, account: str) -> bool:
        """Whether the account is this person's; False when another person is linked to it."""
        ...

    async def unanswered(self, action: Action) -> None:
        """Note that nobody knows whether `action` was done."""
        ...

    async def save(self, link: Link, action: Action | None) -> None:
        """Save what we remember, and that `action` was done."""
        ...


@dataclass(slots=True)
class Outcome:
    """What we remember now, and what is left: verbs that need leave, and what only a person can repair."""

    link: Link
    account: str = ""
    """The account that was looked at."""
    needed: Mapping[Verb, int] = field(default_factory=dict)
    problems: list[tuple[str, Reason, str]] = field(default_factory=list)


async def reconcile(
    target: Target, references: frozenset[str], protected: frozenset[str], desired: Desired, link: Link, work: Work
) -> Outcome:
    """Bring one account in line. The caller saves the outcome's link.

    Raises `TryLater`, `Misconfigured`, and `Refused` when nothing at all can be done.
    """
    while True:
        live, link = await _look(target, desired, link, work)
        if live is None:
            link = missed(link, desired.stage)
        else:
            live = replace(live, protected="named in the policy") if live.id in protected else live
            link = await _recognised(settled(link, live, desired.stage), live, desired, work)
        link = forgotten(link, live, work.now)
        actions = plan(desired, link, live, references)
        account = live.id if live else ""
        needed = {verb: count for verb, count in counted(actions).items() if not work.permits(verb, account)}
        outcome = Outcome(link, account, needed)
        await _do(target, desired, live, actions, work, outcome)
        restored = bool(actions) and actions[0].verb is Verb.RESTORE and not outcome.needed
        if not restored or outcome.problems:
            return outcome
        link = outcome.link


async def _do(
    target: Target, desired: Desired, live: Account | None, actions: tuple[Action, ...], work: Work, outcome: Outcome
) -> None:
    """Do what is permitted, up to the first gate that is not; what is refused becomes a problem and others go on."""
    permitted = tuple(action for action in actions if action.verb not in outcome.needed)
    if not permitted or (actions[0].verb in GATES and actions[0].verb in outcome.needed):
        return
    begun = bool(desired.keys.keys() & outcome.link.intended.keys())
    outcome.link = before(outcome.link, permitted, work.now)
    await work.save(outcome.link, None)
    todo = list(actions)
    while todo:
        action = todo.pop(0)
        try:
            if action.verb not in outcome.needed:
                outcome.link, live = await _one(target, desired, outcome.link, live, action, work, begun)
                continue
        except TryLater:
            await work.unanswered(action)
            raise
        except Refused as error:
            outcome.problems.append((action.verb, error.reason, str(error)))
            action, rest = _parted(action, error.attribute)
            outcome.link = no_longer_intended(outcome.link, action)
            todo[:0] = rest
        if action.verb in GATES:
            break


def _parted(action: Action, attribute: str) -> tuple[Action, list[Action]]:
    """What was refused, and what of it may go on: one value that a target declines does not stop the others."""
    others = {name: value for name, value in action.attributes.items() if name != attribute}
    if action.verb is not Verb.UPDATE or not 0 < len(others) < len(action.attributes):
        return action, []
    refused = replace(action, attributes={attribute: action.attributes[attribute]})
    return refused, [replace(action, attributes=others)]


async def _one(
    target: Target, desired: Desired, link: Link, live: Account | None, action: Action, work: Work, begun: bool
) -> tuple[Link, Account | None]:
    """Do one action and save it. `begun` says that an earlier create was sent and never answered."""
    match action.verb:
        case Verb.CREATE:
            return await _create(target, desired, link, action, work, begun)
        case Verb.CORRELATE if live is not None:
            return await _adopt(target, desired, link, live, action, work)
        case Verb.RESTORE:
            link = await _restore(target, link, action, work)
        case Verb.ENABLE if link.enabled and not link.disabling:
            because = "the account was disabled by somebody else; enable it by hand or release it"
            raise Refused(because, Reason.DISABLED_BY_OTHERS)
        case _ if live is not None:
            await target.apply(live.id, action)
            link = after(link, action, live)
        case _:
            raise ValueError(f"{action.verb} needs an account")
    await work.save(link, action if link.account else None)
    return link, live


async def _restore(target: Target, link: Link, action: Action, work: Work) -> Link:
    """The account back from the target's bin, or, when it is gone for good, forgotten so that a new one is made."""
    try:
        await target.apply(link.account, action)
    except Refused as error:
        if error.reason is not Reason.ACCOUNT_GONE:
            raise
        return Link(identifiers=link.identifiers)
    return replace(after(link, action, Account(id=link.account, enabled=False)), since=work.now)


async def _create(
    target: Target, desired: Desired, link: Link, action: Action, work: Work, begun: bool
) -> tuple[Link, Account | None]:
    """Create under the first names that are free. Names are saved before the target is asked."""
    while True:
        link = replace(link, identifiers=await _choose(desired, link, work))
        given = {**action.attributes, **link.identifiers}
        link = replace(link, intended={**link.intended, **given})
        await work.save(link, None)
        creating = replace(action, attributes=given)
        try:
            account = await target.apply("", creating)
        except Refused as error:
            if error.reason is not Reason.TAKEN:
                raise
            if not await _is_a_stranger(target, desired, link, error):
                if not begun:  # then it was not made by us: it is adopted like any other account, once it is seen
                    await work.save(no_longer_intended(link, creating), None)
                raise TryLater(f"{error.attribute} is taken by an account that cannot be seen yet", 30) from error
            await work.foreign(error.attribute, str(given[error.attribute]))
            link = replace(link, identifiers={})
            continue
        created = Account(id=account, enabled=False, attributes=given)
        await work.claim(account)
        link = replace(after(link, creating, created), since=work.now)
        await work.save(link, creating)
        return link, created


async def _choose(desired: Desired, link: Link, work: Work) -> Mapping[str, str]:
    """The first candidates that are free, all attributes in step, so that one number serves them all."""
    if link.identifiers or not desired.candidates:
        return link.identifiers
    for attempt in range(max(map(len, desired.candidates.values()))):
        chosen = {name: values[min(attempt, len(values) - 1)] for name, values in desired.candidates.items() if values}
        if len(chosen) == len(desired.candidates) and all([await work.reserve(n, v) for n, v in chosen.items()]):
            return chosen
    raise Refused(
        f"no free value is left for {', '.join(sorted(desired.candidates))}; add a rule with a number",
        Reason.NAMES_EXHAUSTED,
    )


async def _is_a_stranger(target: Target, desired: Desired, link: Link, error: Refused) -> bool:
    """Whether the name that was refused is certainly held by somebody we do not know, so that the next one is tried.

    An account with this person's key is theirs, and one that nobody can see may be. It is not taken here: it is looked
    at again, by the way every account is found, with its permits and protections.
    """
    if error.attribute not in link.identifiers:
        raise error
    holders = await target.find(error.attribute, link.identifiers[error.attribute])
    theirs = [one for one in holders if any(same(one.attributes.get(k), v) for k, v in desired.keys.items())]
    return bool(holders) and not theirs


async def _adopt(
    target: Target, desired: Desired, link: Link, live: Account, action: Action, work: Work
) -> tuple[Link, Account | None]:
    if not await work.claim(live.id):
        raise Refused(f"account {live.id} is linked to somebody else", Reason.DISPUTED)
    held = {name: str(live.attributes[name]) for name in desired.candidates if live.attributes.get(name)}
    for name, value in held.items():
        await work.reserve(name, value)
    await target.apply(live.id, action)
    link = replace(after(link, action, live), identifiers=held or link.identifiers, since=work.now)
    link = settled(link, live, Stage.DORMANT)
    await work.save(link, action)
    return link, live


async def _recognised(link: Link, live: Account, desired: Desired, work: Work) -> Link:
    """The link with its account, when it turns out that an earlier create of ours did succeed."""
    created = bool(desired.keys) and all(same(link.written.get(name), value) for name, value in desired.keys.items())
    if link.account or not created or not await work.claim(live.id):
        return link
    return replace(link, account=live.id, enabled=live.enabled, since=work.now)


async def _look(target: Target, desired: Desired, link: Link, work: Work) -> tuple[Account | None, Link]:
    """The account as it is now: the linked one, or else the one that is certainly theirs."""
    if link.account:
        live = await target.read(link.account)
        if live is None and not link.deleted and link.since is not None and work.now - link.since < APPEARING:
            raise TryLater(f"account {link.account} is new and cannot be seen yet", 30)
        return live, link
    if not desired.keys:
        if desired.stage < Stage.READY:
            return None, link
        raise Refused("there is no value to find the account by; HR must give one", Reason.MISSING_DATA)
    found: dict[str, Account] = {}
    for name, value in desired.keys.items():
        found |= {account.id: account for account in await target.find(name, str(value))}
    if len(found) > 1:
        raise Refused(f"accounts {', '.join(sorted(found))} could all be theirs; keep one", Reason.DISPUTED)
    return (await target.read(next(iter(found))) if found else None), link
