"""Text → records of cells, as RFC 4180 quotes them, each with the line it starts on; what is damaged is not mended."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connectors.files.cells import Cell
from connectors.files.origin import Origin
from shared.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Record:
    """Cells as they stand in the file. `damage` says why they cannot be trusted, "" when they can."""

    line: int
    cells: tuple[Cell, ...]
    lines: int = 1
    """How many lines of the file it takes."""
    ended: bool = True
    """Whether its last line has a line ending; only the last of a file may not."""
    damage: str = ""


def records(text: Iterable[str], delimiter: str, origin: Origin, first_line: int = 1) -> Iterator[Record]:
    """The records in `text`, which yields lines with their endings.

    Raises `Misconfigured` when a quotation mark is never closed, or when damaged quoting spans several lines: other
    records may have been swallowed, and a person in one of them would seem gone.
    """
    taken: list[str] = []
    exhausted = False

    def feed() -> Iterator[str]:
        nonlocal exhausted
        for line in text:
            taken.append(line)
            yield line
        exhausted = True

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        line, damage = first_line + reader.line_num, ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if exhausted:
                raise Misconfigured(
                    f"{origin.at(line)}: a quotation mark is not closed before the end; the file was cut off, "
                    "or the mark must be doubled"
                ) from None
            if len(taken) > 1:
                raise unclosed(origin, line) from None
            damage = "the quotation marks are wrong; double every mark inside a cell and quote the whole cell"
            cells = taken[0].split(delimiter)
        yield Record(line, tuple(cells), len(taken), taken[-1].endswith(("\n", "\r")), damage)


def unclosed(origin: Origin, line: int) -> Misconfigured:
    return Misconfigured(
        f"{origin.at(line)}: a quotation mark seems to be left open, so that rows run into each other; "
        "double the mark or close the cell, and export again"
    )
