"""Invented people for a simulated Personio, as many as are asked for and always the same for one seed, with every
oddity that Personio is known for.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from local import people
from local.personio.company import Company, Custom, Employee, Employment

FIRST = 100_001
ODDITIES: Mapping[str, int] = {
    "joins later": 97,
    "has left": 23,
    "on leave": 31,
    "external": 17,
    "came back": 13,
    "no mail": 19,
    "no gender": 29,
    "preferred name": 37,
    "two cost centres": 41,
    "manager is gone": 43,
    "no hours": 11,
    "no hire date": 499,
    "inactive without an end": 503,
    "leaves before the first day": 509,
    "no department": 67,
}
"""What is odd about somebody, and how rarely; each is a prime number, so that they meet in every way."""

UNUSABLE = frozenset({"no hire date", "inactive without an end", "leaves before the first day"})
"""Records that HR must correct before anybody can use them."""


def oddities(number: int) -> frozenset[str]:
    """What is odd about the person with this place in the list, counted from 1."""
    return frozenset(name for name, rarity in ODDITIES.items() if number % rarity == 0)


def populate(company: Company, count: int, seed: int = 1) -> Company:
    """`count` more people; heads of departments come first, and lead who comes after them. One department is dissolved,
    though some still point to it.
    """
    draw, today = random.Random(seed), company.clock().date()  # noqa: S311 - the same people are wanted every time
    departments = list(people.DEPARTMENTS)
    begin = max(company.employees, default=FIRST - 1) + 1
    for number in range(1, count + 1):
        department = departments[number % len(departments)]
        head = begin + number % len(departments)
        _hire(company, begin + number - 1, number, department, head if number > len(departments) else None, draw, today)
    company.dissolve("department", departments[-1])
    return company


def _hire(
    company: Company, id: int, number: int, department: str, head: int | None, draw: random.Random, today: date
) -> Employee:
    odd = oddities(number)
    given, family = draw.choice(people.GIVEN), draw.choice(people.SURNAMES)
    jobs = [_job(odd, department, head, draw, today)]
    if "came back" in odd and jobs[0].start:
        before = jobs[0].start - timedelta(days=400)
        jobs.insert(
            0, Employment(start=before, end=before + timedelta(days=200), title="Trainee", department=department)
        )
    known: dict[str, Any] = {
        "email": None if "no mail" in odd else f"{number}@example.test",
        "gender": None if "no gender" in odd else draw.choice(["FEMALE", "MALE", "DIVERSE"]),
        "preferred_name": f"{given[0]}." if "preferred name" in odd else None,
        "custom": {
            "dynamic_1": Custom(label="Shoe size", value=draw.randint(35, 48), type="integer"),
            "dynamic_2": Custom(label="BSN", value=f"{draw.randrange(10**9):09}"),
            "dynamic_3": Custom(label="Skills", value=["Dutch", "English"], type="tags"),
        },
    }
    return company.hire(id, f" {given}" if number % 71 == 0 else given, family, *jobs, **known)


def _job(odd: frozenset[str], department: str, head: int | None, draw: random.Random, today: date) -> Employment:
    cost, office, _, titles = people.DEPARTMENTS[department]
    start = today - timedelta(days=draw.randint(60, 9_000))
    job = Employment(
        start=start,
        title=draw.choice(titles),
        supervisor=1 if "manager is gone" in odd else head,
        department=None if "no department" in odd else department,
        office=office,
        type="EXTERNAL" if "external" in odd else "INTERNAL",
        hours=None if "no hours" in odd else draw.choice([40, 36, 32, 28.8, 20]),
        cost_centers=((cost, 70.0), ("9000", 30.0)) if "two cost centres" in odd else ((cost, 100.0),),
        status="LEAVE" if "on leave" in odd else "",
    )
    if "joins later" in odd:
        job.start = today + timedelta(days=draw.randint(1, 90))
    if "has left" in odd and job.start and job.start < today:
        job.termination_date = today - timedelta(days=draw.randint(1, 50))
        job.last_working_day = job.termination_date - timedelta(days=draw.randint(0, 5))
        job.status = ""
    if "no hire date" in odd:
        job.start = None
    if "inactive without an end" in odd:
        job.status, job.termination_date, job.last_working_day = "INACTIVE", None, None
    if "leaves before the first day" in odd and job.start:
        job.termination_date = job.start - timedelta(days=3)
    return job
