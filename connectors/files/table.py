"""Records → rows of the columns a policy names: the delimiter and header found, what is no record left out.

A row is never shifted to fit: one with another number of cells than the header is `Broken`. A file that may be only a
part of itself is refused.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from connectors.files.cells import clean
from connectors.files.records import Record, records, unclosed
from connectors.files.settings import Settings, heading
from shared.errors import Misconfigured

_SPOKEN = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of the columns in `Settings.columns`, in that order, as they stand in the file."""

    line: int
    cells: tuple[str, ...]
    digest: bytes
    """Equal for rows that are the same in every column, also in those nobody reads."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read. `key` is what stands where the HR id should be; it may be anything."""

    line: int
    key: str
    because: str


def rows(text: TextIO, settings: Settings, file: str) -> Iterator[Row | Broken]:
    """Every row of the file; raises `Misconfigured` when the file is not the whole, right export."""
    delimiter, skipped = _dialect(text, settings, file)
    found = (one for one in records(text, delimiter, file, 1 + skipped) if any(map(clean, one.cells)))
    first = next(found, None)
    if first is None:
        raise Misconfigured(f"{file} is empty; deliver the export again")
    header = _header(first)
    positions = _positions(header, settings, file)
    end = _End(settings, file)
    for record in found:
        cells = _trimmed(record.cells, len(header))
        if end.is_trailer(record) or _is_footer(cells, settings) or _repeats(cells, header):
            continue
        end.count(record)
        if record.damage:
            yield Broken(record.line, _at(cells, positions[0]), record.damage)
            continue
        _refuse_swallowed_rows(record, cells, len(header), delimiter, file)
        if len(cells) == len(header):
            digest = hashlib.blake2b(repr(cells).encode("utf-8", "backslashreplace"), digest_size=16).digest()
            yield Row(record.line, tuple(cells[position] for position in positions), digest)
        elif len(cells) < len(header) and not record.ended:
            raise Misconfigured(f"{file}, line {record.line}: the last row is cut off; deliver the whole file again")
        else:
            because = (
                f"the row has {len(cells)} cells and the header {len(header)}; "
                f"quote every cell that holds a {_SPOKEN[delimiter]}"
            )
            yield Broken(record.line, _at(cells, positions[0]), because)
    end.reached()


@dataclass
class _End:
    """Counts the rows and tells whether the last of them has been seen."""

    settings: Settings
    file: str
    seen: int = 0
    trailer: Record | None = None

    def is_trailer(self, record: Record) -> bool:
        wanted = self.settings.complete.trailer
        if not wanted or not _starts(record.cells, wanted):
            return False
        self.trailer = record
        return True

    def count(self, record: Record) -> None:
        self.seen += 1
        if self.trailer is not None:
            raise Misconfigured(f"{self.file}, line {record.line}: rows follow the closing row; two files were joined")
        if self.seen > self.settings.most_rows:
            raise Misconfigured(
                f"{self.file} has more than {self.settings.most_rows:,} rows; raise most_rows if that is right"
            )

    def reached(self) -> None:
        complete, file, seen = self.settings.complete, self.file, self.seen
        if not seen:
            raise Misconfigured(f"{file} has a header and no rows; deliver the export again")
        if complete.trailer and self.trailer is None:
            raise Misconfigured(
                f"{file} has no closing row that starts with «{complete.trailer}»; it is not complete, deliver it again"
            )
        if complete.trailer_counts_rows and self.trailer and _at(self.trailer.cells, 1).lstrip("0") != str(seen):
            raise Misconfigured(f"{file} has {seen} rows, and its closing row says another number; deliver it again")
        if seen < complete.minimum_rows:
            raise Misconfigured(
                f"{file} has {seen} rows and should have at least {complete.minimum_rows}; deliver the whole export"
            )


def _dialect(text: TextIO, settings: Settings, file: str) -> tuple[str, int]:
    """The delimiter and how many lines to skip; `text` stands behind them."""
    pinned = {"auto": "", "tab": "\t"}.get(settings.delimiter, settings.delimiter)
    line = _bare_line(text.readline())
    if line.casefold().startswith("sep="):
        declared = line[4:5]
        if declared not in _SPOKEN or line[4:].strip(declared):
            raise Misconfigured(f"{file}, line 1: sep= names a delimiter that is none of ; , | and tab; export again")
        if pinned and pinned != declared:
            raise Misconfigured(f"{file}, line 1: sep= names another delimiter than the setting; correct either")
        return declared, 1
    text.seek(0)
    if pinned:
        return pinned, 0
    best = max(_SPOKEN, key=lambda delimiter: _fit(text, delimiter, settings, file))
    text.seek(0)
    return best, 0


def _bare_line(line: str) -> str:
    """A first line without its ending and the quotation marks some exports put around `sep=;`."""
    return line.rstrip("\r\n").strip('"')


def _fit(text: TextIO, delimiter: str, settings: Settings, file: str) -> tuple[int, int]:
    """How many of the wanted columns the first line holds with this delimiter, then how many columns at all."""
    text.seek(0)
    try:
        first = next((one for one in records(text, delimiter, file) if any(map(clean, one.cells))), None)
    except Misconfigured:
        return 0, 0
    header = _header(first) if first else ()
    return len({heading(name) for name in settings.columns} & set(header)), len(header)


def _header(record: Record) -> tuple[str, ...]:
    names = [heading(cell) for cell in record.cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _positions(header: tuple[str, ...], settings: Settings, file: str) -> tuple[int, ...]:
    missing = [name for name in settings.columns if heading(name) not in header]
    if missing:
        raise Misconfigured(
            f"{file}: the header has no column {', '.join(f'«{name}»' for name in missing)}; "
            "export with these columns, or correct the columns in the settings"
        )
    twice = [name for name in settings.columns if header.count(heading(name)) > 1]
    if twice:
        raise Misconfigured(
            f"{file}: the header has column {', '.join(f'«{name}»' for name in twice)} more than once; keep one of each"
        )
    places = [str(place + 1) for place, name in enumerate(header) if name and header.count(name) > 1]
    if places:
        raise Misconfigured(f"{file}: columns {', '.join(places)} share a name; give each column its own")
    return tuple(header.index(heading(name)) for name in settings.columns)


def _trimmed(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Without the empty cells that trailing delimiters make."""
    extra = cells[width:]
    return cells if any(map(clean, extra)) else cells[:width]


def _repeats(cells: tuple[str, ...], header: tuple[str, ...]) -> bool:
    return heading(cells[0]) == header[0] and tuple(map(heading, cells)) == header


def _is_footer(cells: tuple[str, ...], settings: Settings) -> bool:
    return any(_starts(cells, footer) for footer in settings.footers)


def _starts(cells: tuple[str, ...], wanted: str) -> bool:
    return heading(next(filter(clean, cells), "")).startswith(heading(wanted))


def _refuse_swallowed_rows(record: Record, cells: tuple[str, ...], width: int, delimiter: str, file: str) -> None:
    """A quotation mark left open joins rows: the result has the wrong number of cells, or one cell holds whole rows."""
    if record.lines == 1:
        return
    joined = any(cell.count(delimiter) == _breaks(cell) * (width - 1) > 0 for cell in cells)
    if joined or len(cells) != width:
        raise unclosed(file, record.line)


def _breaks(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def _at(cells: tuple[str, ...], position: int) -> str:
    return clean(next(islice(cells, position, None), ""))
