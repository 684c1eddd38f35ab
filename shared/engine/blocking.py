"""A person's accounts disabled now, ahead of everything, until somebody says otherwise.

The block is a row beside the person that every look at an account heeds, so it needs neither HR nor the rules, waits
for no cohort, limit or approval, and holds whatever either of them says later. A person's word is leave enough.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared import codec, layout
from shared.attributes import Unique
from shared.codec import Codec
from shared.engine.halting import stops
from shared.engine.ledger import note
from shared.engine.parts import NOBODY, Engine
from shared.errors import Reason, Refused, TryLater
from shared.exceptions import Block
from shared.layout import Hop
from shared.model import Account
from shared.store import Change, Conflict, Delete, Insert, Put, Replace, Row

BLOCK = Codec(Block)

TRIES = 5

LATE = timedelta(minutes=2)
"""How long a write of a worker that was interrupted may still arrive: longer than any request is waited for (60 s)."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """One person who is blocked."""

    person: str
    hr_id: str
    block: Block


async def block(
    engine: Engine, person: str, by: str, because: str, *, strip: bool = False, although_stopped: bool = False
) -> Block:
    """Have everything of `person` (our id) disabled now. `by` is who says so; it goes to the ledger.

    Raises `Refused` while writes are stopped, unless it is called for all the same, and `TryLater` when others keep
    changing the person.
    """
    standing = await stops(engine)
    if standing and not although_stopped:
        raise Refused(
            f"writes are stopped by {standing[0].by}, and nobody is disabled either; "
            "resume them, or say --although-stopped"
        )
    await note(engine, person, "", "block", by=by, because=because, strip=strip, although_stopped=although_stopped)
    now = engine.clock()
    word = Block(by=by, because=because, at=now, strip=strip, although=now if although_stopped else None)
    for _ in range(TRIES):
        rows = await engine.rows_of(person)
        watched = replace(word, again=now + LATE) if _worked_on(engine, person, rows) else word
        if await _save(engine, person, rows, Put(layout.block(person), BLOCK.dump(watched))):
            return watched
    raise TryLater(f"person {person} is being changed by others; say it again", 5)


async def unblock(engine: Engine, person: str, by: str, because: str) -> None:
    """Have the rules decide again. Raises `Refused` for somebody who is not blocked."""
    if of(person, await engine.rows_of(person)) is None:
        raise Refused("this person is not blocked")
    await note(engine, person, "", "unblock", by=by, because=because)
    for _ in range(TRIES):
        if await _save(engine, person, await engine.rows_of(person), Delete(layout.block(person))):
            return
    raise TryLater(f"person {person} is being changed by others; say it again", 5)


async def blocked(engine: Engine) -> list[Blocked]:
    """Everybody who is blocked, in order."""
    found = []
    for bucket in layout.buckets():
        rows = {row.key: row async for row in engine.store.scan(layout.STATE, bucket) if codec.readable(row.data)}
        for key, row in rows.items():
            person, _, rest = key.partition("|")
            if rest == "block":
                subject = rows.get(layout.person(person))
                hr_id = codec.PERSON.load(subject.data).hr_id if subject else ""
                found.append(Blocked(person, hr_id, BLOCK.load(row.data)))
    return sorted(found, key=lambda one: (one.hr_id, one.person))


def of(person: str, rows: Mapping[str, Row]) -> Block | None:
    """The block among a person's rows. Raises `UnknownSchema`: what nobody can read is not passed over."""
    row = rows.get(layout.block(person))
    return BLOCK.load(row.data) if row else None


async def although(engine: Engine, person: str) -> datetime | None:
    """When it was said that this person is disabled though writes are stopped, if it was."""
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.block(person))
    return BLOCK.load(row.data).although if row else None


async def protected(engine: Engine, person: str) -> dict[str, str]:
    """Target → why the account a person has there may be written to by nobody but a person.

    What a target does not answer is left to the look that disables it, which finds the same. Of HR's own records
    nothing is asked: no block touches them, and who blocks may have no secret of HR's.
    """
    found = {}
    for target in (name for name in engine.policy.targets if name not in engine.policy.records):
        account = await _account(engine, person, target)
        if account in engine.policy.targets[target].protected:
            found[target] = f"account {account} is protected: named in the policy"
        elif account and (why := await _says(engine, target, account)):
            found[target] = f"account {account} is protected: {why}"
    return found


async def _says(engine: Engine, target: str, account: str) -> str:
    try:
        live = await engine.targets[target].read(account)
    except TryLater:
        return ""
    return live.protected if live else ""


async def _account(engine: Engine, person: str, target: str) -> str:
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.link(person, target))
    return codec.LINK.load(row.data).account if row else ""


async def whose(engine: Engine, account: str) -> str:
    """Our id of the person whose account this is, by its id or by a name it signs in or is mailed with.

    Raises `Refused` when there is no such account, or when it is nobody's we manage, and what a target raises.
    """
    there: set[str] = set()
    for target in engine.policy.targets:
        if owner := await _owner(engine, target, account):
            return owner
        for found in await _named(engine, target, account):
            if owner := await _owner(engine, target, found.id):
                return owner
            there.add(target)
    if there:
        raise Refused(f"the account is on {', '.join(sorted(there))} and nobody's Joinly manages; disable it there")
    raise Refused("there is no such account; give its id, or the name it signs in with", Reason.ACCOUNT_GONE)


async def _owner(engine: Engine, target: str, account: str) -> str:
    row = await engine.store.get(layout.ACCOUNTS, layout.drawer(target, account), account)
    return str(codec.known(row.data)["owner"]) if row else ""


async def _named(engine: Engine, target: str, name: str) -> list[Account]:
    kinds = engine.attributes[target].values()
    names = sorted(kind.name for kind in kinds if kind.unique in (Unique.ACCOUNTS, Unique.ADDRESSES))
    return [account for attribute in names for account in await engine.targets[target].find(attribute, name)]


def _worked_on(engine: Engine, person: str, rows: Mapping[str, Row]) -> bool:
    """Whether some worker has this person's account on some target now, and may have a write under way."""
    leases = [rows.get(layout.lease(person, target)) for target in engine.policy.targets]
    return any(row is not None and codec.moment(codec.known(row.data)["until"]) > engine.clock() for row in leases)


async def _save(engine: Engine, person: str, rows: Mapping[str, Row], change: Change) -> bool:
    """The change with a mark for every target, whoever works on one of them stopped; False when a worker came between.

    The leases are replaced as they were read, so that a worker who took one meanwhile is seen.
    """
    changes, cohort = [change], f"by hand|{engine.clock().isoformat()}"
    for target in engine.policy.targets:
        key = layout.lease(person, target)
        row = rows.get(key)
        changes.append(Replace(key, NOBODY, row.version) if row else Insert(key, NOBODY))
        changes.append(engine.marked(Hop.PROVISION, person, cohort, target, attempts=0))
    try:
        await engine.store.commit(layout.STATE, layout.bucket(person), changes)
    except Conflict:
        return False
    for target in engine.policy.targets:
        await engine.ring(Hop.PROVISION, [person], target)
    return True
