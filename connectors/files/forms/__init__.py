"""How an export is written: one module for each form, from the bytes of a whole file to rows with their numbers."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from connectors.files.forms import delimited, documents, workbook
from connectors.files.forms.kinds import refuse_other_kinds
from connectors.files.forms.table import Broken, Row
from connectors.files.origin import Origin
from connectors.files.settings import Form, Settings

Reader: TypeAlias = Callable[[Path, Settings, Origin], Iterator[Row | Broken]]

_READERS: Mapping[Form, Reader] = {
    "csv": delimited.read,
    "excel": workbook.read,
    "json": documents.read,
    "json lines": documents.read_lines,
}
_UNITS: Mapping[Form, str] = {"csv": "line", "excel": "row", "json": "record", "json lines": "line"}


def origin_of(settings: Settings, file: str) -> Origin:
    return Origin(file, _UNITS[settings.written_as])


def read(path: Path, settings: Settings, origin: Origin) -> Iterator[Row | Broken]:
    """Every row of the file; raises `Misconfigured` when it is not the whole, right export."""
    refuse_other_kinds(path, settings.written_as, origin.file)
    yield from _READERS[settings.written_as](path, settings, origin)
