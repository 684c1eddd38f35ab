"""Exports on a disk or share of this machine."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISDIR

from connectors.files.places.place import File
from shared.errors import Misconfigured, TryLater


class Disk:
    """A `Place`; relative paths start at `base`."""

    def __init__(self, base: Path) -> None:
        self._base = base

    @asynccontextmanager
    async def opened(self, folder: str) -> AsyncIterator["DiskFolder"]:
        yield DiskFolder(self._base / folder)


class DiskFolder:
    """A `Folder`. What disks do stops the loop, so it is done beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def listed(self) -> Sequence[File]:
        try:
            names = await asyncio.to_thread(os.listdir, self._path)
        except FileNotFoundError:
            raise Misconfigured("the folder of the export is not there; make it or correct path") from None
        except OSError as error:
            raise _unusable("the folder of the export", error) from None
        found = [await self.look(name) for name in names if not (self._path / name).is_dir()]
        return [one for one in found if one]

    async def look(self, name: str) -> File | None:
        try:
            state = await asyncio.to_thread((self._path / name).stat)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise _unusable(name, error) from None
        if S_ISDIR(state.st_mode):
            raise Misconfigured(f"{name} is a folder; path must name one file")
        return _file(name, state)

    async def fetch(self, file: File, to: Path) -> None:
        try:
            read = await asyncio.to_thread(_copied, self._path / file.name, to)
        except FileNotFoundError:
            raise TryLater(f"{file.name} was taken away while it was read") from None
        except OSError as error:
            raise _unusable(file.name, error) from None
        if (_file(file.name, read)) != file:
            raise TryLater(f"{file.name} was written to while it was read")


def _copied(source: Path, to: Path) -> os.stat_result:
    """How the source was when all of it had been read."""
    with source.open("rb") as reading, to.open("wb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        return os.fstat(reading.fileno())


def _file(name: str, state: os.stat_result) -> File:
    return File(name, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC), str(state.st_mtime_ns))


def _unusable(what: str, error: OSError | ValueError) -> Exception:
    if isinstance(error, PermissionError):
        return Misconfigured(f"{what} may not be read; give this process permission to read it")
    if isinstance(error, ValueError | NotADirectoryError):
        return Misconfigured(
            f"{what} cannot be opened ({type(error).__name__}); look at path, and at the disk or share"
        )
    return TryLater(f"{what} could not be read to its end ({type(error).__name__})")
