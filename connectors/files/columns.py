"""What a policy says about single columns: what each is called, what its cells are and what HR's codes mean.

Only what is named here is ever kept; the rest of a file is read past.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors._forbidden import forbidden
from connectors.files.cells import clean
from shared.names import System

STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def heading(name: str) -> str:
    """The name of a column as it is compared: cleaned and without regard to case."""
    return clean(name).casefold()


def _usable(name: str) -> str:
    if not heading(name):
        raise ValueError("a column needs a name; write it as it stands in the file")
    if forbidden(name):
        raise ValueError(
            "the citizen service number (BSN) and other data of identity, tax, bank, pay or health may not be used for "
            "accounts; remove this column"
        )
    return name


Heading = Annotated[str, Field(max_length=200), AfterValidator(_usable)]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Text = Annotated[str, Field(max_length=200)]


class Column(BaseModel):
    """One column and how its cells are read. In a policy, a name alone is a column of text."""

    model_config = STRICT

    column: Heading
    """Its name in the header, or of JSON a member or a path to one, such as `$.name.first`."""
    type: Literal["text", "number", "date", "boolean"] = "text"
    """What its cells are; one that is not rejects its record."""
    required: bool = False
    """An empty cell rejects the record; otherwise it is null."""
    values: dict[Text, Text] = {}
    """HR's codes → ours (of text); compared without case. A code that is not listed rejects the record."""
    otherwise: Text | None = None
    """With `values`: what an empty cell or a code that is not listed means."""
    codes: System | None = None
    """Of `nameUsage`, in place of values: the HR system whose codes these are; any other cell is the birth name."""

    @model_validator(mode="after")
    def _translates_text(self) -> "Column":
        if (self.values or self.codes) and self.type != "text":
            raise ValueError("values can be translated for text only; remove type or values")
        if self.values and self.codes:
            raise ValueError("codes translates by the table of an HR system and values by your own; keep one of them")
        if self.otherwise is not None and not self.values:
            raise ValueError("otherwise says what an unlisted value means; list the values too")
        return self

    @cached_property
    def translations(self) -> dict[str, str]:
        return {heading(theirs): ours for theirs, ours in self.values.items()}


AnyColumn = Annotated[
    Column,
    BeforeValidator(
        lambda given: {"column": given} if isinstance(given, str) else given, json_schema_input_type=str | Column
    ),
]


class ContractColumns(BaseModel):
    """The columns of one employment."""

    model_config = STRICT

    id: Heading | None = None
    """The number of the contract. Without it a row's start date is its number, or 1 where a person has one row."""
    start: Heading
    """The first working day."""
    end: Heading | None = None
    """The last working day, inclusive; empty means open-ended."""
    manager: Heading | None = None
    """The manager's HR id, in the same file: the field `manager`, null where the cell is empty."""
    fields: dict[FieldName, AnyColumn] = {}
    """Facts about the contract: our name → the column it stands in. Nothing else enters."""


class Active(BaseModel):
    """A column that says whether a row counts. The person of a row that does not is known, without that contract."""

    model_config = STRICT

    column: Heading
    """Its name in the header."""
    values: tuple[Text, ...] = Field(min_length=1)
    """These mean active; compared without case."""
    inactive: tuple[Text, ...] = ()
    """These mean inactive. When listed, any other value rejects the record; otherwise it means inactive."""
