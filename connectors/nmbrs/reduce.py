"""Nmbrs' values reduced to ours; what cannot be used says why, in words HR can act on, and never with the value."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any

from shared.errors import Reason
from shared.model import Rejected

SYSTEM = "Nmbrs"

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][0-9:.+Zz-]{0,30})?")
NUMBER = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
LONGEST_ID = 100
NO_YEAR = 1
"""The year that .NET writes for a date that is not there (`0001-01-01T00:00:00`)."""
PLAUSIBLE = range(1900, 2200)
"""Years. Beyond them a date is a slip of the pen or a stand-in for «never», and adding days to it may overflow."""
MOST = 1_000_000
UNSAID = frozenset({"", "unspecified", "unknown", "undefined"})


class Unusable(Exception):
    """One record cannot be used. The text completes «Employee 7 …» and holds attribute names only."""

    def __init__(self, because: str, reason: Reason = Reason.INVALID_RECORD) -> None:
        super().__init__(because)
        self.reason = reason

    def rejects(self, hr_id: str) -> Rejected:
        return Rejected(hr_id=hr_id, code=self.reason.value, because=f"Employee {hr_id} {self}")


def identity(value: Any) -> str:
    """An id as text, in lower case because an UUID is the same in both; "" when there is none. SOAP sends numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = value.strip().lower() if isinstance(value, str) else ""
    return found if len(found) <= LONGEST_ID and found.isprintable() else ""


def text(key: str, value: Any) -> str | None:
    """Trimmed text; null and blank are None. A number that people chose, such as an employee number, is text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Unusable(f"has {key} in a form that is not text; correct it in Nmbrs.")
    return (value or "").strip() or None


def choice(key: str, value: Any) -> str | None:
    """One of Nmbrs' fixed words, in lower case; null and «unspecified» are None."""
    word = (text(key, value) or "").lower()
    return None if word in UNSAID else word


def day(key: str, value: Any) -> date | None:
    """The calendar day as it is written. A time and a zone are dropped, never converted: Nmbrs means days (it writes
    `2021-06-07T00:00:00` in one answer and `2021-06-07T07:59:11Z` in another).
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        written = date.fromisoformat(found[1]) if found else None
    except ValueError:
        written = None
    if written is not None and written.year == NO_YEAR:
        return None
    if written is None or written.year not in PLAUSIBLE:
        raise Unusable(f"has {key} in a form that is not a plausible date; correct it in Nmbrs.")
    return written


def number(key: str, value: Any) -> float | None:
    """A number, whether it comes as one or as text."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or not 0 <= value <= MOST:
        raise Unusable(f"has {key} in a form that is not a number; correct it in Nmbrs.")
    return float(value)


def inside(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`; an empty one where it is not there or null."""
    found = row.get(key)
    if found is not None and not isinstance(found, Mapping):
        raise Unusable(f"has {key} in an unknown form; ask Nmbrs support to look at it.")
    return found or {}


def listed(row: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """The objects in the list under `key`; none where it is not there or null."""
    found = row.get(key)
    if found is not None and not (isinstance(found, list) and all(isinstance(one, Mapping) for one in found)):
        raise Unusable(f"has {key} in an unknown form; ask Nmbrs support to look at it.")
    return found or ()


def made(row: Mapping[str, Any]) -> str:
    """When a row of a history was written, as text that sorts; "" where it does not say."""
    found = row.get("createdAt")
    return found if isinstance(found, str) else ""


Shape = Mapping[str, "Shape"] | None
"""What of an object is kept: the parts of some keys, or, where it says None, whatever stands there."""


def only(value: Any, shape: Shape) -> Any:
    """The part of `value` that may enter; everything else is dropped before anything is done with it."""
    if shape is None:
        return value
    if isinstance(value, list):
        return [only(one, shape) for one in value]
    if isinstance(value, Mapping):
        return {key: only(value[key], of) for key, of in shape.items() if key in value}
    return value
