"""One mapping while it is worked out: what it starts from, what it will commit in one go, and whom it will ring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared import codec, layout, ledger
from shared.contracts import facts_of, primary
from shared.engine.answering import as_decided
from shared.engine.asking import Traits
from shared.engine.holding import hold
from shared.engine.parts import Engine
from shared.errors import Reason
from shared.exceptions import Exemption
from shared.expressions import Facts
from shared.humans import Record
from shared.ledger import Entry
from shared.lifecycle import gone_from
from shared.model import Person
from shared.policy import SourcePolicy
from shared.precedence import blended
from shared.store import Change, Delete, Row


@dataclass(slots=True)
class Draft:
    engine: Engine
    person: str
    subject: Person
    source: str
    cohort: str
    rows: Mapping[str, Row]
    today: date
    changes: list[Change]
    exemptions: tuple[Exemption, ...]
    likes: list[str] = field(default_factory=list)
    """Hashes of what this record may have in common with another of the same human."""
    owns: list[str] = field(default_factory=list)
    """Hashes of what nobody else may have, and this record has."""
    others: list[Record] = field(default_factory=list)
    """Other records of the same human."""
    waits: bool = False
    """Whether nothing may be done before a person has said whose record it is."""
    rings: list[str] = field(default_factory=list)
    """Others who are marked to be mapped."""
    leads: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    """Days on which it must be looked at again, beside those that follow from contracts."""
    traits: dict[str, Traits] = field(default_factory=dict)
    admit: bool = False
    provision: list[str] = field(default_factory=list)
    tell: bool = False
    """Whether those who point to this human are to be mapped again."""
    decided: list[Entry] = field(default_factory=list)
    """What goes to the ledger, before anything of it is saved."""

    @property
    def rules(self) -> SourcePolicy:
        decided = self.rows.get(layout.leaves(self.person))
        return as_decided(self.engine.policy.sources[self.source], self.subject, decided)

    @property
    def mapped(self) -> Mapping[str, Any]:
        """What the last mapping left to remember."""
        row = self.rows.get(layout.mapped(self.person))
        return codec.known(row.data) if row else codec.plain(wake="", leads=[], policy=None, said="", likes=[])

    @property
    def record(self) -> Record:
        """What HR says in this record alone."""
        return Record(source=self.source, person=self.subject, gone_from=gone_from(self.subject, self.rules))

    @property
    def whole(self) -> Person:
        """Everything HR says of this human."""
        return blended(self.record, self.others, self.engine.policy, self.today)

    @property
    def facts(self) -> Facts:
        """What this record alone says today."""
        return facts_of(self.subject, primary(self.subject, self.rules, self.today), self.today)

    def hold(self, place: str, what: str, reason: Reason, because: str, account: str = "") -> None:
        key = layout.hold(self.person, place, what)
        hr_id = self.subject.hr_id
        known = self.rows.get(key)
        beside = {"account": account} if account else {}
        self.changes.append(hold(self.engine, known, key, reason, because, hr_id=hr_id, **beside))
        if known is None or known.data.get("reason") != reason:
            since = self.rows[layout.person(self.person)].version
            self.decide(place, ledger.HELD, since, reason=reason, because=because)

    def decide(self, place: str, verb: str, since: str, **said: Any) -> None:
        """A line about what was decided, starting from the row of version `since`."""
        entry = Entry(
            at=self.engine.clock(),
            person=self.person,
            place=place,
            verb=verb,
            operation=ledger.operation(self.person, place, verb, since, sorted(said.items())),
            cause=self.cohort,
            policy=self.engine.policy_hash,
            **said,
        )
        self.decided.append(entry)

    def release(self, key: str) -> None:
        if key in self.rows:
            self.changes.append(Delete(key))
