"""The first row that says anything names the columns: each column that is read stands there, and once."""

from collections.abc import Iterable

from connectors.files.cells import Cell, bare
from connectors.files.columns import heading
from connectors.files.settings import Settings
from shared.errors import Misconfigured


def header_of(cells: Iterable[Cell]) -> tuple[str, ...]:
    """The names as they are compared, without the empty ones behind the last."""
    names = [heading(bare(cell)) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def positions(header: tuple[str, ...], settings: Settings, file: str) -> tuple[int, ...]:
    """Where the columns of `Settings.columns` are, in that order; raises `Misconfigured`."""
    missing = [name for name in settings.columns if heading(name) not in header]
    if missing:
        raise Misconfigured(
            f"{file}: the header has no column {_listed(missing)}; "
            "export with these columns, or correct the columns in the settings"
        )
    twice = [name for name in settings.columns if header.count(heading(name)) > 1]
    if twice:
        raise Misconfigured(f"{file}: the header has column {_listed(twice)} more than once; keep one of each")
    places = [str(place + 1) for place, name in enumerate(header) if name and header.count(name) > 1]
    if places:
        raise Misconfigured(f"{file}: columns {', '.join(places)} share a name; give each column its own")
    return tuple(header.index(heading(name)) for name in settings.columns)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)
