"""Invented people for a simulated environment, as many as are asked for, with every oddity that Profit is known for."""

from collections.abc import Iterable
from datetime import date, datetime

from local import people
from local.afas.environment import Employment, Environment, Position, Unit, User

USAGES = {"Eigen": "0", "Partner": "2", "Partner - eigen": "1", "Eigen - partner": "3"}


def populate(environment: Environment, rows: Iterable[people.Row]) -> Environment:
    """Everybody in `rows` with all contracts, the departments as units, and heads who lead their own unit.

    Every fifth employee is known by letters, every seventh has no user, every third contract has two positions.
    """
    jobs: dict[str, list[people.Row]] = {}
    for row in rows:
        jobs.setdefault(row.number, []).append(row)
    names = {number: f"{_only_letters(own[0].name.surname)}{number[-4:]}" for number, own in jobs.items()}
    ids = {number: names[number] if int(number) % 5 == 0 else f"{int(number):09}" for number in jobs}
    heads = {name: ids.get(known[2]) for name, known in people.DEPARTMENTS.items()}
    environment.units = [
        Unit(id=_unit(name), name=name, above=None if name == "Directie" else "D1000", manager=heads[name])
        for name in people.DEPARTMENTS
    ]
    for number, own in jobs.items():
        name = own[0].name
        employee = environment.hire(
            ids[number],
            *(_employment(row) for row in own),
            person_id=f"1{number}",
            initials="".join(f"{given[0]}." for given in name.given.split()) or None,
            first_name=name.given or None,
            nick_name=name.nick or None,
            prefix=name.prefix or None,
            birth_name=name.surname,
            partner_prefix=name.partner_prefix or None,
            partner_name=name.partner or None,
            name_use=USAGES[name.usage or people.OWN],
        )
        if int(number) % 7:
            employee.users = [User(id=f"{environment.number}.{names[number].lower()}", description=name.surname)]
    return environment


def _employment(row: people.Row) -> Employment:
    job, hours = row.job, float(row.job.hours.replace(",", "."))
    end = _day(job.end)
    made = Employment(
        start=_day(job.start) or date(2020, 1, 1),
        end=end if end and end.year < 9999 else None,
        unit=_unit(job.department),
        function=job.function,
        cost_center=people.DEPARTMENTS[job.department][0],
        hours=hours,
        fte=round(hours / 40, 4),
        type=job.kind.capitalize(),
    )
    if int(row.number) % 3 == 0:
        made.positions = [
            Position(start=made.start, end=made.end, unit=made.unit, function=made.function, percentage=share)
            for share in (60.0, 40.0)
        ]
    return made


def _unit(department: str) -> str:
    return f"D{people.DEPARTMENTS[department][0]}"


def _day(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%Y").date() if text else None  # noqa: DTZ007 - a civil date


def _only_letters(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isascii() and letter.isalpha())[:6] or "X"
