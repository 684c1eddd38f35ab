"""The GetConnectors: which fields each has, and its rows from the memory, each with the employee it is about.

Field names and internal ids are those of the .gcn files of Tools4ever and of AFAS' OpenAPI description.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from local.afas.environment import AUDIT, Employee, Employment, Environment, Position, User

Owned: TypeAlias = tuple[str, Mapping[str, Any]]
"""A row, and the employee it is about; "" for nobody."""


@dataclass(frozen=True)
class Field:
    id: str
    field_id: str
    type: str
    label: str

    @property
    def metainfo(self) -> Mapping[str, Any]:
        about = {"id": self.id, "fieldId": self.field_id, "dataType": self.type, "label": self.label}
        return {**about, "length": 80, "controlType": 1, "decimals": 0, "decimalsFieldId": ""}


@dataclass(frozen=True)
class Table:
    name: str
    description: str
    fields: tuple[Field, ...]
    rows: Callable[[Environment], Iterator[Owned]]

    @property
    def columns(self) -> list[str]:
        return [field.id for field in self.fields]

    @property
    def metainfo(self) -> Mapping[str, Any]:
        listed = [field.metainfo for field in self.fields]
        return {"name": self.name, "description": self.description, "fields": listed}

    def audited(self) -> "Table":
        """The same with the audit field, where it has one."""
        if self.name not in AUDITED:
            return self
        return replace(self, fields=(*self.fields, Field(AUDIT, "U999", "date", "Gewijzigd op")))

    def with_names(self, names: Mapping[str, str]) -> "Table":
        """The same with some fields called otherwise."""
        if not names:
            return self
        fields = tuple(replace(field, id=names.get(field.id, field.id)) for field in self.fields)

        def rows(environment: Environment) -> Iterator[Owned]:
            for owner, row in self.rows(environment):
                yield owner, {names.get(column, column): value for column, value in row.items()}

        return replace(self, fields=fields, rows=rows)


AUDITED = frozenset(
    {"T4E_HelloID_Users_v2", "T4E_HelloID_Employments_v2", "T4E_HelloID_Positions_v2", "Profit_Employees"}
)


def midnight(day: date | None) -> str | None:
    """A date as Profit writes it: with a Z, though it is local time."""
    return f"{day.isoformat()}T00:00:00Z" if day else None


def code(name: str) -> str:
    """The number of something that is known by its name."""
    return f"{sum(name.encode()) % 10_000:04}"


def _users(environment: Environment) -> Iterator[Owned]:
    for employee in environment.employees.values():
        users: list[User | None] = [*employee.users] or [None]
        for user in users:
            yield employee.id, _user(environment, employee, user)


def _user(environment: Environment, employee: Employee, user: User | None) -> Mapping[str, Any]:
    return {
        "Medewerker": employee.id,
        "Gebruiker": user.id if user else None,
        "Persoonsnummer": employee.person_id,
        "DisplayName": " ".join(filter(None, (employee.nick_name, employee.prefix, employee.birth_name))),
        "Geblokkeerd": user.blocked if user else None,
        "UPN": user.upn if user else None,
        "Email_werk_gebruiker": user.email if user else None,
        "Profit_Windows": False,
        "Connector": False,
        "InSite": bool(user),
        "OutSite": False,
        "Voorletters": employee.initials,
        "Roepnaam": employee.nick_name,
        "Voornaam": employee.first_name,
        "Voorvoegsel": employee.prefix,
        "Geboortenaam": employee.birth_name,
        "Geboortenaam_partner": employee.partner_name,
        "Voorvoegsel_partner": employee.partner_prefix,
        "Naamgebruik_code": employee.name_use,
        "Mobielnr_werk": None,
        "Telefoonnr_werk": employee.phone,
        "Email_werk": employee.email,
        "Email_portal": None,
        **environment.audit(employee.id),
    }


def _employments(environment: Environment) -> Iterator[Owned]:
    for employee in environment.employees.values():
        for job in employee.employments:
            yield employee.id, _employment(environment, employee, job)


def _employment(environment: Environment, employee: Employee, job: Employment) -> Mapping[str, Any]:
    return {
        "Medewerker": employee.id,
        "Persoonsnummer": employee.person_id,
        "Naam": employee.birth_name,
        **_organisation(environment, job.unit, job.function, job.cost_center, job.employer),
        "Type_contract": job.type,
        "Dienstverband": job.number,
        "Volgnummer_contract": job.number,
        "Begindatum_contract": midnight(job.start),
        "Einddatum_contract": midnight(job.end),
        "Begindatum_functie": midnight(job.function_start or job.start),
        "Einddatum_functie": midnight(job.function_end),
        "Uren_per_week": job.hours,
        "Parttime_percentage": job.fte * 100,
        "FTE": job.fte,
        "Medewerkernummer_leidinggevende": job.manager,
        "ExternalID": job.id,
        "Soort_medewerker": job.type,
        "Soort_medewerker_code": job.type[:1].upper(),
        **environment.audit(job.id),
    }


def _organisation(environment: Environment, unit: str, function: str, cost: str, employer: str) -> Mapping[str, Any]:
    return {
        "Organisatorische_eenheid_code": unit,
        "Organisatorische_eenheid_omschrijving": _unit_name(environment, unit),
        "Functie_code": code(function),
        "Functie_omschrijving": function,
        "Kostenplaats_code": cost,
        "Kostenplaats_omschrijving": f"Kostenplaats {cost}",
        "Werkgever_code": code(employer),
        "Werkgever_omschrijving": employer,
    }


def _unit_name(environment: Environment, number: str) -> str | None:
    return next((unit.name for unit in environment.units if unit.id == number), None)


def _positions(environment: Environment) -> Iterator[Owned]:
    for employee in environment.employees.values():
        for job in employee.employments:
            for position in job.positions:
                yield employee.id, _position(environment, employee, job, position)


def _position(environment: Environment, employee: Employee, job: Employment, one: Position) -> Mapping[str, Any]:
    return {
        "Medewerker": employee.id,
        "Persoonsnummer": employee.person_id,
        "Naam": employee.birth_name,
        **_organisation(environment, one.unit, one.function, job.cost_center, job.employer),
        "Begindatum_functie": midnight(one.start),
        "Einddatum_functie": midnight(one.end),
        "Percentage": one.percentage,
        "Medewerkernummer_leidinggevende": one.manager,
        "EmploymentExternalID": job.id,
        "ExternalID": one.id,
        **environment.audit(one.id),
    }


def _units(environment: Environment) -> Iterator[Owned]:
    for unit in environment.units:
        yield (
            "",
            {
                "ExternalId": unit.id,
                "DisplayName": unit.name,
                "ParentExternalId": unit.above,
                "ManagerExternalId": unit.manager,
                "Huidige_vervanger": None,
            },
        )


def _employees(environment: Environment) -> Iterator[Owned]:
    """Present details only: the employment that began last."""
    for one in environment.employees.values():
        job = one.employments[-1] if one.employments else None
        yield one.id, {**_personal(one), **_present(environment, job), **environment.audit(one.id)}


def _personal(one: Employee) -> Mapping[str, Any]:
    return {
        "EmployeeId": one.id,
        "PersonId": one.person_id,
        "BSN": one.bsn,
        "BirthName": one.birth_name,
        "Initials": one.initials,
        "PrefixBirthName": one.prefix,
        "DateOfBirth": midnight(one.born),
        "PrefixPartner": one.partner_prefix,
        "BirthNamePartner": one.partner_name,
        "NameUse": one.name_use,
        "Phone": one.phone,
        "DateDeceased": midnight(one.deceased),
        "Mail": one.email,
        "FirstName": one.first_name,
    }


def _present(environment: Environment, job: Employment | None) -> Mapping[str, Any]:
    return {
        "EmployerId": code(job.employer) if job else None,
        "EmploymentStart": midnight(job.start) if job else None,
        "EmploymentEnd": midnight(job.end) if job else None,
        "HourPerWeek": job.hours if job else None,
        "EmploymentType": job.type[:1].upper() if job else None,
        "EmploymentTypeDesc": job.type if job else None,
        "FTE": job.fte if job else None,
        "OrgUnit": job.unit if job else None,
        "OrgUnitDesc": _unit_name(environment, job.unit) if job else None,
        "FunctionId": code(job.function) if job else None,
        "FunctionDesc": job.function if job else None,
    }


def _chart(environment: Environment) -> Iterator[Owned]:
    for unit in environment.units:
        levels = {f"Level{number}": None for number in range(10)}
        yield (
            "",
            {
                "StartDate": midnight(unit.start),
                "EndDate": midnight(unit.end),
                "Unitd": unit.id,
                "UnitDesc": unit.name,
                "Level": "1",
                "Manager": unit.manager,
                "UpperUnit": unit.above,
                **levels,
            },
        )


def _profit_users(environment: Environment) -> Iterator[Owned]:
    for employee, user in ((one, user) for one in environment.employees.values() for user in one.users):
        yield (
            employee.id,
            {
                "UserId": user.id,
                "Description": user.description,
                "UPN": user.upn,
                "Blocked": user.blocked,
                "Email": user.email,
                "Windows": False,
                "Connector": False,
                "OutSite": False,
                "InSite": True,
                "PersonId": employee.person_id,
                "EmployeeId": employee.id,
            },
        )


_TYPES = {
    **dict.fromkeys(("Uren_per_week", "Parttime_percentage", "FTE", "Percentage", "HourPerWeek"), "decimal"),
    **dict.fromkeys(("Dienstverband", "Volgnummer_contract"), "int"),
    **dict.fromkeys(
        ("Geblokkeerd", "Profit_Windows", "Connector", "InSite", "OutSite", "Blocked", "Windows"), "boolean"
    ),
}
_DATES = ("Begindatum", "Einddatum", "Date", "EmploymentStart", "EmploymentEnd", "StartDate", "EndDate")
_LABELS = {"BSN": "Burgerservicenummer (BSN)"}


def _table(name: str, description: str, columns: str, rows: Callable[[Environment], Iterator[Owned]]) -> Table:
    fields = [
        Field(
            column,
            f"U{number:03}",
            "date" if column.startswith(_DATES) else _TYPES.get(column, "string"),
            _LABELS.get(column, column.replace("_", " ")),
        )
        for number, column in enumerate(columns.split(), 1)
    ]
    return Table(name, description, tuple(fields), rows)


_ORGANISATION = (
    "Organisatorische_eenheid_code Organisatorische_eenheid_omschrijving Functie_code Functie_omschrijving "
    "Kostenplaats_code Kostenplaats_omschrijving Werkgever_code Werkgever_omschrijving"
)
_ALL = (
    _table(
        "T4E_HelloID_Users_v2",
        "Tools4ever - HelloID - T4E_HelloID_Users_v2",
        "Gebruiker Persoonsnummer Geblokkeerd Naamgebruik_code Voorvoegsel UPN Email_werk_gebruiker Profit_Windows "
        "Connector InSite OutSite Mobielnr_werk Telefoonnr_werk Medewerker Voorletters Roepnaam Voornaam DisplayName "
        "Geboortenaam Geboortenaam_partner Voorvoegsel_partner Email_werk Email_portal",
        _users,
    ),
    _table(
        "T4E_HelloID_Employments_v2",
        "Tools4ever - HelloID - T4E_HelloID_Employments_v2",
        f"Naam Medewerker Persoonsnummer {_ORGANISATION} Type_contract Dienstverband Volgnummer_contract "
        "Begindatum_contract Einddatum_contract Begindatum_functie Einddatum_functie Uren_per_week "
        "Parttime_percentage FTE Medewerkernummer_leidinggevende ExternalID Soort_medewerker Soort_medewerker_code",
        _employments,
    ),
    _table(
        "T4E_HelloID_Positions_v2",
        "Tools4ever - HelloID - T4E_HelloID_Positions_v2",
        f"EmploymentExternalID Medewerker Persoonsnummer Naam {_ORGANISATION} Begindatum_functie Einddatum_functie "
        "Percentage Medewerkernummer_leidinggevende ExternalID",
        _positions,
    ),
    _table(
        "T4E_HelloID_OrganizationalUnits_v2",
        "Tools4ever - HelloID - T4E_HelloID_OrganizationalUnits_v2",
        "ExternalId DisplayName ParentExternalId ManagerExternalId Huidige_vervanger",
        _units,
    ),
    _table(
        "Profit_Employees",
        "Medewerkers (Profit)",
        "EmployeeId PersonId EmployerId BSN BirthName Initials PrefixBirthName DateOfBirth PrefixPartner "
        "BirthNamePartner NameUse Phone EmploymentStart EmploymentEnd HourPerWeek EmploymentType EmploymentTypeDesc "
        "FTE OrgUnit OrgUnitDesc FunctionId FunctionDesc DateDeceased Mail FirstName",
        _employees,
    ),
    _table(
        "Profit_OrganizationChart",
        "Organigram (Profit)",
        "StartDate EndDate Unitd UnitDesc Level Manager UpperUnit "
        + " ".join(f"Level{number}" for number in range(10)),
        _chart,
    ),
    _table(
        "Profit_Users",
        "Gebruikers (Profit)",
        "UserId Description UPN Blocked Email Windows Connector OutSite InSite PersonId EmployeeId",
        _profit_users,
    ),
)
TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}
