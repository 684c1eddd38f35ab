"""One row → what it says about one person and one contract, or every reason why it cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.files import cells
from connectors.files.cells import Unreadable
from connectors.files.dates import UnreadableDate
from connectors.files.settings import Column, Settings, heading
from connectors.files.table import Row
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

    def __init__(self, settings: Settings, file: str) -> None:
        self._settings = settings
        self._file = file
        self._at = {heading(name): place for place, name in enumerate(settings.columns)}
        active = settings.active
        self._active = frozenset(map(heading, active.values)) if active else frozenset()
        self._inactive = frozenset(map(heading, active.inactive)) if active else frozenset()

    def key(self, row: Row) -> str:
        key = self._text(row, self._settings.key)
        if not key:
            raise self._doubt(row, self._settings.key, "the cell is empty; fill in the number", Reason.MISSING_DATA)
        if len(key) > _LONGEST_KEY:
            raise self._doubt(row, self._settings.key, f"the number is longer than {_LONGEST_KEY} characters")
        return key

    def row(self, row: Row) -> Known | list[Doubt]:
        """What the row says, or every reason why it cannot be used."""
        doubts: list[Doubt] = []
        fields = self._fields(row, self._settings.person, doubts)
        contract = None
        try:
            if self._counts(row):
                contract = self._contract(row, doubts)
        except Doubt as doubt:
            doubts.append(doubt)
        return doubts or Known(row.line, fields, contract)

    def _counts(self, row: Row) -> bool:
        """Whether the row is of an active worker."""
        active = self._settings.active
        if active is None:
            return True
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
            if columns.manager:
                fields["manager"] = self._text(row, columns.manager) or None
        except Doubt as doubt:
            doubts.append(doubt)
            return None
        return Contract(id=number, start=start, end=end, fields=fields)

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
                    return cells.number(text, self._settings.decimal)
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
        try:
            return self._settings.dates.day(self._text(row, column))
        except UnreadableDate as error:
            raise self._doubt(row, column, str(error)) from None

    def _text(self, row: Row, column: str) -> str:
        try:
            return cells.sound(row.cells[self._at[heading(column)]], self._settings.longest_cell)
        except Unreadable as error:
            raise self._doubt(row, column, str(error)) from None

    def _doubt(self, row: Row, column: str, because: str, code: Reason = Reason.INVALID_RECORD) -> Doubt:
        return Doubt(code, f"{self._file}, line {row.line}, column «{column}»: {because}")
