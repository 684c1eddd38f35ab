"""Whose accounts some accounts of a directory are, and what we know of those people there.

Asked one by one for a few; for many of one partition all of it is read once, and no request depends on how many.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared import codec, layout
from shared.engine.parts import Engine
from shared.store import Row

FEW = 50
"""Accounts of one partition about which is asked one by one; all of a partition costs about as many requests."""


@dataclass(slots=True)
class Known:
    """What was read for many at once; the rest is read when it is asked for."""

    engine: Engine
    target: str
    owners: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    """Person → their link and Desired on the target, by key."""

    async def owner(self, account: str) -> str:
        """The person an account belongs to; "" for somebody we do not know."""
        if account not in self.owners:
            claim = await self.engine.store.get(layout.ACCOUNTS, layout.drawer(self.target, account), account)
            self.owners[account] = _owner(claim)
        return self.owners[account]

    async def row(self, person: str, key: str) -> Row | None:
        if person in self.rows:
            return self.rows[person].get(key)
        return await self.engine.store.get(layout.STATE, layout.bucket(person), key)


async def look_up(engine: Engine, target: str, accounts: Iterable[str]) -> Known:
    """What is known of these accounts, as far as they are many in their partition."""
    known = Known(engine, target)
    for drawer, wanted in _many((account, layout.drawer(target, account)) for account in accounts):
        known.owners |= dict.fromkeys(wanted, "")
        async for claim in engine.store.scan(layout.ACCOUNTS, drawer):
            if claim.key in known.owners:
                known.owners[claim.key] = _owner(claim)
    people = {person for person in known.owners.values() if person}
    for bucket, wanted in _many((person, layout.bucket(person)) for person in people):
        keys = {key(person, target): person for person in wanted for key in (layout.link, layout.desired)}
        known.rows |= {person: {} for person in wanted}
        async for row in engine.store.scan(layout.STATE, bucket):
            if row.key in keys:
                known.rows[keys[row.key]][row.key] = row
    return known


def _many(places: Iterable[tuple[str, str]]) -> list[tuple[str, set[str]]]:
    """The partitions in which many are, with those who are in them."""
    found: dict[str, set[str]] = {}
    for one, partition in places:
        found.setdefault(partition, set()).add(one)
    return [(partition, some) for partition, some in sorted(found.items()) if len(some) > FEW]


def _owner(claim: Row | None) -> str:
    return str(claim.data["owner"]) if claim is not None and codec.readable(claim.data) else ""
