"""What every test of the CSV source needs: settings for a small export, a file to read, and who came out of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connectors import manifest
from connectors.files.settings import Settings
from shared.connector import Edition, Outside, Reached
from shared.model import Person, Rejected

NAME = "export.csv"
COLUMNS = ("Nr", "Roepnaam", "Achternaam", "In dienst", "Uit dienst", "Afdeling", "Chef")
ANNA = ("000123", "Anna", "Bakker", "01-02-2020", "", "Verkoop", "000200")
PIET = ("000124", "Piet", "de Wit", "2021-03-01", "31-12-2026", "ICT", "")
CARL = ("000125", "Zoë", "Núñez", "1-4-2022", "", "Financiën", "000123")
PEOPLE = (ANNA, PIET, CARL)
MAPPING: dict[str, Any] = {
    "path": NAME,
    "key": "Nr",
    "person": {"givenName": "Roepnaam", "surname": "Achternaam"},
    "contract": {
        "start": "In dienst",
        "end": "Uit dienst",
        "manager": "Chef",
        "fields": {"department": "Afdeling"},
    },
}


def settings(**changes: Any) -> Settings:
    return Settings.model_validate({**MAPPING, **changes})


def text_of(rows: Iterable[Iterable[str]], delimiter: str = ";", eol: str = "\r\n") -> str:
    """The rows as RFC 4180 wants them: quoted where a delimiter, a quotation mark or a line break asks for it."""

    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if set(cell) & {delimiter, '"', "\r", "\n"} else cell

    lines = (delimiter.join(map(quoted, row)) for row in rows)
    return "".join((line or '""') + eol for line in lines)


def table(*rows: Iterable[str], columns: Iterable[str] = COLUMNS) -> str:
    return text_of([columns, *rows])


NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


async def never(_: object) -> Any:
    raise AssertionError("a file needs no secret and no waiting")


def sleeping(waited: list[float], meanwhile: Callable[[], None] = lambda: None) -> Callable[[float], Awaitable[None]]:
    """Waiting that takes no time, and what happens in it."""

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        meanwhile()

    return sleep


def outside(folder: Path, now: datetime = NOW, **more: Any) -> Outside:
    given = {"secret": never, "sleep": never, **more}
    return Outside(http=httpx.AsyncClient(), clock=lambda: now, folder=folder, **given)


async def read(folder: Path, content: str | bytes, **changes: Any) -> list[Person | Rejected]:
    """Everyone in a file with this content."""
    (folder / NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
    return await everyone(folder, settings(**changes))


async def everyone(folder: Path, wanted: Settings, now: datetime = NOW, **more: Any) -> list[Person | Rejected]:
    return [one for one in await answer(outside(folder, now, **more), wanted) if isinstance(one, Person | Rejected)]


async def answer(world: Outside, wanted: Settings) -> list[Person | Rejected | Edition]:
    """Everything the source says, in order."""
    build = manifest("files").source
    assert build is not None
    try:
        found = [one async for one in build(wanted, world).fetch()]
    finally:
        await world.http.aclose()
    assert not [one for one in found if isinstance(one, Reached)]
    return found  # type: ignore[return-value]


def read_now(folder: Path, content: str | bytes, **changes: Any) -> list[Person | Rejected]:
    """`read`, for tests that are not asynchronous themselves."""
    return asyncio.run(read(folder, content, **changes))


def people(found: Iterable[Person | Rejected]) -> dict[str, Person]:
    return {one.hr_id: one for one in found if isinstance(one, Person)}


def rejected(found: Iterable[Person | Rejected]) -> dict[str, Rejected]:
    return {one.hr_id: one for one in found if isinstance(one, Rejected)}


def only_rejected(found: Iterable[Person | Rejected]) -> Rejected:
    """The one record that was rejected."""
    (one,) = rejected(found).values()
    return one
