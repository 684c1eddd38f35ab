"""Youforce's values reduced to ours; what cannot be used says why, in words HR can act on.

A property without a value is left out of an answer, so here absent means null for every property that is known to be
shown whenever it has a value. Whether a whole answer lacks a property is another question: see `lists.require`.
"""

import re
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any, TypeAlias

from shared.errors import Reason
from shared.model import Rejected, Value

SYSTEM = "Youforce"
Row: TypeAlias = Mapping[str, Any]

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][0-9:.+Zz-]{0,30})?")
NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,6})?")
PLAUSIBLE = range(1900, 2200)
NEVER = 9999
"""The year of «no end»."""
MOST = 1_000_000


class Unusable(Exception):
    """One record cannot be used. The text completes «Person 7 …» and holds attribute names only."""

    def __init__(self, because: str, reason: Reason = Reason.INVALID_RECORD) -> None:
        super().__init__(because)
        self.reason = reason

    def rejects(self, hr_id: str) -> Rejected:
        return Rejected(hr_id=hr_id, code=self.reason.value, because=f"Person {hr_id} {self}")


WITHOUT_ID = Rejected(
    hr_id="",
    code=Reason.INVALID_RECORD.value,
    because="A person has no personCode, so nobody can tell who it is; enter the person number (Business: the UPI).",
)


def text(key: str, value: Any) -> str | None:
    """Trimmed text; null and blank are None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Unusable(f"has {key} in a form that is not text; ask Visma's support to look at it.")
    return (value or "").strip() or None


def day(key: str, value: Any) -> date | None:
    """The calendar day as it is written, a time and a zone dropped; None for none and for the year 9999."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        written = date.fromisoformat(found[1]) if found else None
    except ValueError:
        written = None
    if written is not None and written.year == NEVER:
        return None
    if written is None or written.year not in PLAUSIBLE:
        raise Unusable(f"has {key} in a form that is not a plausible date; correct it in HR Core.")
    return written


def number(key: str, value: Any) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST:
        raise Unusable(f"has {key} in a form that is not a number; correct it in HR Core.")
    return float(value)


def extra(key: str, value: Any) -> Value:
    """A field that the customer lets in. Raises `Unusable` for a shape that policy cannot use, such as an object."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise Unusable(f"has {key} in a form that cannot be used; leave it out of `fields` in the settings.")


def of_type(items: Any, wanted: str) -> Any:
    """What `[{type, address}, …]` holds for one type (Business, Private, Mobile); None when it holds none.

    Of several the first in order of their text, whatever order they came in.
    """
    found = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    values = [item.get("address") or item.get("number") for item in found if item.get("type") == wanted]
    return min((one for one in values if isinstance(one, str) and one.strip()), default=None)
