"""What a person should have now: person + policy + today → Desired per target, saved with the mark of the next hop.

The mark is removed in the same commit that saves the result, with the version that was read, so that news arriving
meanwhile is never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from shared import codec, layout, ledger
from shared.consent import apart
from shared.desired import View, desired, view
from shared.engine import blocking, exceptions
from shared.engine.answering import as_decided
from shared.engine.asking import Traits, belonging, kept, question, traits, written
from shared.engine.dependents import facts_today, forget, manager_of, resolve, tell
from shared.engine.extending import service, sponsored
from shared.engine.holding import hold
from shared.engine.ledger import MAPPED_LINE, write
from shared.engine.parts import NOBODY, Engine
from shared.engine.reconsidering import reconsidered
from shared.engine.seats import coming
from shared.entitlements import apart as excluding
from shared.entitlements import handed_over, turning_days
from shared.errors import Reason, Refused, TryLater
from shared.exceptions import Block, Exemption, left_alone, next_day, with_block, with_exceptions
from shared.facts import shift
from shared.identifiers import basis
from shared.layout import Hop
from shared.ledger import Entry
from shared.lifecycle import next_change, standing
from shared.model import Desired, Link, Person, Stage
from shared.planning import Kinds, plan, remembered
from shared.policy import SourcePolicy
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row
from shared.whats import Apart, counted

TRIES = 5


@dataclass(slots=True)
class Draft:
    """One mapping while it is worked out: what it starts from, what it will commit, and whom it will ring."""

    engine: Engine
    person: str
    subject: Person
    source: str
    cohort: str
    rows: Mapping[str, Row]
    today: date
    changes: list[Change]
    exemptions: tuple[Exemption, ...]
    leads: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    """Days on which it must be looked at again, beside those that follow from contracts."""
    traits: dict[str, Traits] = field(default_factory=dict)
    admit: bool = False
    provision: list[str] = field(default_factory=list)
    tell: bool = False
    decided: list[Entry] = field(default_factory=list)
    """What goes to the ledger, before anything of it is saved."""

    @property
    def rules(self) -> SourcePolicy:
        decided = self.rows.get(layout.leaves(self.person))
        return as_decided(self.engine.policy.sources[self.source], self.subject, decided)

    @property
    def mapped(self) -> Mapping[str, Any]:
        """What the last mapping left to remember."""
        row = self.rows.get(layout.mapped(self.person))
        return codec.known(row.data) if row else codec.plain(wake="", leads=[], policy=None, said="")

    def hold(self, place: str, what: str, reason: Reason, because: str) -> None:
        key = layout.hold(self.person, place, what)
        hr_id = self.subject.hr_id
        known = self.rows.get(key)
        self.changes.append(hold(self.engine, known, key, reason, because, hr_id=hr_id))
        if known is None or known.data.get("reason") != reason:
            since = self.rows[layout.person(self.person)].version
            self.decide(place, ledger.HELD, since, reason=reason, because=because)

    def decide(self, place: str, verb: str, since: str, **said: Any) -> None:
        """A line about what was decided, starting from the row of version `since`."""
        entry = Entry(
            at=self.engine.clock(),
            person=self.person,
            place=place,
            verb=verb,
            operation=ledger.operation(self.person, place, verb, since, sorted(said.items())),
            cause=self.cohort,
            policy=self.engine.policy_hash,
            **said,
        )
        self.decided.append(entry)

    def release(self, key: str) -> None:
        if key in self.rows:
            self.changes.append(Delete(key))


async def map_person(engine: Engine, person: str) -> None:
    """Map one person, if a mark asks for it. Raises `TryLater` when others keep changing the same person."""
    for _ in range(TRIES):
        mark = await engine.store.get(layout.STATE, layout.bucket(person), layout.mark(Hop.MAP, person))
        if mark is None:
            return
        codec.known(mark.data)
        draft = await _draft(engine, person, mark)
        await write(engine, draft.decided, MAPPED_LINE)
        try:
            await engine.store.commit(layout.STATE, layout.bucket(person), draft.changes)
        except Conflict:
            continue
        if draft.admit:
            await engine.ring(Hop.ADMIT, [person])
        for target in draft.provision:
            await engine.ring(Hop.PROVISION, [person], target)
        if draft.tell:
            await engine.ring(Hop.DEPENDENTS, [person])
        await forget(engine, person, set(draft.mapped["leads"]) - draft.leads)
        return
    raise TryLater(f"person {person} is being changed by others", 5)


async def _draft(engine: Engine, person: str, mark: Row) -> Draft:
    rows = await engine.rows_of(person)
    row = rows.get(layout.person(person))
    subject = codec.PERSON.load(row.data) if row else Person(hr_id="")
    source, cohort = str(row.data["source"]) if row else "", str(codec.known(mark.data)["cohort"])
    gone: list[Change] = [Delete(mark.key, mark.version)]
    exemptions = exceptions.of(person, rows)
    draft = Draft(engine, person, subject, source, cohort, rows, engine.today, gone, exemptions)
    if row is None:
        return draft
    if source not in engine.policy.sources:
        draft.hold(source, "-", Reason.VANISHED, f"the policy has no source {source} any longer; name it again")
        remembered = {**draft.mapped, "policy": engine.policy_hash}  # so that naming it again maps them again
        draft.changes.append(Put(layout.mapped(person), codec.plain(**remembered)))
        return draft
    goes_on = await sponsored(draft)
    seen = await _view(draft)
    for target in engine.policy.targets if goes_on else ():
        await _target(draft, seen, target)
    draft.changes += await exceptions.expire(engine, person, rows)
    _vanished(draft)
    _remember(draft, seen)
    return draft


async def _view(draft: Draft) -> View:
    """The person as rules see them today, with the manager's facts where some rule asks for those."""
    policy = draft.engine.policy
    seen = view(draft.subject, draft.rules, policy, draft.today, seed=draft.person)
    if not policy.manager_names:
        return seen
    lead = manager_of(policy.pointed_from(draft.source), draft.person, seen.facts)
    if lead:
        draft.leads.add(lead)
        await tell(draft.engine, draft.person, lead, draft.mapped["leads"])
    return replace(seen, scope=replace(seen.scope, manager=await facts_today(draft.engine, lead)))


async def _target(draft: Draft, seen: View, target: str) -> None:
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
        new = desired(seen, target, rules)
        if new is not None:
            new = handed_over(last, new, rules, draft.today)
            _check(engine, target, new)
            told = draft.mapped["leads"]
            new, leads = await resolve(engine, draft.person, draft.source, target, new, told)
            draft.leads |= leads
    except Refused as error:
        draft.leads |= set(draft.mapped["leads"])
        draft.hold(target, "map", error.reason, str(error))
        return None
    draft.release(held)
    _waiting(draft, target, new.waiting if new is not None else {})
    draft.traits[target] = traits(engine, seen, target, coming(engine, seen, target, new, seed=draft.person))
    return new


async def _still(draft: Draft, target: str, old: Row, before: Desired, new: Desired) -> None:
    """The Desired is what it was: what is said about it may differ, and what waits may be asked again."""
    if before != new:
        draft.changes.append(Replace(old.key, {**old.data, **codec.DESIRED.dump(new)}, old.version))
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
    whats = _foreseen(new, link, engine.attributes[target], told_apart, block)
    if whats:
        beside = question(version, whats, new, draft.traits[target], link.account)
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


def _foreseen(new: Desired, link: Link, kinds: Kinds, told_apart: Apart, block: Block | None) -> Mapping[str, int]:
    """What this will take, judged by what we remember; what is found live may differ and is then asked again.

    A block takes some away, and needs no leave for others.
    """
    if block is not None:
        new = with_block(new, block)
        new = replace(new, only=frozenset(verb for verb in new.only or () if not block.allows(verb)))
    if new.stage < Stage.READY and not link.account:
        return {}
    known = remembered(link)
    try:
        return counted(plan(new, link, known, kinds), known.attributes if known else {}, told_apart)
    except Refused:
        return {}


def _check(engine: Engine, target: str, new: Desired) -> None:
    """Raises `Refused` for a value that the target would refuse, before anything is sent."""
    kinds = engine.attributes[target]
    for name, value in {**new.initial, **new.lacking, **new.changing, **new.attributes}.items():
        if name in kinds and not kinds[name].reference and (why := kinds[name].misfit(value)):
            raise Refused(f"{name} {why}; correct it in HR or in the policy", Reason.INVALID_VALUE, name)


def _vanished(draft: Draft) -> None:
    """Somebody in service who is missing from HR waits for a person, unless the policy says when that is a leaver."""
    timings = [target.timing for target in draft.engine.policy.targets.values()]
    missing = draft.subject.missing_since
    alive = any(standing(draft.subject, draft.rules, timing, draft.today).stage >= Stage.READY for timing in timings)
    serves = any(one.end is None or one.end >= draft.today for one in draft.subject.contracts)
    if missing is not None and alive and serves and draft.rules.leave_when_missing_for is None:
        because = f"missing from HR since {missing}, without an end date; ask HR what happened"
        draft.hold(draft.source, "-", Reason.VANISHED, because)
        return
    if missing is None:
        draft.release(layout.leaves(draft.person))
    held = layout.hold(draft.person, draft.source, "-")
    if held in draft.rows and draft.rows[held].data["reason"] == Reason.VANISHED:
        draft.changes.append(Delete(held))


def _remember(draft: Draft, seen: View) -> None:
    """What the next mapping wants to know, and one wake for the next day on which a date alone changes something.

    Whoever points to this person is told when what rules read of a manager has changed.
    """
    dates = {
        next_change(draft.subject, draft.rules, draft.engine.policy.targets, draft.today),
        next_day(draft.exemptions, draft.today),
        *draft.days,
    }
    day = min((one for one in dates if one is not None and one > draft.today), default=None)
    wake, before = day.isoformat() if day else "", str(draft.mapped["wake"])
    said = basis(seen.facts, draft.engine.policy.manager_names) if draft.engine.policy.manager_names else ""
    said += service(draft.engine, draft.source, draft.subject, draft.rules)
    data = codec.plain(
        wake=wake,
        leads=sorted(draft.leads),
        policy=draft.engine.policy_hash,
        said=said,
        traits=written(draft.traits),
    )
    if dict(draft.mapped) == data:
        return
    draft.changes += belonging(draft.person, draft.mapped.get("traits", {}), draft.traits)
    if said != draft.mapped["said"]:
        draft.changes.append(draft.engine.marked(Hop.DEPENDENTS, draft.person, draft.engine.trickle("dependents")))
        draft.tell = True
    draft.changes.append(Put(layout.mapped(draft.person), data))
    if before and before != wake:
        draft.changes.append(Delete(layout.wake(date.fromisoformat(before), draft.person)))
    if day is not None:
        draft.changes.append(Put(layout.wake(day, draft.person), codec.plain()))
