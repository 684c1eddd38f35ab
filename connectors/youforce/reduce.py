"""What is Youforce's own among the values of HR; the rest is in `connectors._values`.

A property without a value is left out of an answer, so here absent means null for every property that is known to be
shown whenever it has a value. Whether a whole answer lacks a property is another question: see `lists.require`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeAlias

from connectors._values import day as any_day
from shared.errors import Reason
from shared.model import Rejected

SYSTEM = "Youforce"
Row: TypeAlias = Mapping[str, Any]

NEVER = 9999
"""The year of «no end»."""

WITHOUT_ID = Rejected(
    hr_id="",
    code=Reason.INVALID_RECORD.value,
    because="A person has no personCode, so nobody can tell who it is; enter the person number (Business: the UPI).",
)


def day(key: str, value: Any) -> date | None:
    """The calendar day as it is written; None for none and for the year 9999."""
    return any_day(key, value, NEVER)


def of_type(items: Any, wanted: str) -> Any:
    """What `[{type, address}, …]` holds for one type (Business, Private, Mobile); None when it holds none.

    Of several the first in order of their text, whatever order they came in.
    """
    found = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []
    values = [item.get("address") or item.get("number") for item in found if item.get("type") == wanted]
    return min((one for one in values if isinstance(one, str) and one.strip()), default=None)
