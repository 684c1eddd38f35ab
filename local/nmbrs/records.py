"""Records as SOAP v3 writes them: elements of the WSDL, nil where there is nothing, days with a time and no zone."""

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Any

from local.nmbrs.environment import Contract, Employment, Info, Placed, Schedule, Unit

XSI = "http://www.w3.org/2001/XMLSchema-instance"
Fields = Iterable[tuple[str, Any]]


def info(info: Info) -> Fields:
    year, period = info.period or (0, 0)
    return (
        ("Id", info.number),
        ("EmployeeNumber", info.number),
        ("Title", ""),
        ("FirstName", info.full or info.first),
        ("Initials", info.initials),
        ("Prefix", info.prefix),
        ("LastName", info.last),
        ("Nickname", info.first),
        ("Gender", (info.gender or "Undefined").title()),
        ("TelephoneWork", "+31201234567"),
        ("EmailWork", info.mail),
        ("EmailPrivate", "private@example.test"),
        ("PartnerPrefix", info.partner_prefix),
        ("PartnerLastName", info.partner),
        ("BurgerlijkeStaat", "Gehuwd"),
        ("Naamstelling", info.usage),
        ("Birthday", info.birth),
        ("IdentificationNumber", "NX1R2K9B4"),
        ("CreationDate", info.made),
        ("StartPeriod", period),
        ("StartYear", year),
    )


def employment(one: Employment) -> Fields:
    return (
        ("EmploymentId", one.id),
        ("CreationDate", one.changed),
        ("StartDate", one.start),
        ("EndDate", one.end),
        ("InitialStartDate", one.start or date(1, 1, 1)),
    )


def contract(one: Contract) -> Fields:
    return (
        ("ContractID", 1),
        ("CreationDate", one.made),
        ("StartDate", one.start),
        ("TrialPeriod", None),
        ("EndDate", one.end),
        ("EmployementType", 1),
        ("Indefinite", "true"),
        ("HoursPerWeek", one.hours),
    )


def schedule(one: Schedule) -> Fields:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    weeks = [(f"Hours{name}{week}", hours) for week in ("", "2") for name, hours in zip(names, one.days, strict=True)]
    return (
        ("Id", 1),
        *weeks,
        ("ParttimePercentage", one.percentage),
        ("StartDate", one.start),
        ("CreationDate", one.made),
    )


def unit(unit: Unit) -> Fields:
    return (("Id", unit.code + 1_000), ("Code", unit.code), ("Description", unit.name))


def since(one: Placed) -> Fields:
    year, period = one.period or (0, 0)
    return (("CreationDate", one.made), ("StartPeriod", period), ("StartYear", year))


def record(name: str, fields: Fields) -> str:
    return f"<{name}>{''.join(field(key, value) for key, value in fields)}</{name}>"


def field(name: str, value: Any) -> str:
    """Nil where there is nothing, days with a time and without a zone."""
    if value is None:
        return f'<{name} xmlns:xsi="{XSI}" xsi:nil="true" />'
    if isinstance(value, tuple):
        return record(name, value)
    text = f"{value.isoformat()}T00:00:00" if isinstance(value, date) else str(value)
    return f"<{name}>{escape(text, quote=False)}</{name}>"


def result(operation: str, records: Iterable[str]) -> str:
    return f"<{operation}Result>{''.join(records)}</{operation}Result>"
