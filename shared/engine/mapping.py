"""What a person should have now: person + policy + today → Desired per target, saved with the mark of the next hop.

The mark is removed in the same commit that saves the result, with the version that was read, so that news arriving
meanwhile is never lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared import codec, layout
from shared.engine.parts import Engine
from shared.errors import Reason, Refused, TryLater
from shared.layout import Hop
from shared.lifecycle import desired as wanted
from shared.lifecycle import next_change
from shared.model import Desired, Link, Person, Stage, Value
from shared.planning import counted, plan, remembered
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row, prefixed

TRIES = 5


@dataclass(slots=True)
class Result:
    """What one mapping will commit, and whom it will ring."""

    changes: list[Change] = field(default_factory=list)
    admit: bool = False
    provision: list[str] = field(default_factory=list)


async def map_person(engine: Engine, person: str) -> None:
    """Map one person, if a mark asks for it. Raises `TryLater` when others keep changing the same person."""
    for _ in range(TRIES):
        mark = await engine.store.get(layout.STATE, layout.bucket(person), layout.mark(Hop.MAP, person))
        if mark is None:
            return
        rows = await engine.rows_of(person)
        result = await _map(engine, person, mark, rows)
        try:
            await engine.store.commit(layout.STATE, layout.bucket(person), result.changes)
        except Conflict:
            continue
        if result.admit:
            await engine.ring(Hop.ADMIT, [person])
        for target in result.provision:
            await engine.ring(Hop.PROVISION, [person], target)
        return
    raise TryLater(f"person {person} is being changed by others", 5)


async def _map(engine: Engine, person: str, mark: Row, rows: Mapping[str, Row]) -> Result:
    result, today = Result([Delete(mark.key, mark.version)]), engine.today
    row = rows.get(layout.person(person))
    if row is None:
        return result
    subject, source = codec.PERSON.load(row.data), str(row.data["source"])
    leads = await _lean_on(engine, person, subject, source, rows)
    for target in engine.policy.targets:
        result.changes += await _target(engine, person, subject, source, target, mark, rows, today, result)
    result.changes += _vanished(engine, person, subject, source, rows)
    result.changes += _calendar(engine, person, subject, source, rows, leads, today)
    return result


async def _target(
    engine: Engine,
    person: str,
    subject: Person,
    source: str,
    target: str,
    mark: Row,
    rows: Mapping[str, Row],
    today: date,
    result: Result,
) -> list[Change]:
    """The changes for one target; what cannot be worked out is held, and the last Desired stays in force."""
    policy, hold = engine.policy.targets[target], layout.hold(person, target, "map")
    try:
        new = wanted(
            subject, engine.policy.sources[source], policy, today, engine.policy.time_zone, f"{person}/{target}"
        )
        if new is not None:
            new = await _resolved(engine, source, target, new)
            _fits(engine.limits[target], new)
    except Refused as error:
        return [Put(hold, codec.plain(reason=error.reason, because=str(error), hr_id=subject.hr_id))]
    changes: list[Change] = [Delete(hold)] if hold in rows else []
    old = rows.get(layout.desired(person, target))
    if new is None or (old is not None and _equal(codec.DESIRED.load(old.data), new)):
        return changes
    version = int(old.data["version"]) + 1 if old else 1
    data = codec.DESIRED.dump(new, version=version)
    key = layout.desired(person, target)
    changes.append(Replace(key, data, old.version) if old else Insert(key, data))
    changes.append(Delete(layout.lease(person, target)))  # whoever works on the old Desired stops at the next save
    changes += [Delete(k) for k in rows if k.startswith(layout.holds(person, target)) and k != hold]
    link_row = rows.get(layout.link(person, target))
    link = codec.LINK.load(link_row.data) if link_row else Link()
    verbs = _foreseen(new, link, engine.references[target])
    cohort = str(mark.data["cohort"])
    if verbs:
        changes.append(engine.marked(Hop.ADMIT, person, cohort, target, version=version, verbs=verbs))
        result.admit = True
    else:
        changes.append(engine.marked(Hop.PROVISION, person, cohort, target, attempts=0))
        result.provision.append(target)
    return changes


def _equal(old: Desired, new: Desired) -> bool:
    """Whether nothing follows from the difference; the reason alone is no difference."""
    return replace(old, because="") == replace(new, because="")


def _foreseen(new: Desired, link: Link, references: frozenset[str]) -> dict[str, int]:
    """The verbs this will take, judged by what we remember; what is found live may differ and is then asked again."""
    if new.stage < Stage.READY and not link.account:
        return {}
    try:
        return {str(verb): count for verb, count in counted(plan(new, link, remembered(link), references)).items()}
    except Refused:
        return {}


async def _resolved(engine: Engine, source: str, target: str, new: Desired) -> Desired:
    """References as account ids; one whose account does not exist yet is absent, and changes nothing."""
    attributes = dict(new.attributes)
    for name in engine.references[target] & attributes.keys():
        hr_id = attributes.pop(name)
        if hr_id is None or hr_id == "":
            attributes[name] = None
            continue
        lead = layout.own_id(source, str(hr_id))
        row = await engine.store.get(layout.STATE, layout.bucket(lead), layout.link(lead, target))
        link = codec.LINK.load(row.data) if row else Link()
        if link.account and not link.deleted:
            attributes[name] = link.account
    return replace(new, attributes=attributes)


def _fits(limits: Mapping[str, int], new: Desired) -> None:
    """Raises `Refused` for a value that is longer than the target holds, before anything is sent."""
    given: dict[str, Value] = {**new.initial, **new.attributes}
    for name, value in given.items():
        if limits.get(name) and isinstance(value, str) and len(value) > limits[name]:
            raise Refused(
                f"{name} has {len(value)} characters, the target holds {limits[name]}; shorten it in HR or with Left",
                Reason.INVALID_VALUE,
                name,
            )


async def _lean_on(
    engine: Engine, person: str, subject: Person, source: str, rows: Mapping[str, Row]
) -> frozenset[str]:
    """Whom this person's references point to; each of them is told before their account is looked up."""
    names = {str(contract.fields["manager"]) for contract in subject.contracts if contract.fields.get("manager")}
    leads = frozenset(layout.own_id(source, name) for name in names) - {person}
    row = rows.get(layout.mapped(person))
    for lead in sorted(leads - frozenset(row.data["leads"] if row else ())):
        await engine.store.commit(
            layout.STATE, layout.bucket(lead), [Put(layout.dependent(lead, person), codec.plain())]
        )
    return leads


def _vanished(engine: Engine, person: str, subject: Person, source: str, rows: Mapping[str, Row]) -> list[Change]:
    """Somebody missing from HR waits for a person, unless the policy says when that makes a leaver."""
    hold = layout.hold(person, source, "-")
    if subject.missing_since is not None and engine.policy.sources[source].leave_when_missing_for is None:
        because = f"missing from HR since {subject.missing_since}, without an end date; ask HR what happened"
        return [Put(hold, codec.plain(reason=Reason.VANISHED, because=because, hr_id=subject.hr_id))]
    return [Delete(hold)] if hold in rows and rows[hold].data["reason"] == Reason.VANISHED else []


def _calendar(
    engine: Engine,
    person: str,
    subject: Person,
    source: str,
    rows: Mapping[str, Row],
    leads: frozenset[str],
    today: date,
) -> list[Change]:
    """The next day on which a date alone changes something, as one wake; the one that was set before goes."""
    timings = {name: target.timing for name, target in engine.policy.targets.items()}
    day = next_change(subject, engine.policy.sources[source], timings, today)
    row = rows.get(layout.mapped(person))
    data = codec.plain(wake=day.isoformat() if day else "", leads=sorted(leads), policy=engine.policy_hash)
    if row is not None and dict(row.data) == data:
        return []
    changes: list[Change] = [Put(layout.mapped(person), data)]
    if row is not None and row.data["wake"] and row.data["wake"] != data["wake"]:
        changes.append(Delete(layout.wake(date.fromisoformat(row.data["wake"]), person)))
    if day is not None:
        changes.append(Put(layout.wake(day, person), codec.plain()))
    return changes


async def ring_dependents(engine: Engine, person: str) -> None:
    """Have everybody mapped again who points to `person`, because that account came or went."""
    home = layout.bucket(person)
    mark = await engine.store.get(layout.STATE, home, layout.mark(Hop.DEPENDENTS, person))
    if mark is None:
        return
    first, last = prefixed(layout.dependents(person))
    others = [row.key.removeprefix(first) async for row in engine.store.scan(layout.STATE, home, first, last)]
    for other in others:
        change = engine.marked(Hop.MAP, other, str(mark.data["cohort"]))
        await engine.store.commit(layout.STATE, layout.bucket(other), [change])
    await engine.ring(Hop.MAP, others)
    try:
        await engine.store.commit(layout.STATE, home, [Delete(mark.key, mark.version)])
    except Conflict:
        await engine.ring(Hop.DEPENDENTS, [person])
