"""A CSV export of HR on a local disk, read as a whole: everybody in it, or nothing is said about anybody."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path

from connectors.files.decoding import opened, settled
from connectors.files.people import people
from connectors.files.settings import Settings
from connectors.files.table import rows
from shared.connector import Manifest, Outside, Reached
from shared.model import Person, Rejected

_BLOCK = 500


class CsvFile:
    """A `Source` that reads one file (RFC 4180, and what spreadsheets make of it)."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        self._path = Path(outside.folder) / settings.path
        self._clock = outside.clock

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached]:
        """Everyone in the file, each once. A row that carries no usable HR id is a `Rejected` with the id "".

        There is no going on in the middle: only all rows together say whether the file is whole, who is in it twice,
        and which contracts are one person's, and the next export may lie under the same name before the next turn.

        Raises `TryLater` while somebody writes to the file, and `Misconfigured` when it is missing, damaged, cut off,
        not the expected export, or has more unreadable rows than the settings allow.
        """
        if self._settings.complete.settled_seconds:
            await asyncio.to_thread(settled, self._path, self._settings.complete.settled_seconds, self._clock())
        everyone = self._read()
        while block := await asyncio.to_thread(lambda: list(islice(everyone, _BLOCK))):
            for one in block:
                yield one

    def _read(self) -> Iterator[Person | Rejected]:
        with opened(self._path, self._settings.encoding, self._settings.most_bytes) as text:
            found = list(rows(text, self._settings, self._path.name))
        yield from people(found, self._settings, self._path.name)


MANIFEST = Manifest(
    name="files",
    summary="Reads people and contracts from a CSV export of any HR system.",
    docs="https://www.rfc-editor.org/rfc/rfc4180",
    settings=Settings,
    proven="simulated",
    source=CsvFile,
    more_facts=lambda settings: settings.facts,
)
