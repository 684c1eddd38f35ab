"""An account belongs to one person: whoever inserts the row first has it, and nobody overwrites it."""

from shared import codec, layout
from shared.engine.parts import Engine
from shared.store import Conflict, Insert


async def claim(engine: Engine, target: str, account: str, person: str) -> bool:
    """Write the person's name on the account; whether it is theirs now. Raises `UnknownSchema`."""
    drawer = layout.drawer(target, account)
    data = codec.plain(owner=person, at=engine.clock().isoformat())
    try:
        await engine.store.commit(layout.ACCOUNTS, drawer, [Insert(account, data)])
    except Conflict:
        row = await engine.store.get(layout.ACCOUNTS, drawer, account)
        return row is not None and codec.known(row.data)["owner"] == person
    return True
