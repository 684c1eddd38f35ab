"""A person's yes to a named list: exactly that is done, for those Desired versions and accounts, and nothing newer.

What a yes lets be done is saved in one commit for each person, so that a crash leaves everything either answered or
waiting. Executing it means to look again: what is no longer in the plan is not done, and what is new is asked anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from shared import layout
from shared.approvals import crowds, eyes, same_person, standing, verdict
from shared.engine.answering import carried, starts
from shared.engine.approvers import may
from shared.engine.holding import holds, of_person, state_of, tell
from shared.engine.parts import Engine
from shared.errors import Refused, TryLater
from shared.holds import Answer, Held, State, fingerprint
from shared.layout import Hop
from shared.picking import picked
from shared.store import Change, Conflict, Replace, Row

TRIES = 5


@dataclass(slots=True)
class Approved:
    """What became of a yes: what may be done now, what waits for a second person, and what had changed meanwhile."""

    done: list[Held] = field(default_factory=list)
    second: list[Held] = field(default_factory=list)
    changed: list[Held] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """Somebody's yes: whose, why, to which list, and how many different people each thing in it needs."""

    by: str
    because: str
    list: str
    needed: Mapping[tuple[str, ...], int]


async def approve(
    engine: Engine, names: Sequence[str], by: str, because: str = "", *, recreate: bool = False
) -> Approved:
    """Say yes to what these fingerprints name. `by` is who says it; it goes to the ledger with `because`.

    Raises `Refused`, with nothing changed, when one of them names nothing that waits now, when it takes more than a
    yes, when `by` may not answer, and when they said yes before and another person must.
    """
    everything, rules = await holds(engine), engine.policy.approvals
    waiting = [one for one in everything if state_of(engine, one) is State.WAITING]
    snoozed = [one for one in everything if state_of(engine, one) is State.SNOOZED]
    chosen = picked([*waiting, *snoozed], waiting, names, approving=True)
    _only_a_yes(chosen, recreate)
    for one in chosen:
        await may(engine, one, by, own=False)
    crowd, together = crowds(everything), len({one.person for one in chosen})
    needed = {one.thing: eyes(one, crowd, together, rules) for one in chosen}
    verdicts = [verdict(one, by, needed[one.thing], engine.clock(), rules) for one in chosen]
    if all(one.again and not one.done for one in verdicts):
        raise Refused("you have said yes to this already; another person must say it too")
    word, found = Word(by=by, because=because, list=fingerprint(chosen), needed=needed), Approved()
    for _, some in groupby(sorted(chosen, key=_together), key=_together):
        await _say(engine, list(some), word, found)
    return found


def _only_a_yes(chosen: Sequence[Held], recreate: bool) -> None:
    for one in chosen:
        if one.answer is Answer.NOTHING:
            raise Refused(f"a yes does not repair what waits for {one.hr_id} ({one.reason}): {one.because}")
        if one.answer is Answer.RECREATE and not recreate:
            raise Refused(
                f"the account of {one.hr_id} on {one.place} was deleted by somebody else; to have it brought back, or "
                "made anew where it is gone for good, say --recreate"
            )


def _together(one: Held) -> tuple[str, str, str, str]:
    """What is saved in one commit."""
    return one.person, one.place, one.answer, one.account


async def _say(engine: Engine, some: Sequence[Held], word: Word, found: Approved) -> None:
    """Save the answers to what is one person's, as their rows are now. Raises `TryLater` when these keep changing."""
    person = some[0].person
    told: set[tuple[Held, str]] = set()
    for _ in range(TRIES):
        rows = await engine.rows_of(person)
        there = {one.thing: one for one in of_person(engine, person, rows) if one.rejected is None}
        still = [there[one.thing] for one in some if one.thing in there]
        done = [one for one in still if _done(engine, one, word)]
        second = [one for one in still if one not in done]
        try:
            changes = carried(engine, done, rows, word.by, f"approval|{word.list}") if done else []
        except Refused:
            done, changes = [], []
        changes += [_first(engine, one, rows, word) for one in second]
        said = {(one, "yes" if one in done else "first yes of two") for one in (*done, *second)}
        for one, outcome in sorted(said - told, key=lambda each: each[0].what):
            await tell(engine, one, "approve", word.by, word.because, fingerprint=word.list, outcome=outcome)
        told |= said
        try:
            if changes:
                await engine.store.commit(layout.STATE, layout.bucket(person), changes)
        except Conflict:
            continue
        found.done += done
        found.second += second
        found.changed += [one for one in some if one.thing not in {each.thing for each in (*done, *second)}]
        await _ring(engine, done)
        return
    raise TryLater(f"person {person} is being changed by others", 5)


def _done(engine: Engine, one: Held, word: Word) -> bool:
    """Whether this yes is the last that was needed, by the row as it is now."""
    return verdict(one, word.by, word.needed[one.thing], engine.clock(), engine.policy.approvals).done


def _first(engine: Engine, one: Held, rows: Mapping[str, Row], word: Word) -> Change:
    """The row with this yes beside those that are still heard; a second one of the same person counts once."""
    row = rows[layout.hold(one.person, one.place, one.what)]
    heard = standing(one, engine.clock(), engine.policy.approvals)
    others = [(each.by, each.at, each.policy) for each in heard if not same_person(each.by, word.by)]
    yes = [*others, (word.by, engine.clock(), engine.policy_hash)]
    data = {**row.data, "yes": [{"by": by, "at": at.isoformat(), "policy": policy} for by, at, policy in yes]}
    return Replace(row.key, data, row.version)


async def _ring(engine: Engine, done: Sequence[Held]) -> None:
    """Have it looked at now, or when the first of it may begin."""
    if not done:
        return
    first, now = done[0], engine.clock()
    if first.answer in (Answer.EXTEND, Answer.JOIN, Answer.LEAVE):
        await engine.ring(Hop.MAP, [first.person])
        return
    start = min(starts(engine, done).values(), default=now)
    await engine.ring(Hop.PROVISION, [first.person], first.place, start if start > now else None)
