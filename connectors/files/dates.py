"""Calendar dates as HR writes them: only the formats that are configured, never a guess, never a time zone."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

_FORMAT = re.compile(r"(yyyy|mm?|dd?)([-/.]?)(yyyy|mm?|dd?)([-/.]?)(yyyy|mm?|dd?)")
_DIGITS = {
    "yyyy": "(?P<y>[0-9]{4})",
    "mm": "(?P<m>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "dd": "(?P<d>[0-9]{2})",
    "d": "(?P<d>[0-9]{1,2})",
}
_MIDNIGHT = re.compile(r"[ T]00?:00(?::00(?:[.,]0{1,9})?)?$")
_SERIAL = re.compile(r"[0-9]{4,6}(?:[.,][0-9]{1,12})?")
_ALWAYS_READ = ("yyyy-mm-dd", "dd-mm-yyyy")


class UnreadableDate(ValueError):
    """The text is no date in the configured formats; the message is for HR and does not repeat the text."""


@dataclass(frozen=True)
class Dates:
    """The formats to read, and the texts and days that mean «no date»."""

    formats: tuple[str, ...]
    no_texts: frozenset[str]
    no_days: frozenset[date]

    @classmethod
    def of(cls, formats: Iterable[str], no_date: Iterable[str]) -> "Dates":
        """`no_date` texts that are dates count in every format: 9999-12-31 is also 31-12-9999."""
        kept, texts, days = tuple(formats), frozenset(no_date), set()
        for text in texts:
            with suppress(ValueError):
                if found := _parse(text, (*kept, *_ALWAYS_READ)):
                    days.add(found)
        return cls(kept, texts, frozenset(days))

    def day(self, text: str) -> date | None:
        """The date in `text`, or None where HR says there is none; raises `UnreadableDate`.

        A time of midnight behind the date is ignored, because exports append one; any other time is refused, since
        it may hide a time zone and so another day.
        """
        bare = _MIDNIGHT.sub("", text)
        if not bare or bare in self.no_texts:
            return None
        try:
            found = _parse(bare, self.formats)
        except ValueError:
            raise UnreadableDate("this day is not in the calendar; correct the date") from None
        if found is None:
            raise UnreadableDate(self._advice(bare))
        return self._sane(found)

    def typed(self, cell: date) -> date | None:
        """The same for a cell that is a date already, as in a workbook."""
        if isinstance(cell, datetime):
            if cell.time() != time():
                raise UnreadableDate("the cell holds a time beside the date; leave the time out")
            cell = cell.date()
        return self._sane(cell)

    def _sane(self, found: date) -> date | None:
        if found in self.no_days:
            return None
        if not 1900 <= found.year <= 2999:
            raise UnreadableDate("the year cannot be right; correct the date")
        return found

    def _advice(self, text: str) -> str:
        formats = " or ".join(self.formats)
        if _SERIAL.fullmatch(text):
            return f"a number stands where a date should be (a spreadsheet's day count); write the date as {formats}"
        return f"the date cannot be read; write it as {formats}, without a time"


def checked(formats: Iterable[str]) -> tuple[str, ...]:
    """The formats, when each can be read and no text could mean two days; raises `ValueError`."""
    kept = tuple(formats)
    orders: dict[tuple[str, str, int], tuple[str, str]] = {}
    for one in kept:
        match = _FORMAT.fullmatch(one)
        parts = [match[1], match[3], match[5]] if match else []
        if match is None or sorted(part[0] for part in parts) != ["d", "m", "y"]:
            raise ValueError(f"{one!r} is no date format; use yyyy, mm or m, and dd or d, such as dd-mm-yyyy")
        if not (match[2] and match[4]) and not {"mm", "dd"} <= set(parts):
            raise ValueError(f"{one!r} needs mm and dd, because nothing stands between the numbers")
        order = "".join(part[0] for part in parts)
        first_order, first = orders.setdefault((match[2], match[4], parts.index("yyyy")), (order, one))
        if first_order != order:
            raise ValueError(f"{first!r} and {one!r} together are ambiguous; keep one of them")
    return kept


def _parse(text: str, formats: tuple[str, ...]) -> date | None:
    """None when no format fits; raises ValueError when one fits and the calendar has no such day."""
    for one in formats:
        if match := _pattern(one).fullmatch(text):
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
    return None


@cache
def _pattern(one: str) -> re.Pattern[str]:
    """The pattern of a `checked` format."""
    pieces = re.findall(r"yyyy|mm?|dd?|[-/.]", one)
    return re.compile("".join(_DIGITS.get(piece, re.escape(piece)) for piece in pieces))
