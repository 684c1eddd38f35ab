"""Records → rows of the columns a policy names: the header found, and what is no record left out.

A row is never shifted to fit: one with another number of cells than the header is `Broken`. A file that may be only a
part of itself is refused.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from connectors.files.cells import Cell, bare
from connectors.files.columns import heading
from connectors.files.forms.ending import Ending, starts
from connectors.files.forms.header import header_of, positions
from connectors.files.forms.records import Record, unclosed
from connectors.files.origin import Origin
from connectors.files.settings import Settings
from shared.errors import Misconfigured

SPOKEN = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of the columns in `Settings.columns`, in that order, as they stand in the file."""

    line: int
    cells: tuple[Cell, ...]
    digest: bytes
    """Equal for rows that are the same in every column, also in those nobody reads."""
    employed: bool = True
    """False for a person of whom there is no contract in the file."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read. `key` is what stands where the HR id should be; it may be anything."""

    line: int
    key: str
    because: str


def digest_of(what: object) -> bytes:
    return hashlib.blake2b(repr(what).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def rows(found: Iterable[Record], settings: Settings, origin: Origin, delimiter: str = "") -> Iterator[Row | Broken]:
    """Every row of a table; raises `Misconfigured` when the file is not the whole, right export.

    With a `delimiter` the records come from text, where cells may run into each other.
    """
    filled = (one for one in found if any(map(bare, one.cells)))
    first = next(filled, None)
    if first is None:
        raise Misconfigured(f"{origin.file} is empty; deliver the export again")
    if first.damage and not delimiter:
        raise Misconfigured(f"{origin.at(first.line)}: {first.damage}")
    header = header_of(first.cells)
    places = positions(header, settings, origin.file)
    ending = Ending(settings, origin)
    for record in filled:
        cells = _trimmed(record.cells, len(header))
        if ending.is_trailer(record.cells) or _is_footer(cells, settings) or _repeats(cells, header):
            continue
        ending.count(record.line)
        if record.damage:
            yield Broken(record.line, _at(cells, places[0]), record.damage)
            continue
        _refuse_swallowed_rows(record, cells, len(header), delimiter, origin)
        if len(cells) == len(header):
            yield Row(record.line, tuple(cells[place] for place in places), digest_of(cells))
        elif len(cells) < len(header) and not record.ended:
            raise Misconfigured(f"{origin.at(record.line)}: the last row is cut off; deliver the whole file again")
        else:
            yield Broken(record.line, _at(cells, places[0]), _shifted(len(cells), len(header), delimiter))
    ending.reached()


def _shifted(cells: int, columns: int, delimiter: str) -> str:
    advice = (
        f"quote every cell that holds a {SPOKEN[delimiter]}" if delimiter else "remove what stands beside the table"
    )
    return f"the row has {cells} cells and the header {columns}; {advice}"


def _trimmed(cells: tuple[Cell, ...], width: int) -> tuple[Cell, ...]:
    """Without the empty cells that trailing delimiters make."""
    return cells if any(map(bare, cells[width:])) else cells[:width]


def _repeats(cells: tuple[Cell, ...], header: tuple[str, ...]) -> bool:
    return heading(bare(cells[0])) == header[0] and tuple(heading(bare(cell)) for cell in cells) == header


def _is_footer(cells: tuple[Cell, ...], settings: Settings) -> bool:
    return any(starts(cells, footer) for footer in settings.footers)


def _refuse_swallowed_rows(record: Record, cells: tuple[Cell, ...], width: int, delimiter: str, origin: Origin) -> None:
    """A quotation mark left open joins rows: the result has the wrong number of cells, or one cell holds whole rows."""
    if record.lines == 1:
        return
    joined = any(isinstance(cell, str) and cell.count(delimiter) == _breaks(cell) * (width - 1) > 0 for cell in cells)
    if joined or len(cells) != width:
        raise unclosed(origin, record.line)


def _breaks(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def _at(cells: tuple[Cell, ...], place: int) -> str:
    return bare(next(islice(cells, place, None), ""))
