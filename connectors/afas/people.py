"""Rows of Profit → one person with all contracts. Pure: nothing is invented, and a doubt rejects the person whole.

A contract left out would look like one that ended, and somebody without any like a leaver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from connectors._values import Unusable, day, identity, number, plain, text
from connectors.afas.chart import Chart
from connectors.afas.listing import Row
from connectors.afas.metainfo import NO_KINDS, Kinds
from connectors.afas.settings import Settings, Work
from shared.errors import Reason
from shared.model import Contract, Person, Rejected, Value
from shared.names import System, usage_from

WITHOUT_ID = Rejected(
    hr_id="",
    code=Reason.INVALID_RECORD.value,
    because="A row of an employee has no employee number; look at the GetConnector in Profit.",
)
NUMBERS = frozenset({"decimal", "int"})


@dataclass(frozen=True, slots=True)
class Reader:
    """How rows are read: the settings, each GetConnector's kinds of data, and the organisation chart."""

    settings: Settings
    kinds: Mapping[str, Kinds] = field(default_factory=dict)
    chart: Chart | None = None

    def person(
        self, hr_id: str, rows: Sequence[Row], employments: Sequence[Row], positions: Sequence[Row] = ()
    ) -> Person | Rejected | None:
        """One employee, whose rows these are; None for one who is left out."""
        try:
            fields = self._person(hr_id, rows)
            contracts = self._contracts(hr_id, employments, positions)
            if contracts:
                return Person(hr_id=hr_id, fields=fields, contracts=contracts)
            if self.settings.without_employment == "leave_out":
                return None
            raise Unusable(
                f"is in {self.settings.people.connector}, and {self.settings.employments.connector} shows no "
                "employment; give both the same filter, and look at what the token's user may see.",
                Reason.MISSING_DATA,
            )
        except Unusable as flaw:
            return flaw.rejects(hr_id)

    def _person(self, hr_id: str, rows: Sequence[Row]) -> Mapping[str, Value]:
        first, layout = rows[0], self.settings.people
        differ = sorted({column for other in rows[1:] for column in first if other.get(column) != first[column]})
        if differ:
            raise Unusable(
                f"has several rows in {layout.connector}, which differ in {', '.join(differ)}; "
                "leave one of them in its filter, or leave out these fields.",
                Reason.DUPLICATE_ID,
            )
        return {"employeeId": hr_id, **self._fields(first, layout.fields, layout.connector)}

    def _contracts(self, hr_id: str, employments: Sequence[Row], positions: Sequence[Row]) -> tuple[Contract, ...]:
        layout, found = self.settings.employments, list[Contract]()
        for row in employments:
            under = [one for one in positions if self._belongs(one, row)]
            parts = [((row, layout),)] if not under else [((row, layout), (one, self._positions)) for one in under]
            for rows in parts:
                if (contract := self._contract(hr_id, rows)) is not None:
                    found.append(contract)
        numbers = [one.id for one in found]
        if len(set(numbers)) < len(numbers):
            raise Unusable(
                f"has employments that cannot be told apart by {', '.join((layout.id, *layout.told_apart_by))}; "
                "name in the settings the field that tells them apart."
            )
        return tuple(sorted(found, key=lambda one: (one.start, one.id)))

    @property
    def _positions(self) -> Work:
        return self.settings.positions or self.settings.employments

    def _belongs(self, position: Row, employment: Row) -> bool:
        known = self._positions.employment
        own = identity(employment.get(self.settings.employments.id))
        return bool(own) and known is not None and identity(position.get(known)) == own

    def _contract(self, hr_id: str, rows: Sequence[tuple[Row, Work]]) -> Contract | None:
        """What an employment and a position in it have in common; None when they never met."""
        spans = [_span(row, layout) for row, layout in rows]
        start = max((first for first, _ in spans if first), default=None)
        end = min((last for _, last in spans if last), default=None)
        if start is None:
            raise Unusable("has an employment without a first day; enter it in Profit.", Reason.MISSING_DATA)
        if end is not None and end < start:
            return None
        fields: dict[str, Value] = {}
        for row, layout in rows:
            fields |= self._fields(row, layout.fields, layout.connector)
        own_id = "~".join(_number(row, layout) for row, layout in reversed(rows))
        return Contract(id=own_id, start=start, end=end, fields={**fields, **self._place(hr_id, rows)})

    def _place(self, hr_id: str, rows: Sequence[tuple[Row, Work]]) -> Mapping[str, Value]:
        """The manager and the units: a position's own before the employment's, and the chart's where neither says."""
        unit, told, says = "", "", False
        for row, layout in rows:
            if layout.unit is not None and layout.unit in row:
                unit = identity(row[layout.unit])
            if layout.manager is not None and layout.manager in row:
                told, says = identity(row[layout.manager]), True
        found: dict[str, Value] = {}
        if self.chart is not None and unit in self.chart.units:
            found["departmentPath"] = self.chart.path(unit)
        if told and told != hr_id:
            return {**found, "manager": told}
        if self.chart is None or unit not in self.chart.units:
            return {**found, "manager": None} if says else found
        led = self.chart.manager(unit, hr_id)
        return found if led is None else {**found, "manager": led or None}

    def _fields(self, row: Row, fields: Mapping[str, str], connector: str) -> dict[str, Value]:
        kinds = self.kinds.get(connector, NO_KINDS)
        return {
            ours: _value(ours, column, row[column], kinds.get(column, ""))
            for ours, column in fields.items()
            if column in row and (column in kinds or not kinds)
        }


def _value(ours: str, column: str, value: object, kind: str) -> Value:
    """A field by what Profit says it is; without that, by how it looks. What we call an Id is text, with its zeros."""
    if ours == "nameUsage":
        return usage_from(System.AFAS, text(column, value)).value
    if ours.endswith("Id"):
        return identity(value) or None
    if kind.startswith("date"):
        found = day(column, value)
        return found.isoformat() if found else None
    if kind in NUMBERS:
        return number(column, value)
    return plain(column, value)


def _span(row: Row, layout: Work) -> tuple[date | None, date | None]:
    """First and last day of what a row's periods have in common. Raises `Unusable` when one ends before it begins."""
    starts, ends = list[date](), list[date]()
    for period in layout.periods:
        start = day(period.start, row.get(period.start)) if period.start else None
        end = day(period.end, row.get(period.end)) if period.end else None
        if start and end and end < start:
            raise Unusable(f"has {period.end} before {period.start}; correct the dates in Profit.")
        starts += [start] if start else []
        ends += [end] if end else []
    return max(starts, default=None), min(ends, default=None)


def _number(row: Row, layout: Work) -> str:
    """What names the row: its id, and the days or numbers that tell it from others with that id."""
    parts = [identity(row.get(layout.id)), *(str(row.get(column) or "")[:10] for column in layout.told_apart_by)]
    if not parts[0]:
        raise Unusable(f"has an employment without {layout.id}; look at {layout.connector} in Profit.")
    return "~".join(part for part in parts if part)
