"""One account brought in line: find it, plan, and do what is permitted, one write at a time.

Whatever is about to become ours is saved before the first write, and every write is saved as soon as it is done, so
that stopping anywhere and starting over ends in the same place.
"""

from dataclasses import dataclass, replace

from shared import awaiting
from shared.case import Case, Outcome
from shared.errors import Reason
from shared.finding import gone, look, not_there_yet, recognised
from shared.inverse import held_back
from shared.model import Account, Action, Desired, Link, Verb
from shared.planning import conflicts, forgotten, plan
from shared.whats import counted
from shared.writing import do


@dataclass(frozen=True, slots=True)
class Survey:
    """An account as it is now, and what closes the gap; the outcome knows what of it needs leave."""

    case: Case
    live: Account | None
    outcome: Outcome

    @property
    def actions(self) -> tuple[Action, ...]:
        return self.outcome.actions


async def reconcile(case: Case, link: Link) -> Outcome:
    """Bring one account in line. The caller saves the outcome's link.

    Raises `TryLater`, `Misconfigured`, and `Refused` when nothing at all can be done.
    """
    while True:
        seen = await survey(case, link)
        outcome = seen.outcome
        await do(seen.case, seen.live, seen.actions, outcome)
        restored = bool(seen.actions) and seen.actions[0].verb is Verb.RESTORE and not outcome.needed
        if not restored or outcome.problems:
            return outcome
        link = outcome.link


async def survey(case: Case, link: Link) -> Survey:
    """Look at the account, remember what of it turned out to be ours, and plan; nothing is written to it.

    Raises what `reconcile` does.
    """
    work, wanted = case.work, case.desired
    if wanted.only == frozenset() or not awaiting.belongs(wanted, link):
        return Survey(case, None, Outcome(awaiting.seen(link)))
    link = awaiting.followed(wanted, link)
    live, link = await look(case, link)
    case = replace(case, desired=held_back(wanted, case.undone, live))
    if live is None and awaiting.awaits(wanted):
        return Survey(case, None, not_there_yet(work, link, wanted.follows or ""))
    link = awaiting.seen(link)
    if live is None:
        link = await gone(case, link)
    else:
        live = replace(live, protected="named in the policy") if live.id in case.protected else live
        link = forgotten(await recognised(case, link, live), live, work.now)
    actions = plan(case.desired, link, live, case.kinds)
    account, there = (live.id, live.attributes) if live else ("", {})
    asked = counted(actions, there, case.told_apart)
    needed = {what: count for what, count in asked.items() if not work.permits(what, account)}
    conflicting = _conflicts(case.desired, link, live)
    return Survey(case, live, Outcome(link, account, needed, conflicting, actions=actions))


def _conflicts(desired: Desired, link: Link, live: Account | None) -> list[tuple[str, Reason, str]]:
    found = sorted(conflicts(desired, link, live).items())
    return [
        (Verb.GRANT, Reason.CONFLICT, f"{one} and {other}, which the account has, exclude each other; take one away")
        for one, other in found
    ]
