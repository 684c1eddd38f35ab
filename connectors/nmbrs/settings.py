"""What a customer may say about their Nmbrs: where secrets are, which companies, and which extra fields may enter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName
from shared.names import Usage

PERSON = frozenset(
    {
        *("employeeId", "employeeNumber", "givenName", "nickName", "initials", "prefix", "surname"),
        *("partnerPrefix", "partnerSurname", "nameUsage", "gender", "email"),
    }
)
CONTRACT = frozenset(
    {
        *("employer", "companyNumber", "type", "status", "employmentStart", "employmentEnd", "fixedUntil"),
        *("department", "departmentId", "departmentCode", "title", "functionId", "functionCode"),
        *("hours", "fte", "manager"),
    }
)
COST, LEAVE, REASON = (
    frozenset({"costCenter", "costCenterName"}),
    frozenset({"leaveStart", "leaveEnd"}),
    frozenset({"endReason"}),
)
CANONICAL = PERSON | CONTRACT | COST | LEAVE | REASON
"""Names this connector fills by itself; the last three kinds only where the settings ask for them."""

EXTRA = "extra:"
KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "birthDate": "birthInfo",
        "businessPhone": "contactInfo",
        "businessMobilePhone": "contactInfo",
        "privateEmail": "contactInfo",
        "privatePhone": "contactInfo",
        "privateMobilePhone": "contactInfo",
        "otherPhone": "contactInfo",
    }
)
"""Facts of personal information that may enter when they are asked for, and the part of it in which they stand."""

FieldKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(extra:\S.{0,198}|[a-z][A-Za-z]{0,40})$")]
Number: TypeAlias = Annotated[
    str, Field(coerce_numbers_to_str=True), StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9/ -]{0,79}$")
]
"""A number or an id, as people write one: `2210` is text too."""
Domain: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")]

EmployeeType: TypeAlias = Literal[
    "applicant", "newHire", "payroll", "formerPayroll", "external", "formerExternal", "rejectedApplicant"
]

NEEDS = {"rest": ("client_id", "client_secret", "subscription_key"), "soap": ("user", "token", "domain")}
REST_ONLY = ("cost_centers", "department_managers", "end_reason", "leave")
"""What the SOAP API is not asked for."""


class Settings(BaseModel):
    """How to read one Nmbrs environment."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api: Literal["rest", "soap"] = "rest"
    """`soap` is the old SOAP v3, which Nmbrs retires on 2027-03-01; its employee ids are other ones than REST's."""
    client_id: SecretName | None = None
    """REST: `secret:name` of the client id of the app that is registered with Nmbrs."""
    client_secret: SecretName | None = None
    """REST: `secret:name` of its client secret."""
    subscription_key: SecretName | None = None
    """REST: `secret:name` of the subscription key of the app."""
    redirect: str = "http://127.0.0.1:8917/"
    """REST: the redirect address that is registered for the app; `joinly connect` waits there."""
    base: Base = "https://api.nmbrsapp.com"
    """REST: the address of the API, without a path."""
    identity: Base = "https://identityservice.nmbrs.com"
    """REST: the address of the sign-in service, without a path."""
    user: SecretName | None = None
    """SOAP: `secret:name` of the user name of the API user."""
    token: SecretName | None = None
    """SOAP: `secret:name` of that user's API token."""
    domain: Domain | None = None
    """SOAP: the domain of the environment, `contoso` of `contoso.nmbrs.nl`."""
    soap_base: Base = "https://api.nmbrs.nl"
    """SOAP: the address of the API, without a path; that of the sandbox is `https://api-sandbox.nmbrs.nl`."""
    debtors: tuple[Number, ...] = ()
    """Only these debtors, by number or id; all that the login sees when none is named."""
    companies: tuple[Number, ...] = ()
    """Only these companies, by id or as `debtor number/company number`; all of the debtors when none is named."""
    exclude: tuple[Number, ...] = ()
    """Companies that are not read, by id or as `debtor number/company number`."""
    employee_types: Mapping[Number, EmployeeType] = Field(default_factory=dict)
    """SOAP: number → type of employee, where Nmbrs describes one in other words than REST's."""
    externals: bool = True
    """Whether people of type external are read."""
    fields: Mapping[FieldName, FieldKey] = Field(default_factory=dict)
    """Extra person fields: our name → `birthDate`, `businessPhone`, `businessMobilePhone`, `privateEmail`,
    `privatePhone`, `privateMobilePhone`, `otherPhone` or `extra:` and the name of an extra field. Nothing else enters.

    A field whose name speaks of identity numbers, tax, bank, pay or health is refused.
    """
    name_usage: Mapping[Number, Usage] = Field(default_factory=dict)
    """What codes of the use of names mean (B, P, PB or BP), where it is not what Nmbrs documents."""
    managers: bool = True
    """Whether managers are read. Over SOAP that is one call for each person who works there."""
    department_managers: bool = False
    """REST: whoever has no manager of their own has the one of their department. Needs a scope of its own."""
    cost_centers: bool = False
    """REST: read cost centres. Needs a scope of its own, which shows wage components too."""
    leave: tuple[Number, ...] = ()
    """REST: codes of parental leave of which the days become `leaveStart` and `leaveEnd`; name only kinds during which
    people are away altogether. Needs a scope of its own, which shows absence through illness too; that is never read.
    """
    end_reason: bool = False
    """REST: read why an employment ended, as Nmbrs words it."""
    calls_per_second: float = Field(default=5.0, gt=0, le=50)
    """How fast Nmbrs is asked; it does not publish its limit, which follows from the subscription."""

    @field_validator("fields")
    @classmethod
    def _may_enter(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, key in value.items():
            if name in CANONICAL:
                raise ValueError(f"{name!r} is filled by Nmbrs itself; choose another name")
            if forbidden(name) or forbidden(key):
                raise ValueError(f"{name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)")
            if not key.startswith(EXTRA) and key not in KNOWN:
                raise ValueError(f"{key!r} is none of {', '.join(KNOWN)}; an extra field is written extra:Name")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        missing = [name for name in NEEDS[self.api] if getattr(self, name) is None]
        if missing:
            raise ValueError(f"api {self.api} needs {', '.join(missing)}")
        unread = [name for name in REST_ONLY if self.api == "soap" and getattr(self, name)]
        if self.api == "soap" and any(key.startswith(EXTRA) for key in self.fields.values()):
            unread.append("extra fields")
        if unread:
            raise ValueError(f"{', '.join(unread)} can be read with api rest only")
        return self

    @property
    def secrets(self) -> tuple[str, str, str]:
        """The names of the three secrets, or of two and the domain, that the API needs; all are there (`_complete`)."""
        first, second, third = (getattr(self, name) or "" for name in NEEDS[self.api])
        return first, second, third
