"""The doors that no system opens: a day that has come, a policy that changed, and whatever is still marked."""

from datetime import timedelta

from shared import codec, layout
from shared.engine.parts import Engine
from shared.layout import Hop
from shared.store import MOST, Change, Conflict, Delete, Row, prefixed

TOGETHER = 40
"""Wakes turned into marks in one commit; each needs two changes."""


async def wake(engine: Engine) -> int:
    """Have everybody mapped for whom a day has come, as one cohort; how many."""
    cohort, count = f"wake|{engine.today.isoformat()}", 0
    first, last = layout.WAKES, layout.WAKES + (engine.today + timedelta(days=1)).isoformat()
    for bucket in layout.buckets():
        due = [row async for row in engine.store.scan(layout.STATE, bucket, first, last)]
        for start in range(0, len(due), TOGETHER):
            some = due[start : start + TOGETHER]
            people = [row.key.rsplit("|", 1)[1] for row in some]
            changes: list[Change] = [Delete(row.key, row.version) for row in some]
            changes += [engine.marked(Hop.MAP, person, cohort) for person in people]
            try:
                await engine.store.commit(layout.STATE, bucket, changes)
            except Conflict:
                continue  # somebody else woke them, or they were mapped anew; what is left comes with the next wake
            await engine.ring(Hop.MAP, people)
            count += len(people)
    return count


async def renew(engine: Engine) -> int:
    """Have everybody mapped again who was mapped by another policy, as one cohort; how many."""
    count, cohort = 0, f"policy|{engine.policy_hash}"
    for bucket in layout.buckets():
        rows = [row async for row in engine.store.scan(layout.STATE, bucket) if row.key.endswith("|mapped")]
        people = [row.key.split("|")[0] for row in rows if codec.known(row.data)["policy"] != engine.policy_hash]
        for start in range(0, len(people), MOST):
            some = people[start : start + MOST]
            marks = [engine.marked(Hop.MAP, person, cohort) for person in some]
            await engine.store.commit(layout.STATE, bucket, marks)
            await engine.ring(Hop.MAP, some)
            count += len(some)
    return count


async def sweep(engine: Engine) -> int:
    """Ring for every mark there is: whatever doorbell was lost is rung again. How many marks there were."""
    count, admit = 0, False
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.MARKS)):
            _, hop, person, target = row.key.split("|")
            count += 1
            if hop == Hop.ADMIT:
                admit = True
            else:
                await engine.ring(Hop(hop), [person], target)
    if admit:
        await engine.ring(Hop.ADMIT, ["all"])
    return count


async def relook(engine: Engine) -> int:
    """Have accounts looked at live that may not be as we think: refused before, or with an intention still open.

    The target may have been repaired meanwhile, and a worker thought dead may have landed a write nobody recorded.
    """
    count, cohort = 0, engine.trickle("relook")
    for bucket in layout.buckets():
        found = {_doubtful(row) async for row in engine.store.scan(layout.STATE, bucket)}
        for person, target in sorted(one for one in found if one[1] in engine.policy.targets):
            mark = engine.marked(Hop.PROVISION, person, cohort, target, attempts=0)
            await engine.store.commit(layout.STATE, bucket, [mark])
            await engine.ring(Hop.PROVISION, [person], target)
            count += 1
    return count


def _doubtful(row: Row) -> tuple[str, str]:
    """(person, target) whose account the row casts doubt on; a pair of nothing when it casts none."""
    match row.key.split("|"):
        case [person, "hold", target, what] if what == "-" or what.endswith("!"):
            return person, target
        case [person, "link", target]:
            link = codec.LINK.load(row.data)
            if link.intended or link.granting or link.disabling:
                return person, target
    return "", ""
