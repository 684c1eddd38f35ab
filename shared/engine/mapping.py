"""What a person should have now: person + policy + today → Desired per target, saved with the mark of the next hop.

The mark is removed in the same commit that saves the result, with the version that was read, so that news arriving
meanwhile is never lost.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from shared import codec, layout
from shared.desired import View, view
from shared.engine import exceptions
from shared.engine.asking import belonging, written
from shared.engine.dependents import facts_today, forget, manager_of, tell
from shared.engine.drafting import Draft
from shared.engine.extending import service, sponsored
from shared.engine.humans import others
from shared.engine.joining import is_another, nothing_of_its_own, tell_parted
from shared.engine.ledger import MAPPED_LINE, write
from shared.engine.parts import Engine
from shared.engine.recognising import recognised
from shared.engine.sharing import shares
from shared.engine.targeting import map_target
from shared.errors import Reason, TryLater
from shared.exceptions import next_day
from shared.identifiers import basis
from shared.layout import Hop
from shared.lifecycle import next_change, standing
from shared.model import Person, Stage
from shared.store import Change, Conflict, Delete, Put, Row
from shared.telemetry import catalogue, door

TRIES = 5


@door(catalogue.MAP, catalogue.PERSON)
async def map_person(engine: Engine, person: str) -> None:
    """Map one person, if a mark asks for it. Raises `TryLater` when others keep changing the same person."""
    for _ in range(TRIES):
        mark = await engine.store.get(layout.STATE, layout.bucket(person), layout.mark(Hop.MAP, person))
        if mark is None:
            return
        codec.known(mark.data)
        draft = await _draft(engine, person, mark)
        if await recognised(draft):
            continue
        await _work_out(draft)
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
        if draft.rings:
            await engine.ring(Hop.MAP, draft.rings)
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
    return Draft(engine, person, subject, source, cohort, rows, engine.today, gone, exemptions)


async def _work_out(draft: Draft) -> None:
    """Everything that follows for this person, as changes of the draft."""
    engine, person, source = draft.engine, draft.person, draft.source
    if layout.person(person) not in draft.rows:
        return
    if source not in engine.policy.sources:
        draft.hold(source, "-", Reason.VANISHED, f"the policy has no source {source} any longer; name it again")
        _keep(draft)
        return
    _vanished(draft)
    await tell_parted(draft)
    goes_on = await sponsored(draft)
    another = await is_another(draft)
    await shares(draft, alone=not another)
    if another:
        _remember(draft, None)
        return
    if draft.waits:
        draft.changes += nothing_of_its_own(draft)
        _remember(draft, None)
        return
    records = await others(engine, person, draft.rows)
    draft.others = [one for one in records if one is not None]
    if len(draft.others) < len(records):
        because = "another record of this human has not been read yet; it comes with HR, or part the two"
        draft.hold(source, "map", Reason.MISSING_DATA, because)
        _keep(draft)
        return
    draft.release(layout.hold(person, source, "map"))
    seen = await _view(draft)
    for target in engine.policy.targets if goes_on or draft.others else ():
        await map_target(draft, seen, target)
    draft.changes += await exceptions.expire(engine, person, draft.rows)
    _remember(draft, seen)


def _keep(draft: Draft) -> None:
    """What was worked out before stays in force, and is worked out anew with the next policy."""
    draft.leads |= set(draft.mapped["leads"])
    remembered = {**draft.mapped, "policy": draft.engine.policy_hash, "likes": draft.likes, "owns": draft.owns}
    draft.changes.append(Put(layout.mapped(draft.person), codec.plain(**remembered)))


async def _view(draft: Draft) -> View:
    """The human as rules see them today, with the manager's facts where some rule asks for those."""
    policy = draft.engine.policy
    seen = view(draft.whole, draft.rules, policy, draft.today, seed=draft.person)
    if not policy.manager_names:
        return seen
    lead = await manager_of(draft.engine, seen.source or draft.source, draft.person, seen.facts)
    if lead:
        draft.leads.add(lead)
        await tell(draft.engine, draft.person, lead, draft.mapped["leads"])
    return replace(seen, scope=replace(seen.scope, manager=await facts_today(draft.engine, lead)))


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


def _days(draft: Draft, *, own: bool) -> Iterator[date | None]:
    """The days on which something may be different though HR says nothing, for one who has something of their own."""
    yield from draft.days
    if not own:
        return
    yield next_change(draft.whole, draft.rules, draft.engine.policy.targets, draft.today)
    yield next_day(draft.exemptions, draft.today)
    if draft.others:
        yield from (one.gone_from for one in (draft.record, *draft.others))


def _remember(draft: Draft, seen: View | None) -> None:
    """What the next mapping wants to know, and one wake for the next day on which a date alone changes something.

    Whoever points to this person is told when what rules read of a manager has changed. Without `seen` this is somebody
    who has nothing of their own.
    """
    dates = _days(draft, own=seen is not None)
    day = min((one for one in dates if one is not None and one > draft.today), default=None)
    wake, before = day.isoformat() if day else "", str(draft.mapped["wake"])
    names = draft.engine.policy.manager_names
    said = (basis(seen.facts, names) if names else "") + service(draft) if seen else ""
    data = codec.plain(
        wake=wake,
        leads=sorted(draft.leads),
        policy=draft.engine.policy_hash,
        said=said,
        traits=written(draft.traits),
        likes=draft.likes,
        **({"owns": draft.owns} if draft.owns else {}),
    )
    draft.tell = draft.tell or said != draft.mapped["said"]
    if draft.tell:
        draft.changes.append(draft.engine.marked(Hop.DEPENDENTS, draft.person, draft.engine.trickle("dependents")))
    if dict(draft.mapped) == data:
        return
    draft.changes += belonging(draft.person, draft.mapped.get("traits", {}), draft.traits)
    draft.changes.append(Put(layout.mapped(draft.person), data))
    if before and before != wake:
        draft.changes.append(Delete(layout.wake(date.fromisoformat(before), draft.person)))
    if day is not None:
        draft.changes.append(Put(layout.wake(day, draft.person), codec.plain()))
