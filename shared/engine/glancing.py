"""A glance at HR between two whole reads: whom it has changed since, and nobody is gone by it.

It brings forward what the next whole read would say, and nothing else. So it stands on one that was believed under this
policy, and no other was begun since; it tells of no more people than may change unasked in a whole answer; and a record
that is doubtful, or was, or says less than before, is left to the whole read.
"""

from collections.abc import Mapping
from datetime import timedelta

from shared import codec, layout
from shared.connector import Glancing
from shared.engine.net import watch
from shared.engine.parts import Engine
from shared.engine.pieces import Answer, hashes, marks
from shared.engine.said import FORGOTTEN, REJECTED, Part, heard
from shared.engine.saving import save_glance
from shared.engine.turns import Turn, take_between
from shared.errors import TryLater
from shared.flow import closing
from shared.forbidden import suspicious
from shared.model import Person
from shared.plausibility import says_less
from shared.store import Conflict
from shared.telemetry import catalogue, door, tell

CLOCKS = timedelta(minutes=5)
"""By how much the clock of HR may differ from ours."""


@door(catalogue.GLANCE, catalogue.SOURCE)
async def glance(engine: Engine, source: str) -> int:
    """Save whom HR has changed since the last whole read began; how many people.

    Nobody, where there is nothing to stand on or too much to say. Raises `TryLater`, also while somebody else is
    reading the source, and `Misconfigured`; then the next whole read says it.
    """
    reader = engine.sources.get(source)
    if reader is None or not isinstance(reader, Glancing) or not engine.policy.sources[source].glances:
        return 0
    turn = await take_between(engine, source)
    if turn is None:
        return 0
    try:
        changed = await _glance(turn, reader)
    except Conflict as conflict:
        raise TryLater(f"a poll of {source} is ahead of this glance: {conflict}", 60) from conflict
    finally:
        await turn.end()
    tell(catalogue.CHANGES, changed, {catalogue.SOURCE: source})
    return changed


async def _glance(turn: Turn, reader: Glancing) -> int:
    chunks = await hashes(turn)
    known = marks(chunks)
    told = await _told(turn, reader, known)
    news = {name: said for name, said in told.news.items() if said.person and await _certain(turn, said.person)}
    return await save_glance(turn, Answer(turn, chunks, Part(known, news))) if news else 0


async def _told(turn: Turn, reader: Glancing, known: Mapping[str, str]) -> Part:
    """Whom HR has changed, of those whose record nothing is the matter with; nobody when they are too many.

    Raises what `Glancing.glance` does.
    """
    engine, part, doubtful, count = turn.engine, Part(known), set[str](), 0
    most, net = engine.policy.sources[turn.source].plausible.always_changed, (await watch(turn)).net
    async with closing(reader.glance(turn.poll.began - CLOCKS, most)) as answer:
        async for item in answer:
            count += 1
            if count > most or turn.over:
                return Part(known)
            await turn.sign()
            one = net.cleaned(item) if isinstance(item, Person) else item
            hr_id, said = heard(engine, turn.source, one, known)
            part.hear(engine, hr_id, said)
            if said.rejected or (isinstance(one, Person) and suspicious(one)) or _held(known.get(hr_id, "")):
                doubtful.add(hr_id)
    return Part(known, {name: said for name, said in part.said.items() if name not in doubtful})


def _held(mark: str) -> bool:
    """Whether the last whole answer could not be used of somebody: an id that came twice there may come once here."""
    return mark.startswith((REJECTED, FORGOTTEN))


async def _certain(turn: Turn, now: Person) -> bool:
    """Whether nothing that HR said before is unsaid now: it may only be shown no longer, and that shows among many."""
    engine, own = turn.engine, layout.own_id(turn.source, now.hr_id)
    row = await engine.store.get(layout.STATE, layout.bucket(own), layout.person(own))
    if row is None or not codec.readable(row.data):
        return row is None
    return not says_less(codec.PERSON.load(row.data), now, engine.policy.sources[turn.source], engine.today)
