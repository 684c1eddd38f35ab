"""The ledger's pen: one line for each decision and each write, added and never changed; ids and names, no values."""

from typing import Any

from shared import codec, layout
from shared.engine.parts import Engine
from shared.store import Put


async def note(engine: Engine, person: str, target: str, what: str, *, by: str, **beside: Any) -> None:
    """Say who decided `what` about somebody; `beside` holds ids, codes and names of attributes, never their values.

    `target` is "" for a decision about the person as a whole.
    """
    key = layout.entry(engine.clock(), person, target, what.replace(" ", "|"))
    line = codec.plain(verb=what, by=by, **beside)
    await engine.store.commit(layout.LEDGER, layout.bucket(person), [Put(key, line)])
