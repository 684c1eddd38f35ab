"""What a plan says, done as far as it is permitted, one write at a time: each is saved as soon as it is done.

Whatever is about to become ours is saved before the first write. What is refused becomes a problem, and others go on.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from shared import bearing
from shared.case import Case, Outcome, hold_names
from shared.errors import Reason, Refused, TryLater
from shared.guard import GATES
from shared.issuing import Order, issue
from shared.model import Account, Action, Candidates, Entitlement, Link, Stage, Verb
from shared.planning import after, before, excluding, naming, no_longer_intended, noted, settled
from shared.whats import allowed


async def do(case: Case, live: Account | None, actions: tuple[Action, ...], outcome: Outcome) -> None:
    """Do what is permitted, up to the first gate that is not; what is refused becomes a problem and others go on."""
    work = case.work
    some = tuple(permitted(case, live, actions, outcome.needed))
    gathered = {one.entitlement for one in some if one.verb is Verb.GRANT and one.entitlement in case.gathering}
    todo = [one for one in some if not (gathered and _left(one, gathered))]
    begun = outcome.link
    if todo:
        outcome.link = before(begun, tuple(todo), work.now)
        await work.save(outcome.link, None)
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
                return
    outcome.gathering = frozenset(one for one in gathered if one is not None)


def _left(action: Action, gathered: Collection[Entitlement | None]) -> bool:
    """Whether it waits: a grant that is done together with others, and whatever comes after the grants."""
    return action.verb is Verb.ENABLE or (action.verb is Verb.GRANT and action.entitlement in gathered)


def permitted(
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
    await hold_names(case, bearing.remembered(case.kinds, link), link.account)
    return replace(after(link, action, Account(id=link.account, enabled=False)), since=case.work.now)


async def _adopt(case: Case, link: Link, live: Account, action: Action) -> tuple[Link, Account | None]:
    work, desired = case.work, case.desired
    if not await work.claim(live.id):
        raise Refused(f"account {live.id} is linked to somebody else", Reason.DISPUTED)
    held = {name: str(live.attributes[name]) for name in desired.candidates if live.attributes.get(name)}
    await hold_names(case, held, live.id)
    await case.target.apply(live.id, action)
    link = replace(after(link, action, live), identifiers=held or link.identifiers, since=work.now)
    link = noted(settled(link, live, Stage.DORMANT), desired, live, case.kinds)
    await work.save(link, action, live)
    return link, live


def _still_apart(case: Case, link: Link, live: Account, one: Entitlement, begun: Link) -> None:
    """Raises `Refused` when what was to go before `one` is granted is still there."""
    there = live.entitlements - (begun.granted - link.granted)
    if other := excluding(case.desired, one, there):
        raise Refused(f"{one} waits until {other}, which it excludes, is taken away", Reason.CONFLICT)
