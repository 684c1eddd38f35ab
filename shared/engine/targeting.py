"""One target's Desired: by the rules, then by the exceptions, and saved with the mark of the next hop.

What cannot be worked out is held, and the last Desired stays in force; a new one stops whoever works on the old one.
"""

from collections.abc import Mapping
from dataclasses import replace

from shared import codec, layout, ledger
from shared.consent import apart
from shared.desired import View, desired, keys, view
from shared.engine import blocking
from shared.engine.asking import kept, question, traits
from shared.engine.dependents import has_left, link_elsewhere, other_account, resolve
from shared.engine.drafting import Draft
from shared.engine.parts import NOBODY, Engine
from shared.engine.reconsidering import reconsidered
from shared.engine.seats import coming
from shared.entitlements import apart as excluding
from shared.entitlements import handed_over, turning_days
from shared.errors import Reason, Refused
from shared.exceptions import Block, left_alone, with_block, with_exceptions
from shared.facts import shift
from shared.layout import Hop
from shared.model import Account, Action, Attributes, Desired, Link, Person, Stage, Value
from shared.packs import packable
from shared.planning import Kinds, plan, remembered
from shared.policy import TargetPolicy
from shared.quality.values import misfit
from shared.store import Delete, Insert, Put, Replace, Row
from shared.whats import counted
from shared.writeback import corrected, differs


async def map_target(draft: Draft, seen: View, target: str) -> None:
    """One target's Desired: by the rules, then by the exceptions.

    What cannot be worked out is held, and the last Desired stays in force; so it does of somebody who is left alone.
    """
    row = draft.rows.get(layout.desired(draft.person, target))
    last = codec.DESIRED.load(row.data) if row else None
    before = kept(draft.rows.get(layout.mapped(draft.person)), target)
    known = traits(draft.engine, seen, target)
    draft.traits[target] = replace(known, coming=before.coming, brakes=before.brakes)
    new = replace(last, only=None) if last else None
    if left_alone(draft.exemptions, target, draft.today):
        draft.leads |= set(draft.mapped["leads"])
        draft.release(layout.hold(draft.person, target, "map"))
        new = new or Desired(stage=Stage.DORMANT)
    else:
        new = await _by_rules(draft, seen, target, last) or new
    if new is None:
        return
    new = with_exceptions(new, draft.exemptions, target, draft.today)
    new = replace(new, apart=excluding(draft.engine.policy.targets[target], new.entitlements))
    draft.days |= {shift(day, 1) for day in new.until.values()}
    if draft.engine.policy.targets[target].follows_leavers and last is not None and has_left(last) != has_left(new):
        draft.tell = True
    if row is None or last is None or not _equal(last, new):
        _renew(draft, target, row, new)
        _tell(draft, seen, target, row, last, new)
    else:
        await _still(draft, target, row, last, new)


async def _by_rules(draft: Draft, seen: View, target: str, last: Desired | None) -> Desired | None:
    """What the rules say; None when they leave it, and when it cannot be worked out, which is held."""
    engine, rules = draft.engine, draft.engine.policy.targets[target]
    held = layout.hold(draft.person, target, "map")
    draft.days |= set(turning_days(rules, seen.scope.contracts or (seen.facts,)))
    try:
        if rules.writes_back is None:
            new = desired(seen, target, rules)
        else:
            new = corrected(seen, target, engine.policy, await _named(draft, rules), _record(draft, seen, rules))
        if new is not None:
            new = handed_over(last, new, rules, draft.today)
            _check(engine, target, new)
            told = draft.mapped["leads"]
            new = replace(new, keys=_keys(draft, target, new))
            new, leads = await resolve(engine, draft.person, seen.source or draft.source, target, new, told)
            if rules.follows is not None:
                new = replace(new, follows=await other_account(engine, draft.person, rules.follows, told))
                leads |= {draft.person}
            draft.leads |= leads
    except Refused as error:
        draft.leads |= set(draft.mapped["leads"])
        draft.hold(target, "map", error.reason, str(error))
        return None
    draft.release(held)
    _waiting(draft, target, new.waiting if new is not None else {})
    draft.traits[target] = traits(engine, seen, target, coming(engine, seen, target, new, seed=draft.person))
    return new


def _keys(draft: Draft, target: str, new: Desired) -> Attributes:
    """By what the account is found: of a human with several records, by what any of them says."""
    if not draft.others or not new.keys:
        return new.keys
    policy = draft.engine.policy
    each = [
        keys(view(one.person, draft.rules, policy, draft.today, seed=draft.person), target, policy.targets[target])
        for one in (draft.record, *draft.others)
    ]
    found: dict[str, Value] = {}
    for name, value in new.keys.items():
        texts = tuple(str(one) for one in dict.fromkeys([value, *(other.get(name) for other in each)]) if one)
        found[name] = texts if len(texts) > 1 else value
    return found


async def _named(draft: Draft, rules: TargetPolicy) -> Mapping[str, Link]:
    """The accounts whose names are written back, by target; they tell this person when the names change."""
    told = draft.mapped["leads"]
    draft.leads |= {draft.person}
    return {target: await link_elsewhere(draft.engine, draft.person, target, told) for target in rules.reads}


def _record(draft: Draft, seen: View, rules: TargetPolicy) -> str:
    """The HR id of the record that is corrected: of several in that source, the one that speaks today."""
    ids = [one.hr_id for one in _records(draft, rules) if not one.missing_since]
    speaks = str(seen.facts["employeeId"])
    return speaks if speaks in ids else next(iter(ids), "")


def _records(draft: Draft, rules: TargetPolicy) -> list[Person]:
    """What the source that is written back into says of this human."""
    return [one.person for one in (draft.record, *draft.others) if one.source == rules.writes_back]


def _shows_another(draft: Draft, target: str, new: Desired) -> bool:
    """Whether HR says something else of its own record than is wanted: somebody changed it, or our write is not read
    yet, which a look tells.
    """
    if not new.corrects or not new.follows:
        return False
    records = _records(draft, draft.engine.policy.targets[target])
    return any(differs(new, one.fields) for one in records if one.hr_id == new.follows)


async def _still(draft: Draft, target: str, old: Row, before: Desired, new: Desired) -> None:
    """The Desired is what it was: what is said about it may differ, and what waits may be asked again."""
    if before != new:
        draft.changes.append(Replace(old.key, {**old.data, **codec.DESIRED.dump(new)}, old.version))
    if _shows_another(draft, target, new):
        draft.changes.append(draft.engine.marked(Hop.PROVISION, draft.person, draft.cohort, target, attempts=0))
        draft.provision.append(target)
    known = draft.traits[target]
    asked = question(int(old.data["version"]), {}, new, known)
    again = await reconsidered(draft.engine, draft.person, target, draft.rows, draft.cohort, known, asked)
    draft.changes += again
    draft.admit = draft.admit or any(isinstance(one, Insert | Replace) for one in again)


def _waiting(draft: Draft, target: str, waiting: Mapping[str, str]) -> None:
    """What rules could not decide for this person waits by itself; everything else of the target goes on."""
    for reason in (Reason.CONFLICT, Reason.INVALID_VALUE):
        what = layout.rules(reason)
        if reason in waiting:
            draft.hold(target, what, reason, waiting[reason])
        else:
            draft.release(layout.hold(draft.person, target, what))


def _renew(draft: Draft, target: str, old: Row | None, new: Desired) -> None:
    """Save a new Desired: whoever works on the old one stops, what waited for it is void, the next hop is marked."""
    person, engine, key = draft.person, draft.engine, layout.desired(draft.person, target)
    version = int(old.data["version"]) + 1 if old else 1
    data = codec.DESIRED.dump(new, version=version)
    draft.changes.append(Replace(key, data, old.version) if old else Insert(key, data))
    draft.changes.append(Put(layout.lease(person, target), NOBODY))
    for one, held in draft.rows.items():
        void = one.startswith(layout.holds(person, target)) and not layout.of_mapping(one)
        if void and codec.readable(held.data):
            draft.changes.append(Delete(one))
    row = draft.rows.get(layout.link(person, target))
    link, block = codec.LINK.load(row.data) if row else Link(), blocking.of(person, draft.rows)
    told_apart = apart(engine.policy.targets[target], new.asking)
    known = remembered(link)
    actions = _foreseen(new, link, known, engine.attributes[target], block)
    whats = counted(actions, known.attributes if known else {}, told_apart)
    if whats:
        packs = packable(actions, engine.packs.get(target, {}), told_apart)
        beside = question(version, whats, new, draft.traits[target], link.account, packs)
        draft.changes.append(engine.marked(Hop.ADMIT, person, draft.cohort, target, **beside))
        draft.admit = True
    else:
        draft.changes.append(Delete(layout.mark(Hop.ADMIT, person, target)))
        draft.changes.append(engine.marked(Hop.PROVISION, person, draft.cohort, target, attempts=0))
        draft.provision.append(target)


def _tell(draft: Draft, seen: View, target: str, old: Row | None, before: Desired | None, new: Desired) -> None:
    """Say in the ledger what is wanted now and was not before; nothing is said of somebody who never had anything."""
    if before is None and new.stage < Stage.READY:
        return
    attributes, beside = ledger.wanted(before, new)
    draft.decide(
        target,
        ledger.MAPPED,
        old.version if old else "",
        attributes=attributes,
        because=new.because,
        contract=str(seen.facts.get("contractId") or ""),
        version=int(old.data["version"]) + 1 if old else 1,
        beside=beside,
    )


def _equal(old: Desired, new: Desired) -> bool:
    """Whether nothing follows from the difference; reasons alone are no difference."""
    bare, other = (replace(one, because="", reasons={}, waiting={}) for one in (old, new))
    return bare == other


def _foreseen(new: Desired, link: Link, known: Account | None, kinds: Kinds, block: Block | None) -> tuple[Action, ...]:
    """What this will take, judged by what we remember; what is found live may differ and is then asked again.

    A block takes some away, and needs no leave for others.
    """
    if block is not None:
        new = with_block(new, block)
        new = replace(new, only=frozenset(verb for verb in new.only or () if not block.allows(verb)))
    if new.stage < Stage.READY and not link.account:
        return ()
    try:
        return plan(new, link, known, kinds)
    except Refused:
        return ()


def _check(engine: Engine, target: str, new: Desired) -> None:
    """Raises `Refused` for a value that the target would refuse, before anything is sent."""
    for name, value in {**new.initial, **new.lacking, **new.changing, **new.attributes}.items():
        if why := misfit(engine.attributes[target], name, value):
            raise Refused(why, Reason.INVALID_VALUE, name)
