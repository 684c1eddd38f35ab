"""One answer of HR as it is read: who is new or different, by hashes; nothing is saved, and nothing is believed yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from shared.engine.parts import Engine
from shared.errors import Reason
from shared.externals import checked
from shared.model import Person, Rejected
from shared.records import storable

MISSING = "missing"
FORGOTTEN = "?"
REJECTED = "!"


@dataclass(slots=True)
class Poll:
    """What one answer of HR says, beside what was known before."""

    known: Mapping[str, str]
    """HR id → hash of the last answer; "missing"; "!…" for a rejected record; "?" while it is being saved."""
    seen: set[str] = field(default_factory=set)
    news: dict[str, Person | Rejected] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    unfit: set[str] = field(default_factory=set)
    """The HR ids of whose records only the policy asks more: they say nothing about the answer as a whole."""
    digest: str = ""
    """Names exactly this answer, whatever its order."""

    @property
    def there(self) -> list[str]:
        """The HR ids of whom the last answer spoke."""
        return [name for name, mark in self.known.items() if mark != MISSING]


async def read(engine: Engine, source: str, known: Mapping[str, str]) -> Poll:
    """Read the whole answer, keeping only what is new; what cannot be kept and an id that comes twice are held."""
    poll = Poll(known)
    whole: dict[str, str] = {}
    async for item in engine.sources[source].fetch():
        item = _fitting(engine, source, storable(item), poll)
        name, mark = item.hr_id, _hash(engine, item)
        if whole.setdefault(name, mark) != mark:
            item = Rejected(hr_id=name, code=Reason.DUPLICATE_ID, because="HR gave this id to different records")
            mark = whole[name] = _hash(engine, item)
        poll.news.pop(name, None)
        poll.hashes.pop(name, None)
        if known.get(name) != mark:
            poll.news[name], poll.hashes[name] = item, mark
    poll.seen.update(whole)
    poll.digest = _digest(engine, whole)
    return poll


def _fitting(engine: Engine, source: str, item: Person | Rejected, poll: Poll) -> Person | Rejected:
    """The record, or why it is held though it could be kept: an external needs an end and a sponsor."""
    found = checked(item, engine.policy.sources[source].external, engine.today)
    if found is not item:
        poll.unfit.add(found.hr_id)
    return found


def _hash(engine: Engine, item: Person | Rejected) -> str:
    if isinstance(item, Rejected):
        stand_in = Person(hr_id=item.hr_id, fields={"code": item.code, "because": item.because})
        return REJECTED + engine.fingerprint(stand_in)
    return engine.fingerprint(item)


def _digest(engine: Engine, whole: Mapping[str, str]) -> str:
    digest = blake2b(key=engine.hash_key, digest_size=6)
    for name, mark in sorted(whole.items()):
        digest.update(f"{name}\0{mark}\n".encode())
    return digest.hexdigest()
