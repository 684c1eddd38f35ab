"""What a customer may say about their Personio: where secrets are, which API, and which extra attributes may enter."""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName

PERSON = frozenset({"employeeId", "givenName", "surname", "preferredName", "email", "gender"})
CONTRACT = frozenset(
    {
        *("department", "title", "location", "employer", "team", "costCenter"),
        *("hours", "fullTimeHours", "fte", "type", "status", "manager"),
    }
)
CANONICAL = PERSON | CONTRACT
"""Names this connector fills by itself; v1 never fills `fullTimeHours` and `fte`."""

AttributeKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Lookup: TypeAlias = Literal["department", "team", "employer", "costCenter", "location"]


class Settings(BaseModel):
    """How to read one Personio company."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api: Literal["v1", "v2"]
    """Which API the credential is for. v1 costs one request per 100 people, v2 one request per person."""
    client_id: SecretName
    """`secret:name` of the client id."""
    client_secret: SecretName
    """`secret:name` of the client secret."""
    base: Base = "https://api.personio.de"
    """The address of the API, without a path."""
    pages: Base | None = None
    """Where people open Personio in the browser (`https://contoso.personio.de`), to lead them to a record."""
    fields: Mapping[FieldName, AttributeKey] = Field(default_factory=dict)
    """Extra person fields: our name → Personio's attribute key (`costCentre: dynamic_123`). Nothing else enters.

    An attribute that Personio labels as an identity number, tax, bank, pay or health data is dropped all the same.
    """
    lookups: frozenset[Lookup] = frozenset({"department", "team"})
    """v2 only: which names to look up, for v2 gives ids. What is not looked up is absent. Each needs its own scope."""

    @field_validator("fields")
    @classmethod
    def _may_enter(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, key in value.items():
            if name in CANONICAL:
                raise ValueError(f"{name!r} is filled by Personio itself; choose another name")
            if forbidden(name) or forbidden(key):
                raise ValueError(f"{name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)")
        return value
