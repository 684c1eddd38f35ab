"""A person's no, or not now: it stays undone, and is not asked again until the thing held changes or they ask to."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from shared import layout
from shared.approvals import reminders
from shared.engine.approvers import may
from shared.engine.holding import holds, of_person, state_of, tell
from shared.engine.parts import Engine
from shared.engine.records import told_apart
from shared.errors import Refused
from shared.holds import Answer, Held, State
from shared.layout import Hop
from shared.picking import picked
from shared.store import Change, Conflict, Delete, Replace, Row

Told = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""A hold's row → the row with what was said in it."""

TRIES = 5


async def reject(engine: Engine, names: Sequence[str], by: str, because: str) -> list[Held]:
    """Say no to what these fingerprints name; what was rejected.

    Raises `Refused`, with nothing changed, when one of them names nothing that waits now, when `by` may not answer,
    when nothing is said of why, and for what has to be repaired rather than answered.
    """
    if not because.strip():
        raise Refused("say why it is rejected: whoever asks later finds it in the ledger")
    chosen = await _chosen(engine, names, by, State.WAITING, State.SNOOZED)
    for one in chosen:
        if one.answer is Answer.NOTHING:
            raise Refused(f"a no does not settle what waits for {one.hr_id} ({one.reason}): {one.because}")
    said = {"by": by, "at": engine.clock().isoformat(), "because": because}
    apart = [one for one in chosen if one.answer is Answer.JOIN]
    rest = [one for one in chosen if one not in apart]
    return [
        *await _tell(engine, rest, "reject", by, because, lambda row: {**_open(row), "rejected": said}),
        *[one for one in apart if await _kept_apart(engine, one, by, because)],
    ]


async def _kept_apart(engine: Engine, one: Held, by: str, because: str) -> bool:
    """Have a record be somebody of their own, for good; whether it was asked still."""
    await tell(engine, one, "reject", by, because, fingerprint=one.name)
    apart = told_apart(engine, one.person, one.account, by, told=True)
    mark = engine.marked(Hop.MAP, one.person, engine.trickle("records"))
    done = await _changed(engine, one, lambda row: [Delete(row.key, row.version), apart, mark])
    if done:
        await engine.ring(Hop.MAP, [one.person])
    return done


async def snooze(engine: Engine, names: Sequence[str], by: str, until: date, because: str = "") -> list[Held]:
    """Put off what these fingerprints name until that day, on which it is asked again. Raises `Refused`."""
    if until <= engine.today:
        raise Refused(f"{until} is not in the future; name the day on which it is to be asked again")
    chosen = await _chosen(engine, names, by, State.WAITING, State.SNOOZED)
    said = {"by": by, "at": engine.clock().isoformat(), "because": because, "until": until.isoformat()}
    what = f"snooze until {until}"
    return await _tell(engine, chosen, what, by, because, lambda row: {**_without(row, "reminded"), "snoozed": said})


async def reconsider(engine: Engine, names: Sequence[str], by: str, because: str = "") -> list[Held]:
    """Ask again what was rejected, put off, or answered by nobody for too long. Raises `Refused`."""
    chosen = await _chosen(engine, names, by, State.REJECTED, State.SNOOZED, State.LAPSED)
    now = engine.clock().isoformat()
    return await _tell(engine, chosen, "reconsider", by, because, lambda row: {**_open(row), "since": now})


async def remind(engine: Engine) -> list[Held]:
    """What people are to be reminded of now; it is remembered, so that they are not reminded of it too often."""
    now, rules = engine.clock(), engine.policy.approvals
    late = reminders(await holds(engine), now, engine.today, rules)
    return [one for one in late if await _saved(engine, one, lambda row: {**row, "reminded": now.isoformat()})]


def _open(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as if nobody had answered yet."""
    return _without(row, "yes", "rejected", "snoozed", "reminded")


def _without(row: Mapping[str, Any], *parts: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in parts}


async def _chosen(engine: Engine, names: Sequence[str], by: str, *states: State) -> list[Held]:
    some = [one for one in await holds(engine) if state_of(engine, one) in states]
    chosen = picked(some, [one for one in some if state_of(engine, one) is states[0]], names)
    for one in chosen:
        await may(engine, one, by, own=True)
    return chosen


async def _tell(engine: Engine, chosen: Sequence[Held], what: str, by: str, because: str, told: Told) -> list[Held]:
    """Write down what was said of each; those of which it was, because they were still the same."""
    found = []
    verb, _, beside = what.partition(" ")
    for one in chosen:
        await tell(engine, one, verb, by, because, fingerprint=one.name, outcome=beside)
        if await _saved(engine, one, told):
            found.append(one)
    return found


async def _saved(engine: Engine, one: Held, told: Told) -> bool:
    """Whether the row could be changed before the thing held was."""
    return await _changed(engine, one, lambda row: [Replace(row.key, told(row.data), row.version)])


async def _changed(engine: Engine, one: Held, changes: Callable[[Row], Sequence[Change]]) -> bool:
    """The same, with everything that is changed beside the row."""
    key = layout.hold(one.person, one.place, one.what)
    for _ in range(TRIES):
        rows = await engine.rows_of(one.person)
        if all(there.thing != one.thing for there in of_person(engine, one.person, rows)):
            return False
        try:
            await engine.store.commit(layout.STATE, layout.bucket(one.person), changes(rows[key]))
        except Conflict:
            continue
        return True
    return False
