"""`/organization`, `/domains` and `/directoryRoles`: who the tenant is and which administrator roles it has."""

from typing import Any

from local.graph import errors, listing
from local.graph.call import Answer, Call
from local.graph.properties import ROLE

UNSET = (
    "deletedDateTime",
    "city",
    "country",
    "onPremisesLastSyncDateTime",
    "onPremisesSyncEnabled",
    "postalCode",
    "state",
    "street",
)
EMPTY = (
    "businessPhones",
    "marketingNotificationEmails",
    "securityComplianceNotificationMails",
    "securityComplianceNotificationPhones",
    "technicalNotificationMails",
    "assignedPlans",
    "provisionedPlans",
)


def index(call: Call) -> Answer:
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#organization", "value": [_organisation(call)]})


def read(call: Call, organisation: str) -> Answer:
    if organisation.lower() != call.tenant.id:
        raise errors.not_found(organisation)
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#organization/$entity", **_organisation(call)})


def domains(call: Call) -> Answer:
    rows = [_domain(call, name) for name in call.tenant.domains]
    return Answer(200, {"@odata.context": f"{call.base}/$metadata#domains", "value": rows})


def directory_roles(call: Call) -> Answer:
    return listing.answer(call, ROLE, call.directory.order["directoryRole"])


def _organisation(call: Call) -> dict[str, Any]:
    names = call.tenant.domains
    return {
        **dict.fromkeys(UNSET),
        **{name: [] for name in EMPTY},
        "id": call.tenant.id,
        "displayName": names[0].partition(".")[0].capitalize(),
        "countryLetterCode": "NL",
        "preferredLanguage": "nl",
        "tenantType": "AAD",
        "createdDateTime": "2021-08-02T10:30:06Z",
        "privacyProfile": {"contactEmail": None, "statementUrl": None},
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": name == names[0],
                "isInitial": name.endswith(".onmicrosoft.com"),
                "name": name,
                "type": "Managed",
            }
            for name in names
        ],
    }


def _domain(call: Call, name: str) -> dict[str, Any]:
    return {
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": name == call.tenant.domains[0],
        "isInitial": name.endswith(".onmicrosoft.com"),
        "isRoot": True,
        "isVerified": True,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"],
    }
