"""The two sets of GetConnectors that customers have: what Tools4ever hands out, and what Profit comes with.

Sources: the field lists in the .gcn files of github.com/Tools4everBV/HelloID-Conn-Prov-Source-AFAS-Profit, the de facto
standard of identity provisioning from AFAS, and AFAS' own OpenAPI description «Medewerker en contract». Each is a
beginning: the settings change single fields and names.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

T4E: Mapping[str, Any] = {
    "people": {
        "connector": "T4E_HelloID_Users_v2",
        "key": "Medewerker",
        "order": ["Gebruiker"],
        "fields": {
            "personId": "Persoonsnummer",
            "userId": "Gebruiker",
            "initials": "Voorletters",
            "givenName": "Voornaam",
            "nickName": "Roepnaam",
            "prefix": "Voorvoegsel",
            "surname": "Geboortenaam",
            "partnerPrefix": "Voorvoegsel_partner",
            "partnerSurname": "Geboortenaam_partner",
            "nameUsage": "Naamgebruik_code",
            "email": "Email_werk",
            "userEmail": "Email_werk_gebruiker",
            "userPrincipalName": "UPN",
            "phone": "Telefoonnr_werk",
            "mobile": "Mobielnr_werk",
        },
    },
    "employments": {
        "connector": "T4E_HelloID_Employments_v2",
        "employee": "Medewerker",
        "order": ["ExternalID", "Begindatum_functie"],
        "id": "ExternalID",
        "told_apart_by": ["Begindatum_functie"],
        "periods": [
            {"start": "Begindatum_contract", "end": "Einddatum_contract"},
            {"start": "Begindatum_functie", "end": "Einddatum_functie"},
        ],
        "manager": "Medewerkernummer_leidinggevende",
        "unit": "Organisatorische_eenheid_code",
        "fields": {
            "department": "Organisatorische_eenheid_omschrijving",
            "departmentId": "Organisatorische_eenheid_code",
            "title": "Functie_omschrijving",
            "titleId": "Functie_code",
            "costCenter": "Kostenplaats_omschrijving",
            "costCenterId": "Kostenplaats_code",
            "employer": "Werkgever_omschrijving",
            "employerId": "Werkgever_code",
            "hours": "Uren_per_week",
            "fte": "FTE",
            "type": "Soort_medewerker",
            "typeId": "Soort_medewerker_code",
        },
    },
    "positions": {
        "connector": "T4E_HelloID_Positions_v2",
        "employee": "Medewerker",
        "order": ["ExternalID", "EmploymentExternalID", "Begindatum_functie"],
        "id": "ExternalID",
        "employment": "EmploymentExternalID",
        "told_apart_by": ["Begindatum_functie"],
        "periods": [{"start": "Begindatum_functie", "end": "Einddatum_functie"}],
        "manager": "Medewerkernummer_leidinggevende",
        "unit": "Organisatorische_eenheid_code",
        "fields": {
            "department": "Organisatorische_eenheid_omschrijving",
            "departmentId": "Organisatorische_eenheid_code",
            "title": "Functie_omschrijving",
            "titleId": "Functie_code",
            "costCenter": "Kostenplaats_omschrijving",
            "costCenterId": "Kostenplaats_code",
            "employer": "Werkgever_omschrijving",
            "employerId": "Werkgever_code",
            "share": "Percentage",
        },
    },
    "units": {
        "connector": "T4E_HelloID_OrganizationalUnits_v2",
        "key": "ExternalId",
        "name": "DisplayName",
        "above": "ParentExternalId",
        "manager": "ManagerExternalId",
    },
    "users": {
        "connector": "T4E_HelloID_Users_v2",
        "employee": "Medewerker",
        "order": ["Gebruiker"],
        "id": "Gebruiker",
        "description": "DisplayName",
        "fields": {"userPrincipalName": "UPN", "userEmail": "Email_werk_gebruiker"},
    },
}

PROFIT: Mapping[str, Any] = {
    "people": {
        "connector": "Profit_Employees",
        "key": "EmployeeId",
        "order": ["EmploymentStart"],
        "fields": {
            "personId": "PersonId",
            "initials": "Initials",
            "givenName": "FirstName",
            "prefix": "PrefixBirthName",
            "surname": "BirthName",
            "partnerPrefix": "PrefixPartner",
            "partnerSurname": "BirthNamePartner",
            "nameUsage": "NameUse",
            "email": "Mail",
        },
    },
    "employments": {
        "connector": "Profit_Employees",
        "employee": "EmployeeId",
        "order": ["EmploymentStart"],
        "id": "EmployeeId",
        "told_apart_by": ["EmploymentStart"],
        "periods": [{"start": "EmploymentStart", "end": "EmploymentEnd"}, {"end": "DateDeceased"}],
        "unit": "OrgUnit",
        "fields": {
            "department": "OrgUnitDesc",
            "departmentId": "OrgUnit",
            "title": "FunctionDesc",
            "titleId": "FunctionId",
            "employerId": "EmployerId",
            "hours": "HourPerWeek",
            "fte": "FTE",
            "type": "EmploymentTypeDesc",
            "typeId": "EmploymentType",
        },
    },
    "units": {
        "connector": "Profit_OrganizationChart",
        "key": "Unitd",
        "order": ["StartDate"],
        "name": "UnitDesc",
        "above": "UpperUnit",
        "manager": "Manager",
        "period": {"start": "StartDate", "end": "EndDate"},
    },
    "users": {
        "connector": "Profit_Users",
        "employee": "EmployeeId",
        "order": ["UserId"],
        "id": "UserId",
        "description": "Description",
        "fields": {"userPrincipalName": "UPN", "userEmail": "Email"},
    },
}

SETS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"t4e": T4E, "profit": PROFIT})
