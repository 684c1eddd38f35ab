"""An invented environment of any size: two debtors and three companies with every oddity that is known of Nmbrs.

The people are those of the sample export, so nobody in it exists; the same number always gives the same people.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import cycle, islice

from local import people
from local.nmbrs.environment import (
    Company,
    Contract,
    Debtor,
    Employee,
    Employment,
    Environment,
    Extra,
    Info,
    Placed,
    Schedule,
)

USAGE = {"": 0, "Eigen": 1, "Partner": 2, "Partner - eigen": 3, "Eigen - partner": 4}
EVERY = 25
"""Each oddity is met once in so many people, each from another place on."""


def seeded(environment: Environment, count: int = 200) -> Environment:
    """The environment with `count` people in it, of whom some are applicants and some work for two companies."""
    contoso, fabrikam = environment.debtor("Contoso"), environment.debtor("Fabrikam")
    monthly = environment.company(contoso, "Contoso B.V.")
    weekly = environment.company(contoso, "Contoso Productie B.V.", kind="4-weeks", period=(2026, 12))
    other = environment.company(fabrikam, "Fabrikam B.V.")
    homes = cycle([(contoso, monthly), (contoso, monthly), (contoso, weekly), (fabrikam, other)])
    for debtor in (contoso, fabrikam):
        for _, _, head, _ in people.DEPARTMENTS.values():
            environment.manager(debtor, _mail(head), last=head)
        environment.manager(debtor, "boekhouder@kantoor.example", last="Extern")
    for place, (row, (debtor, company)) in enumerate(zip(islice(_rows(count), count), homes, strict=False)):
        who = _hired(environment, debtor, company, row, place)
        if place % EVERY == 7:
            twin = _hired(environment, contoso, monthly if company is weekly else weekly, row, place + 1)
            twin.info[0].mail = who.info[0].mail
    return environment


def _rows(count: int) -> Iterator[people.Row]:
    """The people of the sample export first, for they show something; then the crowd again, under other numbers."""
    yield from people.rows()
    for number, row in enumerate(people.staff(min(count, 1_500)), 500_000):
        yield replace(row, number=f"{number:06}")
    for number, row in enumerate(cycle(people.rows()), 600_000):
        yield replace(row, number=f"{number:06}")


def _hired(environment: Environment, debtor: Debtor, company: Company, row: people.Row, place: int) -> Employee:
    start, end = _day(row.job.start), _day(row.job.end)
    who = environment.hire(company, [_info(row, place, end)], [Employment(start=start, end=end)])
    began = start or people.TODAY
    hours = float(row.job.hours.replace(",", ".")) if row.job.hours else None
    who.contracts.append(Contract(start=began, end=end if row.job.kind == "tijdelijk" else None, hours=hours))
    who.schedules.append(Schedule(start=began, percentage=100.0 * (hours or 40.0) / 40.0, hours=hours))
    who.extras.append(Extra(name="Locker", value=f"{place % 400}"))
    _place(environment, debtor, who, row, place)
    _oddities(environment, debtor, who, place)
    return who


def _info(row: people.Row, place: int, end: date | None) -> Info:
    name = row.name
    former = end is not None and end < people.TODAY
    kind = "external" if row.job.kind == "inhuur" else "payroll"
    begins = _day(row.job.start) or people.TODAY
    return Info(
        first=name.nick or name.given or None,
        full=name.given or None,
        initials="".join(f"{given[0]}." for given in name.given.split()) or None,
        prefix=name.prefix or None,
        last=name.surname,
        partner=name.partner or None,
        partner_prefix=name.partner_prefix or None,
        usage=USAGE.get(name.usage, 1),
        number=int(row.number),
        mail=_mail(row.number),
        type=f"former{kind.title()}" if former else "newHire" if begins > people.TODAY else kind,
        birth=date(1960 + place % 40, 1 + place % 12, 1 + place % 28),
        gender=("male", "female", None)[place % 3],
        period=(min(begins.year, 2026), 1),
    )


def _place(environment: Environment, debtor: Debtor, who: Employee, row: people.Row, place: int) -> None:
    _, _, head, _ = people.DEPARTMENTS[row.job.department]
    department, function = (
        environment.department(debtor, row.job.department),
        environment.function(debtor, row.job.function),
    )
    who.departments.append(Placed(id=department.id))
    who.functions.append(Placed(id=function.id))
    boss = next(one for one in debtor.managers.values() if one.last == head)
    who.managers.append(Placed(id=boss.id))
    if boss.id not in department.managers:
        department.managers.append(boss.id)


def _oddities(environment: Environment, debtor: Debtor, who: Employee, place: int) -> None:
    """What bites: rows that lie ahead, overlap, have no period or are not there, and managers who are nobody here."""
    outside = next(one for one in debtor.managers.values() if one.last == "Extern")
    ahead = environment.department(debtor, "Innovatie").id
    match place % EVERY:
        case 1:
            who.departments.append(Placed(id=ahead, period=(2027, 1), made="2026-11-01T09:00:00"))
        case 2:
            who.managers = [Placed(id=outside.id)]
        case 3:
            who.departments, who.managers = [], []
        case 4:
            who.departments[0].period = None
        case 5:
            who.contracts.append(replace(who.contracts[0], hours=20.0, made="2026-01-01T09:00:00"))
        case 6:
            who.info[0].type = "applicant"
        case 8:
            who.schedules[0].hours = None
        case 9:
            who.info.append(
                replace(who.info[0], partner="Vermeulen", usage=3, period=(2026, 6), made="2026-06-01T09:00:00")
            )
        case 10:
            who.info.append(replace(who.info[0], last="Straks", period=(2027, 3), made="2026-11-02T09:00:00"))
        case 11:
            who.info[0].mail = None


def _mail(number: str) -> str:
    return f"p{number}@contoso.example"


def _day(text: str) -> date | None:
    """A day of the export; «31-12-9999» is none to Nmbrs."""
    day = date(*reversed([int(part) for part in text.split("-")])) if text else None
    return None if day and day.year > 2200 else day
