"""The doors that time opens: wakes for days that have come, and the sweep that rings again whatever is still marked."""

from datetime import timedelta

from shared import layout
from shared.engine.parts import Engine
from shared.layout import Hop
from shared.store import Change, Conflict, Delete, prefixed

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
    """Have everybody looked at live whom the target refused something: the cause may have been repaired there."""
    count, cohort = 0, engine.trickle("relook")
    for bucket in layout.buckets():
        found = set()
        async for row in engine.store.scan(layout.STATE, bucket):
            parts = row.key.split("|")
            refused = len(parts) == 4 and parts[1] == "hold" and (parts[3] == "-" or parts[3].endswith("!"))
            if refused and parts[2] in engine.policy.targets:
                found.add((parts[0], parts[2]))
        for person, target in sorted(found):
            mark = engine.marked(Hop.PROVISION, person, cohort, target, attempts=0)
            await engine.store.commit(layout.STATE, bucket, [mark])
            await engine.ring(Hop.PROVISION, [person], target)
            count += 1
    return count
