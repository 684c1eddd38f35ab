"""A person's yes: what is held under one fingerprint becomes permitted, exactly that and for that Desired version only.

Executing it means to look again: what is no longer in the plan is not done, and what has been added is asked again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from shared import codec, layout
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.errors import Refused
from shared.layout import Hop
from shared.store import Change, Conflict, Delete, Row


@dataclass(frozen=True, slots=True)
class Held:
    """One thing that waits: for whom, where, what ("-" for the person as a whole), and why."""

    person: str
    hr_id: str
    place: str
    what: str
    reason: str
    because: str
    version: int
    account: str
    """The account that was found when this was asked; a yes is for that one only."""

    @property
    def approvable(self) -> bool:
        """Whether a yes is all it needs; the rest must be repaired."""
        return self.version > 0 and not self.what.startswith("-") and not self.what.endswith("!") and self.what != "map"


async def held(engine: Engine) -> list[Held]:
    """Everything that waits for a person, in order of person."""
    found = []
    for bucket in layout.buckets():
        names: dict[str, str] = {}
        rows: list[Row] = []
        async for row in engine.store.scan(layout.STATE, bucket):
            if not codec.readable(row.data):
                continue
            parts = row.key.split("|")
            if parts[1:] == ["person"]:
                names[parts[0]] = str(row.data["is"]["hr_id"])
            elif len(parts) == 4 and parts[1] == "hold":
                rows.append(row)
        found += [_held(row, names) for row in rows]
    return sorted(found, key=lambda one: (one.hr_id, one.place, one.what))


def _held(row: Row, names: dict[str, str]) -> Held:
    person, _, place, what = row.key.split("|")
    data = row.data
    hr_id = str(data.get("hr_id") or names.get(person, ""))
    version, account = int(data.get("version", 0)), str(data.get("account", ""))
    return Held(person, hr_id, place, what, str(data["reason"]), str(data["because"]), version, account)


def fingerprint(holds: Sequence[Held]) -> str:
    """A name for exactly this list; it differs as soon as one action does."""
    text = "\n".join(sorted(f"{one.person} {one.place} {one.what} {one.version} {one.account}" for one in holds))
    return blake2b(text.encode(), digest_size=6).hexdigest()


async def approve(engine: Engine, name: str, what: str, by: str) -> int:
    """Permit what waits for `what` (or everything that can be approved, for ""), if its fingerprint is still `name`.

    `by` is who says yes; it goes to the ledger. How many were permitted. Raises `Refused` when the list has changed.
    """
    waiting = [one for one in await held(engine) if one.approvable and what in ("", one.what)]
    if not waiting or fingerprint(waiting) != name:
        raise Refused("what waits has changed since it was shown; look at the list again")
    done = 0
    for one in waiting:
        done += await _permit(engine, one, name, by)
    return done


async def _permit(engine: Engine, one: Held, name: str, by: str) -> int:
    home, now = layout.bucket(one.person), engine.clock()
    hold = await engine.store.get(layout.STATE, home, layout.hold(one.person, one.place, one.what))
    if hold is None or hold.data.get("version") != one.version:
        return 0
    said = {"fingerprint": name, "version": one.version, "account": one.account}
    await note(engine, one.person, one.place, f"approve {one.what}", by=by, **said)
    key = layout.permit(one.person, one.place)
    start = max(now, engine.earliest(one.place, one.what))
    row = await engine.store.get(layout.STATE, home, key)
    changes: list[Change] = [
        permit(key, row, one.version, {one.what: start}, now, one.account),
        Delete(hold.key, hold.version),
        engine.marked(Hop.PROVISION, one.person, f"approval|{name}", one.place, attempts=0, due=start.isoformat()),
    ]
    try:
        await engine.store.commit(layout.STATE, home, changes)
    except Conflict:
        return 0
    await engine.ring(Hop.PROVISION, [one.person], one.place, start if start > now else None)
    return 1
