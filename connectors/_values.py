"""HR's values reduced to ours: what cannot be used says why, in words HR can act on, and never what it was."""

import re
from collections.abc import Iterable
from datetime import date
from math import isfinite
from typing import Any

from shared.errors import Reason
from shared.model import Rejected, Value

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ][0-9:.+Zz-]{0,30})?")
NUMBER = re.compile(r"-?(?:[0-9]{1,9}(?:[.,][0-9]{1,9})?|[.,][0-9]{1,9})")
LONGEST_ID = 100
PLAUSIBLE = range(1900, 2200)
"""Years. Beyond them a date is a slip of the pen or a stand-in for «never», and adding days to it may overflow."""
MOST = 1_000_000_000


class Unusable(Exception):
    """One record cannot be used. The text completes «Employee 7 …» and holds attribute names only."""

    def __init__(self, because: str, reason: Reason = Reason.INVALID_RECORD) -> None:
        super().__init__(because)
        self.reason = reason

    def rejects(self, hr_id: str) -> Rejected:
        return Rejected(hr_id=hr_id, code=self.reason.value, because=f"Employee {hr_id} {self}")


def identity(value: Any) -> str:
    """HR's key as text, with its zeros; "" when there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    found = value.strip() if isinstance(value, str) else ""
    return found if len(found) <= LONGEST_ID and found.isprintable() else ""


def text(field: str, value: Any) -> str | None:
    """Trimmed text, of a number too; null and blank are None."""
    if isinstance(value, bool) or not (value is None or isinstance(value, str | int | float)):
        raise Unusable(f"has {field} in a form that is not text.")
    return ("" if value is None else str(value)).strip() or None


def day(field: str, value: Any, never: int | None = None) -> date | None:
    """The calendar day as it is written; None for any day of the year that stands for «never». A time and a zone are
    dropped, never converted: they lie in more than one system.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        written = date.fromisoformat(found[1]) if found else None
    except ValueError:
        written = None
    if written is not None and written.year == never:
        return None
    if written is None or written.year not in PLAUSIBLE:
        raise Unusable(f"has {field} in a form that is not a plausible date; correct it.")
    return written


def number(field: str, value: Any) -> float | None:
    """A number, whether it comes as one or as text."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST:
        raise Unusable(f"has {field} in a form that is not a number; correct it.")
    return float(value)


def plain(field: str, value: Any) -> Value:
    """A value of a customer's own field as it comes. Raises `Unusable` for a shape that a policy cannot use."""
    if isinstance(value, bool) or (isinstance(value, int | float) and isfinite(value)):
        return value
    if value is None or isinstance(value, str):
        return text(field, value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise Unusable(f"has {field} in a form that cannot be used; leave it out of `fields` in the settings.")


def heaviest(shares: Iterable[tuple[float, str]]) -> str | None:
    """The cost centre that carries most; of equals the first by name, whatever order they came in."""
    return min(shares, key=lambda share: (-share[0], share[1]), default=(0.0, None))[1]
