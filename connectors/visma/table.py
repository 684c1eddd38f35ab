"""One CSV file of an export → its rows, with the columns that are wanted; what else stands there is dropped at once.

RFC 4180 with commas, UTF-8 with or without a byte order mark. A file that does not read as one from its first row to
its last is not believed at all: a row that was swallowed would be somebody who seems gone.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import BinaryIO, TypeAlias

from connectors.visma.exports import never
from shared.errors import Anew, Misconfigured

Cells: TypeAlias = Mapping[str, str]
"""Column → cell, trimmed; "" for an empty one. A column that the export does not have is not there."""


def rows(raw: BinaryIO, what: str, columns: Sequence[str], welcome: Sequence[str] = ()) -> Iterator[Cells]:
    """Every row of the file, with `columns` and then `welcome`, which may be missing.

    Raises `Misconfigured` when it is no such export or lacks a column, and `Anew` when it is damaged.
    """
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline="")
    reader = csv.reader(text, strict=True)
    try:
        header = next(reader, None)
        if header is None:
            return  # a file of nothing, as is one with a header alone
        names = [name.strip().lower() for name in header]
        places = _places(names, what, columns, welcome)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(names):
                raise Anew(
                    f"Visma: {what}, line {reader.line_num}: {len(cells)} cells below a header of {len(names)}; "
                    "the file is cut off or damaged and is asked for anew"
                )
            yield {name: cells[place].strip() for name, place in places}
    except csv.Error:
        raise Anew(
            f"Visma: {what}, line {reader.line_num}: its quotation marks are wrong; it is asked for anew"
        ) from None
    except UnicodeDecodeError:
        raise Anew(f"Visma: {what} is not in UTF-8, or is cut off; it is asked for anew") from None
    finally:
        with suppress(ValueError):
            text.detach()


def _places(names: list[str], what: str, columns: Sequence[str], welcome: Sequence[str]) -> list[tuple[str, int]]:
    if names[0].startswith(("<", "{")):
        raise Misconfigured(f"Visma: {what} is a web page or an error instead of CSV; the interface may have changed")
    missing = [name for name in columns if name not in names]
    if missing:
        raise Misconfigured(
            f"Visma: {what} has no column {', '.join(missing)}; have Visma export it to this application, or leave it "
            "out of the settings"
        )
    wanted = (*columns, *welcome)
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise Misconfigured(f"Visma: {what} has the column {', '.join(twice)} more than once; tell Visma")
    return [(name, names.index(name)) for name in wanted if name in names and not never(name)]
