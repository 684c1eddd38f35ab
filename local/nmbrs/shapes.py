"""Records as the REST API writes them: the objects of the vendor's OpenAPI («Nmbrs Public REST API», 2026)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from local.nmbrs.environment import (
    Company,
    Contract,
    Cost,
    Debtor,
    Employee,
    Employment,
    Extra,
    Info,
    Leave,
    Period,
    Placed,
    Schedule,
    Unit,
)

Row = dict[str, Any]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Shapes:
    """`zoneless` writes days without a zone. A day carries a time of the day that means nothing."""

    def __init__(self, debtor: Debtor, zoneless: bool = False) -> None:
        self._debtor, self._zoneless = debtor, zoneless
        self._lists: dict[str, tuple[str, str, Callable[[Any], Row]]] = {
            "personalinfo": ("info", "info", self._info),
            "employments": ("employments", "employments", self._employment),
            "contracts": ("contracts", "contracts", self._contract),
            "schedules": ("schedules", "schedules", self._schedule),
            "departments": ("departments", "departments", self._department),
            "functions": ("functions", "functions", self._function),
            "managers": ("managers", "managers", self._manager),
            "costcenters": ("employeeCostCenters", "costs", self._cost),
            "parentalleave": ("EmployeeParentalLeaves", "leaves", self._leave),
            "extraFields": ("extraFields", "extras", self._extra),
        }
        """The end of a path → the key of its history, whose it is of an employee, and how a row is written."""

    def debtor(self, debtor: Debtor) -> Row:
        return {"debtorId": debtor.id, "number": str(debtor.number), "name": debtor.name}

    def company(self, company: Company) -> Row:
        return {
            "companyId": company.id,
            "number": str(company.number),
            "name": company.name,
            "debtorId": self._debtor.id,
        }

    def period(self, company: Company) -> Row:
        year, number = company.period or (0, 0)
        letter = {"month": "M", "4-weeks": "4W", "1-week": "W"}[company.kind]
        return {
            "period": {"year": year, "period": number},
            "periodType": company.kind,
            "displayPeriod": f"{year}-{number}-{letter}",
        }

    def employee(self, employee: Employee, now: Info) -> Row:
        return {"employeeId": employee.id, "employeeBasicInfo": self._basic(now)}

    def holds(self, employee: Employee, path: str) -> bool:
        """Whether a list has a row for this employee; of whom it holds nothing there is none."""
        return bool(getattr(employee, self._lists[path][1]))

    def newest(self, employee: Employee, path: str) -> str:
        """When the newest row of this employee in a list was made, or changed where that is noted."""
        rows = getattr(employee, self._lists[path][1])
        return max(getattr(one, "changed", "") or getattr(one, "made", employee.made) for one in rows)

    def history(self, employee: Employee, path: str) -> Row:
        """One row of a company-wide list, the newest of its history first."""
        key, held, write = self._lists[path]
        return {"employeeId": employee.id, key: [write(one) for one in reversed(getattr(employee, held))]}

    def unit(self, unit: Unit) -> Row:
        managers = [self._debtor.managers[one] for one in unit.managers]
        who = [
            {"managerId": one.id, "firstName": one.first, "lastName": one.last, "email": one.mail} for one in managers
        ]
        return {
            "departmentId": unit.id,
            "code": unit.code,
            "description": unit.name,
            "createdAt": self._moment("2020-01-01T10:00:00"),
            "managers": who,
        }

    def _basic(self, info: Info) -> Row:
        return {
            "employeeNumber": info.number,
            "firstName": info.first,
            "firstNameInFull": info.full,
            "prefix": info.prefix,
            "initials": info.initials,
            "lastName": info.last,
            "employeeType": info.type,
        }

    def _info(self, info: Info) -> Row:
        return {
            "personalInfoId": _id(info.made, info.last),
            "basicInfo": self._basic(info),
            "birthInfo": {
                "birthDate": self._day(info.birth),
                "birthCountry": {"codeISO": "NL", "description": "Nederland"},
                "nationality": {"codeISO": "NL", "description": "Nederlandse"},
                "deceasedOn": None,
                "gender": info.gender or "unspecified",
            },
            "contactInfo": {
                "privateEmail": "private@example.test",
                "businessEmail": info.mail,
                "businessPhone": "+31201234567",
                "businessMobilePhone": None,
                "privatePhone": None,
                "privateMobilePhone": "+31612345678",
                "otherPhone": None,
            },
            "partnerInfo": {
                "partnerPrefix": info.partner_prefix,
                "partnerName": info.partner,
                "ascription": {"code": info.usage, "ascription": None, "maritalStatus": "married"},
            },
            "emergencyInfo": {
                "emergencyContact": "Kin",
                "emergencyPhone": "+31687654321",
                "emergencyRelationship": None,
            },
            **self._since(info.period, info.made),
        }

    def _employment(self, one: Employment) -> Row:
        return {
            "employmentId": one.id,
            "creationDate": self._moment(one.changed),
            "startDate": self._day(one.start),
            "endDate": self._day(one.end),
            "seniorityDate": self._day(one.start),
            "endContractReason": {"code": 1 if one.reason else None, "reason": one.reason},
            "changedDate": self._moment(one.changed),
        }

    def _contract(self, one: Contract) -> Row:
        return {
            "contractId": _id(one.made, one.start.isoformat()),
            "startDate": self._day(one.start),
            "trialPeriod": None,
            "endDate": self._day(one.end),
            "indefinite": True,
            "writtenContract": True,
            "hoursPerWeek": one.hours,
            "createdAt": self._moment(one.made),
        }

    def _schedule(self, one: Schedule) -> Row:
        week = {f"hours{name}": hours for name, hours in zip(DAYS, one.days, strict=True)}
        hours = {} if one.hours is None else {"hoursPerWeek": one.hours, "daysPerWeek": 5}
        return {
            "scheduleId": _id(one.made, one.start.isoformat()),
            "startDate": self._day(one.start),
            "parttimePercentage": one.percentage,
            **hours,
            "week1": week,
            "week2": week,
            "createdAt": self._moment(one.made),
        }

    def _department(self, one: Placed) -> Row:
        unit = self._debtor.departments[one.id]
        named = {"departmentId": unit.id, "code": unit.code, "description": unit.name}
        return {**named, **self._since(one.period, one.made)}

    def _function(self, one: Placed) -> Row:
        unit = self._debtor.functions[one.id]
        named = {"functionId": unit.id, "code": unit.code, "description": unit.name}
        return {**named, **self._since(one.period, one.made)}

    def _manager(self, one: Placed) -> Row:
        who = self._debtor.managers[one.id]
        named = {"managerId": who.id, "firstName": who.first, "lastName": who.last, "email": who.mail}
        return {**named, **self._since(one.period, one.made)}

    def _cost(self, one: Cost) -> Row:
        return {
            "employeeCostCenterId": _id(one.code, one.name),
            "costCenters": {"costCenterId": _id(one.code, ""), "code": one.code, "description": one.name},
            "percentage": one.percentage,
            "default": one.default,
            **self._since(one.period, "2020-01-01T10:00:00"),
        }

    def _leave(self, one: Leave) -> Row:
        return {
            "parentalLeaveId": _id(one.code, one.start.isoformat()),
            "parentalLeaveType": {"code": one.code, "description": one.name},
            "startBalance": 640,
            "taxSequenceNumber": 1,
            "startDate": one.start.isoformat(),
            "endDate": one.end.isoformat() if one.end else None,
            "createdAt": self._moment("2020-01-01T10:00:00"),
        }

    def _extra(self, one: Extra) -> Row:
        named = {"extraFieldId": _id(one.name, ""), "name": one.name, "extraFieldType": one.type}
        return {"extraField": named, "value": one.value, "startDate": self._day(one.start)}

    def _since(self, period: Period | None, made: str) -> Row:
        """A row without a period was always so; the official example has such rows."""
        since = {"period": {"year": period[0], "period": period[1]}} if period else {}
        return {"createdAt": self._moment(made), **since}

    def _day(self, day: date | None) -> str | None:
        if day is None:
            return None
        return f"{day.isoformat()}T00:00:00" if self._zoneless else f"{day.isoformat()}T07:59:11Z"

    def _moment(self, moment: str) -> str:
        return moment if self._zoneless else f"{moment}Z"


def _id(*parts: str) -> str:
    """An UUID that follows from what it is of."""
    number = int.from_bytes("|".join(parts).encode().ljust(16, b"\0")[-16:]) | 1 << 126
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"
