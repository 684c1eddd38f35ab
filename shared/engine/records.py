"""What a record of HR says of whose it is: the rows by which it becomes another one of a human, or parts from them.

They stand beside the record, so one commit decides; everybody else believes the record.
"""

from collections.abc import Iterator, Mapping

from shared import codec, layout
from shared.engine.parts import NOBODY, Engine
from shared.layout import Hop
from shared.model import Link
from shared.store import Change, Delete, Insert, Put, Replace, Row


def named(row: Row | None) -> str:
    """Our id of the human whom the row of a record names; "" where there is none."""
    return str(row.data["human"]) if row is not None and codec.readable(row.data) else ""


async def human(engine: Engine, person: str) -> str:
    """Our id of the human that this record is one of."""
    if engine.policy.people is None:
        return person
    row = await engine.store.get(layout.STATE, layout.bucket(person), layout.twin_of(person))
    return named(row) or person


async def human_of(engine: Engine, source: str, hr_id: str) -> str:
    """The same for whom HR calls so."""
    return await human(engine, layout.own_id(source, hr_id))


def others_of(person: str, rows: Mapping[str, Row]) -> list[str]:
    """Our ids of those who may be other records of a human with these rows; each says so itself, or it is not."""
    prefix = layout.twins(person)
    return [key.removeprefix(prefix) for key in rows if key.startswith(prefix)]


def settled(rows: Mapping[str, Row]) -> bool:
    """Whether somebody with these rows has an account, or may have one soon."""
    return any(live(link) or link.intending is not None for link in links(rows).values())


def links(rows: Mapping[str, Row]) -> dict[str, Link]:
    """Target → the link there."""
    found = {key.split("|", 2)[2]: row for key, row in rows.items() if key.split("|")[1:2] == ["link"]}
    return {target: codec.LINK.load(row.data) for target, row in found.items()}


def live(link: Link) -> bool:
    """Whether it leads to an account, as far as we know."""
    return bool(link.account) and not link.deleted


def joined(engine: Engine, person: str, rows: Mapping[str, Row], other: str, by: str) -> list[Change]:
    """What makes a record, whose rows these are, another one of the human `other`, unless they change meanwhile.

    An account that it has is let go. Whoever works on one for it stops, and everybody who points to it is mapped again.
    """
    said, cohort = codec.plain(human=other, by=by, at=engine.clock().isoformat()), engine.trickle("records")
    key = layout.twin_of(person)
    row = rows.get(key)
    return [
        Replace(key, said, row.version) if row else Insert(key, said),
        *_links_end(person, rows),
        *[Delete(key) for key in rows if key == layout.apart(person, other)],
        engine.marked(Hop.MAP, person, cohort),
        engine.marked(Hop.DEPENDENTS, person, cohort),
    ]


def parted(engine: Engine, person: str, rows: Mapping[str, Row], by: str) -> list[Change]:
    """What makes a record somebody of their own, who is never taken for that human again."""
    row, cohort = rows[layout.twin_of(person)], engine.trickle("records")
    apart = told_apart(engine, person, named(row), by, told=False)
    return [Delete(row.key, row.version), apart, engine.marked(Hop.MAP, person, cohort)]


def told_apart(engine: Engine, person: str, other: str, by: str, *, told: bool) -> Put:
    """The row by which two records are never taken for one human; `told` says that the other knows of it."""
    return Put(layout.apart(person, other), codec.plain(by=by, at=engine.clock().isoformat(), told=told))


def _links_end(person: str, rows: Mapping[str, Row]) -> Iterator[Change]:
    """The next save of a worker who knows nothing of this fails."""
    for target, link in links(rows).items():
        row = rows[layout.link(person, target)]
        left = codec.LINK.dump(Link(apart=link.apart | {link.account})) if live(link) else row.data
        yield Replace(row.key, left, row.version)
        yield Put(layout.lease(person, target), NOBODY)
