"""A workbook (.xlsx) → the rows of one sheet, by their numbers; values as they were saved, and nothing is calculated.

Rows that a filter hides are people all the same. A formula that was never calculated and merged cells are damage.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.files.cells import EXACT, SHORTENED, Cell, Damaged
from connectors.files.forms.package import Oddities, oddities, refuse_dangerous
from connectors.files.forms.records import Record
from connectors.files.forms.table import Broken, Row, rows
from connectors.files.origin import Origin
from connectors.files.settings import Settings
from shared.errors import Misconfigured

if TYPE_CHECKING:
    from openpyxl import Workbook

T = TypeVar("T")

_MOST_ROWS = 1_048_576
"""No sheet of any spreadsheet has more."""
_MERGED = "cells of the row are merged, so that nobody can say whose value it is; unmerge them"
_NEVER_CALCULATED = Damaged("the formula was never calculated; open the workbook in a spreadsheet, save and export it")
_NO_VALUE = Damaged("the cell holds a time or a duration; write a date, a number or a text")


def read(path: Path, settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    """Every row of the sheet; raises `Misconfigured` when the file is not the whole, right export."""
    refuse_dangerous(path, settings.most_unpacked_bytes, origin.file)
    with ExitStack() as stack:
        book = stack.enter_context(_opened(path, origin, values=True))
        name = _sheet(book, settings, origin)
        sheet: Any = book[name]
        odd = _readable(origin, lambda: oddities(path, sheet._worksheet_path.lstrip("/")))
        found = _walked(book, name, origin)
        if odd.formulas:
            unread = _walked(stack.enter_context(_opened(path, origin, values=False)), name, origin)
            found = map(_calculated, found, unread)
        yield from rows(_records(found, odd), settings, origin)


@contextmanager
def _opened(path: Path, origin: Origin, *, values: bool) -> Iterator["Workbook"]:
    """With the values that were saved, or with the formulas themselves. The warnings it gives hold what is in cells."""
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module=r"openpyxl\.")
    with path.open("rb") as raw:
        yield _readable(origin, lambda: load_workbook(raw, read_only=True, data_only=values, keep_links=False))


def _readable(origin: Origin, step: Callable[[], T]) -> T:
    """What openpyxl makes of it. It raises whatever its parts meet in a damaged file, so all of that is caught here."""
    try:
        return step()
    except StopIteration:
        raise
    except Exception as error:
        raise Misconfigured(
            f"{origin.file} cannot be read as a workbook ({type(error).__name__}); open it in a spreadsheet, save it "
            "and deliver it again"
        ) from None


def _sheet(book: "Workbook", settings: Settings, origin: Origin) -> str:
    """The name of the sheet to read: the one that is named, or the only one that is not hidden."""
    sheets = {sheet.title: sheet.sheet_state == "visible" for sheet in book.worksheets}
    if settings.sheet:
        if settings.sheet not in sheets:
            raise Misconfigured(f"{origin.file} has no sheet «{settings.sheet}»; export with it, or correct sheet")
        return settings.sheet
    visible = [name for name, shown in sheets.items() if shown]
    if len(visible) != 1:
        raise Misconfigured(f"{origin.file} has {len(visible)} sheets that are not hidden; name one with sheet")
    return visible[0]


def _walked(book: "Workbook", name: str, origin: Origin) -> Iterator[Sequence[Any]]:
    """The rows from the first on, those between filled ones too; each is as wide as it is filled."""
    sheet = book[name]
    sheet.reset_dimensions()
    found = iter(sheet.iter_rows())
    for _ in range(_MOST_ROWS):
        try:
            yield _readable(origin, lambda: next(found))
        except StopIteration:
            return
    raise Misconfigured(f"{origin.file} has more rows than any sheet can have; deliver the workbook again")


def _calculated(values: Sequence[Any], formulas: Sequence[Any]) -> Sequence[Any]:
    """A row without the formulas whose value was never saved; one whose value is the empty text has the type `str`."""
    return [
        _NEVER_CALCULATED if value.value is None and value.data_type != "str" and beside.data_type == "f" else value
        for value, beside in zip(values, formulas, strict=True)
    ]


def _records(found: Iterable[Sequence[Any]], odd: Oddities) -> Iterator[Record]:
    width = 0
    for number, row in enumerate(found, 1):
        cells = tuple(one if isinstance(one, Damaged) else _cell(one.value) for one in row)
        width = width or len(cells)
        filled = (*cells, *repeat(None, width - len(cells)))
        yield Record(number, filled, damage=_MERGED if odd.merges(number) else "")


def _cell(value: Any) -> Cell:
    """A value of openpyxl as a cell; times and durations are no values of HR."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Damaged(SHORTENED) if abs(value) >= EXACT else value
    return value if isinstance(value, str | bool | date | None) else _NO_VALUE
