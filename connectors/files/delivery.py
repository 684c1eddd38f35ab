"""Which file is read: the newest that HR delivered, whole and at rest, fetched to a place of our own.

A file that is still being written is waited for, and the one before it is not read in its place.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from connectors.files.names import Names, controls
from connectors.files.places.place import File, Folder, Place
from connectors.files.settings import Settings
from shared.connector import Edition, Outside
from shared.errors import Misconfigured, TryLater

_HASH = ".sha256"
_LONGEST_CONTROL = 10_000
_CLOCKS = timedelta(hours=1)
"""So far apart may a server's clock and ours be."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A whole file on this machine, what HR calls it, and which of many it is."""

    path: Path
    name: str
    edition: Edition | None


async def fetched(place: Place, settings: Settings, outside: Outside, to: Path) -> Delivery:
    """The file to read, in the folder `to`. Raises `TryLater` while it is not whole, and `Misconfigured`."""
    names = Names(settings.path)
    async with place.opened(names.folder) as folder:
        file = await _chosen(folder, names)
        _refuse_old(file, settings, outside)
        control = await _control(folder, file, settings)
        file = await _at_rest(folder, file, settings, outside)
        if file.size > settings.most_bytes:
            raise Misconfigured(
                f"{file.name} is larger than {settings.most_bytes:,} bytes; raise most_bytes if that is right"
            )
        path = to / "export"
        await folder.fetch(file, path)
        if control is not None and control.name.endswith(_HASH):
            await _refuse_another_hash(folder, file, control, path, to / "control")
    return Delivery(path, file.name, _edition(names, file))


async def _chosen(folder: Folder, names: Names) -> File:
    """As it is seen by itself: a listing may show a link, or the same thing in other words."""
    if not names.many:
        file = await folder.look(names.name)
        if file is None:
            raise Misconfigured(
                f"there is no file {names.name} in the folder of the export; deliver it or correct path"
            )
        return file
    found = newest(await folder.listed(), names)
    if found is None:
        raise Misconfigured(f"no file in the folder of the export fits {names.name}; deliver one or correct path")
    file = await folder.look(found.name)
    if file is None:
        raise TryLater(f"{found.name} was taken away while it was looked at")
    return file


def newest(files: Sequence[File], names: Names) -> File | None:
    """By what their names say of it, then by when they were written. None when there is none of these."""
    orders = {file: order for file in files if (order := names.order(file.name)) is not None}
    return max(orders, key=lambda file: (orders[file], file.modified, file.name), default=None)


def _edition(names: Names, file: File) -> Edition | None:
    if not names.many:
        return None
    order = names.order(file.name) if names.ordered else file.modified.astimezone(UTC).isoformat()
    return Edition(series=names.path, order=order or "", name=file.name)


def _refuse_old(file: File, settings: Settings, outside: Outside) -> None:
    hours = settings.complete.delivered_within_hours
    if hours is not None and outside.clock() - file.modified > timedelta(hours=hours):
        raise Misconfigured(
            f"{file.name} is the newest and was delivered more than {hours} hours ago; ask HR why no other came"
        )


async def _control(folder: Folder, file: File, settings: Settings) -> File | None:
    """The file that says that it is whole. Raises `TryLater` when there is none, or one of an earlier delivery."""
    ending = settings.complete.control
    if not ending:
        return None
    for name in controls(file.name, ending):
        control = await folder.look(name)
        if control is not None and control.modified >= file.modified:
            return control
    raise TryLater(f"{file.name} is not whole yet: no control file {ending} was put beside it after it")


async def _at_rest(folder: Folder, file: File, settings: Settings, outside: Outside) -> File:
    """The file, when nobody has written to it for a while. Raises `TryLater`."""
    seconds = settings.settled_seconds
    if not seconds or outside.clock() - file.modified >= timedelta(seconds=seconds) + _CLOCKS:
        return file
    await outside.sleep(seconds)
    if await folder.look(file.name) != file:
        raise TryLater(f"{file.name} is still being written", float(seconds))
    return file


async def _refuse_another_hash(folder: Folder, file: File, control: File, path: Path, beside: Path) -> None:
    if control.size > _LONGEST_CONTROL:
        raise Misconfigured(f"{control.name} is too long for the hash of a file; deliver it again")
    await folder.fetch(control, beside)
    said = beside.read_bytes().decode("ascii", "replace").split()
    with path.open("rb") as whole:
        found = hashlib.file_digest(whole, "sha256").hexdigest()
    if not said or said[0].casefold().lstrip("\\") != found:
        raise Misconfigured(f"{file.name} is not the file that {control.name} was made for; deliver both again")
