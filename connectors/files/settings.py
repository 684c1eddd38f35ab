"""What a policy says about one export of HR: where it is, how it is written and which column means what."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, Field, model_validator

from connectors.files.columns import STRICT, Active, AnyColumn, ContractColumns, FieldName, Heading, Text, heading
from connectors.files.complete import Complete
from connectors.files.dates import Dates, checked
from connectors.files.names import checked_path
from connectors.files.paths import is_path
from connectors.files.places.settings import Blob, Sftp
from shared.names import Usage

_TAKEN = frozenset({"employeeId", "manager", "contractId", "contractStart", "contractEnd"})
"""Names the engine fills itself from the HR id and the contract."""

_USAGE = "nameUsage"
"""The fact that says which family name a person uses."""

Form: TypeAlias = Literal["csv", "excel", "json", "json lines"]

_FORMS: Mapping[str, Form] = {
    **dict.fromkeys(("xlsx", "xlsm", "xls", "xlsb"), "excel"),
    "json": "json",
    **dict.fromkeys(("jsonl", "ndjson"), "json lines"),
}
"""By what a file's name ends with; every other is CSV."""

_ONLY: Mapping[str, frozenset[str]] = {
    "encoding": frozenset({"csv"}),
    "delimiter": frozenset({"csv"}),
    "sheet": frozenset({"excel"}),
    "most_unpacked_bytes": frozenset({"excel"}),
    "records": frozenset({"json"}),
    "count": frozenset({"json"}),
    "each": frozenset({"json", "json lines"}),
    "omitted": frozenset({"json", "json lines"}),
    "footers": frozenset({"csv", "excel"}),
}
"""Settings that mean something for some forms only."""


def _json_path(text: str) -> str:
    if not is_path(text) or not text.startswith("$"):
        raise ValueError("write a path of members, such as $.data.employees; $ is the whole")
    return text


JsonPath = Annotated[str, Field(max_length=200), AfterValidator(_json_path)]


class Settings(BaseModel):
    """One export of HR, as CSV, workbook or JSON."""

    model_config = STRICT

    path: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(checked_path)]
    """The file, from the folder of the policy, of the container or of the SFTP user.

    Its last part may stand for many files, of which the newest is read: `*` is anything, `{yyyy}`, `{mm}`, `{dd}`,
    `{hh}`, `{mi}`, `{ss}` and `{n}` (a number) say in which order they were made.
    """
    blob: Blob | None = None
    """It is in a blob container."""
    sftp: Sftp | None = None
    """It is on an SFTP server."""
    form: Form | None = None
    """What it is, where its name does not say so."""
    encoding: Literal["auto", "utf-8", "cp1252", "utf-16"] = "auto"
    """Of CSV: how letters are written. `auto` is what the file is marked as, else UTF-8, else Windows-1252."""
    delimiter: Literal["auto", ";", ",", "|", "tab"] = "auto"
    """Of CSV: what stands between two cells. `auto` is what the first line is parted by."""
    sheet: Text = ""
    """Of a workbook: the name of the sheet. Without it there must be just one that is not hidden."""
    records: JsonPath = "$"
    """Of JSON: where the list of records is, such as `$.data`."""
    count: JsonPath | None = None
    """Of JSON: where it says how many records there are."""
    each: JsonPath | None = None
    """Of JSON: the list within a record of which each item is a row, such as `$.employments`; the columns of an item
    begin with `@`, such as `@.start`. A record without items is a person without contracts.
    """
    omitted: Literal["absent", "null"] = "absent"
    """Of JSON: what it means that a record lacks a member. `null` for a system that leaves out what is empty."""
    rows: Literal["person", "contract"] = "person"
    """What one row is; of several contracts each is a row, and the person's columns agree in all of them."""
    key: Heading
    """The column with the HR id. It is text: leading zeros stay."""
    key_width: int | None = Field(default=None, ge=1, le=64)
    """How many digits an HR id has at least: a shorter one has lost its leading zeros on the way."""
    person: dict[FieldName, AnyColumn] = Field(min_length=1)
    """Facts about the person: our name → the column it stands in. Nothing else enters."""
    contract: ContractColumns
    active: Active | None = None
    complete: Complete = Complete()
    footers: tuple[Text, ...] = ()
    """Rows whose first filled cell starts with one of these (such as Totaal) are no records."""
    date_formats: Annotated[tuple[Text, ...], AfterValidator(checked)] = ("yyyy-mm-dd", "dd-mm-yyyy", "d-m-yyyy")
    """How dates are written; one that fits none of them rejects its record."""
    no_date: tuple[Text, ...] = ("31-12-9999", "00-00-0000", "0000-00-00", "01-01-1900")
    """Dates that mean that there is none."""
    decimal: Literal[",", "."] = ","
    """What stands before the decimals of a number."""
    most_bad_rows: float = Field(default=0.05, ge=0, le=1)
    """The share of rows that may be unreadable before the whole file is refused; one bad row never is enough."""
    most_bytes: int = Field(default=100_000_000, ge=1, le=1_000_000_000)
    """How large the file may be; a larger one is refused."""
    most_unpacked_bytes: int = Field(default=500_000_000, ge=1, le=4_000_000_000)
    """Of a workbook, which is packed: what it may be in all."""
    most_rows: int = Field(default=200_000, ge=1, le=1_000_000)
    """How many rows it may have; more are refused."""
    longest_cell: int = Field(default=1_000, ge=1, le=100_000)
    """How many characters a cell may have; a longer one rejects its record."""

    @model_validator(mode="after")
    def _one_place(self) -> "Settings":
        if self.blob and self.sftp:
            raise ValueError("the file is either in a blob container or on an SFTP server; keep blob or sftp")
        return self

    @model_validator(mode="after")
    def _form_fits(self) -> "Settings":
        form = self.written_as
        strange = sorted(name for name, forms in _ONLY.items() if name in self.model_fields_set and form not in forms)
        if strange:
            raise ValueError(f"{', '.join(strange)} mean nothing for a file that is {form}; remove them, or set form")
        if self.has_members and self.complete.trailer:
            raise ValueError("JSON has no closing row; use count or a control file in place of trailer")
        return self

    @model_validator(mode="after")
    def _paths_are_paths(self) -> "Settings":
        paths = [name for name in self.columns if name.startswith(("$", "@"))] if self.has_members else []
        if strange := [name for name in paths if not is_path(name)]:
            raise ValueError(f"{', '.join(strange)} are no paths of members, such as $.name.first")
        if any(name.startswith("@") for name in paths) and not self.each:
            raise ValueError("columns that begin with @ are of the items of a list; name the list with each")
        if self.each and self.rows != "contract":
            raise ValueError("each makes a row of every item, and so several of a person; set rows to contract")
        return self

    @model_validator(mode="after")
    def _what_comes_from_elsewhere_is_pinned(self) -> "Settings":
        if self.written_as == "csv" and (self.blob or self.sftp) and "auto" in (self.encoding, self.delimiter):
            raise ValueError("a file that is delivered may not change how it is written: set encoding and delimiter")
        return self

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
    def written_as(self) -> Form:
        """What the file is, by its name when nothing says so."""
        return self.form or _FORMS.get(self.path.rpartition(".")[2].casefold(), "csv")

    @property
    def has_members(self) -> bool:
        """Whether it has records with members, and no header and columns."""
        return self.written_as in ("json", "json lines")

    @property
    def settled_seconds(self) -> int:
        given = self.complete.settled_seconds
        return given if given is not None else 30 if self.sftp else 0

    @property
    def facts(self) -> frozenset[str]:
        """The names of the person and contract fields this export provides."""
        manager = {"manager"} if self.contract.manager else set()
        return frozenset(self.person) | frozenset(self.contract.fields) | manager

    @cached_property
    def dates(self) -> Dates:
        return Dates.of(self.date_formats, self.no_date)

    def alike(self, name: str) -> str:
        """The name of a column as it is compared: members of JSON by every letter, headers as people write them."""
        return name if self.has_members else heading(name)

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
            kept.setdefault(self.alike(name), name)
        return tuple(kept.values())
