"""An employment cut into contracts: one for each stretch of time in which department, function, hours and manager stay.

Pure. Nmbrs keeps the history of each of them apart; what counts on a day is the row that began last before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.model import Attributes, Contract

ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One row of a history: what it says, from its first day on."""

    start: date
    fields: Mapping[str, Any]
    end: date | None = None
    """The last day; None when it goes on until another begins."""
    made: str = ""
    """When it was written: of two rows that begin on one day the later counts."""


History = Sequence[Spell]


@dataclass(frozen=True, slots=True)
class Employment:
    """First and last day, inclusive, and what stays as it is all the while."""

    id: str
    start: date
    end: date | None
    fields: Attributes = field(default_factory=dict)


def speaking(history: History, day: date) -> Mapping[str, Any]:
    """What a history says of a day: the row that covers it and began last; before all of them, the first.

    Rows that begin together and were written together are told apart by what they say, so that their order in an
    answer never matters.
    """
    begun = [spell for spell in history if spell.start <= day]
    if not begun:
        first = min((spell.start for spell in history), default=day)
        begun = [spell for spell in history if spell.start == first]
    return max(begun, key=lambda spell: _weight(spell, day)).fields if begun else {}


def _weight(spell: Spell, day: date) -> tuple[bool, date, str, str]:
    covers = spell.end is None or day <= spell.end
    return covers, spell.start, spell.made, repr(sorted(spell.fields.items()))


def cut(employment: Employment, histories: Iterable[History], since: date = date.min) -> list[Contract]:
    """The contracts of one employment, in order, without a gap between them; a later history adds to an earlier one.

    The first has the employment's id, each other one that and its first day: they stay the same when others are added.
    What changed before `since` is one contract, with what counts on that day.
    """
    every = tuple(histories)
    last = employment.end or date.max
    first = min(max(employment.start, since), last)
    turns = {first, *(day for history in every for spell in history for day in _turns(spell))}
    found: list[tuple[date, Attributes]] = []
    for day in sorted(day for day in turns if first <= day <= last):
        fields = dict(employment.fields)
        for history in every:
            fields |= speaking(history, day)
        if not found or found[-1][1] != fields:
            found.append((day if found else employment.start, fields))
    ends = [*(day - ONE for day, _ in found[1:]), employment.end]
    return [
        Contract(id=_id(employment, start), start=start, end=end, fields=fields)
        for (start, fields), end in zip(found, ends, strict=True)
    ]


def _turns(spell: Spell) -> Iterable[date]:
    yield spell.start
    if spell.end is not None:
        yield spell.end + ONE


def _id(employment: Employment, day: date) -> str:
    return employment.id if day == employment.start else f"{employment.id}/{day.isoformat()}"
