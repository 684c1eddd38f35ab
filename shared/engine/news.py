"""What HR said that is new, as the ledger tells it: which fields became what, and no value of HR."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from shared import codec, layout, ledger
from shared.engine.parts import Engine
from shared.ledger import Entry
from shared.model import Person, Rejected
from shared.store import Row


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer about somebody: the record, None when there is none any more, its hash, and the row as it was read."""

    hr_id: str
    item: Person | Rejected | None
    hash: str
    row: Row | None


def lines(engine: Engine, source: str, cohort: str, heard: list[Heard]) -> Iterator[Entry]:
    """A line for everybody of whom HR said something new."""
    for one in heard:
        said = _said(engine, one)
        if said is None:
            continue
        verb, reason, attributes = said
        person = layout.own_id(source, one.hr_id)
        yield Entry(
            at=engine.clock(),
            person=person,
            place=source,
            verb=verb,
            operation=ledger.operation(person, source, one.row.version if one.row else "", one.hash),
            reason=reason,
            attributes=attributes,
            cause=cohort,
            policy=engine.policy_hash,
        )


def _said(engine: Engine, one: Heard) -> tuple[str, str, Mapping[str, str]] | None:
    """The kind of news, the reason when the record cannot be used, and what became of which field; None for no news."""
    if isinstance(one.item, Rejected):
        return ledger.REJECTED, one.item.code, {}
    before = codec.PERSON.load(one.row.data) if one.row else None
    if one.item is None and before is None:
        return None  # a record that never could be used has gone
    now = one.item or replace(before or Person(hr_id=one.hr_id), missing_since=engine.today)
    verb, attributes = ledger.told(before, now)
    return None if verb == ledger.CHANGED and not attributes else (verb, "", attributes)
