"""Dates as text: read ISO 8601 and Entra's `M/d/yyyy h:mm:ss tt`, write the latter; everything is UTC.

Source: Microsoft Entra ID, "Reference for writing expressions for attribute mappings", CDate and Now: a date without
an offset is UTC, and a date may carry an offset without a time (`2020-03-16-07:00`).
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from shared.expressions.fault import ExpressionError

TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
OFFSET = r"(?P<offset>Z|[+-]\d\d(?::?\d\d)?)?"
ISO = re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)(?:[T ]{TIME})? ?{OFFSET}", re.ASCII)
AMERICAN = re.compile(
    rf"(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})/(?P<year>\d{{4}})(?: {TIME}(?: ?(?P<half>[AaPp][Mm]))?)? ?{OFFSET}",
    re.ASCII,
)
UNREADABLE = "is not a date that can be read"
SHAPES = "write 2025-07-30, 2025-07-30T16:00:00Z or 7/30/2025 4:00:00 PM, or give the format with FormatDateTime"


@lru_cache(maxsize=4096)
def read_date(text: str) -> datetime:
    """The moment a text names, in UTC. Raises ExpressionError when it names none."""
    return _read(text, civil=False)


def read_civil(text: str) -> datetime:
    """The calendar day a text names, at midnight and without moving it to UTC. Raises ExpressionError."""
    return _read(text, civil=True)


def _read(text: str, *, civil: bool) -> datetime:
    text = text.strip() if len(text) <= 50 else ""
    match = ISO.fullmatch(text) or AMERICAN.fullmatch(text)
    if match is None:
        raise ExpressionError(UNREADABLE, hint=SHAPES)
    field = match.groupdict()
    try:
        if civil:
            return datetime(int(field["year"]), int(field["month"]), int(field["day"]), tzinfo=UTC)
        return assemble(field)
    except (ValueError, OverflowError):
        raise ExpressionError(f"{UNREADABLE}: there is no such day or time", hint=SHAPES) from None


def assemble(field: dict[str, str | None]) -> datetime:
    """Year, month, day, hour, minute, second, fraction, half and offset, each as text or None, as a moment in UTC.

    Raises ValueError or OverflowError when there is no such moment between the years 1 and 9999.
    """
    fraction = ((field.get("fraction") or "") + "000000")[:6]
    moment = datetime(
        int(field.get("year") or 1),
        int(field.get("month") or 1),
        int(field.get("day") or 1),
        _hour(field.get("hour"), field.get("half")),
        int(field.get("minute") or 0),
        int(field.get("second") or 0),
        int(fraction),
        tzinfo=_zone(field.get("offset")),
    )
    return moment.astimezone(UTC)


def _hour(hour: str | None, half: str | None) -> int:
    value = int(hour or 0)
    if not half:
        return value
    if not 1 <= value <= 12:
        raise ValueError("hour")
    return value % 12 + (12 if half[0] in "pP" else 0)


def _zone(offset: str | None) -> timezone:
    if not offset or offset == "Z":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if away > timedelta(hours=14):
        raise ValueError("offset")
    return timezone(-away if offset[0] == "-" else away)


def date_text(moment: datetime) -> str:
    """`M/d/yyyy h:mm:ss tt`: how Entra writes every date.

    >>> date_text(datetime(2025, 7, 30, 16, 5, tzinfo=UTC))
    '7/30/2025 4:05:00 PM'
    """
    half = "AM" if moment.hour < 12 else "PM"
    return (
        f"{moment.month}/{moment.day}/{moment.year:04d}"
        f" {moment.hour % 12 or 12}:{moment.minute:02d}:{moment.second:02d} {half}"
    )
