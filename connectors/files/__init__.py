"""An export of HR as a file, read as a whole: everybody in it, or nothing is said about anybody.

Three things are kept apart: where it is (`places`), how it is written (`forms`), and what its rows say (`people`).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from connectors.files import forms
from connectors.files.delivery import Delivery, fetched
from connectors.files.people import people
from connectors.files.places.place import Place
from connectors.files.settings import Settings
from shared.connector import Edition, Manifest, Outside, Permission, Reached
from shared.model import Person, Rejected

_BLOCK = 500


class Export:
    """A `Source` that reads one file, the newest that was delivered."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings, self._outside = settings, outside
        self._place = _place(settings, outside)

    async def fetch(self, since: str = "") -> AsyncIterator[Person | Rejected | Reached | Edition]:
        """Everyone in the file, each once. A row that carries no usable HR id is a `Rejected` with the id "".

        There is no going on in the middle: only all rows together say whether the file is whole, who is in it twice,
        and which contracts are one person's, and the next export may lie under the same name before the next turn.

        Raises `TryLater` while somebody writes to the file or it cannot be reached, and `Misconfigured` when it is
        missing, damaged, cut off, not the expected export, or has more unreadable rows than the settings allow.
        """
        with TemporaryDirectory(prefix="joinly-", ignore_cleanup_errors=True) as folder:
            delivery = await fetched(self._place, self._settings, self._outside, Path(folder))
            if delivery.edition:
                yield delivery.edition
            everyone = self._read(delivery)
            while block := await asyncio.to_thread(lambda: list(islice(everyone, _BLOCK))):
                for one in block:
                    yield one

    def _read(self, delivery: Delivery) -> Iterator[Person | Rejected]:
        origin = forms.origin_of(self._settings, delivery.name)
        yield from people(forms.read(delivery.path, self._settings, origin), self._settings, origin)


def _place(settings: Settings, outside: Outside) -> Place:
    """Their modules are loaded where they are used."""
    if settings.blob:
        from connectors.files.places.blob import Container

        return Container(settings.blob, outside.credential)
    if settings.sftp:
        from connectors.files.places.sftp import Server

        return Server(settings.sftp, outside)
    from connectors.files.places.disk import Disk

    return Disk(Path(outside.folder))


def _features(settings: Settings) -> frozenset[str]:
    return frozenset(name for name in ("blob", "sftp") if getattr(settings, name))


MANIFEST = Manifest(
    name="files",
    summary="Reads people and contracts from an export of any HR system: CSV, Excel or JSON, on a disk, in a blob "
    "container or over SFTP.",
    docs="https://www.rfc-editor.org/rfc/rfc4180",
    settings=Settings,
    proven="simulated",
    glance=(
        "Never: whoever is not in a file is gone, so that a file with changes only cannot be told from half a file. A "
        "poll costs no request."
    ),
    source=Export,
    more_facts=lambda settings: settings.facts,
    permissions=MappingProxyType(
        {
            "Storage Blob Data Reader": Permission(
                why="read the export; on its container, for the identity of the reading app", read=frozenset({"blob"})
            ),
            "SFTP: list and read": Permission(
                why="read the export; a user who may neither write nor delete is enough", read=frozenset({"sftp"})
            ),
        }
    ),
    features=_features,
    microsoft=lambda settings: settings.blob is not None,
)
