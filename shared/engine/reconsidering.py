"""What waits though nothing about the person has changed: asked again when the policy that made it wait is another."""

from collections.abc import Mapping
from typing import Any

from shared import codec, layout
from shared.consent import observed
from shared.engine.asking import Traits, kept
from shared.engine.parts import Engine
from shared.errors import Reason
from shared.layout import Hop
from shared.store import Change, Delete, Insert, Replace, Row

ANSWERED = frozenset({"rejected", "snoozed"})
"""What stands in a hold that somebody has said no or not now to: no other limit changes that."""


async def reconsidered(
    engine: Engine,
    person: str,
    target: str,
    rows: Mapping[str, Row],
    cohort: str,
    known: Traits,
    asked: Mapping[str, Any],
) -> list[Change]:
    """What was observed and is enforced now is asked for, and so is what waits for limits that have changed; a warning
    of no seat that is out of date goes. `asked` is the question without its whats; `rows` are as mapping read them.
    """
    prefix, before = layout.holds(person, target), kept(rows.get(layout.mapped(person)), target)
    whats: dict[str, int] = {}
    changes: list[Change] = []
    for key, row in rows.items():
        if key.startswith(prefix) and codec.readable(row.data):
            what = key.removeprefix(prefix)
            if _is_enforced(engine, target, what, row, known) or _has_another_limit(row, before, known):
                whats[what] = 1
            elif "coming" in row.data and what not in known.coming:
                changes.append(Delete(key))
    return [*changes, await _also(engine, person, target, cohort, {**asked, "whats": whats})] if whats else changes


def _is_enforced(engine: Engine, target: str, what: str, row: Row, known: Traits) -> bool:
    rules = engine.policy.targets[target]
    return row.data["reason"] == Reason.OBSERVED and not observed(what, rules, outside=known.outside)


def _has_another_limit(row: Row, before: Traits, known: Traits) -> bool:
    return row.data["reason"] == Reason.LIMIT and known.brakes != before.brakes and not ANSWERED & row.data.keys()


async def _also(engine: Engine, person: str, target: str, cohort: str, asked: Mapping[str, Any]) -> Change:
    """The mark that asks for this, and for what it asked before, if there is one for the same Desired."""
    new = engine.marked(Hop.ADMIT, person, cohort, target, **asked)
    there = await engine.store.get(layout.STATE, layout.bucket(person), new.key)
    if there is None:
        return Insert(new.key, new.data)
    same = codec.readable(there.data) and there.data["version"] == asked["version"]
    whats = {**(there.data["whats"] if same else {}), **asked["whats"]}
    return Replace(new.key, {**new.data, "whats": whats}, there.version)
