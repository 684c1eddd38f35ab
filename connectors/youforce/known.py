"""What one reading has found, indexed by whom it is of; and whether an answer can be all there is. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, KeysView, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from connectors._values import Unusable, identity, number
from connectors.youforce.gather import FROM, Lists
from connectors.youforce.reduce import SYSTEM, Row, day
from connectors.youforce.settings import Settings
from connectors.youforce.slices import Slices
from connectors.youforce.units import Chart, Role, Unit
from shared.errors import Misconfigured

Job: TypeAlias = tuple[str, str]
"""A person's code and the code of one of their employments."""


@dataclass(frozen=True, slots=True)
class Named:
    """A job profile, a company or a cost centre."""

    code: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Share:
    """What a cost centre carries of an employment, in per cent."""

    part: float
    code: str
    name: str | None


class Grouped:
    """Rows by the person they are of, kept as text and read when they are wanted."""

    def __init__(self, packed: Iterable[bytes]) -> None:
        self._of: dict[str, list[bytes]] = {}
        for text in packed:
            self._of.setdefault(identity(json.loads(text).get("personCode")), []).append(text)

    def __bool__(self) -> bool:
        return bool(self._of)

    def codes(self) -> KeysView[str]:
        return self._of.keys()

    def of(self, code: str) -> list[Row]:
        return [json.loads(text) for text in self._of.get(code, ())]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Everything that people are put together from, on one day."""

    settings: Settings
    today: date
    chart: Chart
    jobs: Slices[Named]
    companies: Slices[Named]
    centres: Slices[Named]
    shares: Mapping[Job, Sequence[Share]]
    persons: Grouped
    employments: Grouped
    assignments: Mapping[Job, Sequence[Row]]
    extensions: Mapping[Job, Mapping[str, Any]]
    """Own fields by the person's code and, where they are an employment's, its code; else ""."""
    seen: frozenset[str]
    """References of `fields` that somebody has, so that whoever has not is null and not absent."""


def known(lists: Lists, settings: Settings, today: date) -> Known:
    """The lists are emptied by it. Raises `Misconfigured` when not everything can be there."""
    chart = _chart(lists, settings)
    persons, employments = (Grouped(lists.all[name].taken()) for name in ("persons", "employments"))
    if persons and not employments:
        raise Misconfigured(f"{SYSTEM}: there are persons and no employments; check what the application may read")
    _no_more_orphans(persons, employments, settings, today)
    extensions = _extensions(lists)
    return Known(
        settings=settings,
        today=today,
        chart=chart,
        jobs=_named(lists.rows("jobs"), "id"),
        companies=_named(lists.rows("companies"), "shortName"),
        centres=_named(lists.rows("centres"), "shortName"),
        shares=_shares(map(json.loads, lists.all["shares"].taken() if "shares" in lists.all else ()), today),
        persons=persons,
        employments=employments,
        assignments=_by_job(lists.rows("assignments")),
        extensions=extensions,
        seen=frozenset(lists.seen),
    )


def begins(row: Row, name: str = FROM) -> date | None:
    """The first day of a row that is nobody's own; one that cannot be read is none."""
    try:
        return day(name, row.get(name))
    except Unusable:
        return None


def _by_job(rows: Iterable[Row]) -> Mapping[Job, list[Row]]:
    found = defaultdict[Job, list[Row]](list)
    for row in rows:
        found[job(row)].append(row)
    return dict(found)


def job(row: Row) -> Job:
    return identity(row.get("personCode")), identity(row.get("employmentCode"))


def _no_more_orphans(persons: Grouped, employments: Grouped, settings: Settings, today: date) -> None:
    """Raise `Misconfigured` when many are employed whom the list of persons does not show: it may be filtered."""
    rows = [row for code in employments.codes() - persons.codes() for row in employments.of(code)]
    count = sum((begins(row, "dischargeDate") or date.max) >= today for row in rows)
    if count > settings.orphans:
        raise Misconfigured(
            f"{SYSTEM}: {count} running employments are of persons who are not shown; check the application's "
            "authorisation filter, or raise `orphans` if that is as it should be"
        )


def _chart(lists: Lists, settings: Settings) -> Chart:
    """The tree; a unit's manager of Business is a record of persons, which is found by its own id."""
    wanted = {identity(row.get("manager")) for row in lists.rows("units")} - {""}
    people = lists.rows("persons") if wanted else iter(())
    codes = {own: identity(row.get("personCode")) for row in people if (own := identity(row.get("id"))) in wanted}
    units = Slices[Unit]()
    for row in lists.rows("units"):
        own = identity(row.get("id"))
        unit = Unit(
            id=own,
            code=identity(row.get("shortName")) or None,
            name=_name(row),
            above=identity(row.get("parentOrgUnit")),
            manager=codes.get(identity(row.get("manager")), ""),
        )
        units.add(own, begins(row), unit)
    return Chart(units, _roles(lists, settings.manager_role), settings.managers_from_above)


def _roles(lists: Lists, wanted: str | None) -> Mapping[str, Sequence[Role]] | None:
    """Who has the role, by the unit's id, or its code where there is no id. One that nobody can date makes no manager.

    Raises `Misconfigured` when there are role assignments and not one has that code.
    """
    if wanted is None:
        return None
    rows = [row for row in lists.rows("roles") if identity(row.get("shortName")) == wanted]
    if not rows and any(True for _ in lists.rows("roles")):
        raise Misconfigured(f"{SYSTEM}: no role assignment has the code of `manager_role`; look the code up in HR Core")
    found = defaultdict[str, list[Role]](list)
    for row in rows:
        unit = identity(row.get("organizationUnit")) or identity(row.get("organizationUnitCode"))
        try:
            first, last = day("startDate", row.get("startDate")), day("endDate", row.get("endDate"))
        except Unusable:
            continue
        if person := identity(row.get("personCode")):
            found[unit].append(Role(person, first or date.min, last))
    return dict(found)


def _named(rows: Iterable[Row], key: str) -> Slices[Named]:
    found = Slices[Named]()
    for row in rows:
        found.add(identity(row.get(key)), begins(row), Named(identity(row.get("shortName")) or None, _name(row)))
    return found


def _name(row: Row) -> str | None:
    name = row.get("fullName")
    return name.strip() or None if isinstance(name, str) else None


def _shares(rows: Iterable[Row], today: date) -> Mapping[Job, list[Share]]:
    """The cost centres of each employment that carry it on the day."""
    found = defaultdict[Job, list[Share]](list)
    for row in rows:
        first, last = begins(row, "startDate") or date.min, begins(row, "endDate") or date.max
        code, name = identity(row.get("costCenterCode")), row.get("costCenterName")
        if code and first <= today <= last:
            share = Share(_part(row), code, name.strip() or None if isinstance(name, str) else None)
            found[job(row)].append(share)
    return dict(found)


def _part(row: Row) -> float:
    try:
        return number("percentage", row.get("percentage")) or 0.0
    except Unusable:
        return 0.0


def _extensions(lists: Lists) -> Mapping[Job, Mapping[str, Any]]:
    found = defaultdict[Job, dict[str, Any]](dict)
    for kind in ("person", "employment"):
        for row in lists.rows(f"{kind}Extensions"):
            person, employment = job(row)
            place = (person, employment if kind == "employment" else "")
            found[place].update(lists.extensions(kind, [row]))
    return dict(found)
