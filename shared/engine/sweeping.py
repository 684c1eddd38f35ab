"""The doors that no system opens: a day that has come, a policy that changed, and whatever is still marked."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from shared import codec, layout
from shared.engine.cohorts import gathering
from shared.engine.gate import forget
from shared.engine.parts import Engine
from shared.engine.ringing import ring_marked
from shared.engine.seats import reseat
from shared.engine.tidying import tidy
from shared.layout import Hop
from shared.planning import unfinished
from shared.store import MOST, Change, Conflict, Delete, Row
from shared.telemetry import catalogue, door

TIDY_AT = 3
"""The hour (UTC) of the patrol that also tidies."""

AGAIN = timedelta(hours=1)
"""How long something that was refused is left alone before it is tried again: trying costs a write, even in vain."""


@door(catalogue.WAKE)
async def wake(engine: Engine) -> int:
    """Have everybody mapped for whom a day has come, as one cohort; how many."""
    cohort, count = f"wake|{engine.today.isoformat()}", 0
    first, last = layout.WAKES, layout.WAKES + (engine.today + timedelta(days=1)).isoformat()
    async with gathering(engine, cohort):
        for bucket in layout.buckets():
            async for row in engine.store.scan(layout.STATE, bucket, first, last):
                person = row.key.rsplit("|", 1)[1]
                changes: list[Change] = [Delete(row.key, row.version), engine.marked(Hop.MAP, person, cohort)]
                try:
                    await engine.store.commit(layout.STATE, bucket, changes)
                except Conflict:
                    continue  # somebody else woke them, or they were mapped anew
                await engine.ring(Hop.MAP, [person])
                count += 1
    return count


@door(catalogue.RENEW)
async def renew(engine: Engine) -> int:
    """Have everybody mapped again who was mapped by another policy, as one cohort; how many.

    Whoever waits to be mapped anyway is left alone: marked anew each time, one who cannot be mapped would keep the
    cohort open for ever.
    """
    count, cohort = 0, f"policy|{engine.policy_hash}"
    async with gathering(engine, cohort):
        for bucket in layout.buckets():
            people = await _mapped_otherwise(engine, bucket)
            for start in range(0, len(people), MOST):
                some = people[start : start + MOST]
                marks = [engine.marked(Hop.MAP, person, cohort) for person in some]
                await engine.store.commit(layout.STATE, bucket, marks)
                await engine.ring(Hop.MAP, some)
            count += len(people)
    return count


async def _mapped_otherwise(engine: Engine, bucket: str) -> list[str]:
    """The people of a bucket whose Desired is another policy's, and who are not about to be mapped."""
    waiting, people = set(), []
    async for row in engine.store.scan(layout.STATE, bucket):
        if row.key.startswith(layout.marks(Hop.MAP)):
            waiting.add(row.key.split("|")[2])
        elif row.key.endswith("|mapped") and codec.readable(row.data) and row.data["policy"] != engine.policy_hash:
            people.append(row.key.split("|")[0])
    return [person for person in people if person not in waiting]


@door(catalogue.SWEEP)
async def sweep(engine: Engine) -> int:
    """Ring for every mark that is due, and forget reservations that no limit counts any more; how many marks."""
    for target in engine.policy.targets:
        await forget(engine, target)
    return await ring_marked(engine)


@door(catalogue.PATROL)
async def patrol(engine: Engine) -> int:
    """Look live at a part of all linked accounts, another part each hour, so that in a day everybody is looked at.

    A directory's delta does not tell everything: a group that was taken away by hand is seen only here. HR's own
    records are not looked at: every poll reads them. Once a day names that nobody bears are given back. How many
    accounts.
    """
    cohort, part = engine.trickle("patrol"), engine.clock().hour
    if part == TIDY_AT:
        await tidy(engine)
    return await _look(engine, cohort, lambda row: _patrolled(engine, row, part))


@door(catalogue.RELOOK)
async def relook(engine: Engine) -> int:
    """Have accounts looked at live that may not be as we think: refused before, or with an intention still open.

    The target may have been repaired meanwhile, a worker thought dead may have landed a write nobody recorded, and
    seats may have come free.
    """
    count = await _look(engine, engine.trickle("relook"), partial(_doubtful, engine))
    return count + await reseat(engine)


async def _look(engine: Engine, cohort: str, pick: Callable[[Row], tuple[str, str]]) -> int:
    """Mark whomever `pick` names by (person, target) for a live look, unless they are marked already; how many."""
    count, marked = 0, layout.marks(Hop.PROVISION)
    for bucket in layout.buckets():
        rows = [row async for row in engine.store.scan(layout.STATE, bucket) if codec.readable(row.data)]
        waiting = {tuple(row.key.removeprefix(marked).split("|")) for row in rows if row.key.startswith(marked)}
        found = {pick(row) for row in rows} - waiting
        for person, target in sorted(one for one in found if one[1] in engine.policy.targets):
            mark = engine.marked(Hop.PROVISION, person, cohort, target, attempts=0)
            await engine.store.commit(layout.STATE, bucket, [mark])
            await engine.ring(Hop.PROVISION, [person], target)
            count += 1
    return count


def _patrolled(engine: Engine, row: Row, part: int) -> tuple[str, str]:
    person, target = _linked(row) if int(row.partition, 16) % 24 == part else ("", "")
    return ("", "") if target in engine.policy.records else (person, target)


def _linked(row: Row) -> tuple[str, str]:
    match row.key.split("|"):
        case [person, "link", target] if codec.LINK.load(row.data).account:
            return person, target
    return "", ""


def _doubtful(engine: Engine, row: Row) -> tuple[str, str]:
    """(person, target) whose account the row casts doubt on; a pair of nothing when it casts none."""
    match row.key.split("|"):
        case [person, "hold", target, what] if what == "-" or what.endswith("!"):
            at = row.data.get("at")
            return (person, target) if at and engine.clock() - codec.moment(at) >= AGAIN else ("", "")
        case [person, "link", target]:
            link = codec.LINK.load(row.data)
            return (person, target) if unfinished(link) else ("", "")
    return "", ""
