"""One human of whom HR holds several records: what makes two records alike, and the one person they make together.

Pure. Nothing is joined here: that is said by a rule that is certain, or by a person.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shared.expressions import Facts
from shared.facts import items, text_of
from shared.model import Contract, Person
from shared.policy import Alike

CERTAIN = 1.0

CROWD = 8
"""Records of one likeness from which on it says nothing: what so many have in common tells nobody from another."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What one source says of somebody, and from which day on it no longer counts because it is missing there."""

    source: str
    person: Person
    gone_from: date | None = None

    def gone(self, today: date) -> bool:
        return self.gone_from is not None and self.gone_from <= today


def together(first: Record, others: Sequence[Record], today: date) -> Person:
    """The one person that these records make: the first one's id, and the contracts of all that still count.

    A contract from another record brings that record's own fields along, and says where it stands. The human counts as
    missing only when every record is gone.
    """
    if not others:
        return first.person
    everybody = (first, *others)
    counting = [one for one in everybody if not one.gone(today)] or everybody
    contracts = [_moved(one, first, each) for one in counting for each in one.person.contracts]
    missing = first.person.missing_since if all(one.gone(today) for one in everybody) else None
    return replace(first.person, contracts=tuple(contracts), missing_since=missing)


def _moved(record: Record, home: Record, contract: Contract) -> Contract:
    if record is home:
        return contract
    person = record.person
    fields = {**person.fields, **contract.fields}
    id = f"{person.hr_id}/{contract.id}"
    return replace(contract, id=id, fields=fields, source=record.source, hr_id=person.hr_id)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Facts that another record may have as well: their names, their values as one text, and what that would mean."""

    names: tuple[str, ...]
    text: str
    confidence: float


def likenesses(facts: Facts, rules: Iterable[Alike]) -> Iterator[Likeness]:
    """By what another record of the same human would be known; nothing where one of the facts is empty."""
    for rule in rules:
        values = [[_folded(text_of(one)) for one in items(facts.get(name))] for name in rule.all]
        if all(any(value) for value in values):
            text = json.dumps([rule.all, values], ensure_ascii=False)
            yield Likeness(rule.all, text, rule.confidence)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """Another human whose record is like this one. `settled` says that they have an account, `earlier` that it was
    known first, `single` that it is the only one of theirs, and `asked` that somebody is asked about it already.
    """

    human: str
    name: str
    """How people know them: the id and the source."""
    confidence: float
    names: tuple[str, ...]
    settled: bool
    earlier: bool
    single: bool = True
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows for this record: whom it joins, or what a person is asked; `human` is whom the question is about.

    Nothing follows where both are "". A question that names nobody cannot be answered with a yes.
    """

    joins: Other | None = None
    question: str = ""
    human: str = ""


def judged(settled: bool, others: Sequence[Other], *, single: bool = True) -> Verdict:
    """Whether this record, which has an account or not, belongs to one of these humans; `single` as of the others.

    Of two records the one that has an account is the human's first one, else the one that was known first; the question
    is always that of the other. A third record of one human is never joined without a word.
    """
    mine = [one for one in others if (one.settled, one.earlier) > (settled, False)]
    if not mine:
        return Verdict()
    sure = [one for one in mine if one.confidence >= CERTAIN]
    if len(mine) == len(sure) == 1 and sure[0].single and single and not settled:
        return Verdict(joins=sure[0])
    said = " and ".join(f"{one.name} ({', '.join(one.names)})" for one in sorted(mine, key=lambda each: each.name))
    alike = f"may be the same human as {said}"
    if settled:
        return Verdict(question=f"{alike}; both have accounts: join them by hand, and say which one is let go")
    if len(mine) > 1:
        return Verdict(question=f"{alike}; join it to one of them by hand, or say that it is nobody's")
    return Verdict(question=f"{alike}; yes joins the records, no keeps them apart", human=mine[0].human)
