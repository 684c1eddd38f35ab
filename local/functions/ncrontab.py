"""A schedule as Azure Functions reads it → when it is due next: NCRONTAB with six fields, the first of them seconds.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions. Day and weekday must
both fit, as in the NCrontab library that the host uses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import Misconfigured

_FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day", 1, 31, ()),
    ("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    ("weekday", 0, 6, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)
_ITEM = re.compile(r"(?:\*|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_HORIZON = 8 * 366
"""Days within which every date that exists comes round, 29 February on a given weekday left aside."""


@dataclass(frozen=True, slots=True)
class Schedule:
    text: str
    fields: tuple[frozenset[int], ...]

    def after(self, moment: datetime) -> datetime:
        """The first time that is later than `moment`. Raises `Misconfigured` for a day that never comes."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        for offset in range(_HORIZON):
            day = start.replace(hour=0, minute=0, second=0) + timedelta(days=offset)
            if self._fits(day):
                for time in self._times(day):
                    if time >= start:
                        return time
        raise Misconfigured(f"the schedule {self.text!r} is never due")

    def _fits(self, day: datetime) -> bool:
        _, _, _, days, months, weekdays = self.fields
        return day.month in months and day.day in days and (day.weekday() + 1) % 7 in weekdays

    def _times(self, day: datetime) -> Iterator[datetime]:
        seconds, minutes, hours = (sorted(values) for values in self.fields[:3])
        for hour in hours:
            for minute in minutes:
                for second in seconds:
                    yield day.replace(hour=hour, minute=minute, second=second)


def parse(text: str) -> Schedule:
    """Raises `Misconfigured`, which names the field."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise Misconfigured(f"the schedule {text!r} has {len(parts)} fields instead of six, seconds first")
    pairs = zip(parts, _FIELDS, strict=True)
    return Schedule(text, tuple(frozenset(_values(part, *of, text)) for part, of in pairs))


def _values(part: str, name: str, low: int, high: int, names: tuple[str, ...], text: str) -> Iterator[int]:
    for item in part.split(","):
        found = _ITEM.fullmatch(item)
        first, last, step = found.groups() if found else (None, None, "0")
        begin = low if first is None else _number(first, low, names)
        end = high if first is None or (last is None and step) else begin if last is None else _number(last, low, names)
        if found is None or not low <= begin <= end <= high or step == "0":
            raise Misconfigured(f"the schedule {text!r} has a {name} that cannot be: {item}")
        yield from range(begin, end + 1, int(step or 1))


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    if text.isdecimal():
        return int(text)
    return names.index(text.lower()[:3]) + low if text.lower()[:3] in names else -1
