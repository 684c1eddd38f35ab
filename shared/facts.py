"""Facts as rules read them: the text of each, and how one compares with a number, a day, or a day counted from today.

Nothing fails on what HR wrote: what cannot be read as a number or a day compares with none.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from shared.model import Value

Item: TypeAlias = str | bool | int | float
"""One value of a fact; a fact may be a list of them."""

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_FROM_TODAY = re.compile(r"today(?: *([+-]) *([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class FromToday:
    """A day counted from the one on which it is asked: `today`, `today + 30`, `today - 90`."""

    days: int

    def on(self, today: date) -> date:
        return shift(today, self.days)

    def __str__(self) -> str:
        return f"today {'-' if self.days < 0 else '+'} {abs(self.days)}" if self.days else "today"


def _bound(given: object) -> object:
    if isinstance(given, str) and _NUMBER.fullmatch(given):
        return float(given)
    if isinstance(given, str) and (counted := _FROM_TODAY.fullmatch(given)):
        sign, days = counted.groups(default="0")
        return FromToday(int(f"{sign}{days}") if sign != "0" else 0)
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    elif isinstance(given, int | float | date | FromToday) and not isinstance(given, bool | datetime):
        return given
    raise ValueError("write a number, a date such as 2026-01-31, or a day counted from today such as today + 30")


Bound: TypeAlias = Annotated[
    int | float | date | FromToday,
    BeforeValidator(_bound),
    PlainSerializer(lambda bound: str(bound) if isinstance(bound, FromToday) else bound),
    WithJsonSchema(
        {
            "type": ["number", "string"],
            "description": "A number, a date such as 2026-01-31, or a day counted from today such as today + 30.",
        }
    ),
]


def items(value: Value) -> tuple[Item, ...]:
    """Every value of a fact; none when it is absent, null or empty."""
    if value is None or value == "":
        return ()
    return value if isinstance(value, tuple) else (value,)


def text_of(value: Item | date) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def compared(value: Item, bound: int | float | date | FromToday, today: date) -> int | None:
    """-1, 0 or 1; None when the value cannot be compared with the bound, which then does not hold either way."""
    if isinstance(bound, FromToday):
        bound = bound.on(today)
    if isinstance(bound, date):
        day = day_of(value)
        return None if day is None else (day > bound) - (day < bound)
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        return None
    number = float(value) if isinstance(value, str) else value
    return (number > bound) - (number < bound) if number == number else None


def day_of(value: Item) -> date | None:
    """The day that a text begins with; None when there is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def shift(day: date, days: int) -> date:
    """`days` later, or the calendar's own end: 31-12-9999 is how many systems write «never»."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min
