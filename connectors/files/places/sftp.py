"""Exports on an SFTP server: listed, looked at and fetched, and nothing else.

https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 (version 3, which servers speak); one connection for
one reading.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.files.places.place import File
from connectors.files.places.settings import Sftp
from connectors.files.places.ssh import Asked, connected
from shared.connector import Outside
from shared.errors import Misconfigured, TryLater

if TYPE_CHECKING:
    from asyncssh import SFTPAttrs, SFTPClient

_PARTING_SECONDS = 2.0
_BLOCK = 1 << 20
_NOBODY_KNOWS = datetime.max.replace(tzinfo=UTC)
"""When a file was written of which a server does not say it: never long ago, so that it is looked at twice."""


class Server:
    """A `Place`."""

    def __init__(self, settings: Sftp, outside: Outside) -> None:
        self._settings, self._outside = settings, outside

    @asynccontextmanager
    async def opened(self, folder: str) -> AsyncIterator["ServerFolder"]:
        connection = await connected(self._settings, self._outside)
        try:
            asked = Asked(connection, self._settings.host)
            client = await asked(asked.host, connection.start_sftp_client(path_errors="replace"))
            yield ServerFolder(client, folder, asked)
        finally:
            connection.close()
            with suppress(TimeoutError, OSError):
                await asyncio.wait_for(connection.wait_closed(), _PARTING_SECONDS)


class ServerFolder:
    """A `Folder`."""

    def __init__(self, client: "SFTPClient", path: str, asked: Asked) -> None:
        self._client, self._path, self._asked = client, path, asked

    async def listed(self) -> Sequence[File]:
        found = await self._asked("the folder of the export", self._client.readdir(self._path or "."))
        return [_file(str(one.filename), one.attrs) for one in found if not _is_folder(one.attrs)]

    async def look(self, name: str) -> File | None:
        attributes = await self._asked(name, self._looked(name))
        if attributes is None:
            return None
        if _is_folder(attributes):
            raise Misconfigured(f"{name} is a folder on SFTP server {self._asked.host}; path must name one file")
        return _file(name, attributes)

    async def _looked(self, name: str) -> "SFTPAttrs | None":
        import asyncssh

        try:
            return await self._client.stat(self._below(name))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return None

    async def fetch(self, file: File, to: Path) -> None:
        taken = await self._asked(file.name, self._fetched(file, to))
        if taken != file.size or await self.look(file.name) != file:
            raise TryLater(f"{file.name} was written to while it was read")

    async def _fetched(self, file: File, to: Path) -> int:
        """How many bytes there were; one block more than there should be is enough to know."""
        async with self._client.open(self._below(file.name), "rb") as reading:
            with to.open("wb") as writing:
                while writing.tell() <= file.size and (block := await reading.read(_BLOCK)):
                    await asyncio.to_thread(writing.write, bytes(block))  # type: ignore[arg-type]
                return writing.tell()

    def _below(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}" if self._path else name


def _is_folder(attributes: "SFTPAttrs") -> bool:
    import asyncssh

    return attributes.type == asyncssh.FILEXFER_TYPE_DIRECTORY


def _file(name: str, attributes: "SFTPAttrs") -> File:
    modified = datetime.fromtimestamp(attributes.mtime, UTC) if attributes.mtime else _NOBODY_KNOWS
    return File(name, attributes.size or 0, modified)
