"""The answer of HR that is about to be saved, held against what is known: believed as a whole or not at all.

A person may accept one doubted answer: exactly that one, named by its digest, and for a day.
"""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from shared import codec, layout, plausibility
from shared.connector import Edition
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.pieces import Answer, Bucket
from shared.engine.said import FORGOTTEN, MISSING, REJECTED, Part, Said
from shared.errors import Misconfigured
from shared.store import Put
from shared.writeback import without_echo

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


@dataclass(slots=True)
class _Count:
    """An answer counted through, bucket by bucket; all numbers are people."""

    key: bytes = field(repr=False)
    digests: dict[str, bytes] = field(default_factory=dict)
    known: int = 0
    seen: int = 0
    gone: int = 0
    spoiled: int = 0
    different: int = 0
    nameless: bool = False

    def add(self, bucket: Bucket) -> None:
        part = bucket.part
        if part.said:
            text = "".join(f"{name}\0{said.mark}\n" for name, said in sorted(part.said.items()))
            self.digests[bucket.name] = blake2b(text.encode(), key=self.key).digest()
        different = _different(part)
        self.known += len(part.there)
        self.seen += len(part.said)
        self.gone += len(part.gone)
        self.spoiled += sum(bool(one.rejected) and not one.unfit and _usable(part, name) for name, one in different)
        self.different += len(different)
        self.nameless = self.nameless or "" in part.said

    @property
    def digest(self) -> str:
        """Names exactly this answer, whatever its order."""
        together = b"".join(digest for _, digest in sorted(self.digests.items()))
        return blake2b(together, key=self.key, digest_size=6).hexdigest()


def _different(part: Part) -> list[tuple[str, Said]]:
    """Of whom it says something else, who were known."""
    return [(name, one) for name, one in part.news.items() if part.known.get(name, MISSING) != MISSING]


def _usable(part: Part, name: str) -> bool:
    return not part.known[name].startswith((REJECTED, FORGOTTEN))


async def believe(engine: Engine, source: str, answer: Answer) -> tuple[str, bool]:
    """The digest of a believable answer, and whether a record in it has no id. Raises `Doubted` for another one.

    While some record came without an id nobody counts as missing, because it may be theirs.
    """
    count = _Count(engine.hash_key)
    async for bucket in answer.parts():
        count.add(bucket)
    digest, limits = count.digest, engine.policy.sources[source].plausible
    counted = plausibility.Differences(engine.policy.sources[source], engine.today)
    if count.different > limits.always_changed:
        await _compare(engine, answer, counted)
    before = await _before(engine, source)
    last, edition = next(reversed(before), ""), answer.turn.poll.edition
    found = plausibility.doubts(
        plausibility.Answer(
            known=count.known,
            seen=count.seen,
            gone=count.gone,
            spoiled=count.spoiled,
            differing=count.different + count.gone,
            changed=counted.changed,
            silent=counted.silent,
            given_before=before.get(digest) if digest != last else None,
            late=await _late(engine, source, edition) if edition and digest != last else None,
        ),
        limits,
    )
    if found and not (count.seen and await _accepted(engine, source, digest)):
        raise Doubted(source, digest, found)
    return digest, count.nameless


async def _compare(engine: Engine, answer: Answer, counted: plausibility.Differences) -> None:
    """Count what is different field by field, but for what we wrote into HR ourselves; the rows are read bucket by
    bucket, because there are many.
    """
    source = answer.turn.source
    own_records = [name for name, rules in engine.policy.targets.items() if rules.writes_back == source]
    async for bucket in answer.parts():
        items = {layout.own_id(source, name): one.person for name, one in _different(bucket.part) if one.person}
        wanted = {layout.person(id) for id in items} | {layout.link(id, name) for id in items for name in own_records}
        if not items:
            continue
        scanned = engine.store.scan(layout.STATE, bucket.name)
        rows = {row.key: row.data async for row in scanned if row.key in wanted and codec.readable(row.data)}
        for id, now in items.items():
            if (known := rows.get(layout.person(id))) is not None:
                links = [codec.LINK.load(rows[key]) for name in own_records if (key := layout.link(id, name)) in rows]
                before, wrote = codec.PERSON.load(known), [value for one in links for value in one.written.values()]
                counted.add(before, without_echo(before, now, wrote))


async def remember(engine: Engine, source: str, digest: str, edition: Edition | None = None) -> None:
    """Keep the digest of an answer that was believed, as the last one, and when that was; also which delivery it was.

    One that is given again keeps the day on which it was given anew.
    """
    before = await _before(engine, source)
    if digest != next(reversed(before), ""):
        before.pop(digest, None)
        before[digest] = engine.today
    answers = [(one, day.isoformat()) for one, day in list(before.items())[-REMEMBERED:]]
    which = asdict(edition) if edition else None
    kept = codec.plain(answers=answers, at=engine.clock().isoformat(), edition=which)
    await engine.store.commit(layout.SOURCES, source, [Put(layout.ANSWERS, kept)])


async def _before(engine: Engine, source: str) -> dict[str, date]:
    """The answers that were believed, the last one last: digest → the last day on which it was given anew."""
    row = await engine.store.get(layout.SOURCES, source, layout.ANSWERS)
    return {digest: date.fromisoformat(day) for digest, day in codec.known(row.data)["answers"]} if row else {}


async def _late(engine: Engine, source: str, edition: Edition) -> tuple[str, str] | None:
    """What this delivery is called and what the last one was, when this one is the earlier of the two."""
    row = await engine.store.get(layout.SOURCES, source, layout.ANSWERS)
    known = codec.known(row.data)["edition"] if row else None
    last = Edition(**known) if known else None
    return (edition.name, last.name) if last and edition.before(last) else None


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
