"""What users and groups are made of: every property's type, length, and whether it may be written, cleared or filtered.

Names, types and lengths: the Graph v1.0 metadata (CSDL) and the documentation strings of msgraph-sdk 1.65; which
filters work without `ConsistencyLevel: eventual` is partly an assumption, see README.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

EXTENSION = re.compile(r"extension_[0-9a-f]{32}_[A-Za-z0-9_]{1,100}")
"""A directory extension: `extension_{appId without dashes}_{name}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a directory object.

    `type` is text, flag, moment, texts (a collection of text), part (a complex value) or parts (a collection of
    those). `longest` counts characters, 0 is unlimited. `simple` operators work in a plain `$filter`, `advanced` ones
    only with `ConsistencyLevel: eventual` and `$count=true`.
    """

    type: str = "text"
    longest: int = 0
    writable: bool = True
    clearable: bool = True
    simple: frozenset[str] = frozenset()
    advanced: frozenset[str] = frozenset()

    @property
    def many(self) -> bool:
        return self.type in {"texts", "parts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of directory object as the wire knows it."""

    name: str
    resource: str
    """As error messages spell it."""
    collection: str
    properties: Mapping[str, Property]
    default: tuple[str, ...]
    """What an answer holds without `$select`."""
    required: tuple[str, ...] = ()
    navigation: frozenset[str] = frozenset()

    def property(self, name: str) -> Property | None:
        found = self.properties.get(name)
        if found is None and EXTENSION.fullmatch(name):
            return DIRECTORY_EXTENSION
        return found


_PLAIN = frozenset({"eq", "in", "startswith", "ge", "le"})
_MORE = frozenset({"ne", "not", "endswith", "eq null", "gt", "lt"}) | _PLAIN
_EXACT = frozenset({"eq", "in"})
_LISTED = _PLAIN - {"in"}
"""Within `any`; «Support for filter by properties of Microsoft Entra ID objects» has `in` for no list."""

DIRECTORY_EXTENSION = Property(longest=256, simple=_PLAIN, advanced=_MORE)


def _text(longest: int = 0, *, plain: bool = True, clearable: bool = True) -> Property:
    return Property(longest=longest, clearable=clearable, simple=_PLAIN if plain else frozenset(), advanced=_MORE)


def _fixed(type: str = "text", *, plain: bool = False) -> Property:
    return Property(type=type, writable=False, simple=_EXACT if plain else frozenset(), advanced=_MORE)


def _flag(*, clearable: bool = True, plain: bool = False) -> Property:
    return Property(type="flag", clearable=clearable, simple=_EXACT if plain else frozenset(), advanced=_MORE)


SHAREPOINT = frozenset(
    (
        "aboutMe",
        "birthday",
        "hireDate",
        "interests",
        "mySite",
        "pastProjects",
        "preferredName",
        "responsibilities",
        "schools",
        "skills",
    )
)
"""Kept in SharePoint, not in the directory: not listable, not in delta, not writable app-only."""

SENSITIVE = frozenset(
    (
        "accountEnabled",
        "businessPhones",
        "mobilePhone",
        "otherMails",
        "userPrincipalName",
        "onPremisesImmutableId",
        "passwordProfile",
    )
)
"""Writing these to somebody with an administrator role takes more than `User.ReadWrite.All`."""

CLOUD_OWNED = frozenset({"usageLocation"})
"""What stays writable on a synchronised user, besides directory extensions."""

_USER: dict[str, Property] = {
    "id": _fixed(plain=True),
    "deletedDateTime": _fixed("moment"),
    "accountEnabled": _flag(clearable=False, plain=True),
    "ageGroup": _text(plain=False),
    "assignedLicenses": _fixed("parts", plain=True),
    "assignedPlans": _fixed("parts"),
    "businessPhones": Property(type="texts", longest=64, clearable=False, advanced=_MORE),
    "city": _text(128),
    "companyName": _text(64, plain=False),
    "consentProvidedForMinor": _text(plain=False),
    "country": _text(128),
    "createdDateTime": _fixed("moment"),
    "creationType": _fixed(),
    "department": _text(64),
    "displayName": _text(256, clearable=False),
    "employeeHireDate": Property(type="moment", advanced=_MORE),
    "employeeId": _text(16),
    "employeeLeaveDateTime": Property(type="moment", advanced=_MORE),
    "employeeOrgData": Property(type="part", longest=256, advanced=_MORE),
    "employeeType": _text(64, plain=False),
    "externalUserState": _fixed(),
    "externalUserStateChangeDateTime": _fixed("moment"),
    "faxNumber": _text(64, plain=False),
    "givenName": _text(64),
    "identities": _fixed("parts"),
    "imAddresses": _fixed("texts"),
    "isManagementRestricted": _fixed("flag"),
    "isResourceAccount": _flag(),
    "jobTitle": _text(128),
    "lastPasswordChangeDateTime": _fixed("moment"),
    "legalAgeGroupClassification": _fixed(),
    "licenseAssignmentStates": _fixed("parts"),
    "mail": _text(),
    "mailNickname": _text(64, clearable=False),
    "mobilePhone": _text(64, plain=False),
    "officeLocation": _text(128, plain=False),
    "onPremisesDistinguishedName": _fixed(),
    "onPremisesDomainName": _fixed(),
    "onPremisesExtensionAttributes": Property(type="part", longest=1024, advanced=_MORE),
    "onPremisesImmutableId": _text(),
    "onPremisesLastSyncDateTime": _fixed("moment"),
    "onPremisesProvisioningErrors": _fixed("parts"),
    "onPremisesSamAccountName": _fixed(),
    "onPremisesSecurityIdentifier": _fixed(plain=True),
    "onPremisesSyncEnabled": _fixed("flag", plain=True),
    "onPremisesUserPrincipalName": _fixed(),
    "otherMails": Property(type="texts", longest=250, clearable=False, simple=_PLAIN, advanced=_MORE),
    "passwordPolicies": _text(plain=False),
    "passwordProfile": Property(type="part", clearable=False),
    "postalCode": _text(40),
    "preferredDataLocation": _text(plain=False),
    "preferredLanguage": _text(plain=False),
    "provisionedPlans": _fixed("parts"),
    "proxyAddresses": Property(type="texts", writable=False, simple=_LISTED, advanced=_MORE - {"in"}),
    "securityIdentifier": _fixed(),
    "serviceProvisioningErrors": _fixed("parts"),
    "showInAddressList": _flag(),
    "signInActivity": _fixed("part"),
    "signInSessionsValidFromDateTime": _fixed("moment"),
    "state": _text(128),
    "streetAddress": _text(1024),
    "surname": _text(64),
    "usageLocation": _text(clearable=False),
    "userPrincipalName": _text(clearable=False),
    "userType": _text(),
    **{name: Property(type="text", writable=False) for name in SHAREPOINT},
}

_GROUP: dict[str, Property] = {
    "id": _fixed(plain=True),
    "deletedDateTime": _fixed("moment"),
    "assignedLicenses": _fixed("parts", plain=True),
    "classification": _text(),
    "createdDateTime": _fixed("moment"),
    "description": _text(1024),
    "displayName": _text(256, clearable=False),
    "expirationDateTime": _fixed("moment"),
    "groupTypes": Property(type="texts", clearable=False, simple=_PLAIN, advanced=_MORE),
    "hasMembersWithLicenseErrors": _fixed("flag", plain=True),
    "isAssignableToRole": _flag(plain=True),
    "isManagementRestricted": _fixed("flag"),
    "licenseProcessingState": _fixed("part"),
    "mail": Property(writable=False, simple=_PLAIN, advanced=_MORE),
    "mailEnabled": _flag(clearable=False, plain=True),
    "mailNickname": _text(64, clearable=False),
    "membershipRule": _text(3072),
    "membershipRuleProcessingState": _text(),
    "onPremisesDomainName": _fixed(),
    "onPremisesLastSyncDateTime": _fixed("moment"),
    "onPremisesNetBiosName": _fixed(),
    "onPremisesProvisioningErrors": _fixed("parts"),
    "onPremisesSamAccountName": _fixed(),
    "onPremisesSecurityIdentifier": _fixed(plain=True),
    "onPremisesSyncEnabled": _fixed("flag", plain=True),
    "preferredDataLocation": _text(plain=False),
    "preferredLanguage": _text(plain=False),
    "proxyAddresses": Property(type="texts", writable=False, simple=_LISTED, advanced=_MORE - {"in"}),
    "renewedDateTime": _fixed("moment"),
    "resourceBehaviorOptions": Property(type="texts"),
    "resourceProvisioningOptions": Property(type="texts", simple=_PLAIN, advanced=_MORE),
    "securityEnabled": _flag(clearable=False, plain=True),
    "securityIdentifier": _fixed(),
    "serviceProvisioningErrors": _fixed("parts"),
    "theme": _text(),
    "uniqueName": _text(),
    "visibility": _text(),
}

USER = Kind(
    name="user",
    resource="User",
    collection="users",
    properties=_USER,
    default=(
        "businessPhones",
        "displayName",
        "givenName",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
        "id",
    ),
    required=("accountEnabled", "displayName", "mailNickname", "passwordProfile", "userPrincipalName"),
    navigation=frozenset({"manager", "memberOf", "directReports", "transitiveMemberOf", "sponsors", "licenseDetails"}),
)

GROUP = Kind(
    name="group",
    resource="Group",
    collection="groups",
    properties=_GROUP,
    default=(
        "id",
        "deletedDateTime",
        "classification",
        "createdDateTime",
        "description",
        "displayName",
        "expirationDateTime",
        "groupTypes",
        "isAssignableToRole",
        "mail",
        "mailEnabled",
        "mailNickname",
        "membershipRule",
        "membershipRuleProcessingState",
        "onPremisesDomainName",
        "onPremisesLastSyncDateTime",
        "onPremisesNetBiosName",
        "onPremisesSamAccountName",
        "onPremisesSecurityIdentifier",
        "onPremisesSyncEnabled",
        "preferredDataLocation",
        "preferredLanguage",
        "proxyAddresses",
        "renewedDateTime",
        "resourceBehaviorOptions",
        "resourceProvisioningOptions",
        "securityEnabled",
        "securityIdentifier",
        "theme",
        "uniqueName",
        "visibility",
        "onPremisesProvisioningErrors",
        "serviceProvisioningErrors",
    ),
    required=("displayName", "mailEnabled", "mailNickname", "securityEnabled"),
    navigation=frozenset({"members", "owners", "memberOf", "transitiveMembers", "transitiveMemberOf"}),
)

ROLE = Kind(
    name="directoryRole",
    resource="DirectoryRole",
    collection="directoryRoles",
    properties={
        "id": _fixed(plain=True),
        "deletedDateTime": _fixed("moment"),
        "description": _fixed(),
        "displayName": _fixed(plain=True),
        "roleTemplateId": _fixed(plain=True),
    },
    default=("id", "deletedDateTime", "description", "displayName", "roleTemplateId"),
    navigation=frozenset({"members"}),
)

APPLICATION = Kind(
    name="servicePrincipal",
    resource="ServicePrincipal",
    collection="servicePrincipals",
    properties={
        "id": _fixed(plain=True),
        "deletedDateTime": _fixed("moment"),
        "accountEnabled": _flag(plain=True),
        "appDisplayName": _fixed(),
        "appId": _fixed(plain=True),
        "appRoleAssignmentRequired": _flag(plain=True),
        "appRoles": _fixed("parts"),
        "displayName": _text(256),
        "servicePrincipalType": _fixed(),
    },
    default=(
        "id",
        "deletedDateTime",
        "accountEnabled",
        "appDisplayName",
        "appId",
        "appRoleAssignmentRequired",
        "appRoles",
        "displayName",
        "servicePrincipalType",
    ),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (USER, GROUP, ROLE, APPLICATION)}
