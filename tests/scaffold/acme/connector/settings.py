"""What a customer may say about their Acme: where secrets are, and which extra attributes may enter."""

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName

CANONICAL = frozenset({"employeeId", "givenName", "surname", "email", "department", "title", "manager"})
"""Names this connector fills by itself."""

AttributeKey: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


class Settings(BaseModel):
    """How to read one company in Acme."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    client_id: SecretName
    """`secret:name` of the client id."""
    client_secret: SecretName
    """`secret:name` of the client secret."""
    base: Base = "https://api.acme.example"
    """The address of the API, without a path."""
    fields: Mapping[FieldName, AttributeKey] = Field(default_factory=dict)
    """Extra person fields: our name → Acme's own key under `extra`. Nothing else enters."""

    @field_validator("fields")
    @classmethod
    def _may_enter(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, key in value.items():
            if name in CANONICAL:
                raise ValueError(f"{name!r} is filled by Acme itself; choose another name")
            if forbidden(name) or forbidden(key):
                raise ValueError(f"{name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)")
        return value
