"""What nobody could find out again, as lines of JSON and back: who has which account, and who holds which name.

Everything else follows from HR and the directories. A backup holds personal data; a restore adds what is missing and
never overwrites what is there. Tokens are left out: a refresh token that was put back would be an old one.
"""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from shared import codec, layout
from shared.engine.parts import Engine
from shared.errors import Misconfigured
from shared.store import MOST, Conflict, Insert, Row

KEPT = frozenset({"link", "asked", "exception", "extension", "block", "leaves", "twin", "twin of", "apart"})
"""Kinds of rows of a person that are kept: what is theirs, and what people have said about them."""

TABLES = (layout.STATE, layout.IDENTIFIERS, layout.ACCOUNTS)
DAMAGED = "the backup is damaged or cut off; nothing was restored. Use another one"


@dataclass(frozen=True, slots=True)
class Restored:
    """How many rows were missing and are back, were there already, and are there and differ."""

    added: int
    same: int
    different: int


async def backup(engine: Engine) -> AsyncIterator[str]:
    """The lines of a backup, each one JSON object; the last one says how many there are and what they add up to."""
    digest, count = blake2b(digest_size=16), 0
    first = {"joinly": "backup", "schema": layout.SCHEMA, "customer": engine.policy.customer}
    yield json.dumps({**first, "at": engine.clock().isoformat()})
    for table in TABLES:
        async for row in engine.store.everything(table):
            if table == layout.STATE and not _kept(row):
                continue
            line = json.dumps([table, row.partition, row.key, row.data], sort_keys=True)
            digest.update(line.encode())
            count += 1
            yield line
    yield json.dumps({"rows": count, "digest": digest.hexdigest()})


def _kept(row: Row) -> bool:
    return not KEPT.isdisjoint(row.key.split("|")[1:2])


async def restore(engine: Engine, lines: Iterable[str]) -> Restored:
    """Put back what is missing. Raises `Misconfigured`, before anything is written, for what is no whole backup."""
    rows = list(_read(engine, lines))
    homes: dict[tuple[str, str], list[Insert]] = {}
    for table, partition, key, data in rows:
        homes.setdefault((table, partition), []).append(Insert(key, data))
    added = same = 0
    for (table, partition), missing in homes.items():
        for start in range(0, len(missing), MOST):
            more, known = await _put_back(engine, table, partition, missing[start : start + MOST])
            added, same = added + more, same + known
    return Restored(added, same, len(rows) - added - same)


async def _put_back(engine: Engine, table: str, partition: str, some: Sequence[Insert]) -> tuple[int, int]:
    """How many of them were missing and how many are there as they were; together, and apart where one is there."""
    try:
        await engine.store.commit(table, partition, some)
        return len(some), 0
    except Conflict:
        if len(some) > 1:
            found = [await _put_back(engine, table, partition, [one]) for one in some]
            return sum(added for added, _ in found), sum(same for _, same in found)
    there = await engine.store.get(table, partition, some[0].key)
    return 0, int(there is not None and dict(there.data) == some[0].data)


def _read(engine: Engine, lines: Iterable[str]) -> list[tuple[str, str, str, dict[str, Any]]]:
    digest, found = blake2b(digest_size=16), []
    try:
        head, *body, tail = [line.strip() for line in lines if line.strip()]
        said, ending = json.loads(head), json.loads(tail)
        for line in body:
            digest.update(line.encode())
            table, partition, key, data = json.loads(line)
            found.append((str(table), str(partition), str(key), dict(data)))
        whole = ending == {"rows": len(found), "digest": digest.hexdigest()} and said["joinly"] == "backup"
    except (ValueError, TypeError, KeyError):
        raise Misconfigured(DAMAGED) from None
    if not whole or any(table not in TABLES for table, *_ in found):
        raise Misconfigured(DAMAGED)
    if said["customer"] != engine.policy.customer:
        raise Misconfigured("the backup is another customer's; nothing was restored")
    if not codec.readable(said) or not all(codec.readable(data) for *_, data in found):
        raise Misconfigured("the backup was made by another version of Joinly; restore it with that version")
    return found
