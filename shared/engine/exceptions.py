"""Exceptions for one person: asked for with an owner and an end, kept beside the person, and gone the day after.

Each is saved together with the mark that has the person mapped again; who did what, and why, goes to the ledger first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared import codec, layout
from shared.codec import Codec
from shared.engine.ledger import note
from shared.engine.parts import Engine
from shared.engine.records import human_of
from shared.errors import Misconfigured, Refused
from shared.exceptions import Exemption, Kind, doubt
from shared.layout import Hop
from shared.store import Change, Delete, Put, Row

EXEMPTION = Codec(Exemption)


@dataclass(frozen=True, slots=True)
class Listed:
    """One exception in force or to come: for whom, what, and who asked for it."""

    person: str
    hr_id: str
    by: str
    exemption: Exemption


async def add(engine: Engine, source: str, hr_id: str, one: Exemption, by: str) -> bool:
    """Make an exception for somebody, in place of one that says the same; whether there was one. `by` is who asks.

    Raises `Refused` for somebody HR does not know, and `Misconfigured` for what no exception can say.
    """
    person = await human_of(engine, source, hr_id)
    check(engine, one)
    if await engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)) is None:
        raise Refused(f"{source} knows nobody with the id {hr_id}")
    key = layout.exception(person, one.kind, one.target, one.what)
    known = await engine.store.get(layout.STATE, layout.bucket(person), key)
    await _note(engine, person, one, f"{'change' if known else 'add'} exception", by, one.because)
    await _save(engine, person, Put(key, EXEMPTION.dump(one, by=by)))
    return known is not None


async def end(
    engine: Engine, source: str, hr_id: str, kind: Kind, target: str, what: str, by: str, because: str
) -> None:
    """End an exception now; `what` is its entitlement, such as `group:Finance`, or "". Raises `Refused` for none."""
    person = await human_of(engine, source, hr_id)
    key = layout.exception(person, kind, target, what)
    row = await engine.store.get(layout.STATE, layout.bucket(person), key)
    if row is None:
        raise Refused(f"{hr_id} has no such exception; `joinly exceptions list` shows which there are")
    await _note(engine, person, EXEMPTION.load(row.data), "end exception", by, because)
    await _save(engine, person, Delete(key))


def check(engine: Engine, one: Exemption) -> None:
    """Raises `Misconfigured` for dates that the policy does not allow, and for what the target cannot give."""
    if said := doubt(one, engine.today, engine.policy.exceptions.longest):
        raise Misconfigured(f"this exception is refused: {said}")
    if not one.owner.strip() or not one.because.strip():
        raise Misconfigured("an exception needs somebody who answers for it, and a reason")
    if one.target not in engine.policy.targets and (one.target or one.kind is not Kind.FREEZE):
        raise Misconfigured(f"name one of the policy's targets: {', '.join(engine.policy.targets)}")
    kinds = engine.entitlements.get(one.target, frozenset())
    if one.entitlement is not None and one.entitlement.kind not in kinds:
        said = " and ".join(f"{kind}:NAME" for kind in sorted(kinds)) or "nothing"
        raise Misconfigured(f"{one.target} cannot give {one.what}; it knows {said}")


async def listed(engine: Engine) -> list[Listed]:
    """Every exception that is not over, in order of person and end."""
    found = []
    for bucket in layout.buckets():
        rows = {row.key: row async for row in engine.store.scan(layout.STATE, bucket) if codec.readable(row.data)}
        for key, row in rows.items():
            person, _, rest = key.partition("|")
            one = EXEMPTION.load(row.data) if rest.startswith("exception|") else None
            if one is not None and not one.over(engine.today):
                subject = rows.get(layout.person(person))
                hr_id = codec.PERSON.load(subject.data).hr_id if subject else ""
                found.append(Listed(person, hr_id, str(row.data["by"]), one))
    return sorted(found, key=lambda one: (one.hr_id, one.exemption.last, one.exemption.kind, one.exemption.what))


def of(person: str, rows: Mapping[str, Row]) -> tuple[Exemption, ...]:
    """A person's exceptions among their rows. Raises `UnknownSchema`: one nobody can read might say to do nothing."""
    prefix = layout.exceptions(person)
    return tuple(EXEMPTION.load(row.data) for key, row in sorted(rows.items()) if key.startswith(prefix))


async def expire(engine: Engine, person: str, rows: Mapping[str, Row]) -> list[Change]:
    """What takes away the exceptions that are over, once the ledger says so."""
    gone: list[Change] = []
    for key, row in rows.items():
        if not key.startswith(layout.exceptions(person)):
            continue
        one = EXEMPTION.load(row.data)
        if one.over(engine.today):
            await _note(engine, person, one, "expire exception", str(row.data["by"]), one.because)
            gone.append(Delete(key, row.version))
    return gone


async def _save(engine: Engine, person: str, change: Change) -> None:
    mark = engine.marked(Hop.MAP, person, engine.trickle("exceptions"))
    await engine.store.commit(layout.STATE, layout.bucket(person), [change, mark])
    await engine.ring(Hop.MAP, [person])


async def _note(engine: Engine, person: str, one: Exemption, what: str, by: str, because: str) -> None:
    first = one.first.isoformat() if one.first else ""
    beside = {"exception": str(one.kind), "entitlement": one.what, "first": first, "last": one.last.isoformat()}
    await note(engine, person, one.target, what, by=by, because=because, owner=one.owner, **beside)
