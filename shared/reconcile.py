"""One account brought in line: find it, plan, and do what is permitted, one write at a time.

Whatever is about to become ours is saved before the first write, and every write is saved as soon as it is done, so
that stopping anywhere and starting over ends in the same place.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from shared import bearing
from shared.connector import Target
from shared.errors import Reason, Refused, TryLater
from shared.guard import GATES
from shared.identifiers import folded
from shared.inverse import Undone, held_back
from shared.issuing import Order, Register, issue
from shared.model import Account, Action, Candidates, Desired, Entitlement, Link, Stage, Verb
from shared.planning import (
    Kinds,
    after,
    before,
    conflicts,
    excluding,
    forgotten,
    landed,
    missed,
    naming,
    no_longer_intended,
    noted,
    plan,
    same,
    settled,
)
from shared.whats import Apart, allowed, counted

APPEARING = timedelta(minutes=15)
"""How long a new account may be invisible before it counts as gone: directories replicate late."""


class Work(Register, Protocol):
    """What reconciling needs from whoever keeps the state; every call may raise `Conflict` when the lease was lost."""

    def permits(self, what: str, account: str) -> bool:
        """Whether `what` may be done to `account`, "" for one that does not exist yet."""
        ...

    def released(self, account: str) -> bool:
        """Whether a person lets us enable an account that somebody else disabled."""
        ...

    async def claim(self, account: str) -> bool:
        """Whether the account is this person's; False when another person is linked to it."""
        ...

    async def save(self, link: Link, action: Action | None, live: Account | None = None) -> None:
        """Save what we remember, and that `action` was done to the account, which was `live` before."""
        ...

    async def unanswered(self, action: Action, live: Account | None) -> None:
        """Note that nobody knows whether `action` was done."""
        ...

    async def found(self, action: Action, link: Link) -> None:
        """Note that `action`, whose answer was lost, turned out to be done."""
        ...

    async def refused(self, action: Action, live: Account | None, reason: Reason) -> None:
        """Note that `action` was declined."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One person's account on one target, and what the policy wants of it."""

    target: Target
    kinds: Kinds
    protected: frozenset[str]
    """Account ids that the policy says nobody but a person may touch."""
    desired: Desired
    work: Work
    undone: Undone | None = None
    """What of it was taken back by hand."""
    told_apart: Apart
    """What of a plan needs leave of its own."""


@dataclass(slots=True)
class Outcome:
    """What we remember now, and what is left: what needs leave, and what only a person can repair."""

    link: Link
    account: str = ""
    """The account that was looked at."""
    needed: Mapping[str, int] = field(default_factory=dict)
    problems: list[tuple[str, Reason, str]] = field(default_factory=list)


async def reconcile(case: Case, link: Link) -> Outcome:
    """Bring one account in line. The caller saves the outcome's link.

    Raises `TryLater`, `Misconfigured`, and `Refused` when nothing at all can be done.
    """
    work, wanted = case.work, case.desired
    if wanted.only == frozenset():
        return Outcome(link)
    while True:
        live, link = await _look(case, link)
        case = replace(case, desired=held_back(wanted, case.undone, live))
        if live is None:
            link = await _missed(case, link)
        else:
            live = replace(live, protected="named in the policy") if live.id in case.protected else live
            link = await _recognised(case, link, live)
        link = forgotten(link, live, work.now)
        actions = plan(case.desired, link, live, case.kinds)
        account, there = (live.id, live.attributes) if live else ("", {})
        asked = counted(actions, there, case.told_apart)
        needed = {what: count for what, count in asked.items() if not work.permits(what, account)}
        outcome = Outcome(link, account, needed, _conflicts(case.desired, link, live))
        await _do(case, live, actions, outcome)
        restored = bool(actions) and actions[0].verb is Verb.RESTORE and not outcome.needed
        if not restored or outcome.problems:
            return outcome
        link = outcome.link


def _conflicts(desired: Desired, link: Link, live: Account | None) -> list[tuple[str, Reason, str]]:
    found = sorted(conflicts(desired, link, live).items())
    return [
        (Verb.GRANT, Reason.CONFLICT, f"{one} and {other}, which the account has, exclude each other; take one away")
        for one, other in found
    ]


def _still_apart(case: Case, link: Link, live: Account, one: Entitlement, begun: Link) -> None:
    """Raises `Refused` when what was to go before `one` is granted is still there."""
    there = live.entitlements - (begun.granted - link.granted)
    if other := excluding(case.desired, one, there):
        raise Refused(f"{one} waits until {other}, which it excludes, is taken away", Reason.CONFLICT)


async def _do(case: Case, live: Account | None, actions: tuple[Action, ...], outcome: Outcome) -> None:
    """Do what is permitted, up to the first gate that is not; what is refused becomes a problem and others go on."""
    work = case.work
    permitted = tuple(_permitted(case, live, actions, outcome.needed))
    if not permitted:
        return
    begun = outcome.link
    outcome.link = before(begun, permitted, work.now)
    await work.save(outcome.link, None)
    todo = list(permitted)
    while todo:
        action = todo.pop(0)
        try:
            outcome.link, live = await _one(case, outcome.link, live, action, begun)
        except TryLater:
            await work.unanswered(action, live)
            raise
        except Refused as error:
            outcome.problems.append((action.verb, error.reason, str(error)))
            action, rest = _parted(action, error.attribute)
            await work.refused(action, live, error.reason)
            outcome.link = no_longer_intended(outcome.link, action)
            todo[:0] = rest
            if action.verb in GATES:
                break


def _permitted(
    case: Case, live: Account | None, actions: tuple[Action, ...], needed: Collection[str]
) -> Iterator[Action]:
    """As much of each action as may be done, up to the first gate that may not."""
    there = live.attributes if live else {}
    for action in actions:
        if (part := allowed(action, there, case.told_apart, needed)) is not None:
            yield part
        elif action.verb in GATES:
            return


def _parted(action: Action, attribute: str) -> tuple[Action, list[Action]]:
    """What was refused, and what of it may go on: one value that a target declines does not stop the others."""
    others = {name: value for name, value in action.attributes.items() if name != attribute}
    if action.verb is not Verb.UPDATE or not 0 < len(others) < len(action.attributes):
        return action, []
    refused = replace(action, attributes={attribute: action.attributes[attribute]})
    return refused, [replace(action, attributes=others)]


async def _one(
    case: Case, link: Link, live: Account | None, action: Action, begun: Link
) -> tuple[Link, Account | None]:
    """Do one action and save it. `begun` is what was remembered before this plan."""
    match action.verb:
        case Verb.CREATE:
            return await _create(case, link, action, begun)
        case Verb.CORRELATE if live is not None:
            return await _adopt(case, link, live, action)
        case Verb.RENAME if live is not None:
            return await _rename(case, link, live, action, begun)
        case Verb.RESTORE:
            link = await _restore(case, link, action)
        case Verb.ENABLE if link.enabled and not link.disabling and not (live and case.work.released(live.id)):
            because = "the account was disabled by somebody else; enable it by hand or release it"
            raise Refused(because, Reason.DISABLED_BY_OTHERS)
        case Verb.GRANT if live is not None and action.entitlement is not None:
            _still_apart(case, link, live, action.entitlement, begun)
            await case.target.apply(live.id, action)
            link = after(link, action, live)
        case Verb.UPDATE if live is not None:
            await _update(case, live, action)
            link = after(link, action, live)
        case _ if live is not None:
            await case.target.apply(live.id, action)
            if action.verb is Verb.DELETE:
                await case.work.retire(bearing.borne(case.kinds, link, live), Verb.DELETE)
            link = after(link, action, live)
        case _:
            raise ValueError(f"{action.verb} needs an account")
    await case.work.save(link, action if link.account else None, live)
    return link, live


async def _create(case: Case, link: Link, action: Action, begun: Link) -> tuple[Link, Account | None]:
    names = {**case.desired.candidates, **bearing.addresses(case.kinds, action.attributes)}
    account, link, created = await issue(_order(case, link, None, action, names, begun), case.work)
    await case.work.claim(account)
    there = Account(id=account, enabled=False, attributes=created.attributes)
    link = replace(after(link, created, there), since=case.work.now)
    await case.work.save(link, created)
    return link, there


async def _rename(case: Case, link: Link, live: Account, action: Action, begun: Link) -> tuple[Link, Account | None]:
    """New names in one write; the old ones stay this person's, so that mail still arrives and it can be undone."""
    names = naming(case.desired, link, live, case.kinds)
    _, link, renamed = await issue(_order(case, link, live, action, names, begun), case.work)
    former = {name: str(live.attributes[name]) for name in renamed.attributes if live.attributes.get(name)}
    issued = {name: value for name, value in link.identifiers.items() if name in renamed.attributes}
    there = {**live.attributes, **renamed.attributes}
    old = [*bearing.no_longer(case.kinds, former, there), *bearing.no_longer(case.kinds, issued, there)]
    await case.work.retire(old, Verb.RENAME)
    known = case.desired.candidates.keys() | link.identifiers.keys()
    tried = {name: str(value) for name, value in renamed.attributes.items() if name in known}
    link = replace(
        after(link, renamed, live),
        identifiers={**link.identifiers, **tried},
        basis=case.desired.basis if case.desired.candidates.keys() & tried.keys() else link.basis,
        former=former if old else link.former,
    )
    await case.work.save(link, renamed, live)
    return link, replace(live, attributes={**live.attributes, **renamed.attributes})


def _order(
    case: Case, link: Link, live: Account | None, action: Action, names: Mapping[str, Candidates], begun: Link
) -> Order:
    unanswered = bool(case.desired.keys.keys() & begun.intended.keys())
    return Order(
        target=case.target,
        kinds=case.kinds,
        desired=case.desired,
        link=link,
        live=live,
        action=action,
        naming=names,
        unanswered=unanswered,
    )


async def _update(case: Case, live: Account, action: Action) -> None:
    """Write attributes; an address the account did not have is reserved first, and given back when it is refused. One
    that is emptied stays this person's like any old name.
    """
    names = {name: one.values[0] for name, one in bearing.addresses(case.kinds, action.attributes).items()}
    if names and (taken := await case.work.reserve(names, live.id)):
        raise Refused(f"{taken} is held by somebody else", Reason.TAKEN, taken)
    try:
        await case.target.apply(live.id, action)
    except Refused:
        await case.work.abandon(names)
        raise
    await case.work.retire(bearing.emptied(case.kinds, live, action), Verb.RENAME)


async def _restore(case: Case, link: Link, action: Action) -> Link:
    """The account back from the target's bin, or, when it is gone for good, forgotten so that a new one is made.

    What it was called is then an old name, unless the new one is called the same.
    """
    try:
        await case.target.apply(link.account, action)
    except Refused as error:
        if error.reason is not Reason.ACCOUNT_GONE:
            raise
        await case.work.retire(list(bearing.remembered(case.kinds, link).items()), Verb.DELETE)
        return Link(identifiers=link.identifiers, count=link.count, basis=link.basis, apart=link.apart)
    await _hold(case, bearing.remembered(case.kinds, link), link.account)
    return replace(after(link, action, Account(id=link.account, enabled=False)), since=case.work.now)


async def _adopt(case: Case, link: Link, live: Account, action: Action) -> tuple[Link, Account | None]:
    work, desired = case.work, case.desired
    if not await work.claim(live.id):
        raise Refused(f"account {live.id} is linked to somebody else", Reason.DISPUTED)
    held = {name: str(live.attributes[name]) for name in desired.candidates if live.attributes.get(name)}
    await _hold(case, held, live.id)
    await case.target.apply(live.id, action)
    link = replace(after(link, action, live), identifiers=held or link.identifiers, since=work.now)
    link = noted(settled(link, live, Stage.DORMANT), desired, live, case.kinds)
    await work.save(link, action, live)
    return link, live


async def _hold(case: Case, names: Mapping[str, str], account: str) -> None:
    """Say that an account bears these names, each by itself: that one of them is another's frees none of the others."""
    for name, value in sorted(names.items()):
        await case.work.reserve({name: value}, account)


async def _missed(case: Case, link: Link) -> Link:
    """The link when its account is not there; once that is as it should be, nobody uses its names any more."""
    found = missed(link, case.desired.stage)
    if found.deleted and not link.deleted:
        if link.deleting:
            await case.work.found(Action(verb=Verb.DELETE, because=case.desired.because), link)
        await case.work.retire(list(bearing.remembered(case.kinds, link).items()), Verb.DELETE)
    return found


async def _recognised(case: Case, begun: Link, live: Account) -> Link:
    """What turned out to be ours: an earlier create that did succeed, names that were written without an answer or by
    hand, and all of them when the account is back.
    """
    link = settled(begun, live, case.desired.stage)
    keys = case.desired.keys
    created = bool(keys) and all(same(link.written.get(name), value) for name, value in keys.items())
    if not link.account and created and await case.work.claim(live.id):
        link = replace(link, account=live.id, enabled=live.enabled, since=case.work.now)
    for action in landed(begun, link, case.desired.because):
        await case.work.found(action, link)
    known = noted(link, case.desired, live, case.kinds)
    was, now = (
        {} if begun.deleted else bearing.remembered(case.kinds, begun),
        bearing.remembered(case.kinds, known) if known.account else {},
    )
    changed = {name: value for name, value in now.items() if folded(value) != folded(was.get(name, ""))}
    if not changed:
        return known
    await _hold(case, changed, live.id)
    former = {name: was[name] for name in changed if name in was}
    old = bearing.no_longer(case.kinds, former, {**live.attributes, **now})
    await case.work.retire(old, Verb.RENAME)
    return replace(known, former=former) if old and begun.account else known


async def _look(case: Case, link: Link) -> tuple[Account | None, Link]:
    """The account as it is now: the linked one, or else the one that is certainly theirs."""
    target, desired, work = case.target, case.desired, case.work
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
        there = await target.find(name, str(value))
        found |= {account.id: account for account in there if account.id not in link.apart}
    if len(found) > 1:
        raise Refused(f"accounts {', '.join(sorted(found))} could all be theirs; keep one", Reason.DISPUTED)
    return (await target.read(next(iter(found))) if found else None), link
