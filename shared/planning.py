"""Desired + remembered + live → the actions that close the gap, in the order in which they are safe. Pure.

It is a three-way difference: we add what policy wants and take away only what we wrote or granted. Planning again
against the state those actions produce yields nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.errors import Reason, Refused
from shared.model import Account, Action, Attributes, Desired, Entitlement, Link, Stage, Value, Verb

LATEST = timedelta(hours=1)
"""How long after a plan was begun one of its writes may still arrive: longer than any worker is allowed to live."""


def plan(desired: Desired, link: Link, live: Account | None, references: frozenset[str]) -> tuple[Action, ...]:
    """The writes that bring `live` to `desired`.

    `references` are the attributes that point to another account: they can be written only once the account exists.
    Raises `Refused` when only a person can decide: an account that vanished, or one nobody but a person may touch.
    """
    actions = tuple(_steps(desired, link, live, references))
    if actions and live is not None and live.protected:
        raise Refused(f"account {live.id} is protected: {live.protected}", Reason.PROTECTED)
    return actions


def _steps(desired: Desired, link: Link, live: Account | None, references: frozenset[str]) -> Iterator[Action]:
    wanted, why, ours = desired.stage, desired.because, bool(link.account)
    if live is None:
        if wanted < Stage.READY:
            return
        if ours and not link.deleted:
            raise Refused(f"account {link.account} is gone from the target; recreate or forget it", Reason.ACCOUNT_GONE)
        if ours:
            yield Action(verb=Verb.RESTORE, because=why)
            return  # what comes back is known only when it is read
        live = _before_first_use(desired, link, references)
        yield Action(verb=Verb.CREATE, attributes=live.attributes, because=why)
    elif not ours:
        if wanted < Stage.READY and not live.enabled:
            return
        yield Action(verb=Verb.CORRELATE, because=why)
    if wanted < Stage.ACTIVE and (live.enabled or link.disabling):
        yield Action(verb=Verb.DISABLE, because=why)
    if wanted is Stage.ABSENT:
        yield Action(verb=Verb.DELETE, because=why)
        return
    if wanted >= Stage.READY and (different := _different(desired, link, live)):
        yield Action(verb=Verb.UPDATE, attributes=different, because=why)
    for entitlement in sorted((link.granted - desired.entitlements) & live.entitlements):
        yield Action(verb=Verb.REVOKE, entitlement=entitlement, because=why)
    for entitlement in sorted(desired.entitlements - live.entitlements):
        yield Action(verb=Verb.GRANT, entitlement=entitlement, because=why)
    if wanted is Stage.ACTIVE and not live.enabled:
        yield Action(verb=Verb.ENABLE, because=why)


def _before_first_use(desired: Desired, link: Link, references: frozenset[str]) -> Account:
    """The account as it will be just after it is created: disabled, with everything that is no reference."""
    given = {**desired.initial, **desired.attributes, **link.identifiers}
    kept = {name: value for name, value in given.items() if not same(value, None) and name not in references}
    return Account(id=link.account, enabled=False, attributes=kept)


def _different(desired: Desired, link: Link, live: Account) -> Attributes:
    """What to write: every wanted value that differs, and an empty one only where the value standing there is ours."""
    different: dict[str, Value] = {}
    for name, value in desired.attributes.items():
        there = live.attributes.get(name)
        if same(there, value):
            continue
        if not same(value, None) or same(there, link.written.get(name)):
            different[name] = value
    return different


def same(left: Value, right: Value) -> bool:
    """Whether a target would call two values equal: null and "" are both nothing, and a list has no order."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return sorted(left) == sorted(right)
    return (left if left not in ("", ()) else None) == (right if right not in ("", ()) else None)


def before(link: Link, actions: tuple[Action, ...], now: datetime) -> Link:
    """What we remember before the first write of a plan: whatever happens next, this much may become ours."""
    intended = {name: value for action in actions for name, value in action.attributes.items()}
    granting = frozenset(a.entitlement for a in actions if a.verb is Verb.GRANT and a.entitlement is not None)
    verbs = {action.verb for action in actions}
    return replace(
        link,
        intended={**link.intended, **intended},
        granting=link.granting | granting,
        disabling=link.disabling or Verb.DISABLE in verbs,
        deleting=link.deleting or Verb.DELETE in verbs,
        intending=now,
    )


def forgotten(link: Link, live: Account | None, now: datetime) -> Link:
    """The link without intentions so old that no worker can still be carrying them out.

    A disable that did land stays meant until it is done to its end: its sessions may still be open.
    """
    if link.intending is None or now - link.intending < LATEST:
        return link
    landed = link.disabling and live is not None and not live.enabled
    return replace(link, intended={}, granting=frozenset(), disabling=landed, deleting=False, intending=None)


def unfinished(link: Link) -> bool:
    """Whether something that was begun has not been answered."""
    return bool(link.intended or link.granting or link.disabling or link.deleting)


def missed(link: Link, stage: Stage) -> Link:
    """The link when its account is not there: gone by our own doing, though the answer was lost, or as it should be.

    What was granted stays remembered, because a restore may bring it back.
    """
    if not link.account or not (link.deleting or stage is Stage.ABSENT):
        return link
    return replace(link, deleted=True, deleting=False, disabling=False, enabled=False)


def settled(link: Link, live: Account, stage: Stage) -> Link:
    """What turned out to be ours: intended at some time, and standing there now though no answer reached us.

    What is not there yet stays intended: a worker that was thought dead may still land its write.
    """
    ours = {name: value for name, value in link.intended.items() if same(live.attributes.get(name), value)}
    granted = link.granting & live.entitlements
    return replace(
        link,
        written={**link.written, **ours},
        granted=link.granted | granted,
        intended={name: value for name, value in link.intended.items() if name not in ours},
        granting=link.granting - granted,
        enabled=link.enabled or (live.enabled and stage is Stage.ACTIVE),
        deleted=False,
    )


def no_longer_intended(link: Link, action: Action) -> Link:
    """What is still open once the target answered `action`, yes or no."""
    intended = {name: value for name, value in link.intended.items() if name not in action.attributes}
    return replace(link, intended=intended, granting=link.granting - {action.entitlement})


def after(link: Link, action: Action, account: Account) -> Link:
    """What we remember once `action` was done on `account`, which is the account as it was before."""
    link = no_longer_intended(link, action)
    match action:
        case Action(verb=Verb.CREATE):
            return replace(link, account=account.id, written=dict(action.attributes), enabled=False, deleted=False)
        case Action(verb=Verb.CORRELATE):
            return replace(link, account=account.id, enabled=account.enabled, deleted=False)
        case Action(verb=Verb.UPDATE):
            return replace(link, written={**link.written, **action.attributes})
        case Action(verb=Verb.ENABLE | Verb.DISABLE as verb):
            return replace(link, enabled=verb is Verb.ENABLE, disabling=False)
        case Action(verb=Verb.DELETE):
            return replace(link, deleted=True, deleting=False, enabled=False, disabling=False)
        case Action(verb=Verb.RESTORE):
            return replace(link, deleted=False)
        case Action(verb=Verb.GRANT, entitlement=Entitlement() as one):
            return replace(link, granted=link.granted | {one})
        case Action(verb=Verb.REVOKE, entitlement=Entitlement() as one):
            return replace(link, granted=link.granted - {one})
    raise ValueError(f"{action.verb} without its entitlement")


def remembered(link: Link) -> Account | None:
    """The account as we last left it, for foreseeing a plan without asking the target."""
    if not link.account or link.deleted:
        return None
    return Account(id=link.account, enabled=link.enabled, attributes=link.written, entitlements=link.granted)


def counted(actions: tuple[Action, ...]) -> Mapping[Verb, int]:
    """How many actions of each verb a plan holds."""
    count: dict[Verb, int] = {}
    for action in actions:
        count[action.verb] = count.get(action.verb, 0) + 1
    return count
