"""What one record of HR shows by itself: dates that cannot be, contracts nobody can tell apart, no surname. Pure.

The engine holds a person for the same findings that HR is shown, so there is one list of them and not two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from shared.errors import Reason
from shared.facts import Item, day_of, items
from shared.model import Contract, Person, Rejected, Value
from shared.quality.findings import Finding, Kind, Severity, held

EARLIEST, LATEST = 1900, 2200
"""Years outside which a day is a slip of the pen."""

NEVER = 9999
"""The year in which what many systems write for «never» lies."""

AHEAD = 3 * 366
"""Days ahead of which nobody is hired."""

LONGEST = 70 * 366
"""Days that no contract lasts."""

YOUNGEST, OLDEST = 13, 100
"""Years of age on the first day at work."""

START, END, BIRTH = "contractStart", "contractEnd", "birthDate"
SURNAME = "surname"
FAMILY = (SURNAME, "secondSurname", "partnerSurname")
"""One of these is what somebody is called by."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked of the records of one source: by the policy, and by what the source says it gives."""

    source: str
    read: frozenset[str] = frozenset()
    """The facts that the policy reads."""
    given: frozenset[str] = frozenset()
    """The facts that the source says it always gives."""


def checked(item: Person | Rejected, asked: Asked, today: date) -> Person | Rejected:
    """The record itself, or why it is held: the first finding by which an account would be wrong."""
    if isinstance(item, Rejected):
        return item
    holding = (one for one in of_record(item, asked, today) if one.severity is Severity.HOLDS)
    found = next(holding, None)
    return item if found is None else held(found)


def of_record(person: Person, asked: Asked, today: date) -> Iterator[Finding]:
    """Everything that one record shows."""
    for contract in person.contracts:
        yield from _days(person, contract, asked.source, today)
    yield from _overlapping(person, asked.source)
    yield from _written_days(person, asked.source)
    yield from _age(person, asked.source, today)
    if SURNAME in asked.read and ahead(person, today):
        yield from _surname(person, asked)


def ahead(person: Person, today: date) -> bool:
    """Whether anything of theirs is in force or to come: nothing is made of a record that is over."""
    return person.missing_since is None and any(one.end is None or one.end >= today for one in person.contracts)


def _days(person: Person, contract: Contract, source: str, today: date) -> Iterator[Finding]:
    start, end, id = contract.start, contract.end, contract.id
    days: dict[str, Value] = {START: start.isoformat(), END: end.isoformat() if end else None}

    def finding(kind: Kind, severity: Severity, what: str, do: str, *facts: str) -> Finding:
        return Finding(
            kind=kind,
            severity=severity,
            source=source,
            hr_id=person.hr_id,
            contract=id,
            facts=facts,
            what=what,
            do=do,
            values={name: days[name] for name in facts},
        )

    if end is not None and end < start:
        what, do = f"contract {id} ends before it starts", "correct one of the two days"
        begun = Severity.HOLDS if start <= today else Severity.LOOK  # one withdrawn before it began is ended so
        yield finding(Kind.END_BEFORE_START, begun, what, do, START, END)
    for name, day in ((START, start), (END, end)):
        if day is not None and not EARLIEST <= day.year <= LATEST and day.year != NEVER:
            what = f"{name} of contract {id} is before {EARLIEST} or after {LATEST}"
            yield finding(Kind.IMPOSSIBLE_DATE, Severity.HOLDS, what, "correct the day", name)
    if start.year <= LATEST and (start - today).days > AHEAD:
        what = f"contract {id} starts more than three years from now"
        yield finding(Kind.IMPLAUSIBLE_DATE, Severity.LOOK, what, "check the day", START)
    elif start.year >= EARLIEST and end is not None and end.year <= LATEST and (end - start).days > LONGEST:
        what = f"contract {id} lasts longer than anybody works"
        yield finding(Kind.IMPLAUSIBLE_DATE, Severity.LOOK, what, "check both days", START, END)


def _overlapping(person: Person, source: str) -> Iterator[Finding]:
    """Contracts of one id, at one time, that say different things: nobody can tell which of them holds."""
    ordered = sorted(person.contracts, key=lambda one: (one.id, one.start, one.end or date.max))
    told = set[str]()
    for one, other in pairwise(ordered):
        if one.id == other.id and one.id not in told and one != other and other.start <= (one.end or date.max):
            told.add(one.id)
            yield Finding(
                kind=Kind.OVERLAPPING,
                severity=Severity.HOLDS,
                source=source,
                hr_id=person.hr_id,
                contract=one.id,
                facts=("contractId", START, END),
                what=f"contract {one.id} stands there twice for the same days",
                do="give each contract a number of its own, or end one before the other starts",
                values={START: other.start.isoformat(), END: one.end.isoformat() if one.end else None},
            )


def _written_days(person: Person, source: str) -> Iterator[Finding]:
    """Facts that are written as a day and are none, such as 30 February."""
    for name, value in person.fields.items():
        for one in items(value) if name.casefold().endswith("date") else ():
            if isinstance(one, str) and _DAY.fullmatch(one) and day_of(one) is None:
                yield Finding(
                    kind=Kind.IMPOSSIBLE_DATE,
                    severity=Severity.CORRECT,
                    source=source,
                    hr_id=person.hr_id,
                    facts=(name,),
                    what=f"{name} is no day of any calendar",
                    do="correct the day",
                    values={name: one},
                )


def _age(person: Person, source: str, today: date) -> Iterator[Finding]:
    born = next((day_of(one) for one in items(person.fields.get(BIRTH))), None)
    first = min((one.start for one in person.contracts), default=None)
    if born is None or first is None or born.year < EARLIEST:
        return
    age = first.year - born.year - ((first.month, first.day) < (born.month, born.day))
    if age < YOUNGEST or age > OLDEST:
        yield Finding(
            kind=Kind.IMPLAUSIBLE_DATE,
            severity=Severity.CORRECT if born >= first or born > today else Severity.LOOK,
            source=source,
            hr_id=person.hr_id,
            facts=(BIRTH, START),
            what="nobody of that age begins to work" if born < first else "the first contract starts before birth",
            do=f"check {BIRTH} and the first day",
            values={BIRTH: born.isoformat(), START: first.isoformat()},
        )


def _surname(person: Person, asked: Asked) -> Iterator[Finding]:
    """Whoever has no family name would be given an account under half a name, or be renamed to it."""
    fields = [person.fields, *(one.fields for one in person.contracts)]
    known = SURNAME in asked.given or any(SURNAME in one for one in fields)
    if known and not any(_is_name(one) for each in fields for name in FAMILY for one in items(each.get(name))):
        yield Finding(
            kind=Kind.SURNAME,
            severity=Severity.HOLDS,
            source=asked.source,
            hr_id=person.hr_id,
            facts=(SURNAME,),
            what=f"{SURNAME} is empty, or holds no letter",
            do="fill it in",
            reason=Reason.MISSING_DATA,
        )


def _is_name(value: Item) -> bool:
    return isinstance(value, str) and any(letter.isalpha() for letter in value)
