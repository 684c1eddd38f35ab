"""Personio v1: one list of employees, 100 to a page, each with exactly one employment; `person` is pure."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from connectors._forbidden import forbidden
from connectors._values import Unusable, day, heaviest, identity, number
from connectors.personio.place import Page
from connectors.personio.reduce import (
    SYSTEM,
    WITHOUT_ID,
    choice,
    extra,
    require_shared,
    span,
    supervisor,
    text,
)
from connectors.personio.settings import Settings
from shared.answers import rows
from shared.connector import Outside, Reached
from shared.errors import Anew, Misconfigured
from shared.flow import Bucket
from shared.model import Attributes, Contract, Person, Rejected, Value
from shared.paging import by_offset
from shared.rest import Manners, Params, Rest
from shared.signing import Bearer

LIMIT = 100
"""Employees to a page; the most since 2025-01-31 (developer.personio.de changelog)."""

REQUIRED = ("first_name", "last_name", "status", "hire_date", "termination_date")
"""Without these nobody can be named, or no leaver would ever be seen."""

NAMES = {"givenName": "first_name", "surname": "last_name", "preferredName": "preferred_name", "email": "email"}
PLACES = {"department": "department", "team": "team", "location": "office", "employer": "subcompany"}
NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Employees:
    """Reads `GET /v1/company/employees`: 1,000 people cost 11 requests, a glance one. Paced at 5 a second (the limit is
    300 a minute, 15 at once)."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._fields = settings.fields
        self._rest = Rest(
            SYSTEM,
            settings.base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=Bearer(outside.token),
            headers={"X-Personio-App-ID": "JOINLY"},
            manners=Manners(wait=5.0),
            pace=Bucket(every=0.2, burst=10, clock=outside.clock, sleep=outside.sleep),
        )

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once; it can be taken up after every page.

        Raises `Misconfigured` at the end when the credential withholds a required attribute, and `Anew` when the page
        before the one to go on with is not what it was: then somebody may have moved from one that is not read again.
        """
        last = Page.at(since) if since else None
        start, told = (last.start, last.total) if last else (0, None)
        seen, met, count = set[str](), set[str](), 0
        path = "/v1/company/employees"
        pages = by_offset(self._rest, path, employees, limit=LIMIT, total=total, route=path, start=start, told=told)
        async for page in pages:
            found = [(row, person(row, self._fields)) for row in employees(page)]
            here = Page.of(start, total(page), (one.hr_id for _, one in found))
            if last is not None and here != last:
                raise Anew(f"{SYSTEM}: the list of employees is not what it was; it is read from the beginning")
            for row, one in found:
                seen |= attributes(row).keys()
                if last is None and (not one.hr_id or one.hr_id not in met):
                    yield one
                met.add(one.hr_id)
            last, start, count = None, start + len(found), count + len(found)
            yield Reached(here.cursor)
        require_shared(REQUIRED, seen, count)

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        """Whom Personio says it has changed, in one request and on one page: `updated_since` is said to know no others.

        Raises `Misconfigured` when the credential withholds a required attribute from them.
        """
        path, moment = "/v1/company/employees", f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        asked: Params = {"updated_since": moment, "limit": LIMIT, "offset": 0}
        page = await self._rest.get(path, asked, route=path)
        found = employees(page)
        if max(len(found), total(page) or 0) > min(most, LIMIT):
            return
        require_shared(REQUIRED, {key for row in found for key in attributes(row)}, len(found))
        for row in found:
            yield person(row, self._fields)


def employees(page: Any) -> list[Mapping[str, Any]]:
    """The records of one page. Raises `Misconfigured` for a failure that is answered with 200."""
    if isinstance(page, Mapping) and page.get("success") is False:
        raise Misconfigured(f"{SYSTEM}: the list of employees was refused; check what the credential may read")
    return rows(SYSTEM, page, "data")


def total(page: Any) -> int | None:
    """How many employees the company has by its own account (`metadata.total_elements`), when it says so."""
    metadata = page.get("metadata")
    told = metadata.get("total_elements") if isinstance(metadata, Mapping) else None
    return told if isinstance(told, int) else None


def attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found = row.get("attributes")
    return found if isinstance(found, Mapping) else {}


def person(row: Mapping[str, Any], fields: Mapping[str, str] = NO_FIELDS) -> Person | Rejected:
    """One employee as v1 sends it. Attributes the credential does not share are absent; `fields` lets more in."""
    given = attributes(row)
    wrapper = given.get("id")
    hr_id = identity(wrapper.get("value")) if isinstance(wrapper, Mapping) else ""
    if not hr_id:
        return WITHOUT_ID
    try:
        return Person(hr_id=hr_id, fields=_person_fields(hr_id, given, fields), contracts=(_contract(hr_id, given),))
    except Unusable as flaw:
        return flaw.rejects(hr_id)


def _person_fields(hr_id: str, given: Mapping[str, Any], fields: Mapping[str, str]) -> Attributes:
    found: dict[str, Value] = {"employeeId": hr_id}
    found |= {ours: text(key, _value(given, key)) for ours, key in NAMES.items() if key in given}
    if "gender" in given:
        found["gender"] = choice("gender", _value(given, "gender"))
    for ours, key in fields.items():
        if key in given:
            value, wrapper = _value(given, key), given[key]
            if not (forbidden(wrapper.get("label")) or forbidden(wrapper.get("universal_id"))):
                found[ours] = extra(key, value, wrapper.get("type"))
    return MappingProxyType(found)


def _contract(hr_id: str, given: Mapping[str, Any]) -> Contract:
    status = choice("status", _value(given, "status"))
    ends = {key: _day(given, key) for key in ("last_working_day", "termination_date")}
    start, end = span(_day(given, "hire_date"), ends, status)
    return Contract(id=hr_id, start=start, end=end, fields=_contract_fields(given, status))


def _contract_fields(given: Mapping[str, Any], status: str | None) -> Attributes:
    found: dict[str, Value] = {}
    if "status" in given:
        found["status"] = status
    if "supervisor" in given:
        found["manager"] = _supervisor(_value(given, "supervisor"))
    if "employment_type" in given:
        found["type"] = choice("employment_type", _value(given, "employment_type"))
    if "position" in given:
        found["title"] = text("position", _value(given, "position"))
    if "weekly_working_hours" in given:
        found["hours"] = number("weekly_working_hours", _value(given, "weekly_working_hours"))
    found |= {ours: _name(key, _value(given, key)) for ours, key in PLACES.items() if key in given}
    if "cost_centers" in given:
        found["costCenter"] = _cost_centre(_value(given, "cost_centers"))
    return MappingProxyType(found)


def _value(given: Mapping[str, Any], key: str) -> Any:
    """What is inside the wrapper `{label, value, type, universal_id}`; None when the attribute is not there."""
    wrapper = given.get(key)
    if key in given and not (isinstance(wrapper, Mapping) and "value" in wrapper):
        raise Unusable(f"has {key} in an unknown form; ask Personio support to look at it.")
    return wrapper["value"] if wrapper else None


def _day(given: Mapping[str, Any], key: str) -> date | None:
    return day(key, _value(given, key))


def _name(key: str, value: Any) -> str | None:
    """The name in `{type, attributes: {id, name}}`."""
    if value is None:
        return None
    inside = value.get("attributes") if isinstance(value, Mapping) else None
    if not isinstance(inside, Mapping):
        raise Unusable(f"has {key} in an unknown form; ask Personio support to look at it.")
    return text(key, inside.get("name"))


def _supervisor(value: Any) -> str | None:
    """The id in `{type, attributes: {id: {value}}}`."""
    if value is None:
        return None
    inside = value.get("attributes") if isinstance(value, Mapping) else None
    return supervisor(_value(inside, "id") if isinstance(inside, Mapping) else None)


def _cost_centre(value: Any) -> str | None:
    shares = value or []
    if not isinstance(shares, list):
        raise Unusable("has cost_centers in an unknown form; ask Personio support to look at it.")
    named = [(_share(item), _name("cost_centers", item)) for item in shares]
    return heaviest((share, name) for share, name in named if name)


def _share(item: Any) -> float:
    inside = item.get("attributes") if isinstance(item, Mapping) else None
    return number("cost_centers", inside.get("percentage")) or 0.0 if isinstance(inside, Mapping) else 0.0
