"""What a policy says about one CSV export: where it is, how it is written and which column means what.

Only the columns named here are ever kept; the rest of the file is read past.
"""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.files.cells import clean
from connectors.files.dates import Dates, checked
from shared.names import System, Usage

_STRICT = ConfigDict(extra="forbid", frozen=True)

_FORBIDDEN = frozenset({"bsn", "burgerservicenummer", "burgerservicenr", "bsn-nummer", "sofinummer", "sofi-nummer"})
"""Identity provisioning has no legal duty that allows the citizen service number (art. 46 UAVG)."""

_TAKEN = frozenset({"employeeId", "manager", "contractId", "contractStart", "contractEnd"})
"""Names the engine fills itself from the HR id and the contract."""

_USAGE = "nameUsage"
"""The fact that says which family name a person uses."""


def heading(name: str) -> str:
    """The name of a column as it is compared: cleaned and without regard to case."""
    return clean(name).casefold()


def _usable(name: str) -> str:
    if not heading(name):
        raise ValueError("a column needs a name; write it as it stands in the first line of the file")
    if heading(name) in _FORBIDDEN:
        raise ValueError("the citizen service number (BSN) may not be used for accounts; remove this column")
    return name


Heading = Annotated[str, Field(max_length=200), AfterValidator(_usable)]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Text = Annotated[str, Field(max_length=200)]


class Column(BaseModel):
    """One column and how its cells are read. In a policy, a name alone is a column of text."""

    model_config = _STRICT

    column: Heading
    type: Literal["text", "number", "date", "boolean"] = "text"
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

    model_config = _STRICT

    id: Heading | None = None
    """The number of the contract. Without it a row's start date is its number, or 1 where a person has one row."""
    start: Heading
    end: Heading | None = None
    """The last working day, inclusive; empty means open-ended."""
    manager: Heading | None = None
    """The manager's HR id, in the same file: the field `manager`, null where the cell is empty."""
    fields: dict[FieldName, AnyColumn] = {}


class Active(BaseModel):
    """A column that says whether a row counts. The person of a row that does not is known, without that contract."""

    model_config = _STRICT

    column: Heading
    values: tuple[Text, ...] = Field(min_length=1)
    """These mean active; compared without case."""
    inactive: tuple[Text, ...] = ()
    """These mean inactive. When listed, any other value rejects the record; otherwise it means inactive."""


class Complete(BaseModel):
    """How a whole file is told from a part of one.

    A row without all its cells or a quotation mark left open shows by itself. A file cut between two rows, or inside
    its very last cell, does not: only a closing row or a number of rows tells.
    """

    model_config = _STRICT

    minimum_rows: int = Field(default=1, ge=1)
    trailer: Text = ""
    """The last row starts with this text; a file without it is still being written."""
    trailer_counts_rows: bool = False
    """The trailer's second cell is the number of rows above it."""
    settled_seconds: int = Field(default=0, ge=0, le=86_400)
    """Leave a file alone until it has not been written to for so long."""

    @model_validator(mode="after")
    def _only_a_trailer_counts(self) -> "Complete":
        if self.trailer_counts_rows and not self.trailer:
            raise ValueError("trailer_counts_rows needs a trailer")
        return self


class Settings(BaseModel):
    """One CSV export of HR."""

    model_config = _STRICT

    path: str = Field(min_length=1, max_length=1000)
    """The file; a relative path starts at the folder of the policy."""
    encoding: Literal["auto", "utf-8", "cp1252", "utf-16"] = "auto"
    delimiter: Literal["auto", ";", ",", "|", "tab"] = "auto"
    rows: Literal["person", "contract"] = "person"
    """What one row is; of several contracts each is a row, and the person's columns agree in all of them."""
    key: Heading
    """The column with the HR id. It is text: leading zeros stay."""
    person: dict[FieldName, AnyColumn] = Field(min_length=1)
    contract: ContractColumns
    active: Active | None = None
    complete: Complete = Complete()
    footers: tuple[Text, ...] = ()
    """Rows whose first filled cell starts with one of these (such as Totaal) are no records."""
    date_formats: Annotated[tuple[Text, ...], AfterValidator(checked)] = ("yyyy-mm-dd", "dd-mm-yyyy", "d-m-yyyy")
    no_date: tuple[Text, ...] = ("31-12-9999", "00-00-0000", "0000-00-00", "01-01-1900")
    decimal: Literal[",", "."] = ","
    most_bad_rows: float = Field(default=0.05, ge=0, le=1)
    """The share of rows that may be unreadable before the whole file is refused; one bad row never is enough."""
    most_bytes: int = Field(default=100_000_000, ge=1, le=1_000_000_000)
    most_rows: int = Field(default=200_000, ge=1, le=1_000_000)
    longest_cell: int = Field(default=1_000, ge=1, le=100_000)
    """Characters."""

    @model_validator(mode="after")
    def _names_do_not_collide(self) -> "Settings":
        both = sorted(self.person.keys() & self.contract.fields.keys())
        if both:
            raise ValueError(f"fields of both person and contract: {', '.join(both)}; give them different names")
        taken = sorted((self.person.keys() | self.contract.fields.keys()) & _TAKEN)
        if taken:
            raise ValueError(f"fields {', '.join(taken)} are filled from key and contract; use other names")
        return self

    @model_validator(mode="after")
    def _name_usage_is_ours(self) -> "Settings":
        both = {**self.person, **self.contract.fields}
        others = sorted(name for name, column in both.items() if column.codes and name != _USAGE)
        if others:
            raise ValueError(f"codes translates {_USAGE} only; give {', '.join(others)} values of their own")
        column = both.get(_USAGE)
        if column and not {*column.values.values(), column.otherwise or Usage.B}.issubset(Usage):
            raise ValueError(f"the values of {_USAGE} and its otherwise are {', '.join(Usage)}; or name codes")
        return self

    @property
    def facts(self) -> frozenset[str]:
        """The names of the person and contract fields this export provides."""
        manager = {"manager"} if self.contract.manager else set()
        return frozenset(self.person) | frozenset(self.contract.fields) | manager

    @cached_property
    def dates(self) -> Dates:
        return Dates.of(self.date_formats, self.no_date)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, once, named as the policy names it; the key comes first."""
        contract, active = self.contract, self.active
        named = [
            self.key,
            *(column.column for column in self.person.values()),
            *(name for name in (contract.id, contract.start, contract.end, contract.manager) if name),
            *(column.column for column in contract.fields.values()),
            *([active.column] if active else []),
        ]
        kept: dict[str, str] = {}
        for name in named:
            kept.setdefault(heading(name), name)
        return tuple(kept.values())
