"""The account as it is now, and what of it turned out to be ours: by its link, or by what is certainly theirs."""

from dataclasses import replace
from datetime import timedelta

from shared import awaiting, bearing
from shared.case import Case, Outcome, Work, hold_names
from shared.errors import Reason, Refused, TryLater
from shared.facts import items
from shared.identifiers import folded
from shared.model import Account, Action, Link, Stage, Value, Verb
from shared.planning import concerned, forgotten, landed, missed, noted, same, settled

APPEARING = timedelta(minutes=15)
"""How long a new account may be invisible before it counts as gone: directories replicate late."""


async def look(case: Case, link: Link) -> tuple[Account | None, Link]:
    """The account as it is now: the linked one, or else the one that is certainly theirs."""
    target, desired, work = case.target, case.desired, case.work
    among = concerned(desired, link)
    if account := link.account or desired.follows:
        live = await target.read(account, among)
        young = desired.follows is None and link.since is not None and work.now - link.since < APPEARING
        if live is None and young and not link.deleted:
            raise TryLater(f"account {link.account} is new and cannot be seen yet", 30)
        return live, link
    if not desired.keys:
        if desired.stage < Stage.READY:
            return None, link
        raise Refused("there is no value to find the account by; HR must give one", Reason.MISSING_DATA)
    found: dict[str, Account] = {}
    for name, value in desired.keys.items():
        for one in items(value):
            there = await target.find(name, str(one))
            found |= {account.id: account for account in there if account.id not in link.apart}
    if len(found) > 1:
        raise Refused(f"accounts {', '.join(sorted(found))} could all be theirs; keep one", Reason.DISPUTED)
    return (await target.read(next(iter(found)), among) if found else None), link


async def gone(case: Case, link: Link) -> Link:
    """The link when its account is not there; once that is as it should be, nobody uses its names any more.

    A name it was being given when it went may have been borne and seen, so it is kept like one that was.
    """
    work = case.work
    found = missed(link, case.desired.stage)
    if found.deleted and not link.deleted:
        if link.deleting:
            await work.found(Action(verb=Verb.DELETE, because=case.desired.because), link)
        await work.retire(list(bearing.remembered(case.kinds, link).items()), Verb.DELETE)
    left = forgotten(found, None, work.now)
    if left is not found and found.account:
        await work.retire(list(bearing.meant(case.kinds, found).items()), Verb.DELETE)
    return left


async def recognised(case: Case, begun: Link, live: Account) -> Link:
    """What turned out to be ours: an earlier create that did succeed, names that were written without an answer or by
    hand, and all of them when the account is back.
    """
    link = settled(begun, live, case.desired.stage)
    keys = case.desired.keys
    created = bool(keys) and all(_any(link.written.get(name), value) for name, value in keys.items())
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
    await hold_names(case, changed, live.id)
    former = {name: was[name] for name in changed if name in was}
    old = bearing.no_longer(case.kinds, former, {**live.attributes, **now})
    await case.work.retire(old, Verb.RENAME)
    return replace(known, former=former) if old and begun.account else known


def _any(written: Value, key: Value) -> bool:
    """Whether this is one of the values that a key may have: a human with several records has several."""
    return any(same(written, one) for one in items(key))


def not_there_yet(work: Work, link: Link, account: str) -> Outcome:
    """An account that appears by itself is looked for again, and after a long time a person is told."""
    outcome = Outcome(awaiting.missing(link, work.now), link.account)
    if awaiting.overdue(outcome.link, work.now):
        because = f"account {account} has not appeared in a day; see what it needs to, such as a licence"
        outcome.problems.append((Verb.CORRELATE, Reason.NO_PROGRESS, because))
    else:
        outcome.again = awaiting.again(outcome.link, work.now)
    return outcome
