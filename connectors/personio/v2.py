"""Personio v2: persons 50 to a page, then every person's employments; `person` is pure."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from connectors._forbidden import forbidden
from connectors._values import Unusable, day, identity, number
from connectors.personio.links import cursor
from connectors.personio.place import Last, order
from connectors.personio.reduce import SYSTEM, WITHOUT_ID, choice, extra, require_shared, span, supervisor, text
from connectors.personio.settings import Settings
from connectors.personio.units import Names, Unit, units
from shared.answers import rows
from shared.connector import Outside, Reached
from shared.errors import Misconfigured, Reason, Refused
from shared.flow import Bucket, closing, side_by_side
from shared.model import Attributes, Contract, Person, Rejected, Value
from shared.paging import by_cursor
from shared.rest import Manners, Params, Rest, segment
from shared.signing import Bearer

LIMIT = 50
"""Records to a page, at most; 51 is refused."""

WIDTH = 4
"""Persons whose employments are asked for at the same time."""

REQUIRED = ("first_name", "last_name")
START = "employment_start_date"
NAMES = {"givenName": "first_name", "surname": "last_name", "preferredName": "preferred_name", "email": "email"}
NO_FIELDS: Mapping[str, str] = MappingProxyType({})


class Persons:
    """Reads `GET /v2/persons`, then `GET /v2/persons/{id}/employments` for each: v2 has no list of all employments.

    Cost: 1,000 people are 20 pages, 1,000 requests for employments and one for each department and team, so at the
    25 requests a second kept here (the limit is 30) at least 40 seconds. A glance is one request, one for each person
    who was changed, and those for names.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._fields = settings.fields
        self._lookups = settings.lookups
        self._rest = Rest(
            SYSTEM,
            settings.base,
            outside.http,
            clock=outside.clock,
            sleep=outside.sleep,
            sign=Bearer(outside.token),
            headers={"X-Personio-App-ID": "JOINLY"},
            manners=Manners(wait=2.0),
            pace=Bucket(every=0.04, burst=25, clock=outside.clock, sleep=outside.sleep),
        )

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone, once, in order of id. All persons are read before any employment, so that the list changes little
        meanwhile; to be taken up, it is read again, and only the employments of those who are left are asked for.

        Raises `Misconfigured` when the credential withholds a required attribute from every record.
        """
        last = Last.at(since) if since else None
        people, nameless, seen, count = dict[str, bytes](), 0, set[str](), 0
        async for page in by_cursor(self._rest, "/v2/persons", cursor, params={"limit": LIMIT}, route="/v2/persons"):
            for row in rows(SYSTEM, page, "_data"):
                count, seen = count + 1, seen | row.keys()
                hr_id = identity(row.get("id"))
                nameless += not hr_id
                if hr_id:
                    people.setdefault(hr_id, packed(kept(row, self._fields)))
        require_shared(REQUIRED, seen, count)
        for _ in range(nameless):
            yield WITHOUT_ID
        run = _Run(self._rest, self._fields, self._lookups, readable=last is not None and last.readable)
        left = [people[name] for name in sorted(people, key=order) if last is None or order(name) > order(last.hr_id)]
        async with closing(side_by_side(left, run.complete, WIDTH)) as everyone:
            async for found in everyone:
                yield found
                run.given += 1
                if run.given % LIMIT == 0:
                    yield Reached(Last(found.hr_id, run.readable).cursor)
        run.judge()

    async def glance(self, since: datetime, most: int) -> AsyncIterator[Person | Rejected]:
        """Whose `updated_at` has moved, with all their employments; it does not move when only one of these changes.

        Raises `Misconfigured` when the credential withholds a required attribute from them.
        """
        asked: Params = {"updated_at.gt": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "limit": LIMIT}
        page = await self._rest.get("/v2/persons", asked, route="/v2/persons")
        found = rows(SYSTEM, page, "_data")
        if cursor(page) or len(found) > most:
            return
        require_shared(REQUIRED, {key for row in found for key in row}, len(found))
        run, changed = _Run(self._rest, self._fields, self._lookups, readable=True), dict[str, bytes]()
        for row in found:
            if hr_id := identity(row.get("id")):
                changed.setdefault(hr_id, packed(kept(row, self._fields)))
        async with closing(side_by_side(list(changed.values()), run.complete, WIDTH)) as everyone:
            async for one in everyone:
                yield one


class _Run:
    """One reading: the names already looked up, which attributes employments had, and how many were refused."""

    def __init__(self, rest: Rest, fields: Mapping[str, str], lookups: frozenset[str], readable: bool) -> None:
        self._rest = rest
        self._fields = fields
        self._names = Names(rest, lookups)
        self._readable = readable
        """Whether an earlier turn has seen that employments may be read."""
        self.seen = set[str]()
        self.employments = 0
        self.refused = 0
        self.given = 0

    @property
    def readable(self) -> bool:
        return self._readable or START in self.seen

    def judge(self) -> None:
        """Raises `Misconfigured` when nobody's employments could be read, or none had a first day."""
        if self.readable:
            return
        require_shared([START], self.seen, self.employments)
        if self.given and self.refused == self.given:
            raise Misconfigured(f"{SYSTEM}: nobody's employments may be read; check what the credential may read")

    async def complete(self, whom: bytes) -> Person | Rejected:
        row = json.loads(whom)
        hr_id = identity(row["id"])
        path, route = f"/v2/persons/{segment(hr_id)}/employments", "/v2/persons/{id}/employments"
        found: dict[str, Mapping[str, Any]] = {}
        try:
            pages = by_cursor(self._rest, path, cursor, params={"limit": LIMIT}, of_one_object=True, route=route)
            async for page in pages:
                for employment in rows(SYSTEM, page, "_data"):
                    found.setdefault(identity(employment.get("id")), employment)
            self.employments += len(found)
            self.seen.update(*found.values())
            names = await self._names.of(found.values())
        except Refused:
            self.refused += 1
            return Unusable("is listed, but Personio does not show the employments; look at the record.").rejects(hr_id)
        except Unusable as flaw:
            return flaw.rejects(hr_id)
        return person(row, list(found.values()), names, self._fields)


def kept(row: Mapping[str, Any], fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The part of a person that may enter: the rest is dropped before anything else is done with it."""
    known = {key: row[key] for key in ("id", *NAMES.values(), "gender") if key in row}
    allowed = [item for item in _customs(row) if item["id"] in fields.values() and not _barred(item)]
    return {**known, "custom_attributes": allowed}


def packed(row: Mapping[str, Any]) -> bytes:
    """The same in a fifth of the memory: everybody waits in it while employments are asked for one by one."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def person(
    row: Mapping[str, Any],
    employments: Sequence[Mapping[str, Any]],
    names: Mapping[Unit, str | None],
    fields: Mapping[str, str] = NO_FIELDS,
) -> Person | Rejected:
    """One person with all employments as v2 sends them; `names` gives the names of the units that were looked up."""
    hr_id = identity(row.get("id"))
    if not hr_id:
        return WITHOUT_ID
    try:
        if not employments:
            raise Unusable("has no employment, so no hire date; enter it in Personio.", Reason.MISSING_DATA)
        contracts = sorted((_contract(each, names) for each in employments), key=lambda c: (c.start, c.id))
        return Person(hr_id=hr_id, fields=_person_fields(hr_id, row, fields), contracts=tuple(contracts))
    except Unusable as flaw:
        return flaw.rejects(hr_id)


def _person_fields(hr_id: str, row: Mapping[str, Any], fields: Mapping[str, str]) -> Attributes:
    found: dict[str, Value] = {"employeeId": hr_id}
    found |= {ours: text(key, row[key]) for ours, key in NAMES.items() if key in row}
    if "gender" in row:
        found["gender"] = choice("gender", row["gender"])
    customs = {item["id"]: item for item in _customs(row) if "value" in item and not _barred(item)}
    for ours, key in fields.items():
        if key in customs:
            found[ours] = extra(key, customs[key]["value"], customs[key].get("type"))
    return MappingProxyType(found)


def _customs(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = row.get("custom_attributes")
    items = given if isinstance(given, list) else []
    return [item for item in items if isinstance(item, Mapping) and isinstance(item.get("id"), str)]


def _barred(item: Mapping[str, Any]) -> bool:
    return forbidden(item.get("label")) or forbidden(item.get("global_id"))


def _contract(given: Mapping[str, Any], names: Mapping[Unit, str | None]) -> Contract:
    own_id = identity(given.get("id"))
    if not own_id:
        raise Unusable("has an employment without an id; ask Personio support to look at it.")
    status = choice("status", given.get("status"))
    leaving = given.get("termination") or {}
    if not isinstance(leaving, Mapping):
        raise Unusable("has termination in an unknown form; ask Personio support to look at it.")
    ends = {key: day(key, leaving.get(key)) for key in ("last_working_day", "last_working_date", "termination_date")}
    ends["employment_end_date"] = day("employment_end_date", given.get("employment_end_date"))
    start, end = span(day("employment_start_date", given.get(START)), ends, status)
    return Contract(id=own_id, start=start, end=end, fields=_contract_fields(given, names))


def _contract_fields(given: Mapping[str, Any], names: Mapping[Unit, str | None]) -> Attributes:
    found: dict[str, Value] = {key: choice(key, given[key]) for key in ("status", "type") if key in given}
    if "supervisor" in given:
        boss = given["supervisor"]
        found["manager"] = None if boss is None else supervisor(boss.get("id") if isinstance(boss, Mapping) else None)
    if "position" in given:
        position = given["position"] or {}
        found["title"] = text("position", position.get("title") if isinstance(position, Mapping) else position)
    hours = number("weekly_working_hours", given.get("weekly_working_hours"))
    full = number("full_time_weekly_working_hours", given.get("full_time_weekly_working_hours"))
    if "weekly_working_hours" in given:
        found["hours"] = hours
    if "full_time_weekly_working_hours" in given:
        found["fullTimeHours"] = full
    if {"weekly_working_hours", "full_time_weekly_working_hours"} <= given.keys():
        found["fte"] = round(hours / full, 4) if hours is not None and full and full >= 1 else None
    found |= {unit.field: names[unit] for unit in units(given) if unit in names}
    return MappingProxyType(found)
