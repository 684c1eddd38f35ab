"""What a run that was stopped left behind. This process has the data folder for itself, so whoever left it is gone."""

from collections.abc import Iterator

from shared import codec, layout
from shared.engine import Engine, breaker
from shared.store import Change, Delete, Replace, prefixed

TOGETHER = 50


async def forget_leases(engine: Engine) -> None:
    """End the leases of a run that was stopped, so that this one need not wait for them to run out.

    Raises `UnknownSchema` when another version of Joinly has written here: where nobody else works, nothing is parked.
    """
    await forget_polls(engine)
    for bucket in layout.buckets():
        rows = [row async for row in engine.store.scan(layout.STATE, bucket)]
        for row in rows:
            codec.known(row.data)
        leases: list[Change] = [Delete(row.key, row.version) for row in rows if row.key.split("|")[1:2] == ["lease"]]
        for some in _lots(leases):
            await engine.store.commit(layout.STATE, bucket, some)


async def forget_polls(engine: Engine) -> None:
    """End the leases on reading HR, in a folder that is ours or on a copy: whoever reads elsewhere goes on there."""
    for source in engine.policy.sources:
        row = await engine.store.get(layout.SOURCES, source, "lease")
        if row is not None and codec.moment(codec.known(row.data)["until"]) > engine.clock():
            ended = {**row.data, "until": engine.clock().isoformat()}
            await engine.store.commit(layout.SOURCES, source, [Replace(row.key, ended, row.version)])


async def mend(engine: Engine, target: str) -> None:
    """A target that answers is tried again at once: whoever runs a command has just repaired something."""
    if await breaker.state(engine, target) is not None:
        await breaker.close(engine, target)


async def unfinished(engine: Engine) -> int:
    """How many people still have a mark: work that was promised and is left for another run.

    What waits for a time of its own, such as a mailbox that is still to appear, is not left over.
    """
    people = set()
    for bucket in layout.buckets():
        async for row in engine.store.scan(layout.STATE, bucket, *prefixed(layout.MARKS)):
            _, _, person, target = row.key.split("|")
            due = row.data.get("due", "")
            ahead = bool(due) and codec.moment(due) > engine.clock()
            if not ahead and (not target or target in engine.policy.targets):
                people.add(person)
    return len(people)


def _lots(changes: list[Change]) -> Iterator[list[Change]]:
    return (changes[start : start + TOGETHER] for start in range(0, len(changes), TOGETHER))
