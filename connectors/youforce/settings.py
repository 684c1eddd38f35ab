"""What a customer may say about their Youforce or YouServe: which of the two, who manages, and what else may enter."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName
from connectors._visma_connect import CONNECT, TenantId

PERSON = frozenset(
    {
        *("employeeId", "givenName", "nickName", "initials", "prefix", "surname", "partnerPrefix", "partnerSurname"),
        *("nameUsage", "gender", "email", "phone", "deceased"),
    }
)
CONTRACT = frozenset(
    {
        *("employer", "type", "employmentStart", "employmentEnd", "department", "departmentId", "departmentCode"),
        *("departmentPath", "title", "functionId", "functionCode", "costCenter", "costCenterName", "hours", "fte"),
    }
)
MANAGER = frozenset({"manager"})
CANONICAL = PERSON | CONTRACT | MANAGER
"""Names this connector fills by itself."""

BASES: Mapping[str, str] = {"beaufort": "https://api.youforce.com", "business": "https://api.youserve.nl"}

Reference: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^(person|employment|assignment)\.[A-Za-z][A-Za-z0-9]{0,63}(\.[^.\s][^.]{0,63})?$"),
]
"""Where a field is found: `person.titlePrefix`, `person.phoneNumbers.Mobile`, `employment.extensions.P01234`."""

Written: TypeAlias = Literal["identity", "email", "phone"]


class Settings(BaseModel):
    """How to read one customer's HR Core Beaufort (Youforce) or HR Core Business (YouServe), and what to write back."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    system: Literal["beaufort", "business"]
    """Which HR core it is: Beaufort, in Youforce, or Business, in YouServe."""
    client_id: SecretName
    """`secret:name` of the application's client id."""
    client_secret: SecretName
    """`secret:name` of the application's client secret."""
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    """The customer's tenant: in Visma's developer portal once the invitation is accepted; for Business the number."""
    base: Base | None = None
    """The address of the API, without a path; that of `system` when it is left out."""
    connect: Base = CONNECT
    """Beaufort only: the address of Visma Connect; newer pages of Visma name `https://connect.identity.visma.com`."""
    contracts: Literal["employments", "assignments"] = "employments"
    """Beaufort only: what a contract is. With assignments (inzet), days without one are the employment's own."""
    manager_role: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    """The code of the role that makes somebody a unit's manager, such as MGR. Without it Business takes the manager
    from the unit itself, and Beaufort says nothing about managers.
    """
    managers_from_above: bool = True
    """Whether a unit without a manager, and whoever is the manager of their own unit, has the one of the unit above."""
    last_day: Literal["discharge", "day_before"] = "discharge"
    """Whether the discharge date is the last working day, or the first day on which somebody no longer works."""
    fields: Mapping[FieldName, Reference] = Field(default_factory=dict)
    """Extra fields: our name → where it is (`badge: person.extensions.P01234`). Nothing else enters.

    One that its code, alias or description names as an identity number, tax, bank, pay or health data is dropped.
    """
    orphans: int = Field(default=20, ge=0)
    """So many running employments may belong to persons who are not shown; more, and the answer is not believed."""
    writes: frozenset[Written] = frozenset()
    """What a target that writes back looks at and may write: the identity for single sign-on, the business e-mail
    address, the business telephone number. Business has the identity only.
    """
    calls_a_day: int = Field(default=6000, ge=100)
    """Calls of the API, for this source or target; Visma allows 6,000 a day for each registered application."""
    sign_ins_a_month: int = Field(default=400, ge=20)
    """Sign-ins, for this source or target; Visma allows 400 a month for each registered application."""

    @property
    def address(self) -> str:
        return self.base or BASES[self.system]

    @property
    def wanted(self) -> frozenset[str]:
        """The references of `fields`."""
        return frozenset(self.fields.values())

    @property
    def facts(self) -> frozenset[str]:
        """The names that are there because the settings ask for them."""
        manages = self.manager_role is not None or self.system == "business"
        return frozenset(self.fields) | (MANAGER if manages else frozenset())

    @model_validator(mode="after")
    def _may_enter(self) -> "Settings":
        for name, reference in self.fields.items():
            if name in CANONICAL:
                raise ValueError(f"fields: {name!r} is filled by the connector itself; choose another name")
            if forbidden(name) or any(forbidden(part) for part in reference.split(".")):
                raise ValueError(
                    f"fields: {name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)"
                )
            if reference.startswith("assignment.") and self.contracts != "assignments":
                raise ValueError(f"fields: {name!r} is of assignments; set contracts: assignments as well")
        return self

    @model_validator(mode="after")
    def _fits_the_system(self) -> "Settings":
        if self.system == "beaufort":
            try:
                TypeAdapter(TenantId).validate_python(self.tenant)
            except ValidationError:
                raise ValueError("tenant: Beaufort's is the id that Visma Connect knows, 8-4-4-4-12 digits") from None
            return self
        if self.contracts == "assignments":
            raise ValueError("contracts: HR Core Business has no assignments")
        if self.writes - {"identity"}:
            raise ValueError("writes: of HR Core Business only the identity can be written")
        return self
