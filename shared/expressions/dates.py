"""Dates and times. Everything is UTC, except DateFormat and Today, which keep to civil dates.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings": DateDiff counts the calendar
boundaries crossed for years, months, weeks (Sundays) and days, and whole units for hours, minutes and seconds.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.expressions.datetext import read_date
from shared.expressions.fault import ExpressionError
from shared.expressions.formats import DateFormat, compile_format, midnight, readable_format
from shared.expressions.registry import Example, Family, Parameter, Slot
from shared.expressions.scope import Facts, Scope, Term
from shared.expressions.values import Inner, Kind, as_moment, one, text_of

DATES = Family("Dates")
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
FIXED = {
    "ww": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "n": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
MONTHS = {"yyyy": 12, "m": 1}
BOUNDARIES: dict[str, Callable[[datetime], int]] = {
    "d": datetime.toordinal,
    "ww": lambda moment: moment.toordinal() // 7,
    "m": lambda moment: moment.year * 12 + moment.month,
    "yyyy": lambda moment: moment.year,
}
"""The number of the day, the week (from Sunday), the month or the year a moment is in; a difference counts these."""
STYLES = re.compile(
    r"None|AllowLeadingWhite|AllowTrailingWhite|AllowInnerWhite|AllowWhiteSpaces|NoCurrentDateDefault"
    r"|AdjustToUniversal|AssumeLocal|AssumeUniversal|RoundtripKind"
)


def _interval(name: str | None) -> str:
    if name not in FIXED and name not in MONTHS:
        raise ExpressionError("is not an interval", hint="write yyyy, m, ww, d, h, n (minutes) or s")
    return name


def _styles(names: str | None) -> None:
    for name in (names or "None").replace("|", ",").split(","):
        if not STYLES.fullmatch(name.strip()):
            raise ExpressionError("is not one of .NET's DateTimeStyles", hint="leave the slot empty")


CLOCKS = frozenset({"Now", "Today"})
"""The functions that read what day it is."""

INTERVAL = Parameter("interval", Kind.TEXT, prepare=_interval)


@DATES.lazy("Now", returns=Kind.DATE, folds=False, examples=(Example("Now()", "7/30/2025 12:00:00 PM"),))
def current() -> Term:
    """The current moment in UTC."""

    def run(facts: Facts, scope: Scope) -> datetime:
        now = scope.now
        if now.tzinfo is UTC:
            return now
        try:
            return now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        except OverflowError:
            raise ExpressionError("is a moment outside the years 1 to 9999") from None

    return run


@DATES.lazy("Today", returns=Kind.DATE, folds=False, examples=(Example("Today()", "7/30/2025 12:00:00 AM"),))
def today() -> Term:
    """The current civil date in the customer's time zone. Not in Entra."""

    def run(facts: Facts, scope: Scope) -> datetime:
        return midnight(scope.now)

    return run


@DATES.lazy(
    "CDate",
    Parameter("text", Kind.DATE),
    returns=Kind.DATE,
    examples=(
        Example('CDate("2025-03-01+02:00")', "2/28/2025 10:00:00 PM"),
        Example('CDate("3/1/2025 4:30:00 PM")', "3/1/2025 4:30:00 PM"),
    ),
)
def as_date(text: Slot) -> Term:
    """The date a text holds, in UTC: ISO 8601 or M/d/yyyy, with or without a time and an offset. Empty gives null."""
    return text.run


@DATES.strict(
    "DateAdd",
    INTERVAL,
    Parameter("value", Kind.NUMBER),
    Parameter("date", Kind.DATE),
    returns=Kind.DATE,
    examples=(
        Example('DateAdd("m", 1, CDate("2025-01-31"))', "2/28/2025 12:00:00 AM"),
        Example('DateAdd("d", "-10", CDate("2025-01-05"))', "12/26/2024 12:00:00 AM"),
    ),
)
def date_add(interval: str, value: int, moment: datetime | None) -> datetime | None:
    """The date moved by a number of years, months, weeks, days, hours, minutes or seconds; a month's end stays one."""
    if moment is None:
        return None
    try:
        if interval in FIXED:
            return moment + FIXED[interval] * value
        return _months_later(moment, MONTHS[interval] * value)
    except (OverflowError, ValueError):
        raise ExpressionError("leaves the years 1 to 9999") from None


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


@DATES.lazy(
    "DateDiff",
    INTERVAL,
    Parameter("date1", Kind.DATE),
    Parameter("date2", Kind.DATE),
    returns=Kind.AMOUNT,
    examples=(
        Example('DateDiff("d", CDate("2025-02-27"), CDate("2025-03-01"))', "2"),
        Example('DateDiff("yyyy", CDate("2024-12-31"), CDate("2025-01-01"))', "1"),
        Example('DateDiff("h", CDate("2025-01-02"), CDate("2025-01-01"))', "-24"),
    ),
)
def date_diff(interval: Slot, date1: Slot, date2: Slot) -> Term:
    """date2 minus date1 in whole intervals; negative when date2 is earlier, null when one is null."""
    first, second, number = date1.run, date2.run, BOUNDARIES.get(interval.value)

    def run(facts: Facts, scope: Scope) -> int | None:
        start, end = first(facts, scope), second(facts, scope)
        if start is None or end is None:
            return None
        return number(end) - number(start) if number else _units(FIXED[interval.value], start, end)

    return run


def _units(unit: timedelta, start: datetime, end: datetime) -> int:
    away = abs(end - start) // unit
    return away if end >= start else -away


@DATES.strict(
    "DateFromNum",
    Parameter("value", Kind.NUMBER),
    returns=Kind.DATE,
    examples=(Example("DateFromNum(133801632000000000)", "1/1/2025 12:00:00 AM"),),
)
def from_filetime(value: int) -> datetime:
    """The date of a Windows file time: intervals of 100 ns since 1601-01-01 in UTC."""
    try:
        return EPOCH + TICK * (value // 10)
    except OverflowError:
        raise ExpressionError("leaves the years 1 to 9999") from None


@DATES.strict(
    "NumFromDate",
    Parameter("date", Kind.DATE),
    returns=Kind.AMOUNT,
    examples=(Example('NumFromDate("2025-01-01T00:00:00Z")', "133801632000000000"),),
)
def to_filetime(moment: datetime | None) -> int | None:
    """The Windows file time of a date: intervals of 100 ns since 1601-01-01 in UTC, as accountExpires wants it."""
    return None if moment is None else (moment - EPOCH) // TICK * 10


@DATES.strict(
    "FormatDateTime",
    Parameter("source", Kind.ANY),
    Parameter("dateTimeStyles", Kind.TEXT, default=None, prepare=_styles),
    Parameter("inputFormat", Kind.TEXT, default=None, prepare=readable_format),
    Parameter("outputFormat", Kind.TEXT, prepare=compile_format),
    returns=Kind.TEXT,
    examples=(
        Example('FormatDateTime("20250301080000.0Z", , "yyyyMMddHHmmss.fZ", "dd-MM-yyyy")', "01-03-2025"),
        Example('FormatDateTime(Now(), , , "yyyy-MM-dd HH:mm")', "2025-07-30 12:00"),
    ),
)
def format_date_time(source: Inner, styles: None, given: DateFormat | None, wanted: DateFormat) -> str | None:
    """A date read in one .NET format and written in another, in UTC; null for empty text.

    Without inputFormat the text is read as CDate reads it. A date that another function made needs no format.
    """
    value = one(source)
    if isinstance(value, datetime):
        return wanted.write(value)
    text = text_of(value)
    if not text:
        return None
    return wanted.write(given.read(text) if given else read_date(text))


@DATES.strict(
    "DateFormat",
    Parameter("date", Kind.CIVIL),
    Parameter("format", Kind.TEXT, prepare=compile_format),
    returns=Kind.TEXT,
    examples=(
        Example('DateFormat([start], "d MMMM yyyy")', "1 March 2025", {"start": "2025-03-01"}),
        Example('DateFormat([start], "yyyyMMdd")', "20250301", {"start": "2025-03-01T00:00:00+02:00"}),
    ),
)
def date_format(day: datetime | None, wanted: DateFormat) -> str | None:
    """The calendar date as it is written, whatever its offset, in a .NET format; null for empty text. Not in Entra."""
    return None if day is None else wanted.write(day)


@DATES.strict(
    "IsDate",
    Parameter("value", Kind.ANY),
    returns=Kind.TRUTH,
    examples=(Example('IsDate("2025-02-29")', "False"), Example('IsDate("2024-02-29")', "True")),
)
def is_date(value: Inner) -> bool:
    """Whether CDate can read the value. In Entra, only in Connect Sync."""
    return as_moment(one(value)) is not None
