"""Reading an answer of HR, from where the last turn left it: nothing is changed by it, and nothing is believed yet."""

from collections.abc import Mapping
from datetime import timedelta

from shared.connector import Edition, Reached
from shared.engine.net import Learnt, Watch, watch
from shared.engine.pieces import keep, sweep
from shared.engine.said import Part, heard, size
from shared.engine.turns import LONG, Turn
from shared.errors import TryLater
from shared.flow import closing

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
    while True:
        watching = await watch(turn)
        try:
            part = await _read(turn, known, watching)
        except Learnt:
            turn.give_up()
            await sweep(turn)
            await watching.learn()
            continue
        if part is not None:
            await watching.tell()
        return part


async def _read(turn: Turn, known: Mapping[str, str], watching: Watch) -> Part | None:
    """The same, of the facts that are known to be harmless. Raises `Learnt` as well."""
    part, weight, since = Part(known), 0, turn.engine.clock()
    async with closing(turn.engine.sources[turn.source].fetch(turn.poll.cursor)) as answer:
        async for item in answer:
            if isinstance(item, Edition):
                turn.is_of(item)
                continue
            cursor = item.cursor if isinstance(item, Reached) else ""
            if not isinstance(item, Reached):
                hr_id, said = heard(turn.engine, turn.source, watching.clean(item), known)
                part.hear(turn.engine, hr_id, said)
                weight += size(hr_id, part.said[hr_id])
            late = turn.over or turn.engine.clock() - since >= LATEST
            if weight >= FULL or (cursor and (late or weight >= ENOUGH)):
                watching.look()
                await keep(turn, part, cursor, caught=watching.take())
                part, weight, since = Part(known), 0, turn.engine.clock()
            if cursor and turn.over:
                return None
            if turn.too_long:
                raise TryLater(f"source {turn.source} was not read within {LONG} and says no place to go on from")
            await turn.sign()
    watching.look()
    return part
