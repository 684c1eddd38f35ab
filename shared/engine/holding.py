"""The rows of what waits: written in one way by everybody who holds something, and read as one list.

A row is replaced under the version that was read, so that an answer given meanwhile is never lost.
"""

from collections.abc import Mapping
from typing import Any

from shared import codec, layout
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.holds import Held, State, kept, read, state
from shared.store import Change, Put, Replace, Row


def hold(engine: Engine, old: Row | None, key: str, reason: str, because: str, **beside: Any) -> Change:
    """The change that holds something under `key`, where `old` stands; `beside` says more of what is held."""
    data = kept(old.data if old else None, engine.clock(), reason=reason, because=because, **beside)
    return Replace(key, data, old.version) if old else Put(key, data)


async def held(engine: Engine) -> list[Held]:
    """What waits for an answer now, in order of person: nothing that was rejected or put off."""
    return [one for one in await holds(engine) if state_of(engine, one) is State.WAITING]


async def holds(engine: Engine) -> list[Held]:
    """Everything that is held, in order of person."""
    found = []
    for bucket in layout.buckets():
        names: dict[str, str] = {}
        rows: list[Row] = []
        async for row in engine.store.scan(layout.STATE, bucket):
            if not codec.readable(row.data):
                continue
            match row.key.split("|", 2):
                case [person, "person"]:
                    names[person] = str(row.data["is"]["hr_id"])
                case [_, "hold", _]:
                    rows.append(row)
        found += [reading(engine, row, names.get(row.key.split("|")[0], "")) for row in rows]
    return sorted(found, key=lambda one: (one.hr_id, one.place, one.what))


async def tell(engine: Engine, one: Held, answer: str, by: str, because: str, **beside: Any) -> None:
    """Say in the ledger who answered this, and how; `since` tells one question from the next of the same words."""
    since = one.since.isoformat() if one.since else ""
    said = {"reason": one.reason, "version": one.version, "account": one.account, "since": since, **beside}
    await note(engine, one.person, one.place, f"{answer} {one.what}", by=by, because=because, **said)


def of_person(engine: Engine, person: str, rows: Mapping[str, Row]) -> list[Held]:
    """What is held of one person, whose rows these are."""
    row = rows.get(layout.person(person))
    hr_id = str(row.data["is"]["hr_id"]) if row and codec.readable(row.data) else ""
    some = [row for key, row in rows.items() if key.startswith(layout.holds(person)) and codec.readable(row.data)]
    return [reading(engine, one, hr_id) for one in some]


def reading(engine: Engine, row: Row, hr_id: str) -> Held:
    rules = engine.policy
    beside = {"sources": rules.sources, "targets": rules.targets}
    return read(row.key, row.data, hr_id=hr_id, policy=engine.policy_hash, **beside)


def state_of(engine: Engine, one: Held) -> State:
    return state(one, engine.clock(), engine.today, engine.policy.approvals)
