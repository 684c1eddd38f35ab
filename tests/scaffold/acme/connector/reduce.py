"""One employee of Acme reduced to ours; what cannot be used says why, in words HR can act on, without its values."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from shared.errors import Reason
from shared.model import Attributes, Contract, Person, Rejected, Value

NAMES = {"givenName": "firstName", "surname": "lastName", "email": "email"}
NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Unusable(Exception):
    """One record cannot be used. The text completes «Employee 7 …» and holds attribute names only."""


def person(row: Mapping[str, Any], fields: Mapping[str, str] = NO_FIELDS) -> Person | Rejected:
    """What is not in the row is absent; null is null. `fields` lets more in."""
    hr_id = row.get("id")
    if not isinstance(hr_id, str) or not hr_id.strip():
        return _rejected("", "A record has no employee id; ask Acme's support to look at it.")
    try:
        contract = _contract(hr_id, row)
        return Person(hr_id=hr_id, fields=_person_fields(hr_id, row, fields), contracts=(contract,))
    except Unusable as flaw:
        return _rejected(hr_id, f"Employee {hr_id} {flaw}")


def _rejected(hr_id: str, because: str) -> Rejected:
    return Rejected(hr_id=hr_id, code=Reason.INVALID_RECORD.value, because=because)


def _person_fields(hr_id: str, row: Mapping[str, Any], fields: Mapping[str, str]) -> Attributes:
    found: dict[str, Value] = {"employeeId": hr_id}
    found |= {ours: _text(key, row[key]) for ours, key in NAMES.items() if key in row}
    extra = row.get("extra") or {}
    if not isinstance(extra, Mapping):
        raise Unusable("has extra in an unknown form; ask Acme's support to look at it.")
    found |= {ours: _text(key, extra[key]) for ours, key in fields.items() if key in extra}
    return MappingProxyType(found)


def _contract(hr_id: str, row: Mapping[str, Any]) -> Contract:
    start, end = _day("startDate", row.get("startDate")), _day("endDate", row.get("endDate"))
    if start is None:
        raise Unusable("has no first day; enter startDate in Acme.")
    if end and end < start:
        raise Unusable("leaves before the first day (endDate is before startDate); correct the dates.")
    found: dict[str, Value] = {}
    if "department" in row:
        found["department"] = _text("department", row["department"])
    if "jobTitle" in row:
        found["title"] = _text("jobTitle", row["jobTitle"])
    if "managerId" in row:
        found["manager"] = _text("managerId", row["managerId"])
    return Contract(id=hr_id, start=start, end=end, fields=MappingProxyType(found))


def _text(key: str, value: Any) -> str | None:
    """Trimmed text; null and blank are None."""
    if value is not None and not isinstance(value, str):
        raise Unusable(f"has {key} in a form that is not text; correct it in Acme.")
    return (value or "").strip() or None


def _day(key: str, value: Any) -> date | None:
    """A calendar day, as it is written; the last working day is inclusive."""
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unusable(f"has {key} in a form that is not a date; correct it in Acme.") from None
