"""What a customer may say about their Profit: where it is, whose token, which GetConnectors and which of their fields.

A standard set gives everything; what is written here replaces single names, and null takes a field out.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from connectors._forbidden import forbidden
from connectors._settings import Base, FieldName, SecretName
from connectors.afas.standards import SETS

STRICT = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
OURS = frozenset({"employeeId", "manager", "departmentPath", "contractId", "contractStart", "contractEnd"})
"""Names that the connector or the engine fills from elsewhere."""

ConnectorName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
FieldId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}$")]
"""A field of a GetConnector as its metainfo names it."""


class Period(BaseModel):
    """A first and a last day, both of which belong to it; one may be left out."""

    model_config = STRICT

    start: FieldId | None = None
    """The first day."""
    end: FieldId | None = None
    """The last day, inclusive; empty means that there is none yet."""

    @property
    def columns(self) -> list[str]:
        return [column for column in (self.start, self.end) if column]


class People(BaseModel):
    """One row for every employee."""

    model_config = STRICT

    connector: ConnectorName
    """The GetConnector, as the app connector names it."""
    key: FieldId
    """The number of the employee: the HR id."""
    order: tuple[FieldId, ...] = ()
    """By what rows are sorted after the key; with the key different in every row."""
    changed: FieldId | None = None
    """*Gewijzigd op*, day and time of the last change: Joinly then asks between whole reads whom Profit has changed."""
    fields: Mapping[FieldName, FieldId]
    """Our name → the field of the GetConnector. Nothing else enters."""

    @property
    def columns(self) -> tuple[str, ...]:
        return _each(self.key, *self.order, *self.fields.values())


class Work(BaseModel):
    """One row for every employment, for every function within one, or for every position."""

    model_config = STRICT

    connector: ConnectorName
    """The GetConnector, as the app connector names it."""
    employee: FieldId
    """The number of the employee: the HR id."""
    order: tuple[FieldId, ...] = ()
    """By what rows are sorted after the employee; together different in every row."""
    changed: FieldId | None = None
    """*Gewijzigd op*, day and time of the last change: Joinly then asks between whole reads whom Profit has changed."""
    id: FieldId
    """The number of the employment or the position, within the employee or of all."""
    employment: FieldId | None = None
    """Of positions: the `id` of the employment they belong to."""
    told_apart_by: tuple[FieldId, ...] = ()
    """What tells rows with one `id` apart, such as the first day of a function; it is part of the contract's id."""
    periods: tuple[Period, ...] = Field(min_length=1)
    """What they have in common is when somebody works; the last day is the last one worked."""
    manager: FieldId | None = None
    """The number of the manager. Where it is empty, or left out, whoever leads the unit is the manager."""
    unit: FieldId | None = None
    """The unit of the organisation chart."""
    fields: Mapping[FieldName, FieldId]
    """Our name → the field of the GetConnector. Nothing else enters."""

    @property
    def key(self) -> str:
        return self.employee

    @property
    def columns(self) -> tuple[str, ...]:
        days = [column for period in self.periods for column in period.columns]
        others = [column for column in (self.employment, self.manager, self.unit) if column]
        return _each(self.key, *self.order, self.id, *self.told_apart_by, *days, *others, *self.fields.values())

    @model_validator(mode="after")
    def _begins(self) -> "Work":
        if not any(period.start for period in self.periods):
            raise ValueError("one of the periods needs a start; without a first day nobody can be employed")
        return self


class Units(BaseModel):
    """One row for every unit of the organisation chart."""

    model_config = STRICT

    connector: ConnectorName
    """The GetConnector, as the app connector names it."""
    key: FieldId
    """The code of the unit."""
    order: tuple[FieldId, ...] = ()
    """By what rows are sorted after the code; together different in every row."""
    name: FieldId
    """What the unit is called."""
    above: FieldId
    """The code of the unit above it; empty at the top."""
    manager: FieldId
    """The number of the employee who leads it."""
    period: Period = Period()
    """When it exists, where a unit has several rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        return _each(self.key, *self.order, self.name, self.above, self.manager, *self.period.columns)


class Users(BaseModel):
    """One row for every user of Profit; read only to write to them."""

    model_config = STRICT

    connector: ConnectorName
    """The GetConnector, as the app connector names it."""
    employee: FieldId
    """The number of the employee whose user it is."""
    order: tuple[FieldId, ...] = ()
    """By what rows are sorted after the employee; together different in every row."""
    id: FieldId
    """The code of the user."""
    description: FieldId
    """What a user is called in Profit; it is sent back as it is, because every write must name it."""
    fields: Mapping[Literal["userPrincipalName", "userEmail"], FieldId]
    """What can be written, and where it is read."""

    @property
    def key(self) -> str:
        return self.employee

    @property
    def columns(self) -> tuple[str, ...]:
        return _each(self.key, *self.order, self.id, self.description, *self.fields.values())


View: TypeAlias = People | Work | Units | Users


class Settings(BaseModel):
    """How to read one environment of AFAS Profit, and how to write to it."""

    model_config = STRICT

    base: Base
    """The environment, such as https://12345.rest.afas.online; 12345.resttest and 12345.restaccept are the others."""
    token: SecretName
    """`secret:name` of the app connector's token, the whole `<token>…</token>`."""
    integration_id: Annotated[str, StringConstraints(pattern=r"^[0-9]+_[0-9]+$")] | None = None
    """The number that AFAS gives its partners for an integration, such as 12345_678900."""
    standard: Literal["t4e", "profit"] = "t4e"
    """What to start from: `t4e` the GetConnectors of Tools4ever (T4E_HelloID_…_v2), `profit` those of Profit itself
    (Profit_…), which know present employments only and no manager of an employee."""
    contracts: Literal["employments", "positions"] = "employments"
    """What a contract is: an employment, or a position within one."""
    people: People
    employments: Work
    positions: Work | None = None
    units: Units | None = None
    """The organisation chart; null does without, and then only `manager` of employments or positions is known."""
    users: Users | None = None
    """Used by a target only."""
    mail_through: Literal["KnPerson", "KnEmployee"] = "KnPerson"
    """Used by a target only: the UpdateConnector that the app connector offers for a work mail."""
    take: int = Field(default=1000, ge=10, le=10_000)
    """Rows to a page. AFAS asks for fewer than 150,000 divided by the number of fields."""
    at_least: int = Field(default=1, ge=1)
    """Employees that must be shown; fewer mean that the token's user may not see them all."""
    most_hidden: float = Field(default=5, ge=0, le=100)
    """Percent of the employees who may be known from employments or the organisation chart and not from `people`."""
    without_employment: Literal["hold", "leave_out"] = "hold"
    """An employee of whom no employment is shown: hold them, as they are, or treat them as not in HR at all."""

    @model_validator(mode="before")
    @classmethod
    def _starts_from_a_set(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("standard", "t4e") not in SETS:
            return given
        return {**given, **_over(SETS[given.get("standard", "t4e")], given)}

    @field_validator("people", "employments", "positions")
    @classmethod
    def _may_enter(cls, view: Any) -> Any:
        for name, column in view.fields.items() if view else ():
            if name in OURS:
                raise ValueError(f"{name!r} is filled by the connector itself; choose another name")
            if forbidden(name) or forbidden(column):
                raise ValueError(f"{name!r} is of a kind that Joinly never reads (identity, tax, bank, pay, health)")
        return view

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.contracts == "positions" and not (self.positions and self.positions.employment):
            raise ValueError("contracts are positions, and no GetConnector of them, with `employment`, is named")
        if both := sorted(self.people.fields.keys() & self._contract_fields):
            raise ValueError(f"fields of both people and employments: {', '.join(both)}; give them different names")
        return self

    @cached_property
    def views(self) -> tuple[View, ...]:
        """Everything that a source reads."""
        used = self.positions if self.contracts == "positions" else None
        return tuple(view for view in (self.people, self.employments, used, self.units) if view)

    @property
    def dated(self) -> tuple[tuple[People | Work, str], ...]:
        """The views that show when a row was changed, and in which field."""
        mine = [view for view in self.views if isinstance(view, People | Work)]
        return tuple((view, view.changed) for view in mine if view.changed)

    @property
    def _contract_fields(self) -> frozenset[str]:
        more = self.positions.fields if self.contracts == "positions" and self.positions else {}
        return frozenset(self.employments.fields) | frozenset(more)

    @property
    def facts(self) -> frozenset[str]:
        """The names of the person and contract fields that are read."""
        chart = {"manager", "departmentPath"} if self.units else set()
        own = {"manager"} if self.employments.manager else set()
        return frozenset(self.people.fields) | self._contract_fields | chart | own


def _over(known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`known` with what is given in its place, part by part; a field that is given as null is gone."""
    found: dict[str, Any] = {}
    for name in known:
        theirs = given.get(name, known[name])
        if isinstance(theirs, Mapping) and isinstance(known[name], Mapping):
            theirs = {**theirs, **_over(known[name], theirs)}
            if name == "fields":
                theirs = {ours: column for ours, column in theirs.items() if column is not None}
        found[name] = theirs
    return found


def _each(*columns: str) -> tuple[str, ...]:
    """Each once, in their order."""
    names: Iterable[str] = dict.fromkeys(columns)
    return tuple(names)
