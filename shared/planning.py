"""Desired + remembered + live → the actions that close the gap, in the order in which they are safe. Pure.

It is a three-way difference: we add what policy wants and take away only what we wrote or granted. Planning again
against the state those actions produce yields nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.attributes import Attribute, Unique
from shared.errors import Reason, Refused
from shared.identifiers import Naming, fitting, folded, moved, unknown
from shared.model import Account, Action, Attributes, Candidates, Desired, Entitlement, Link, Stage, Value, Verb

LATEST = timedelta(hours=1)
"""How long after a plan was begun one of its writes may still arrive: longer than any worker is allowed to live."""


CORRECTING = frozenset({Verb.CORRELATE, Verb.UPDATE})
"""All that is ever done to a record of HR's own."""

Kinds = Mapping[str, Attribute]
"""What a target says of its attributes, by name."""


def plan(desired: Desired, link: Link, live: Account | None, kinds: Kinds) -> tuple[Action, ...]:
    """The writes that bring `live` to `desired`.

    What points to another account can be written only once the account exists, and an address that somebody has is
    never overwritten but renamed. Where only some verbs may be done, the others are left out; HR's own records are
    corrected for people in service, and that is all. Raises `Refused` when only a person can decide: an account that
    vanished, or one nobody but a person may touch.
    """
    if desired.only == frozenset() or desired.follows == "" or (desired.corrects and desired.stage < Stage.READY):
        return ()
    allowed = frozenset(Verb) if desired.only is None else desired.only
    if desired.corrects:
        allowed &= CORRECTING
    actions = tuple(action for action in _steps(desired, link, live, kinds) if action.verb in allowed)
    if actions and live is not None and live.protected:
        raise Refused(f"account {live.id} is protected: {live.protected}", Reason.PROTECTED)
    return actions


def _steps(desired: Desired, link: Link, live: Account | None, kinds: Kinds) -> Iterator[Action]:
    wanted, why, ours, named = desired.stage, desired.because, bool(link.account), live is not None
    if live is None:
        if wanted < Stage.READY or desired.follows is not None:
            return
        if ours and not link.deleted:
            raise Refused(f"account {link.account} is gone from the target; recreate or forget it", Reason.ACCOUNT_GONE)
        if ours:
            yield Action(verb=Verb.RESTORE, because=why)
            return  # what comes back is known only when it is read
        live = _before_first_use(desired, link, kinds)
        yield Action(verb=Verb.CREATE, attributes=live.attributes, because=why)
    elif not ours:
        if wanted < Stage.READY and not live.enabled:
            return
        yield Action(verb=Verb.CORRELATE, because=why)
    closed = Stage.READY if desired.follows is None else Stage.DORMANT
    if wanted <= closed and (live.enabled or link.disabling):
        yield Action(verb=Verb.DISABLE, because=why)
    if wanted is Stage.ABSENT and desired.follows is None:
        yield Action(verb=Verb.DELETE, because=why)
        return
    if wanted >= Stage.READY:
        yield from _attributes(desired, link, live, naming(desired, link, live, kinds) if named else {})
    for entitlement in sorted(_no_longer(desired, link, live)):
        yield Action(verb=Verb.REVOKE, entitlement=entitlement, because=why)
    for entitlement in sorted(desired.entitlements - live.entitlements - conflicts(desired, link, live).keys()):
        may_create, rule = entitlement in desired.creatable, desired.reasons.get(str(entitlement), "")
        yield Action(verb=Verb.GRANT, entitlement=entitlement, may_create=may_create, rule=rule, because=why)
    if wanted is Stage.ACTIVE and not live.enabled:
        yield Action(verb=Verb.ENABLE, because=why)


def _no_longer(desired: Desired, link: Link, live: Account) -> frozenset[Entitlement]:
    return (link.granted - desired.entitlements - desired.kept) & live.entitlements


def concerned(desired: Desired, link: Link) -> frozenset[Entitlement]:
    """Everything of which a plan must know whether the account has it."""
    ours = link.granted | link.granting | link.revoking
    return desired.entitlements | desired.kept | ours | frozenset[Entitlement]().union(*desired.apart)


def conflicts(desired: Desired, link: Link, live: Account | None) -> Mapping[Entitlement, Entitlement]:
    """What is not granted, because the account keeps or is given something that excludes it, whoever gave that."""
    if live is None:
        return {}
    stays = live.entitlements - _no_longer(desired, link, live)
    found: dict[Entitlement, Entitlement] = {}
    for one in sorted(desired.entitlements - live.entitlements):
        other = excluding(desired, one, stays)
        if other is None:
            stays |= {one}
        else:
            found[one] = other
    return found


def excluding(desired: Desired, one: Entitlement, held: frozenset[Entitlement]) -> Entitlement | None:
    """Something among `held` that nobody may have together with `one`."""
    return min((other for alike in desired.apart if one in alike for other in alike & held - {one}), default=None)


def _before_first_use(desired: Desired, link: Link, kinds: Kinds) -> Account:
    """The account as it will be just after it is created: disabled, with everything but references and tried names."""
    given = {**desired.initial, **desired.lacking, **desired.changing, **desired.attributes}
    kept = {name: value for name, value in given.items() if not same(value, None) and not _refers(kinds, name)}
    return Account(id=link.account, enabled=False, attributes=kept)


def _refers(kinds: Kinds, name: str) -> bool:
    return name in kinds and kinds[name].reference


def _attributes(desired: Desired, link: Link, live: Account, renamed: Naming) -> Iterator[Action]:
    different = {name: value for name, value in _different(desired, link, live).items() if name not in renamed}
    if different:
        yield Action(verb=Verb.UPDATE, attributes=different, because=desired.because)
    if renamed:
        yield Action(verb=Verb.RENAME, because=desired.because)


def _different(desired: Desired, link: Link, live: Account) -> Attributes:
    """What to write: every wanted value that differs, and an empty one only where the value standing there is ours."""
    different: dict[str, Value] = {}
    changed = {name: value for name, value in desired.changing.items() if not _done_before(link, name, value)}
    lacking = {
        name: value
        for name, value in desired.lacking.items()
        if same(value, None) or same(live.attributes.get(name), None)
    }
    for name, value in {**desired.attributes, **changed, **lacking}.items():
        there = live.attributes.get(name)
        if same(there, value):
            continue
        if not same(value, None) or same(there, link.written.get(name)):
            different[name] = value
    return different


def _done_before(link: Link, name: str, value: Value) -> bool:
    """Whether it is what we wrote last, unless something else stood there already when that was to be written."""
    last = link.told if name in link.told else link.written
    return name in last and same(last[name], value)


def naming(desired: Desired, link: Link, live: Account, kinds: Kinds) -> Naming:
    """What is to be named anew: everything tried, once what it followed from has changed and what stands there no
    longer fits; and an address that is mapped to another one than the account has.
    """
    tried = desired.candidates
    stale = moved(link.basis, desired.basis) and not fitting(tried, live.attributes, kinds)
    return {**(tried if stale else {}), **_moved_addresses(desired, link, live, kinds)}


def _moved_addresses(desired: Desired, link: Link, live: Account, kinds: Kinds) -> Naming:
    found: dict[str, Candidates] = {}
    for name, value in _different(desired, link, live).items():
        there = str(live.attributes.get(name) or "")
        address = name in kinds and kinds[name].unique is Unique.ADDRESSES
        if address and there and isinstance(value, str) and value and folded(there) != folded(value):
            found[name] = Candidates(values=(value,))
    return found


def same(left: Value, right: Value) -> bool:
    """Whether a target would call two values equal: null and "" are both nothing, and a list has no order."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return sorted(left) == sorted(right)
    return (left if left not in ("", ()) else None) == (right if right not in ("", ()) else None)


def before(link: Link, actions: tuple[Action, ...], now: datetime) -> Link:
    """What we remember before the first write of a plan: whatever happens next, this much may become ours."""
    intended = {name: value for action in actions for name, value in action.attributes.items()}
    granting, revoking = _entitlements(actions, Verb.GRANT), _entitlements(actions, Verb.REVOKE)
    verbs = {action.verb for action in actions}
    return replace(
        link,
        intended={**link.intended, **intended},
        granting=link.granting | granting,
        revoking=link.revoking | revoking,
        disabling=link.disabling or Verb.DISABLE in verbs,
        deleting=link.deleting or Verb.DELETE in verbs,
        intending=now,
    )


def _entitlements(actions: tuple[Action, ...], verb: Verb) -> frozenset[Entitlement]:
    return frozenset(one.entitlement for one in actions if one.verb is verb and one.entitlement is not None)


def forgotten(link: Link, live: Account | None, now: datetime) -> Link:
    """The link without intentions so old that no worker can still be carrying them out.

    A disable that did land stays meant until it is done to its end: its sessions may still be open.
    """
    if link.intending is None or now - link.intending < LATEST:
        return link
    landed = link.disabling and live is not None and not live.enabled
    return replace(
        link,
        intended={},
        granting=frozenset(),
        revoking=frozenset(),
        disabling=landed,
        deleting=False,
        intending=None,
    )


def unfinished(link: Link) -> bool:
    """Whether something that was begun has not been answered."""
    return bool(link.intended or link.granting or link.revoking or link.disabling or link.deleting)


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
    granted, revoked = link.granting & live.entitlements, link.revoking - live.entitlements
    names = {name: str(value) for name, value in ours.items() if name in link.identifiers}
    return replace(
        _wrote(link, ours),
        identifiers={**link.identifiers, **names},
        basis=unknown(link.basis) if link.account and {**link.identifiers, **names} != link.identifiers else link.basis,
        granted=(link.granted | granted) - revoked,
        intended={name: value for name, value in link.intended.items() if name not in ours},
        granting=link.granting - granted,
        revoking=link.revoking - revoked,
        enabled=link.enabled or (live.enabled and stage is Stage.ACTIVE),
        deleted=False,
    )


def landed(begun: Link, link: Link, because: str) -> tuple[Action, ...]:
    """The writes of a plan that turned out to be done though no answer reached us: `begun` before it was seen, and
    `link` since then.
    """
    if not link.account or begun.intending is None:
        return ()
    ours = {name: value for name, value in begun.intended.items() if name not in link.intended}
    if not begun.account:
        found = [Action(verb=Verb.CREATE, attributes=ours, because=because)]
    else:
        names = {name: value for name, value in ours.items() if name in link.identifiers}
        plain = {name: value for name, value in ours.items() if name not in names}
        found = [
            Action(verb=verb, attributes=values, because=because)
            for verb, values in ((Verb.UPDATE, plain), (Verb.RENAME, names))
            if values
        ]
    given, taken = sorted(begun.granting - link.granting), sorted(begun.revoking - link.revoking)
    found += [Action(verb=Verb.REVOKE, entitlement=one, because=because) for one in taken]
    found += [Action(verb=Verb.GRANT, entitlement=one, because=because) for one in given]
    if link.enabled and not begun.enabled and begun.account:
        found.append(Action(verb=Verb.ENABLE, because=because))
    return tuple(found)


def noted(link: Link, desired: Desired, live: Account, kinds: Kinds) -> Link:
    """What stands there already and is to be left to others from now on, and the names as they are now.

    Names that were changed by hand to what fits are accepted; of an account that was there before us, and once a rule
    reads other facts, what its names follow from is remembered, so that only a change of that renames it.
    """
    if not link.account:
        return link
    standing = {name: value for name, value in desired.changing.items() if same(live.attributes.get(name), value)}
    told = {name: value for name, value in standing.items() if not _done_before(link, name, value)}
    link = replace(link, told={**link.told, **told}) if told else link
    if not desired.candidates:
        return link
    if fitting(desired.candidates, live.attributes, kinds):
        names = {name: str(live.attributes[name]) for name in desired.candidates}
        return replace(link, identifiers={**link.identifiers, **names}, basis=desired.basis)
    return link if moved(link.basis, desired.basis) else replace(link, basis=desired.basis)


def no_longer_intended(link: Link, action: Action) -> Link:
    """What is still open once the target answered `action`, yes or no."""
    intended = {name: value for name, value in link.intended.items() if name not in action.attributes}
    answered = {action.entitlement}
    return replace(link, intended=intended, granting=link.granting - answered, revoking=link.revoking - answered)


def after(link: Link, action: Action, account: Account) -> Link:
    """What we remember once `action` was done on `account`, which is the account as it was before."""
    link = no_longer_intended(link, action)
    match action:
        case Action(verb=Verb.CREATE):
            new = replace(link, account=account.id, written={}, enabled=False, deleted=False)
            return _wrote(new, action.attributes)
        case Action(verb=Verb.CORRELATE):
            return replace(link, account=account.id, enabled=account.enabled, deleted=False)
        case Action(verb=Verb.UPDATE | Verb.RENAME):
            return _wrote(link, action.attributes)
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


def _wrote(link: Link, attributes: Attributes) -> Link:
    told = {name: value for name, value in link.told.items() if name not in attributes}
    return replace(link, written={**link.written, **attributes}, told=told)


def remembered(link: Link) -> Account | None:
    """The account as we last left it, for foreseeing a plan without asking the target."""
    if not link.account or link.deleted:
        return None
    return Account(id=link.account, enabled=link.enabled, attributes=link.written, entitlements=link.granted)
