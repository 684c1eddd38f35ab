"""The answer of HR that is about to be saved, held against what is known: believed as a whole or not at all.

A person may accept one doubted answer: exactly that one, named by its digest, and for a day.
"""

from datetime import date, timedelta
from typing import Any

from shared import codec, layout
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.reading import FORGOTTEN, REJECTED, Poll
from shared.errors import Misconfigured
from shared.model import Person, Rejected
from shared.plausibility import Answer, Differences, doubts
from shared.store import Put

ACCEPTED_FOR = timedelta(days=1)
REMEMBERED = 60
"""Answers of which the digests are kept, to know an old one when it comes again."""


class Doubted(Misconfigured):
    """An answer of HR that is not believed; nothing was changed by it. `answer` is its digest."""

    def __init__(self, source: str, answer: str, why: list[str]) -> None:
        super().__init__(
            f"source {source}: {'; '.join(why)}; nothing was changed. Ask HR what happened. If it is right after all, "
            f"look at what it would do and accept answer {answer} of {source}"
        )
        self.source, self.answer = source, answer


async def believe(engine: Engine, source: str, poll: Poll) -> list[str]:
    """Who is missing from a believable answer. Raises `Doubted` for one that is not.

    While some record came without an id nobody counts as missing, because it may be theirs.
    """
    vanished = [name for name in poll.there if name not in poll.seen]
    limits = engine.policy.sources[source].plausible
    found = doubts(await _answer(engine, source, poll, vanished), limits)
    if found and not (poll.seen and await _accepted(engine, source, poll.digest)):
        raise Doubted(source, poll.digest, found)
    return [] if "" in poll.seen else vanished


async def _answer(engine: Engine, source: str, poll: Poll, vanished: list[str]) -> Answer:
    limits, known = engine.policy.sources[source].plausible, poll.there
    different = [name for name in poll.news if name in set(known)]
    rejected = [name for name in different if isinstance(poll.news[name], Rejected) and name not in poll.unfit]
    spoiled = [name for name in rejected if _usable(poll.known[name])]
    counted = Differences(engine.policy.sources[source], engine.today)
    if len(different) > limits.always_changed:
        await _compare(engine, source, poll, different, counted)
    before = await _before(engine, source)
    return Answer(
        known=len(known),
        seen=len(poll.seen),
        gone=len(vanished),
        spoiled=len(spoiled),
        differing=len(different) + len(vanished),
        changed=counted.changed,
        silent=counted.silent,
        given_before=before.get(poll.digest) if poll.digest != next(reversed(before), "") else None,
    )


def _usable(mark: str) -> bool:
    return not mark.startswith((REJECTED, FORGOTTEN))


async def _compare(engine: Engine, source: str, poll: Poll, names: list[str], counted: Differences) -> None:
    """Count what is different field by field; the rows are read bucket by bucket, because there are many."""
    by_bucket: dict[str, dict[str, Person]] = {}
    for name in names:
        item, own = poll.news[name], layout.own_id(source, name)
        if isinstance(item, Person):
            by_bucket.setdefault(layout.bucket(own), {})[layout.person(own)] = item
    for bucket, items in sorted(by_bucket.items()):
        async for row in engine.store.scan(layout.STATE, bucket):
            if row.key in items and codec.readable(row.data):
                counted.add(codec.PERSON.load(row.data), items[row.key])


async def remember(engine: Engine, source: str, poll: Poll) -> None:
    """Keep the digest of an answer that was believed, as the last one, and when that was.

    One that is given again keeps the day on which it was given anew.
    """
    before = await _before(engine, source)
    if poll.digest != next(reversed(before), ""):
        before.pop(poll.digest, None)
        before[poll.digest] = engine.today
    answers = [(digest, day.isoformat()) for digest, day in list(before.items())[-REMEMBERED:]]
    kept = codec.plain(answers=answers, at=engine.clock().isoformat())
    await engine.store.commit(layout.SOURCES, source, [Put(layout.ANSWERS, kept)])


async def _before(engine: Engine, source: str) -> dict[str, date]:
    """The answers that were believed, the last one last: digest → the last day on which it was given anew."""
    row = await engine.store.get(layout.SOURCES, source, layout.ANSWERS)
    return {digest: date.fromisoformat(day) for digest, day in codec.known(row.data)["answers"]} if row else {}


async def accept(engine: Engine, source: str, digest: str, by: str, because: str) -> None:
    """Have the answer of HR that is named `digest` believed, for a day. `by` is who says so; it goes to the ledger.

    Raises `Misconfigured` when the policy has no such source.
    """
    if source not in engine.policy.sources:
        raise Misconfigured(f"the policy has no source {source}; it has {', '.join(engine.policy.sources)}")
    await note(engine, source, "", "accept answer", by=by, because=because, answer=digest)
    until = (engine.clock() + ACCEPTED_FOR).isoformat()
    said: dict[str, Any] = {"answer": digest, "by": by, "until": until}
    await engine.store.commit(layout.SOURCES, source, [Put(layout.ACCEPTED, codec.plain(**said))])


async def _accepted(engine: Engine, source: str, digest: str) -> bool:
    row = await engine.store.get(layout.SOURCES, source, layout.ACCEPTED)
    if row is None or not codec.readable(row.data):
        return False
    return row.data["answer"] == digest and codec.moment(row.data["until"]) > engine.clock()
