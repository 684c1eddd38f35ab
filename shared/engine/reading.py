"""Reading an answer of HR, from where the last turn left it: nothing is changed by it, and nothing is believed yet."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from shared.connector import Reached
from shared.engine.pieces import keep
from shared.engine.said import Part, heard, size
from shared.engine.turns import LONG, Turn
from shared.errors import TryLater
from shared.model import Person, Rejected

ENOUGH = 1_000_000
"""Characters for which a piece is kept, where the source can be taken up again."""

FULL = 1_300_000
"""Characters for which it is kept wherever that is; with one more record it still fits into a commit."""

LATEST = timedelta(minutes=2)
"""After which it is kept where the source can be taken up again, however small it is."""


async def read(turn: Turn, known: Mapping[str, str]) -> Part | None:
    """Read to the end of the answer: what came after the last piece that was kept; None when the turn is over first.

    Raises `TryLater` and `Misconfigured`, `Anew` when it must be read from the beginning, and `Conflict`.
    """
    part, weight, since = Part(known), 0, turn.engine.clock()
    async with _answer(turn) as answer:
        async for item in answer:
            cursor = item.cursor if isinstance(item, Reached) else ""
            if not isinstance(item, Reached):
                hr_id, said = heard(turn.engine, turn.source, item)
                part.hear(turn.engine, hr_id, said)
                weight += size(hr_id, part.said[hr_id])
            late = turn.over or turn.engine.clock() - since >= LATEST
            if weight >= FULL or (cursor and (late or weight >= ENOUGH)):
                await keep(turn, part, cursor)
                part, weight, since = Part(known), 0, turn.engine.clock()
            if cursor and turn.over:
                return None
            if turn.too_long:
                raise TryLater(f"source {turn.source} was not read within {LONG} and says no place to go on from")
            await turn.sign()
    return part


@asynccontextmanager
async def _answer(turn: Turn) -> AsyncIterator[AsyncIterator[Person | Rejected | Reached]]:
    """The answer from where it is to be taken up, let go of at once when nobody reads on."""
    answer = turn.engine.sources[turn.source].fetch(turn.poll.cursor)
    try:
        yield answer
    finally:
        if isinstance(answer, AsyncGenerator):
            await answer.aclose()
