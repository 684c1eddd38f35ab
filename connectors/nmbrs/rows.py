"""The lists of one company, of which each row is an employee with a history; what of them may enter is said here.

Pure. Both APIs are brought into this one form; its words are those of the vendor's OpenAPI («Nmbrs Public REST API»).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.nmbrs.reduce import Shape, identity, only
from connectors.nmbrs.settings import EXTRA, KNOWN, Settings

EMPLOYED = frozenset({"payroll", "newhire", "external"})
FORMER = frozenset({"formerpayroll", "formerexternal"})
EXTERNAL = frozenset({"external", "formerexternal"})
APPLICANTS = frozenset({"applicant", "rejectedapplicant"})
"""Types of employee, in lower case; applicants are not read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One company-wide list: the end of its path, the key of its history in a row, and what of that is kept.

    `since` is what filters it by when a row came or changed; "" for nothing. `of_one` says whether it can be asked for
    one employee.
    """

    path: str
    key: str
    shape: Shape
    since: str = "createdFrom"
    of_one: bool = True


def _keys(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names)


PERIOD = _keys("period", "createdAt")
BASIC = _keys("employeeNumber", "firstName", "firstNameInFull", "prefix", "initials", "lastName", "employeeType")
EMPLOYEES = Listing("", "employeeBasicInfo", BASIC)


def personal(settings: Settings) -> Listing:
    """Names, work mail, and what else of personal information the settings ask for."""
    asked = {key: KNOWN[key] for key in settings.fields.values() if key in KNOWN}
    parts = {part: _keys(*(key for key, of in asked.items() if of == part)) for part in set(KNOWN.values())}
    return Listing(
        "personalinfo",
        "info",
        {
            "basicInfo": BASIC,
            "birthInfo": {**parts["birthInfo"], "gender": None},
            "contactInfo": {**parts["contactInfo"], "businessEmail": None},
            "partnerInfo": {**_keys("partnerPrefix", "partnerName"), "ascription": _keys("code")},
            **PERIOD,
        },
    )


def histories(settings: Settings) -> tuple[Listing, ...]:
    """What is read of every company beside its employees and their personal information."""
    ended = {"endContractReason": _keys("reason")} if settings.end_reason else {}
    week = _keys(*(f"hours{day}" for day in WEEKDAYS))
    found = [
        Listing(
            "employments",
            "employments",
            {**_keys("employmentId", "startDate", "endDate", "changedDate"), **ended},
            "changedFrom",
        ),
        Listing("contracts", "contracts", _keys("startDate", "endDate", "hoursPerWeek", "createdAt")),
        Listing(
            "schedules",
            "schedules",
            {**_keys("startDate", "parttimePercentage", "hoursPerWeek", "createdAt"), "week1": week, "week2": week},
        ),
        Listing("departments", "departments", {**_keys("departmentId", "code", "description"), **PERIOD}),
        Listing("functions", "functions", {**_keys("functionId", "code", "description"), **PERIOD}),
    ]
    if settings.managers:
        found.append(Listing("managers", "managers", {**_keys("managerId", "email"), **PERIOD}))
    if settings.cost_centers:
        centre = {"costCenters": _keys("code", "description"), **_keys("percentage", "default")}
        found.append(Listing("costcenters", "employeeCostCenters", {**centre, **PERIOD}))
    if settings.leave:
        away = {**_keys("startDate", "endDate"), "parentalLeaveType": _keys("code")}
        found.append(Listing("parentalleave", "EmployeeParentalLeaves", away))
    if any(key.startswith(EXTRA) for key in settings.fields.values()):
        named = {"extraField": _keys("name", "extraFieldType"), **_keys("value", "startDate")}
        found.append(Listing("extraFields", "extraFields", named, since="", of_one=False))
    return tuple(found)


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Kept(Mapping[str, Any]):
    """Of one list: employee id → history, reduced to what may enter. Held as text, which takes a quarter of the room:
    a company's lists wait for each other.
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def __getitem__(self, hr_id: str) -> Any:
        return json.loads(self._texts[hr_id])

    def __contains__(self, hr_id: object) -> bool:
        return hr_id in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def keep(self, listing: Listing, rows: Iterable[Mapping[str, Any]], settings: Settings) -> "Kept":
        """Add the histories of these rows. Extra fields that nobody asked for are left out whole."""
        for row in rows:
            history = only(row.get(listing.key), listing.shape)
            if listing.key == "extraFields" and isinstance(history, list):
                history = [one for one in history if not isinstance(one, Mapping) or _asked(one, settings)]
            self._texts[identity(row.get("employeeId"))] = json.dumps(history, separators=(",", ":"))
        return self


def _asked(extra: Mapping[str, Any], settings: Settings) -> bool:
    field = extra.get("extraField")
    return isinstance(field, Mapping) and f"{EXTRA}{field.get('name')}" in settings.fields.values()


def joined(hr_id: str, lists: Sequence[tuple[Listing, Kept]]) -> dict[str, Any]:
    """One employee: a list that holds nobody is not there, for it may be withheld; one that holds others says none."""
    row: dict[str, Any] = {"employeeId": hr_id}
    for listing, found in lists:
        if hr_id in found:
            row[listing.key] = found[hr_id]
        elif found and listing is not EMPLOYEES:
            row[listing.key] = []
    return row
