"""Records of SOAP v3 in the form of REST's, so that everything after reading is the same for both; pure.

Names are those of the WSDL, with its two spellings of a word (`FistName`, `EmploymentID`), as published clients have
met them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.nmbrs.rows import WEEKDAYS

Row = Mapping[str, Any]
PERIOD = re.compile(r"(\d{4})-(\d{1,2})-(M|W4|W1)")
KINDS = {"M": "month", "W4": "4-weeks", "W1": "1-week"}

BASIC = {"employeeNumber": "EmployeeNumber", "initials": "Initials", "prefix": "Prefix", "lastName": "LastName"}
BIRTH = {"birthDate": "Birthday", "gender": "Gender"}
PARTNER = {"partnerPrefix": "PartnerPrefix", "partnerName": "PartnerLastName"}
CONTACT = {
    "businessEmail": "EmailWork",
    "businessPhone": "TelephoneWork",
    "businessMobilePhone": "TelephoneMobileWork",
    "privateEmail": "EmailPrivate",
    "privatePhone": "TelephonePrivate",
    "privateMobilePhone": "TelephoneMobilePrivate",
    "otherPhone": "TelephoneOther",
}


def company_period(text: str | None) -> dict[str, Any]:
    """`2026-03-M`, as a company's own answer of REST; an empty one for what is no period."""
    found = PERIOD.fullmatch((text or "").strip())
    if found is None:
        return {}
    return {"period": {"year": int(found[1]), "period": int(found[2])}, "periodType": KINDS[found[3]]}


def personal(row: Row) -> dict[str, Any]:
    """One `PersonalInfo_V2`. The nick name is what somebody is called, the first name their given name."""
    first = [row[key] for key in ("FirstName", "FistName") if key in row]
    basic = _renamed(row, BASIC)
    if first or "Nickname" in row:
        basic["firstName"] = row.get("Nickname") or (first[0] if first else None)
        basic["firstNameInFull"] = first[0] if first else None
    partner: dict[str, Any] = _renamed(row, PARTNER)
    if "Naamstelling" in row:
        partner["ascription"] = {"code": row["Naamstelling"]}
    return {
        "basicInfo": basic,
        "birthInfo": _renamed(row, BIRTH),
        "contactInfo": _renamed(row, CONTACT),
        "partnerInfo": partner,
        **_since(row),
    }


def employment(row: Row) -> dict[str, Any]:
    """One `Employment`."""
    found = _renamed(row, {"startDate": "StartDate", "endDate": "EndDate", "changedDate": "CreationDate"})
    return {"employmentId": row.get("EmploymentId") or row.get("EmploymentID"), **found}


def contract(row: Row) -> dict[str, Any]:
    """One `EmployeeContract`."""
    names = {"startDate": "StartDate", "endDate": "EndDate", "hoursPerWeek": "HoursPerWeek"}
    return {**_renamed(row, names), "createdAt": row.get("CreationDate")}


def schedule(row: Row) -> dict[str, Any]:
    """One `Schedule_V2`, which has no hours a week but those of fourteen days."""
    weeks = {
        f"week{number}": {f"hours{day}": row.get(f"Hours{day}{ending}") for day in WEEKDAYS}
        for number, ending in ((1, ""), (2, "2"))
    }
    names = {"startDate": "StartDate", "parttimePercentage": "ParttimePercentage"}
    return {**_renamed(row, names), **weeks, "createdAt": row.get("CreationDate")}


def department(row: Row) -> dict[str, Any]:
    """One `Department_V2`."""
    return {**_renamed(row, {"departmentId": "Id", "code": "Code", "description": "Description"}), **_since(row)}


def function(row: Row) -> dict[str, Any]:
    """One `EmployeeFunction`, whose function stands inside, or a `Function_V2`, which is one itself."""
    inside = row["Function"] if isinstance(row.get("Function"), Mapping) else row
    return {**_renamed(inside, {"functionId": "Id", "code": "Code", "description": "Description"}), **_since(row)}


def manager(row: Row) -> dict[str, Any]:
    """A `Manager`, who is the present one and has no history."""
    return {"email": row.get("Email")}


READS: Mapping[str, tuple[str, str, Callable[[Row], dict[str, Any]]]] = {
    "personalinfo": ("PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany", "EmployeePersonalInfos", personal),
    "employments": ("Employment_GetAll_AllEmployeesByCompany", "EmployeeEmployments", employment),
    "contracts": ("Contract_GetAll_AllEmployeesByCompany", "EmployeeContracts", contract),
    "schedules": ("Schedule_GetAll_AllEmployeesByCompany", "EmployeeSchedules", schedule),
    "departments": ("Department_GetAll_AllEmployeesByCompany", "EmployeeDepartments", department),
    "functions": ("Function_GetAll_AllEmployeesByCompany_V2", "EmployeeFunctions", function),
}
"""List → the operation that gives it for a whole company, what its rows stand in, and how one is read."""


def _renamed(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """What is there, under our names; what is empty is nothing, for SOAP writes nil and empty alike."""
    return {ours: row[theirs] or None for ours, theirs in names.items() if theirs in row}


def _since(row: Row) -> dict[str, Any]:
    year, number = (_whole(row.get(key)) for key in ("StartYear", "StartPeriod"))
    since = {"period": {"year": year, "period": number}} if year and number is not None else {}
    return {**since, "createdAt": row.get("CreationDate")}


def _whole(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() else None
