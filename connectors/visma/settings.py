"""What a customer may say about their Visma.net HRM: where secrets are, what is looked up, which extras may enter."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName
from connectors._visma_connect import CONNECT, TenantId
from connectors.visma.exports import CANONICAL, LIKENESS, NAMES, OTHERS, PLACES, Export, never

Column: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
UserDefined: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=100)]
"""The name of a user-defined field as Visma shows it."""
Lookup: TypeAlias = Literal["manager", "departmentPath", "costCenterId"]


class Settings(BaseModel):
    """How to read one company in Visma.net HRM (Netherlands)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: SecretName
    """`secret:name` of the application's client id."""
    client_secret: SecretName
    """`secret:name` of its client secret."""
    tenant_id: TenantId
    """The company's tenant id, from the Visma App Store. The customer's own gives a token too, which opens nothing."""
    base: Base = "https://api.analytics1.hrm.visma.net"
    """The address of the API, without a path."""
    connect: Base = CONNECT
    """The address of Visma Connect, without a path."""
    lookups: frozenset[Lookup] = frozenset({"manager", "departmentPath", "costCenterId"})
    """What is looked up in an export of its own, each with its own scope. What is not looked up is absent."""
    manager_from: Literal["contract", "unit"] = "contract"
    """Whose manager counts: the one in the contract, or the one of its organization unit and of those above it."""
    records: Literal["apart", "together"] = "apart"
    """Visma makes a new employee for every contract. `apart`: each has an HR id, and `people` in the policy joins them.
    `together`: those with the same initials, gender, date and place of birth and birth name are one person.
    """
    without_contract: Literal["hold", "known"] = "hold"
    """An employee without a contract is held for HR to look at, or `known` as somebody who has none, and so leaves."""
    fields: Mapping[FieldName, Column] = Field(default_factory=dict)
    """Extra person fields: our name → the column of employees (`phone: officemobilephonenumber`)."""
    contract_fields: Mapping[FieldName, Column] = Field(default_factory=dict)
    """Extra contract fields: our name → the column of contracts (`kind: emptypename`)."""
    user_fields: Mapping[FieldName, UserDefined] = Field(default_factory=dict)
    """Extra person fields: our name → a user-defined field of employees, as it is today."""
    contract_user_fields: Mapping[FieldName, UserDefined] = Field(default_factory=dict)
    """Extra contract fields: our name → a user-defined field of contracts, as it is today."""
    contact_information: bool = False
    """Ask for the scope without which private addresses and numbers are not exported."""
    only_used_columns: bool = True
    """Ask Visma to leave every known column out that is not used (`fields=!…`). Without it they are dropped here."""
    export_minutes: int = Field(default=60, ge=5, le=300)
    """How long Visma may take for its exports; then others are asked for."""
    sign_ins_a_month: int = Field(default=800, ge=2)
    """How many tokens may be asked for; a token lives an hour. Visma says no number for this API."""

    @field_validator("fields", "contract_fields", "user_fields", "contract_user_fields")
    @classmethod
    def _may_enter(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, theirs in value.items():
            if name in CANONICAL | OTHERS:
                raise ValueError(f"{name!r} is filled by Visma itself; choose another name")
            if forbidden(name) or never(theirs):
                raise ValueError(f"{name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)")
        return value

    @property
    def facts(self) -> frozenset[str]:
        """The names that these settings add to what is always known."""
        extras = (self.fields, self.contract_fields, self.user_fields, self.contract_user_fields)
        together = {"recordId"} if self.records == "together" else set[str]()
        return frozenset(self.lookups).union(*extras, together)

    @property
    def exports(self) -> tuple[Export, ...]:
        """Which exports are asked for, in this order."""
        by_unit = "departmentPath" in self.lookups or ("manager" in self.lookups and self.manager_from == "unit")
        wanted = {
            Export.EMPLOYEES: True,
            Export.CONTRACTS: True,
            Export.USERS: "manager" in self.lookups,
            Export.UNITS: by_unit,
            Export.COST_CENTERS: "costCenterId" in self.lookups,
            Export.EMPLOYEE_FIELDS: bool(self.user_fields),
            Export.CONTRACT_FIELDS: bool(self.contract_user_fields),
        }
        return tuple(export for export, needed in wanted.items() if needed)

    def columns(self, export: Export) -> tuple[str, ...]:
        """The columns without which an export is not what was asked for."""
        by_contract = "manager" in self.lookups and self.manager_from == "contract"
        found: dict[Export, tuple[str, ...]] = {
            Export.EMPLOYEES: (
                *("employeeid", "companyid", "companyname", "nameusage", *NAMES.values(), *self.fields.values()),
                *(LIKENESS if self.records == "together" else ()),
            ),
            Export.CONTRACTS: (
                *("employeeid", "contractid", "subcontractid", "startdate", "enddate", "weekhoursfixed"),
                *(*PLACES.values(), *self.contract_fields.values()),
                *(["manageruserid"] if by_contract else []),
            ),
            Export.USERS: ("userid", "employeeid"),
            Export.UNITS: ("orgunitid", "orgname", "orgunitparentid", "manageruserid", "startdate", "enddate"),
            Export.COST_CENTERS: ("costcenter", "costcentername"),
            Export.EMPLOYEE_FIELDS: ("employeeid", "fieldname", "value", "startdate", "enddate"),
            Export.CONTRACT_FIELDS: (
                *("employeeid", "contractid", "subcontractid", "fieldname", "value", "startdate", "enddate"),
            ),
        }
        return tuple(dict.fromkeys(found[export]))

    def welcome(self, export: Export) -> tuple[str, ...]:
        """The columns that are read where there are any."""
        return ("normalhours",) if export is Export.CONTRACTS else ()
