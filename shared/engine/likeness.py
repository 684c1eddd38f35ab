"""Which records have something in common: a row for each likeness, on which records stand in the order they came.

Whoever comes later sees whoever came before, so of two that arrive at one moment exactly one is the later one.
"""

from collections.abc import Collection, Iterable, Mapping

from shared import codec, layout
from shared.engine.parts import Engine
from shared.errors import TryLater
from shared.humans import CROWD
from shared.store import Change, Conflict, Delete, Insert, Replace

TRIES = 5


async def stand(engine: Engine, person: str, names: Iterable[str], *, crowds: bool = False) -> Mapping[str, list[str]]:
    """Put this record on the rows of these likenesses; who stands on each, in order, where it is no crowd.

    With `crowds` the first of a crowd are named too, and whoever comes after them does not stand there.
    """
    found = {}
    for name in sorted(names):
        people = await _changed(engine, name, person, stands=True)
        if crowds or len(people) < CROWD:
            found[name] = people
    return found


async def leave(engine: Engine, person: str, names: Collection[str]) -> list[str]:
    """Take this record off the rows of these likenesses; who is left there."""
    return [one for name in sorted(names) for one in await _changed(engine, name, person, stands=False)]


async def _changed(engine: Engine, name: str, person: str, *, stands: bool) -> list[str]:
    """Who stands there once that is so. Raises `TryLater` when others keep changing the same row."""
    home, key = layout.bucket(name), layout.like(name)
    for _ in range(TRIES):
        row = await engine.store.get(layout.STATE, home, key)
        people = [str(one) for one in codec.known(row.data)["people"]] if row else []
        if (person in people) == stands or (stands and len(people) >= CROWD):
            return people
        new = [*people, person] if stands else [one for one in people if one != person]
        change: Change
        if row is None:
            change = Insert(key, codec.plain(people=new))
        else:
            change = Replace(key, codec.plain(people=new), row.version) if new else Delete(key, row.version)
        try:
            await engine.store.commit(layout.STATE, home, [change])
        except Conflict:
            continue
        return new
    raise TryLater(f"what {person} has in common with others is being changed by others", 5)
