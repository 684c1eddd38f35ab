"""What changed in HR: compare a complete, plausible answer with the last one and save who differs, with a mark.

Nothing is changed by an answer that cannot be believed, and nothing is believed before the answer is complete, however
many turns it takes to read it. Hashes are invalidated before rows are saved and renewed after, so that a crash repeats
work and never loses a change.
"""

from collections.abc import Mapping

from shared.engine.believing import Doubted, believe
from shared.engine.parts import Engine
from shared.engine.pieces import Answer, hashes, keep, marks, sweep
from shared.engine.reading import read
from shared.engine.ringing import ring_sources
from shared.engine.saving import save
from shared.engine.turns import SHORT, GlancedAt, Turn, is_last, take
from shared.errors import Anew, Misconfigured, TryLater
from shared.store import Conflict
from shared.telemetry import catalogue, door, tell


@door(catalogue.POLL, catalogue.SOURCE)
async def detect(engine: Engine, source: str) -> int:
    """Poll one source from beginning to end, however long it takes; the number of people who changed.

    Raises `TryLater`, also while somebody else is polling it, or `Misconfigured` when the answer is not to be
    believed: then nothing was changed.
    """
    return await _go_on(await take(engine, source))


@door(catalogue.POLL, catalogue.SOURCE)
async def poll(engine: Engine, source: str, after: str = "") -> int:
    """Poll one source for one turn and ring for the next, which begins where this one ends; how many people changed.

    `after` is the turn that rang: when another one has come since, that one rings for the rest. What stands in the way
    in the middle of an answer is waited for, once; after that, and at its beginning, it is left to the next poll. A
    glance that is under way is waited for too. Raises what `detect` does.
    """
    if source not in engine.sources:
        raise Misconfigured(f"the policy has no source {source}; it is not read any longer")
    if after and not await is_last(engine, source, after):
        return 0
    try:
        turn = await take(engine, source, SHORT)
    except GlancedAt as soon:
        await ring_sources(engine, [{"source": source}], soon.seconds)
        raise
    try:
        changed = await _go_on(turn)
    except TryLater as later:
        if turn.moved and turn.poll.left:
            await ring_sources(engine, [_next(turn)], later.seconds)
        raise
    if turn.poll.left:
        await ring_sources(engine, [_next(turn)])
    return changed


def _next(turn: Turn) -> Mapping[str, str]:
    return {"source": turn.source, "after": turn.poll.name}


async def _go_on(turn: Turn) -> int:
    try:
        return await _read_and_save(turn)
    except Conflict as conflict:
        raise TryLater(f"another poll of {turn.source} is ahead of this one: {conflict}", 60) from conflict
    except Anew:
        turn.give_up()
        raise
    finally:
        await turn.end()


async def _read_and_save(turn: Turn) -> int:
    """As much of the rest as there is time for; how many people it changed."""
    if turn.poll.litter:
        await sweep(turn)
    chunks, last = await hashes(turn), None
    if not turn.poll.whole:
        last = await read(turn, marks(chunks))
        if last is None:
            return 0
        if turn.poll.pieces:
            await keep(turn, last, "", whole=True)
            last = None
    answer = Answer(turn, chunks, last)
    if turn.moved and turn.over and answer.in_rows:
        return 0
    if not turn.poll.believed:
        await _believe(turn, answer)
    changed = await save(turn, answer)
    tell(catalogue.CHANGES, changed, {catalogue.SOURCE: turn.source})
    return changed


async def _believe(turn: Turn, answer: Answer) -> None:
    """Raises `Doubted`; then it is asked for anew."""
    try:
        digest, nameless = await believe(turn.engine, turn.source, answer)
    except Doubted:
        if answer.in_rows:
            turn.give_up()
            await sweep(turn)
        raise
    turn.believed(digest, nameless)
