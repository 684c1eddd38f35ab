"""Nmbrs' values reduced to ours, beside what all HR systems share; what cannot be used says why, never what it was."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from connectors._values import Unusable, text
from connectors._values import day as written_day
from connectors._values import identity as written_identity

SYSTEM = "Nmbrs"

NO_DAY = "0001-01-01"
"""What .NET writes for a day that is not there."""
UNSAID = frozenset({"", "unspecified", "unknown", "undefined"})


def identity(value: Any) -> str:
    """An id as text, in lower case because an UUID is the same in both; "" when there is none. SOAP sends numbers."""
    return written_identity(value).lower()


def choice(key: str, value: Any) -> str | None:
    """One of Nmbrs' fixed words, in lower case; null and «unspecified» are None."""
    word = (text(key, value) or "").lower()
    return None if word in UNSAID else word


def day(key: str, value: Any) -> date | None:
    """The calendar day as it is written: Nmbrs means days, with and without a zone (`2021-06-07T00:00:00` in one answer
    and `2021-06-07T07:59:11Z` in another).
    """
    return None if isinstance(value, str) and value.startswith(NO_DAY) else written_day(key, value)


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
