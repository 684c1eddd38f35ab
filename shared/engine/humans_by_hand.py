"""Two records of HR joined to one human, or parted again, by a person's word; who has which, as a list."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from shared import codec, layout
from shared.engine.ledger import note
from shared.engine.linking import let_go
from shared.engine.parts import Engine
from shared.engine.records import human_of, joined, links, live, named, parted, settled
from shared.errors import Misconfigured, Reason, Refused, TryLater
from shared.layout import Hop
from shared.store import Change, Conflict, Row

NO_PEOPLE = "the policy has no part «people», so each record is somebody of their own; write people: {same: []} into it"


@dataclass(frozen=True, slots=True)
class Twin:
    """A record, the human whose other record it is, each as (source, HR id), and who said so: "policy" for a rule."""

    record: tuple[str, str]
    human: tuple[str, str]
    by: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Our ids of a record and of the human it has joined, and the accounts, by target, that were let go."""

    record: str
    human: str
    accounts: Mapping[str, str]


async def join_records(
    engine: Engine, one: tuple[str, str], other: tuple[str, str], by: str, because: str, *, lets_go: bool = False
) -> Joined:
    """Say that two records, each as (source, HR id), are one human.

    The one without an account joins the other; of two without any, and of two who both have one, `one` does, and with
    `lets_go` its account is left as it is and is a stranger's. Raises `Misconfigured` where the
    policy does not know of such people, `Refused` when it cannot be, and `TryLater` when somebody works on it.
    """
    _known(engine)
    record, home = [await human_of(engine, *each) for each in (one, other)]
    if record == home:
        raise Refused(f"{one[1]} and {other[1]} are one human already", Reason.SAME_HUMAN)
    rows, theirs = await engine.rows_of(record), await engine.rows_of(home)
    for each, some in ((one, rows), (other, theirs)):
        if not any(key.endswith("|person") for key in some):
            raise Refused(f"{each[0]} knows nobody with the id {each[1]}", Reason.REFUSED)
    both = settled(rows) and settled(theirs)
    if both and not lets_go:
        said = f"{one[1]} and {other[1]} both have accounts; say which one is let go (it is left as it is)"
        raise Refused(said, Reason.SAME_HUMAN)
    if settled(rows) and not both:
        record, home, rows = home, record, theirs
    left = {target: link for target, link in links(rows).items() if live(link)}
    accounts = {target: link.account for target, link in left.items()}
    await note(engine, record, "", "join record", by=by, because=because, human=home, accounts=accounts)
    await _commit(engine, record, joined(engine, record, rows, home, by))
    for target, link in left.items():
        await let_go(engine, record, target, link.account, link)
    return Joined(record, home, accounts)


async def part_record(engine: Engine, one: tuple[str, str], by: str, because: str) -> tuple[str, str]:
    """Say that a record, as (source, HR id), is not that human's after all; our ids of the record and of that human.

    It is somebody of their own from now on, and no rule joins the two again. Raises as `join_records` does.
    """
    _known(engine)
    record = layout.own_id(*one)
    rows = await engine.rows_of(record)
    home = named(rows.get(layout.twin_of(record)))
    if not home:
        raise Refused(f"{one[1]} of {one[0]} is no other record of anybody", Reason.REFUSED)
    await note(engine, record, "", "part record", by=by, because=because, human=home)
    await _commit(engine, record, parted(engine, record, rows, by))
    return record, home


async def twins(engine: Engine) -> list[Twin]:
    """Every record that is another one of a human, in order of human."""
    names: dict[str, tuple[str, str]] = {}
    found: list[tuple[str, str, str]] = []
    async for row in _rows(engine):
        match row.key.split("|"):
            case [person, "person"]:
                names[person] = (str(row.data["source"]), codec.PERSON.load(row.data).hr_id)
            case [person, "twin of"]:
                found.append((person, named(row), str(row.data["by"])))
    unknown = ("", "")
    some = [Twin(names.get(record, unknown), names.get(home, unknown), by) for record, home, by in found]
    return sorted(some, key=lambda one: (one.human, one.record))


async def _rows(engine: Engine) -> AsyncIterator[Row]:
    async for row in engine.store.everything(layout.STATE):
        if codec.readable(row.data):
            yield row


def _known(engine: Engine) -> None:
    if engine.policy.people is None:
        raise Misconfigured(NO_PEOPLE)


async def _commit(engine: Engine, record: str, changes: list[Change]) -> None:
    try:
        await engine.store.commit(layout.STATE, layout.bucket(record), changes)
    except Conflict:
        raise TryLater("somebody works on this record just now; ask again", 5) from None
    for hop in (Hop.MAP, Hop.DEPENDENTS):
        await engine.ring(hop, [record])
