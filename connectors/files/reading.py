"""One row → what it says about one person and one contract, or every reason why it cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.files import cells
from connectors.files.cells import Absent, Cell, Unreadable
from connectors.files.columns import Column, heading
from connectors.files.dates import UnreadableDate
from connectors.files.forms.table import Row
from connectors.files.origin import Origin
from connectors.files.settings import Settings
from shared.errors import Reason
from shared.model import Contract, Value
from shared.names import usage_from

_LONGEST_KEY = 64


class Doubt(Exception):
    """Why a row or a person cannot be used, in words for HR: file, line, column and what to do; never a value."""

    def __init__(self, code: Reason, because: str) -> None:
        super().__init__(because)
        self.code, self.because = code, because


@dataclass(frozen=True, slots=True)
class Known:
    """What one row says."""

    line: int
    fields: Mapping[str, Value]
    contract: Contract | None
    """None when the row is of somebody inactive."""


class RowReader:
    """Reads rows as the settings say; every doubt names file, line and column, and never repeats a value."""

    def __init__(self, settings: Settings, origin: Origin) -> None:
        self._settings = settings
        self._origin = origin
        self._at = {settings.alike(name): place for place, name in enumerate(settings.columns)}
        active = settings.active
        self._active = frozenset(map(heading, active.values)) if active else frozenset()
        self._inactive = frozenset(map(heading, active.inactive)) if active else frozenset()

    def key(self, row: Row) -> str:
        key = self._text(row, self._settings.key)
        if not key:
            raise self._doubt(row, self._settings.key, "the cell is empty; fill in the number", Reason.MISSING_DATA)
        if len(key) > _LONGEST_KEY:
            raise self._doubt(row, self._settings.key, f"the number is longer than {_LONGEST_KEY} characters")
        self._refuse_lost_zeros(row, self._settings.key, key)
        return key

    def _refuse_lost_zeros(self, row: Row, column: str, key: str) -> None:
        width = self._settings.key_width
        if width and len(key) < width and key.isdecimal():
            because = f"the number has fewer than {width} digits: leading zeros were lost; export the column as text"
            raise self._doubt(row, column, because)

    def row(self, row: Row) -> Known | list[Doubt]:
        """What the row says, or every reason why it cannot be used."""
        doubts: list[Doubt] = []
        fields = self._fields(row, self._settings.person, doubts)
        contract = None
        try:
            if row.employed and self._counts(row):
                contract = self._contract(row, doubts)
        except Doubt as doubt:
            doubts.append(doubt)
        return doubts or Known(row.line, fields, contract)

    def _counts(self, row: Row) -> bool:
        """Whether the row is of an active worker."""
        active = self._settings.active
        if active is None:
            return True
        if self._cell(row, active.column) is Absent.ABSENT:
            raise self._doubt(row, active.column, "the record says nothing about it; fill it in", Reason.MISSING_DATA)
        word = heading(self._text(row, active.column))
        if word in self._active:
            return True
        if self._inactive and word not in self._inactive:
            raise self._doubt(row, active.column, "the value is in neither values nor inactive; correct it or list it")
        return False

    def _contract(self, row: Row, doubts: list[Doubt]) -> Contract | None:
        columns = self._settings.contract
        fields = self._fields(row, columns.fields, doubts)
        try:
            start, end = self._day(row, columns.start), self._day(row, columns.end) if columns.end else None
            if start is None:
                raise self._doubt(row, columns.start, "there is no first day; fill in the date", Reason.MISSING_DATA)
            if columns.end and end is not None and end < start:
                raise self._doubt(row, columns.end, f"the last day is before «{columns.start}»; correct either date")
            number = self._number(row, start)
            if columns.manager and self._cell(row, columns.manager) is not Absent.ABSENT:
                fields["manager"] = self._manager(row, columns.manager)
        except Doubt as doubt:
            doubts.append(doubt)
            return None
        return Contract(id=number, start=start, end=end, fields=fields)

    def _manager(self, row: Row, column: str) -> str | None:
        manager = self._text(row, column)
        self._refuse_lost_zeros(row, column, manager)
        return manager or None

    def _number(self, row: Row, start: date) -> str:
        column = self._settings.contract.id
        if column is None:
            return start.isoformat() if self._settings.rows == "contract" else "1"
        number = self._text(row, column)
        if not number:
            raise self._doubt(row, column, "the cell is empty; fill in the number", Reason.MISSING_DATA)
        return number

    def _fields(self, row: Row, columns: Mapping[str, Column], doubts: list[Doubt]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, column in columns.items():
            if self._cell(row, column.column) is Absent.ABSENT and not column.required:
                continue
            try:
                found[name] = self._value(row, column)
            except Doubt as doubt:
                doubts.append(doubt)
        return found

    def _value(self, row: Row, column: Column) -> Value:
        text = self._text(row, column.column)
        if not text and column.required:
            raise self._doubt(row, column.column, "the cell is empty; fill it in", Reason.MISSING_DATA)
        if column.codes:
            return usage_from(column.codes, text).value
        if column.values:
            translated = column.translations.get(heading(text), column.otherwise)
            if translated is None and text:
                raise self._doubt(row, column.column, "the code is not listed in values; correct it or list it")
            return translated
        if not text:
            return None
        try:
            match column.type:
                case "number":
                    return cells.number(self._cell(row, column.column), text, self._settings.decimal)
                case "boolean":
                    return cells.truth(text)
                case "date":
                    day = self._day(row, column.column)
                    return day.isoformat() if day else None
                case _:
                    return text
        except Unreadable as error:
            raise self._doubt(row, column.column, str(error)) from None

    def _day(self, row: Row, column: str) -> date | None:
        cell, dates = self._cell(row, column), self._settings.dates
        try:
            return dates.typed(cell) if isinstance(cell, date) else dates.day(self._text(row, column))
        except UnreadableDate as error:
            raise self._doubt(row, column, str(error)) from None

    def _cell(self, row: Row, column: str) -> Cell:
        return row.cells[self._at[self._settings.alike(column)]]

    def _text(self, row: Row, column: str) -> str:
        try:
            return cells.sound(self._cell(row, column), self._settings.longest_cell)
        except Unreadable as error:
            raise self._doubt(row, column, str(error)) from None

    def _doubt(self, row: Row, column: str, because: str, code: Reason = Reason.INVALID_RECORD) -> Doubt:
        return Doubt(code, f"{self._origin.at(row.line)}, column «{column}»: {because}")
