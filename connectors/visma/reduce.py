"""Visma's cells reduced to our values; what cannot be used says why, in words HR can act on, and never what it was."""

import re
from datetime import date

from shared.errors import Reason
from shared.model import Rejected

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0{1,9})?)?Z?)?")
NUMBER = re.compile(r"-?[0-9]{1,6}(?:[.,][0-9]{1,10})?")
PLAUSIBLE = range(1900, 2200)
"""Years. Beyond them a date is a slip of the pen or a stand-in for «never», and adding days to it may overflow."""
LONGEST_ID = 64
NO_END = frozenset({date(9999, 12, 31), date(2999, 12, 31), date(2900, 1, 1)})
"""How systems write an end that is none."""


class Unusable(Exception):
    """One record cannot be used. The text completes «Employee 7 …» and holds names of columns only."""

    def __init__(self, because: str, reason: Reason = Reason.INVALID_RECORD) -> None:
        super().__init__(because)
        self.reason = reason

    def rejects(self, hr_id: str) -> Rejected:
        return Rejected(hr_id=hr_id, code=self.reason.value, because=f"Employee {hr_id} {self}")


def nameless(what: str) -> Rejected:
    return Rejected(
        hr_id="",
        code=Reason.INVALID_RECORD.value,
        because=f"A record of {what} has no usable employee id; look for it in Visma.net HRM.",
    )


def identity(text: str) -> str:
    """An id as it is written, leading zeros and all; "" for none and for what can be none."""
    return text if len(text) <= LONGEST_ID and text.isprintable() else ""


def text(cell: str) -> str | None:
    """One line of text; None for an empty cell."""
    return " ".join(cell.split()) or None


def day(column: str, cell: str) -> date | None:
    """The calendar day as it is written. A midnight behind it is dropped; any other time may hide another day."""
    if not cell:
        return None
    found = DAY.fullmatch(cell)
    try:
        written = date.fromisoformat(found[1]) if found else None
    except ValueError:
        written = None
    if written in NO_END:
        return None
    if written is None or written.year not in PLAUSIBLE:
        raise Unusable(f"has {column} in a form that is not a plausible date; correct it in Visma.net HRM.")
    return written


def number(column: str, cell: str) -> float | None:
    if not cell:
        return None
    if not NUMBER.fullmatch(cell):
        raise Unusable(f"has {column} in a form that is not a number; correct it in Visma.net HRM.")
    return float(cell.replace(",", "."))


def span(start: date | None, end: date | None) -> tuple[date, date | None]:
    """First and last working day of one contract, inclusive. Raises `Unusable` when they are not a time."""
    if start is None:
        raise Unusable("has a contract without startdate; enter it in Visma.net HRM.", Reason.MISSING_DATA)
    if end is not None and end < start:
        raise Unusable("has a contract with enddate before startdate; correct the dates in Visma.net HRM.")
    return start, end
