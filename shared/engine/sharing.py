"""Values that no two people may have: whoever comes later with one that somebody has waits until HR corrects it.

Whoever has an account keeps it. People are found by keyed hashes, in rows that each stands on while in service; two who
are new wait both, because nobody can say whose it is.
"""

import json

from shared import layout
from shared.engine import likeness
from shared.engine.drafting import Draft
from shared.engine.humans import record_of
from shared.engine.parts import Engine
from shared.engine.records import named, settled
from shared.errors import Reason
from shared.facts import items, shift, text_of
from shared.layout import Hop
from shared.quality.record import ahead
from shared.quality.together import GIVE_OWN, folded_value, shared_by


async def shares(draft: Draft, *, alone: bool) -> None:
    """Hold this record where somebody else has what only one may have; `alone` says that it is no other's record."""
    engine, person = draft.engine, draft.person
    owned = {engine.veiled(text): name for name, text in _owned(draft).items()} if alone else {}
    before = set(draft.mapped.get("owns", ()))
    draft.owns = sorted(owned)
    draft.days |= {shift(one.end, 1) for one in draft.subject.contracts if owned and one.end}
    key, found = layout.hold(person, draft.source, layout.SHARED), list[str]()
    for veiled, others in (await likeness.stand(engine, person, owned, crowds=True)).items():
        if person not in others:  # nobody of so many rings for this one
            draft.days.add(shift(draft.today, 1))
        rivals = [one for one in others if one != person and await _serves(engine, person, one)]
        if veiled not in before:
            await _ring(draft, rivals)
        found += [owned[veiled]] if rivals else []
    for veiled in before - owned.keys():
        await _ring(draft, await likeness.leave(engine, person, {veiled}))
    if found and not settled(draft.rows):
        draft.hold(draft.source, layout.SHARED, Reason.DUPLICATE_VALUE, f"{shared_by(sorted(found)[0])}; {GIVE_OWN}")
        draft.waits = True
    else:
        draft.release(key)


def _owned(draft: Draft) -> dict[str, str]:
    """Fact → its value as it is compared, of those that the policy reads and that nobody shares."""
    policy = draft.engine.policy
    names = [name for name in policy.sources[draft.source].quality.unique if name in policy.fact_names]
    if not names or not ahead(draft.subject, draft.today):
        return {}
    texts = {name: [folded_value(text_of(one)) for one in items(draft.facts.get(name))] for name in names}
    return {name: json.dumps(["unique", name, some]) for name, some in texts.items() if some}


async def _serves(engine: Engine, person: str, other: str) -> bool:
    """Whether `other` is somebody else in service, and no other record of the same human."""
    rows = await engine.rows_of(other)
    home = named(rows.get(layout.twin_of(other))) or other
    record = await record_of(engine, other, rows)
    return home != person and record is not None and ahead(record.person, engine.today)


async def _ring(draft: Draft, people: list[str]) -> None:
    """Have them looked at again: what they wait for, or must wait for, is another thing now."""
    for one in people:
        mark = draft.engine.marked(Hop.MAP, one, draft.cohort)
        await draft.engine.store.commit(layout.STATE, layout.bucket(one), [mark])
        draft.rings.append(one)
