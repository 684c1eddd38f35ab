"""What HR says of some people, as hashes beside those of what it said before; whole records only of whom it is news."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from shared.engine.parts import Engine
from shared.errors import Reason
from shared.externals import checked
from shared.model import Person, Rejected
from shared.quality import record as quality_record
from shared.records import storable

MISSING = "missing"
FORGOTTEN = "?"
REJECTED = "!"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What HR says of one person: the hash of it, and when it is news, the record or why it cannot be used.

    `unfit` says that the record could be used, and only the policy asks more: that says nothing about the answer.
    """

    mark: str
    person: Person | None = None
    rejected: Rejected | None = None
    unfit: bool = False

    @property
    def item(self) -> Person | Rejected | None:
        return self.person or self.rejected


SAID = TypeAdapter(dict[str, Said])


def as_data(said: Mapping[str, Said]) -> dict[str, Any]:
    """The same as JSON, without what is not told."""
    found: dict[str, Any] = SAID.dump_python(dict(said), mode="json", exclude_defaults=True)
    return found


def size(hr_id: str, said: Said) -> int:
    """The characters of one person in such JSON."""
    return len(json.dumps(as_data({hr_id: said})))


@dataclass(slots=True)
class Part:
    """What an answer says of some people, by HR id."""

    known: Mapping[str, str]
    """HR id → hash of the last answer; "missing"; "!…" for a rejected record; "?" while it is being saved."""
    said: dict[str, Said] = field(default_factory=dict)

    @property
    def there(self) -> list[str]:
        """The HR ids of whom the last answer spoke."""
        return [name for name, mark in self.known.items() if mark != MISSING]

    @property
    def gone(self) -> list[str]:
        """Those of them of whom this one does not."""
        return [name for name in self.there if name not in self.said]

    @property
    def news(self) -> dict[str, Said]:
        return {name: one for name, one in self.said.items() if one.item and self.known.get(name) != one.mark}

    def hear(self, engine: Engine, hr_id: str, said: Said) -> None:
        """Add one record; an id that comes twice with different records is held, whichever came first."""
        before = self.said.get(hr_id)
        if before is not None and before.mark != said.mark:
            said = _twice(engine, hr_id)
        self.said[hr_id] = Said(mark=said.mark) if self.known.get(hr_id) == said.mark else said


def heard(engine: Engine, source: str, item: Person | Rejected, known: Mapping[str, str]) -> tuple[str, Said]:
    """The HR id of a record and what it says; what cannot be kept, or lacks what the policy asks, is held.

    What HR has said before, by the hashes that are `known`, and was believed, is no mistake because a day has passed:
    a contract that was withdrawn before its first day stays so.
    """
    usable = kept = storable(item)
    mark = engine.fingerprint(kept) if isinstance(kept, Person) else ""
    if not mark or mark != known.get(kept.hr_id):
        usable = quality_record.checked(kept, engine.asked(source), engine.today)
    found = checked(usable, engine.policy.sources[source].external, engine.today)
    if isinstance(found, Person) and found is kept:
        return found.hr_id, Said(mark=mark, person=found)
    return found.hr_id, _said(engine, found, unfit=found is not usable)


def _twice(engine: Engine, hr_id: str) -> Said:
    because = "HR gave this id to different records"
    return _said(engine, Rejected(hr_id=hr_id, code=Reason.DUPLICATE_ID, because=because))


def _said(engine: Engine, item: Person | Rejected, unfit: bool = False) -> Said:
    if isinstance(item, Person):
        return Said(mark=engine.fingerprint(item), person=item)
    stand_in = Person(hr_id=item.hr_id, fields={"code": item.code, "because": item.because})
    return Said(mark=REJECTED + engine.fingerprint(stand_in), rejected=item, unfit=unfit)
