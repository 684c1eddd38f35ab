"""A CSV file → its rows: the text decoded, the delimiter found or as it is pinned (RFC 4180, and what spreadsheets make
of it).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from connectors.files.cells import bare
from connectors.files.columns import heading
from connectors.files.forms.decoding import opened
from connectors.files.forms.header import header_of
from connectors.files.forms.records import records
from connectors.files.forms.table import SPOKEN, Broken, Row, rows
from connectors.files.origin import Origin
from connectors.files.settings import Settings
from shared.errors import Misconfigured


def read(path: Path, settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    """Every row of the file; raises `Misconfigured` when it is not the whole, right export."""
    with opened(path, settings.encoding, origin.file) as text:
        delimiter, skipped = _dialect(text, settings, origin)
        yield from rows(records(text, delimiter, origin, 1 + skipped), settings, origin, delimiter)


def _dialect(text: TextIO, settings: Settings, origin: Origin) -> tuple[str, int]:
    """The delimiter and how many lines to skip; `text` stands behind them."""
    pinned = {"auto": "", "tab": "\t"}.get(settings.delimiter, settings.delimiter)
    line = _bare_line(text.readline())
    if line.casefold().startswith("sep="):
        declared = line[4:5]
        if declared not in SPOKEN or line[4:].strip(declared):
            raise Misconfigured(f"{origin.at(1)}: sep= names a delimiter that is none of ; , | and tab; export again")
        if pinned and pinned != declared:
            raise Misconfigured(f"{origin.at(1)}: sep= names another delimiter than the setting; correct either")
        return declared, 1
    text.seek(0)
    if pinned:
        return pinned, 0
    best = max(SPOKEN, key=lambda delimiter: _fit(text, delimiter, settings, origin))
    text.seek(0)
    return best, 0


def _bare_line(line: str) -> str:
    """A first line without its ending and the quotation marks some exports put around `sep=;`."""
    return line.rstrip("\r\n").strip('"')


def _fit(text: TextIO, delimiter: str, settings: Settings, origin: Origin) -> tuple[int, int]:
    """How many of the wanted columns the first line holds with this delimiter, then how many columns at all."""
    text.seek(0)
    try:
        first = next((one for one in records(text, delimiter, origin) if any(map(bare, one.cells))), None)
    except Misconfigured:
        return 0, 0
    header = header_of(first.cells) if first else ()
    return len({heading(name) for name in settings.columns} & set(header)), len(header)
