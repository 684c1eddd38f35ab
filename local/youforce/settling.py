"""People of a whole company in the simulated HR core, with every oddity that is known: as many as a test wants.

They come from `local.people`, so that nobody exists; whatever is odd recurs every so many of them, always the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from local import people
from local.youforce.company import NO_END, Company, User

USAGE: Mapping[str, Mapping[str, str]] = {
    "beaufort": {"Eigen": "E", "Partner": "P", "Partner - eigen": "B", "Eigen - partner": "C"},
    "business": {"Eigen": "1", "Partner": "2", "Partner - eigen": "0", "Eigen - partner": "3"},
}
ROLE = "MGR"
TOP = "900"
"""The unit above all others."""


def town(count: int) -> Iterator[people.Row]:
    """`count` people: the sample export's own, and then its crowd again and again under new numbers."""
    sample = people.rows()
    numbers = sorted({row.number for row in sample})
    crowd = people.staff(1_000)
    yield from sample
    for number in range(count - len(numbers)):
        yield replace(crowd[number % len(crowd)], number=f"{100_000 + number:06}")


def settle(company: Company, rows: Iterable[people.Row]) -> None:
    """Fill a company; of two people under one number the first is taken."""
    _units(company)
    met: dict[str, people.Name] = {}
    for index, row in enumerate(rows):
        new = row.number not in met
        if met.setdefault(row.number, row.name) != row.name:
            continue
        if new or company.system == "business":
            _person(company, row, index)
        _employment(company, row, index)
    _oddities(company)


def _units(company: Company) -> None:
    put, beaufort = company.put, company.system == "beaufort"
    put("organizationUnits", id=TOP, shortName="TOP", fullName="Contoso")
    for number, (name, (cost, _, head, functions)) in enumerate(people.DEPARTMENTS.items()):
        own = str(901 + number)
        manager = {} if beaufort else {"manager": f"M{head}-1"}
        put("organizationUnits", id=own, shortName=f"OE{cost}", fullName=name, parentOrgUnit=TOP, **manager)
        put("costCenter", shortName=cost, fullName=name)
        role = {"shortName": ROLE, "organizationUnit": own, "organizationUnitCode": f"OE{cost}"}
        put("roleAssignments", personCode=head, startDate="2020-01-01", **role)
        put("roleAssignments", personCode="000321", startDate="2015-01-01", **role)
        put("roleAssignments", personCode="000322", startDate="2016-01-01", endDate="2019-12-31", **role)
        put("roleAssignments", personCode="000323", startDate="2099-01-01", **role)
        for function in functions:
            put("jobProfiles", id=_job(function), shortName=_job(function)[:6], fullName=function)
    put("companies", id="C1", shortName="500", fullName="Contoso B.V.")


def _person(company: Company, row: people.Row, index: int) -> None:
    name, code = row.name, row.number
    usage = USAGE[company.system].get(name.usage or people.OWN)
    known: dict[str, Any] = {
        "id": _own(company, code),
        "personCode": code,
        "personId": code,
        "initials": "".join(f"{given[0]}." for given in name.given.split()),
        "firstNames": name.given,
        "knownAs": name.nick,
        "lastNameAtBirth": name.surname,
        "lastNameAtBirthPrefix": name.prefix,
        "nameAssembleOrder": usage if index % 11 else None,
        "partnerName": name.partner,
        "partnerNamePrefix": name.partner_prefix,
        "gender": "Female" if index % 2 else "Male",
        "dateOfBirth": str(date(1970, 1, 1) + timedelta(days=37 * index % 11_000)),
        "deceased": index % 500 == 499,
        "emailAddresses": [
            *([{"type": "Business", "address": f"{code}@contoso.example"}] if index % 7 else []),
            {"type": "Private", "address": f"{code}@private.example"},
        ],
        "bsn": "999911120",
    }
    company.users[code] = User(id=f"user-{code}", identity=f"{code}@contoso.example" if index % 3 else "")
    if company.system == "beaufort":
        company.put("persons", **known)
        if index % 4 == 0:
            own = {"bo4FieldCode": "P01234", "fieldNameAlias": "Badge", "value": f"B{code}"}
            company.put("personsExtensions", personCode=code, **own)
        return
    job = {"hireDate": _day(row.job.start), "dischargeDate": _day(row.job.end)}
    company.put("employees", **{**known, **job, "id": f"{known['id']}-{row.job.contract}"})
    if index % 20 == 0:
        married = {"partnerName": "Toekomst", "nameAssembleOrder": "0", "validFrom": str(people.TODAY + timedelta(30))}
        company.put("employees", **{**known, **job, "id": f"{known['id']}-{row.job.contract}", **married})


def _employment(company: Company, row: people.Row, index: int) -> None:
    job, place = row.job, list(people.DEPARTMENTS).index(row.job.department)
    cost = people.DEPARTMENTS[job.department][0]
    hours = float(job.hours.replace(",", ".")) if job.hours else None
    known: dict[str, Any] = {
        "id": f"E{row.number}-{job.contract}",
        "personCode": row.number,
        "employmentCode": job.contract,
        "hireDate": _day(job.start),
        "dischargeDate": _day(job.end) or (NO_END if index % 5 == 0 else None),
        "employmentType": job.kind[:1].upper(),
        "employmentTypeName": job.kind,
        "organizationUnit": str(901 + place) if index % 13 else 901 + place,
        "jobProfile": _job(job.function),
        "workingAmount": {"amountOfWork": hours, "parttimePercentage": hours and hours / 40 * 100},
    }
    if company.system == "business":
        known |= {"company": "500", "costCenter": cost}
        company.put("employments", **known)
        if index % 10 == 0:
            moved = {"organizationUnit": TOP, "validFrom": str(people.TODAY + timedelta(days=14))}
            company.put("employments", **{**known, **moved})
        return
    company.put("employments", **known, payrollClientCode="BV1")
    share = {"personCode": row.number, "employmentCode": job.contract, "costCenterName": job.department}
    company.put("costAllocations", **share, costCenterCode=cost, percentage=100 if index % 9 else 60)
    if index % 9 == 0:
        company.put("costAllocations", **share, costCenterCode="9999", percentage=40)
    if index % 6 == 0:
        inzet = {"id": f"A{row.number}-{job.contract}", "personCode": row.number, "employmentCode": job.contract}
        company.put("assignments", **inzet, startDate="2026-10-01", organizationUnit=TOP, isActive=index % 12 == 0)


def _oddities(company: Company) -> None:
    """Employments of nobody who is shown, a person without any, somebody without a number, and units in a circle."""
    put, list_of = company.put, "persons" if company.system == "beaufort" else "employees"
    for number in range(3):
        put("employments", id=f"EX{number}", personCode=f"99{number}", employmentCode="1", hireDate="2020-01-01")
    put(list_of, id="M777777", personCode="777777", lastNameAtBirth="Zonderbaan", firstNames="Nina", knownAs="Nina")
    put(list_of, id="M0", lastNameAtBirth="Naamloos", firstNames="Otto", knownAs="Otto")
    put("organizationUnits", id="991", shortName="RING1", fullName="Ring 1", parentOrgUnit="992")
    put("organizationUnits", id="992", shortName="RING2", fullName="Ring 2", parentOrgUnit="991")
    put("organizationUnits", id="993", shortName="LOOSE", fullName="Los", parentOrgUnit="404")


def _own(company: Company, code: str) -> str:
    return code if company.system == "beaufort" else f"M{code}"


def _job(function: str) -> str:
    return "J" + "".join(letter for letter in function if letter.isalnum())


def _day(text: str) -> str | None:
    return "-".join(reversed(text.split("-"))) if text else None
