"""Whether a record of HR is another one of a known human: joined where a rule is certain, asked where it is not.

A record that waits for the answer gets nothing, so that nobody has two accounts; who has one keeps it.
"""

from collections.abc import Mapping

from shared import layout
from shared.engine import likeness
from shared.engine.drafting import Draft
from shared.engine.humans import record_of
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.records import joined, named, others_of, settled
from shared.errors import Reason
from shared.humans import CERTAIN, Likeness, Other, Record, Verdict, judged, likenesses
from shared.layout import Hop
from shared.lifecycle import standing
from shared.model import Stage
from shared.store import Conflict, Row


async def recognised(draft: Draft) -> bool:
    """Whether a rule has made this record another one of a human just now; `draft` is out of date then.

    What only may be so is held; the draft waits where nothing may be done until the answer.
    """
    engine, person, rows = draft.engine, draft.person, draft.rows
    if layout.person(person) not in rows or draft.source not in engine.policy.sources or engine.policy.people is None:
        return False
    rules = sorted(engine.policy.people.same, key=lambda rule: rule.confidence)
    alike = {engine.veiled(one.text): one for one in likenesses(draft.facts, rules)}
    standing_there = await _stand(draft, alike)
    if layout.twin_of(person) in rows:
        return False
    others = await _others(draft, alike, standing_there)
    verdict = judged(settled(rows), others, single=not others_of(person, rows))
    if (other := verdict.joins) is not None:
        facts = dict.fromkeys(other.names, "")
        await note(engine, person, draft.source, "join record", by="policy", attributes=facts, human=other.human)
        try:
            changes = joined(engine, person, rows, other.human, "policy")
            await engine.store.commit(layout.STATE, layout.bucket(person), changes)
        except Conflict:
            return True  # somebody said or did something meanwhile; what follows is seen by looking again
        await engine.ring(Hop.DEPENDENTS, [person])
        return True
    _ask(draft, verdict)
    await _have_asked(draft, others)
    return False


def _ask(draft: Draft, verdict: Verdict) -> None:
    """Hold the question where there is one that matters now, and forget the one that is no more."""
    asking = verdict.question if _alive(draft.engine, draft.record) else ""
    what = (layout.SAME if verdict.human else layout.SAME_AS_MANY) if asking else ""
    for other in {layout.SAME, layout.SAME_AS_MANY} - {what}:
        draft.release(layout.hold(draft.person, draft.source, other))
    if asking:
        draft.hold(draft.source, what, Reason.SAME_HUMAN, asking, account=verdict.human)
        draft.waits = not settled(draft.rows)


async def _have_asked(draft: Draft, others: list[Other]) -> None:
    """A record without an account that was known before this one has the question now, because this one has one."""
    if not settled(draft.rows):
        return
    for other in [one.human for one in others if one.earlier and not one.settled and not one.asked]:
        mark = draft.engine.marked(Hop.MAP, other, draft.cohort)
        await draft.engine.store.commit(layout.STATE, layout.bucket(other), [mark])
        draft.rings.append(other)


async def _stand(draft: Draft, alike: Mapping[str, Likeness]) -> Mapping[str, list[str]]:
    """Have this record be found by what it has in common with others; who is found by each, in order."""
    draft.likes = sorted(alike)
    await likeness.leave(draft.engine, draft.person, set(draft.mapped.get("likes", ())) - alike.keys())
    return await likeness.stand(draft.engine, draft.person, alike)


async def _others(draft: Draft, alike: Mapping[str, Likeness], standing_there: Mapping[str, list[str]]) -> list[Other]:
    """The humans who have a record like this one, each once, by the surest likeness."""
    others: dict[str, Other] = {}
    for name, records in standing_there.items():
        for number, other in enumerate(records):
            one = await _other(draft, other, alike[name], earlier=number < records.index(draft.person))
            if one is not None and (one.human not in others or one.confidence > others[one.human].confidence):
                others[one.human] = one
    return list(others.values())


async def _other(draft: Draft, other: str, alike: Likeness, *, earlier: bool) -> Other | None:
    """The human of that record; None for oneself, for one who was told apart, and for one who does not count yet."""
    engine, person = draft.engine, draft.person
    theirs = await engine.rows_of(other)
    home = named(theirs.get(layout.twin_of(other))) or other
    rows = theirs if home == other else await engine.rows_of(home)
    record = await record_of(engine, home, rows)
    if home == person or record is None or _apart(person, draft.rows, {other: theirs, home: rows}):
        return None
    has = settled(rows)
    if alike.confidence < CERTAIN and not has and not _alive(engine, record):
        return None
    return Other(
        human=home,
        name=f"{record.person.hr_id} of {record.source}",
        confidence=alike.confidence,
        names=alike.names,
        settled=has,
        earlier=earlier,
        single=not others_of(home, rows),
        asked=any(layout.hold(home, record.source, what) in rows for what in (layout.SAME, layout.SAME_AS_MANY)),
    )


def _apart(person: str, rows: Mapping[str, Row], others: Mapping[str, Mapping[str, Row]]) -> bool:
    """Whether somebody said, of either, that the two are not one human."""
    mine = any(layout.apart(person, other) in rows for other in others)
    return mine or any(layout.apart(other, person) in theirs for other, theirs in others.items())


def _alive(engine: Engine, record: Record) -> bool:
    """Whether this record alone would have an account somewhere."""
    rules = engine.policy.sources[record.source]
    timings = [target.timing for target in engine.policy.targets.values()]
    return any(standing(record.person, rules, one, engine.today).stage >= Stage.READY for one in timings)
