"""What a person should have now: person + policy + today → Desired per target, saved with the mark of the next hop.

The mark is removed in the same commit that saves the result, with the version that was read, so that news arriving
meanwhile is never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from shared import codec, layout
from shared.desired import View, desired, view
from shared.engine.dependents import facts_today, forget, manager_of, resolve, tell
from shared.engine.parts import Engine
from shared.errors import Reason, Refused, TryLater
from shared.identifiers import basis
from shared.layout import Hop
from shared.lifecycle import next_change, standing
from shared.model import Desired, Link, Person, Stage
from shared.planning import Kinds, counted, plan, remembered
from shared.policy import SourcePolicy
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row

TRIES = 5

NOBODY = codec.plain(owner="", until=datetime.min.replace(tzinfo=UTC).isoformat())
"""A lease that is nobody's: whoever had it stops at the next save, because the row has another version."""


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
    leads: set[str] = field(default_factory=set)
    admit: bool = False
    provision: list[str] = field(default_factory=list)
    tell: bool = False

    @property
    def rules(self) -> SourcePolicy:
        return self.engine.policy.sources[self.source]

    @property
    def mapped(self) -> Mapping[str, Any]:
        """What the last mapping left to remember."""
        row = self.rows.get(layout.mapped(self.person))
        return codec.known(row.data) if row else codec.plain(wake="", leads=[], policy=None, said="")

    def hold(self, place: str, what: str, reason: Reason, because: str) -> None:
        data = codec.plain(reason=reason, because=because, hr_id=self.subject.hr_id)
        self.changes.append(Put(layout.hold(self.person, place, what), data))

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
    draft = Draft(engine, person, subject, source, cohort, rows, engine.today, gone)
    if row is None:
        return draft
    if source not in engine.policy.sources:
        draft.hold(source, "-", Reason.VANISHED, f"the policy has no source {source} any longer; name it again")
        remembered = {**draft.mapped, "policy": engine.policy_hash}  # so that naming it again maps them again
        draft.changes.append(Put(layout.mapped(person), codec.plain(**remembered)))
        return draft
    seen = await _view(draft)
    for target in engine.policy.targets:
        await _target(draft, seen, target)
    _vanished(draft)
    _remember(draft, seen)
    return draft


async def _view(draft: Draft) -> View:
    """The person as rules see them today, with the manager's facts where some rule asks for those."""
    policy = draft.engine.policy
    seen = view(draft.subject, draft.rules, policy, draft.today, seed=draft.person)
    if not policy.manager_names:
        return seen
    lead = manager_of(draft.source, draft.person, seen.facts)
    if lead:
        draft.leads.add(lead)
        await tell(draft.engine, draft.person, lead, draft.mapped["leads"])
    return replace(seen, scope=replace(seen.scope, manager=await facts_today(draft.engine, lead)))


async def _target(draft: Draft, seen: View, target: str) -> None:
    """One target's Desired; what cannot be worked out is held, and the last Desired stays in force."""
    engine = draft.engine
    held = layout.hold(draft.person, target, "map")
    try:
        new = desired(seen, target, engine.policy.targets[target])
        if new is not None:
            _check(engine, target, new)
            told = draft.mapped["leads"]
            new, leads = await resolve(engine, draft.person, draft.source, target, new, told)
            draft.leads |= leads
    except Refused as error:
        draft.leads |= set(draft.mapped["leads"])
        draft.hold(target, "map", error.reason, str(error))
        return
    draft.release(held)
    old = draft.rows.get(layout.desired(draft.person, target))
    if new is not None and (old is None or not _equal(codec.DESIRED.load(old.data), new)):
        _renew(draft, target, old, new)


def _renew(draft: Draft, target: str, old: Row | None, new: Desired) -> None:
    """Save a new Desired: whoever works on the old one stops, what waited for it is void, the next hop is marked."""
    person, engine, key = draft.person, draft.engine, layout.desired(draft.person, target)
    version = int(old.data["version"]) + 1 if old else 1
    data = codec.DESIRED.dump(new, version=version)
    draft.changes.append(Replace(key, data, old.version) if old else Insert(key, data))
    draft.changes.append(Put(layout.lease(person, target), NOBODY))
    for one, held in draft.rows.items():
        void = one.startswith(layout.holds(person, target)) and one != layout.hold(person, target, "map")
        if void and codec.readable(held.data):
            draft.changes.append(Delete(one))
    row = draft.rows.get(layout.link(person, target))
    verbs = _foreseen(new, codec.LINK.load(row.data) if row else Link(), engine.attributes[target])
    if verbs:
        draft.changes.append(engine.marked(Hop.ADMIT, person, draft.cohort, target, version=version, verbs=verbs))
        draft.admit = True
    else:
        draft.changes.append(Delete(layout.mark(Hop.ADMIT, person, target)))
        draft.changes.append(engine.marked(Hop.PROVISION, person, draft.cohort, target, attempts=0))
        draft.provision.append(target)


def _equal(old: Desired, new: Desired) -> bool:
    """Whether nothing follows from the difference; the reason alone is no difference."""
    return replace(old, because="") == replace(new, because="")


def _foreseen(new: Desired, link: Link, kinds: Kinds) -> dict[str, int]:
    """The verbs this will take, judged by what we remember; what is found live may differ and is then asked again."""
    if new.stage < Stage.READY and not link.account:
        return {}
    try:
        return {str(verb): count for verb, count in counted(plan(new, link, remembered(link), kinds)).items()}
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
    held = layout.hold(draft.person, draft.source, "-")
    if held in draft.rows and draft.rows[held].data["reason"] == Reason.VANISHED:
        draft.changes.append(Delete(held))


def _remember(draft: Draft, seen: View) -> None:
    """What the next mapping wants to know, and one wake for the next day on which a date alone changes something.

    Whoever points to this person is told when what rules read of a manager has changed.
    """
    day = next_change(draft.subject, draft.rules, draft.engine.policy.targets, draft.today)
    wake, before = day.isoformat() if day else "", str(draft.mapped["wake"])
    said = basis(seen.facts, draft.engine.policy.manager_names) if draft.engine.policy.manager_names else ""
    data = codec.plain(wake=wake, leads=sorted(draft.leads), policy=draft.engine.policy_hash, said=said)
    if dict(draft.mapped) == data:
        return
    if said != draft.mapped["said"]:
        draft.changes.append(draft.engine.marked(Hop.DEPENDENTS, draft.person, draft.engine.trickle("dependents")))
        draft.tell = True
    draft.changes.append(Put(layout.mapped(draft.person), data))
    if before and before != wake:
        draft.changes.append(Delete(layout.wake(date.fromisoformat(before), draft.person)))
    if day is not None:
        draft.changes.append(Put(layout.wake(day, draft.person), codec.plain()))
