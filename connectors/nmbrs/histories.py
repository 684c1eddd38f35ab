"""What the histories of one employee say of their hours, department, function, manager and cost centre; pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from connectors._values import number, text
from connectors.nmbrs.about import About
from connectors.nmbrs.periods import Calendar
from connectors.nmbrs.reduce import day, identity, inside, listed, made
from connectors.nmbrs.rows import WEEKDAYS
from connectors.nmbrs.spells import History, Spell
from shared.model import Attributes, Value


def histories(row: Mapping[str, Any], about: About) -> Iterator[History]:
    """Each history in turn; of hours the schedule's are taken where the contract says none."""
    calendar = about.company.calendar
    yield [
        Spell(start=start, fields=_scheduled(one), made=made(one))
        for one in listed(row, "schedules")
        if (start := day("startDate", one.get("startDate")))
    ]
    yield [
        Spell(start=start, end=day("endDate", one.get("endDate")), fields=_contracted(one), made=made(one))
        for one in listed(row, "contracts")
        if (start := day("startDate", one.get("startDate")))
    ]
    for key, what, reads in PLACES:
        if key in row:
            yield [
                Spell(start=calendar.since(what, one), fields=reads(one, about), made=made(one))
                for one in listed(row, key) or ({},)
            ]
    if not listed(row, "managers"):
        yield [
            Spell(start=calendar.since("a department", one), fields=_head(one, about), made=made(one))
            for one in listed(row, "departments")
        ]
    yield from _costs(row, calendar)


def _scheduled(row: Mapping[str, Any]) -> Attributes:
    """Hours a week, or the mean of both weeks where only those are given; the part of a full employment."""
    found: dict[str, Value] = {}
    weeks = [inside(row, key) for key in ("week1", "week2") if row.get(key)]
    if "hoursPerWeek" in row:
        found["hours"] = number("hoursPerWeek", row["hoursPerWeek"])
    elif weeks:
        hours = [number("hours of a day", week.get(f"hours{name}")) or 0.0 for week in weeks for name in WEEKDAYS]
        found["hours"] = round(sum(hours) / len(weeks), 2)
    if "parttimePercentage" in row:
        percentage = number("parttimePercentage", row["parttimePercentage"])
        found["fte"] = None if percentage is None else round(percentage / 100, 4)
    return found


def _contracted(row: Mapping[str, Any]) -> Attributes:
    hours, end = number("hoursPerWeek", row.get("hoursPerWeek")), day("endDate", row.get("endDate"))
    until: Attributes = {"fixedUntil": end.isoformat() if end else None}
    return until if hours is None else {**until, "hours": hours}


def _department(row: Mapping[str, Any], about: About) -> Attributes:
    return {
        "departmentId": identity(row.get("departmentId")) or None,
        "department": text("the department's name", row.get("description")),
        "departmentCode": text("the department's code", row.get("code")),
    }


def _function(row: Mapping[str, Any], about: About) -> Attributes:
    return {
        "functionId": identity(row.get("functionId")) or None,
        "title": text("the function's name", row.get("description")),
        "functionCode": text("the function's code", row.get("code")),
    }


def _manager(row: Mapping[str, Any], about: About) -> Attributes:
    """Nmbrs' managers are no employees: who has no employee's work mail is not named, which is not «nobody»."""
    found = about.manager(row.get("email"))
    return {"manager": found} if found else {}


def _head(row: Mapping[str, Any], about: About) -> Attributes:
    """The manager of a department, where the settings ask for them."""
    own_id = identity(row.get("departmentId"))
    return {"manager": about.department_managers[own_id]} if own_id in about.department_managers else {}


def _costs(row: Mapping[str, Any], calendar: Calendar) -> Iterator[History]:
    """Of the cost centres of one period the one that is the default, or else carries most."""
    if "employeeCostCenters" not in row:
        return
    shares: dict[date, list[Mapping[str, Any]]] = {}
    for one in listed(row, "employeeCostCenters"):
        shares.setdefault(calendar.since("a cost centre", one), []).append(one)
    yield [
        Spell(start=start, fields=_cost(max(some, key=_share))) for start, some in (shares or {date.min: [{}]}).items()
    ]


def _share(row: Mapping[str, Any]) -> tuple[bool, float, str, str]:
    code = text("the cost centre's code", inside(row, "costCenters").get("code")) or ""
    return row.get("default") is True, number("percentage", row.get("percentage")) or 0.0, made(row), code


def _cost(row: Mapping[str, Any]) -> Attributes:
    centre = inside(row, "costCenters")
    return {
        "costCenter": text("the cost centre's code", centre.get("code")),
        "costCenterName": text("the cost centre's name", centre.get("description")),
    }


PLACES: tuple[tuple[str, str, Callable[[Mapping[str, Any], About], Attributes]], ...] = (
    ("departments", "a department", _department),
    ("functions", "a function", _function),
    ("managers", "a manager", _manager),
)
