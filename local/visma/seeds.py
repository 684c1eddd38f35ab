"""People of the simulated company: the crowd of the sample export, with every oddity that is known of Visma."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from local.people import DEPARTMENTS, Job, Name, Row, staff
from local.visma.company import Company

USAGE = {"": "Eigen", "Eigen": "Eigen", "Partner": "Partner", "Partner - eigen": "Part./eig."}
USAGE["Eigen - partner"] = "Eig./Part."
TYPES = {"vast": "Vast", "tijdelijk": "Tijdelijk", "inhuur": "Extern"}
PLACES = ("Utrecht", "'s-Gravenhage", "Paramaribo", "Köln", "Łódź", "Kapelle, gem. Reimerswaal")
AGAIN = 20
"""Every so many-th has a second employee record, from an earlier contract."""


def settle(company: Company, count: int) -> None:
    """Fill the company with `count` people. The same ones every time."""
    for number, department in enumerate(DEPARTMENTS, 1):
        _unit(company, number, department)
    company.add("users", userid="u-0", username="beheer", emailaddress="beheer@contoso.example")
    for place, row in enumerate(_staff(count)):
        number = int(row.number)
        person = _person(row.number, row.name)
        company.add("employees", employeeid=str(100_000 + number), **person)
        company.add(
            "users",
            userid=f"u-{number}",
            emailaddress=person["businessemailaddress"],
            employeeid=str(100_000 + number),
        )
        _contract(company, str(100_000 + number), row.job, "1")
        if place % AGAIN == AGAIN - 1:
            _once_before(company, number, person, row.job)


def _staff(count: int) -> Iterator[Row]:
    """So many rows, each with a number of its own; beyond a thousand the same names come again."""
    drawn = staff(min(count, 1_000))
    heads, crowd = drawn[: len(DEPARTMENTS)], drawn[len(DEPARTMENTS) :]
    yield from heads
    first = int(heads[-1].number) + 1
    for place in range(count - len(heads)):
        yield replace(crowd[place % len(crowd)], number=f"{first + place:06}")


def _unit(company: Company, number: int, department: str) -> None:
    cost, _, head, _ = DEPARTMENTS[department]
    company.add(
        "metadata/organization-units",
        orgunitid=f"ou-{number}",
        orgname=department,
        orgunitparentid="" if number == 1 else "ou-1",
        manageruserid=f"u-{int(head)}",
        costcenter=cost,
        costcentername=f"Kosten {department}",
        startdate="2000-01-01",
    )
    company.add("metadata/cost-centers", costcenter=cost, costcentername=f"Kosten {department}")


def _person(number: str, name: Name) -> dict[str, str]:
    drawn = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4])
    initials = "".join(f"{given[0]}." for given in name.given.split())
    born = date(1960, 1, 1) + timedelta(days=drawn % 15_000)
    return {
        "initials": initials,
        "firstname": name.given,
        "nickname": name.nick,
        "birthname": name.surname,
        "prefixbirthname": name.prefix,
        "partnername": name.partner,
        "prefixpartnername": name.partner_prefix,
        "nameusage": USAGE[name.usage],
        "formattedname": f'{initials} {name.prefix} {name.surname} "{name.nick}"',
        "gender": ("Man", "Vrouw")[drawn % 2],
        "dateofbirth": born.isoformat(),
        "placeofbirth": PLACES[drawn % len(PLACES)],
        "companyid": "1",
        "companyname": "Contoso B.V., Utrecht",
        "businessemailaddress": f"{int(number)}@contoso.example",
        "homestreet": "Dorpsstraat\n(achterom)",
        "homecity": "Ons Dorp",
        "homeemailaddress": f"{int(number)}@thuis.example",
    }


def _contract(company: Company, employee: str, job: Job, contract: str, start: str = "", end: str = "") -> None:
    cost, _, head, _ = DEPARTMENTS[job.department]
    manager = head if job.manager == "-" else job.manager
    unit = list(DEPARTMENTS).index(job.department) + 1
    company.add(
        "contracts",
        employeeid=employee,
        contractid=contract,
        subcontractid="1",
        startdate=start or _day(job.start),
        enddate=end or _day(job.end),
        functionid=f"f-{job.function[:3]}",
        functionname=job.function,
        orgunit=f"ou-{unit}",
        orgunitname=job.department,
        costcenter=f"Kosten {job.department}" if cost else "",
        weekhoursfixed=job.hours.replace(",", "."),
        normalhours="40",
        type=TYPES[job.kind],
        manageruserid=f"u-{int(manager)}" if manager else "",
        salaryhour="19.83",
        scale="9",
    )


def _once_before(company: Company, number: int, person: dict[str, str], job: Job) -> None:
    """Somebody worked here before: that contract has an employee record of its own."""
    company.add("employees", employeeid=str(100_000 - number % 100_000), **person)
    _contract(company, str(100_000 - number % 100_000), job, "1", "2001-01-01", "2003-12-31")


def _day(text: str) -> str:
    return "-".join(reversed(text.split("-"))) if text else ""
