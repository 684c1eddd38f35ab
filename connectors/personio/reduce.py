"""Personio's values, of both APIs, reduced to ours; what cannot be used says why, in words HR can act on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from connectors._values import Unusable, day, identity, plain
from shared.errors import Misconfigured, Reason
from shared.model import Rejected, Value

SYSTEM = "Personio"
UNSAID = frozenset({"", "unspecified"})

WITHOUT_ID = Rejected(
    hr_id="",
    code=Reason.INVALID_RECORD.value,
    because="A record has no employee id; ask Personio support to look at it.",
)


def text(key: str, value: Any) -> str | None:
    """Trimmed text; null and blank are None."""
    if value is not None and not isinstance(value, str):
        raise Unusable(f"has {key} in a form that is not text; correct it in Personio.")
    return (value or "").strip() or None


def choice(key: str, value: Any) -> str | None:
    """One of Personio's fixed words, in lower case; null and «unspecified» are None."""
    word = (text(key, value) or "").lower()
    return None if word in UNSAID else word


def extra(key: str, value: Any, kind: Any) -> Value:
    """A customer's own attribute. Raises `Unusable` for a shape that policy cannot use, such as an object."""
    if isinstance(kind, str) and kind.lower() == "date":
        found = day(key, value)
        return found.isoformat() if found else None
    return plain(key, value)


def supervisor(value: Any) -> str:
    """The manager's HR id. Raises `Unusable` when there is a supervisor without one: that is not «nobody»."""
    found = identity(value)
    if not found:
        raise Unusable("has a supervisor without an id; choose the supervisor again in Personio.")
    return found


def span(start: date | None, ends: Mapping[str, date | None], status: str | None) -> tuple[date, date | None]:
    """First and last working day of one employment, inclusive.

    The last day is the earliest of those given: someone on garden leave stops working before the employment ends,
    and nobody works after it. Raises `Unusable` when there is no first day, when the last lies before it, or when
    someone inactive has no last day, for then nobody can say since when.
    """
    if start is None:
        raise Unusable("has no hire date; enter it in Personio.", Reason.MISSING_DATA)
    given = [end for end in ends.values() if end]
    end = min(given) if given else None
    if end and end < start:
        raise Unusable(f"leaves before the first day ({' or '.join(ends)} is before the hire date); correct the dates.")
    if status == "inactive" and end is None:
        raise Unusable("is inactive without an end date; enter the termination date in Personio.", Reason.MISSING_DATA)
    return start, end


def require_shared(required: Iterable[str], seen: frozenset[str] | set[str], records: int) -> None:
    """Raise `Misconfigured` when not one of `records` holds a required attribute: the credential does not share it."""
    missing = sorted(set(required) - seen)
    if records and missing:
        raise Misconfigured(
            f"{SYSTEM}: the API credential does not share {', '.join(missing)}; "
            "tick them in Personio under Marketplace › Connected integrations"
        )
