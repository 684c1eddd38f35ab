"""Exports on an SFTP server whose key is pinned: another key is a hard stop, and none is ever learned.

https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02 (version 3, which servers speak); one connection for
one reading.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.files.places.algorithms import negotiable
from connectors.files.places.place import File
from connectors.files.places.settings import Sftp, fingerprint
from shared.connector import Outside
from shared.errors import Misconfigured, TryLater

if TYPE_CHECKING:
    from asyncssh import SFTPAttrs, SFTPClient, SSHClientConnection, SSHKey

T = TypeVar("T")

CONNECTING_SECONDS = 20.0
MOST_SECONDS = 300.0
"""For one question or one file, however slowly it comes."""
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
        connection = await self._connected()
        try:
            asked = Asked(connection, self._settings.host)
            client = await asked(asked.host, connection.start_sftp_client(path_errors="replace"))
            yield ServerFolder(client, folder, asked)
        finally:
            connection.close()
            with suppress(TimeoutError, OSError):
                await asyncio.wait_for(connection.wait_closed(), _PARTING_SECONDS)

    async def _connected(self) -> "SSHClientConnection":
        import asyncssh

        sftp = self._settings
        signing_in = await self._signing_in()
        trusted = [asyncssh.import_public_key(key) for key in sftp.host_keys]
        try:
            async with asyncio.timeout(CONNECTING_SECONDS):
                return await asyncssh.connect(
                    sftp.host,
                    sftp.port,
                    username=sftp.user,
                    known_hosts=(trusted, [], []),
                    config=None,
                    agent_path=None,
                    gss_auth=False,
                    gss_kex=False,
                    keepalive_interval=15,
                    **signing_in,
                    **negotiable(sftp.host_keys, sftp.old_algorithms),
                )
        except asyncssh.PermissionDenied:
            for name in (sftp.key, sftp.password):
                if name:
                    self._outside.forget(name)
            raise Misconfigured(
                f"SFTP server {sftp.host} refuses user {sftp.user} with this key or password; have its administrator "
                "let the user in, or correct the secret"
            ) from None
        except asyncssh.HostKeyNotVerifiable:
            raise self._another_server() from None
        except asyncssh.KeyExchangeFailed as error:
            raise self._another_server() if "host key" in str(error) else self._too_old() from None
        except (OSError, TimeoutError, asyncssh.Error) as error:
            raise _ours(sftp.host, sftp.host, error) from None

    async def _signing_in(self) -> dict[str, Any]:
        sftp, secret = self._settings, self._outside.secret
        found: dict[str, Any] = {"client_keys": None, "preferred_auth": []}
        if sftp.key:
            found["client_keys"] = [_private_key(sftp.key, await secret(sftp.key))]
            found["preferred_auth"] += ["publickey"]
        if sftp.password:
            found["password"] = await secret(sftp.password)
            found["preferred_auth"] += ["password", "keyboard-interactive"]
        return found

    def _another_server(self) -> Misconfigured:
        pinned = ", ".join(map(fingerprint, self._settings.host_keys))
        return Misconfigured(
            f"SFTP server {self._settings.host} shows another host key than the pinned {pinned}: it may be another "
            "server. Nothing was sent to it. Ask its administrator whether the key changed, and only then correct "
            "host_keys"
        )

    def _too_old(self) -> Misconfigured:
        return Misconfigured(
            f"SFTP server {self._settings.host} knows only algorithms that are no longer safe; have it renewed, or "
            "name in old_algorithms which of them may be used all the same"
        )


class ServerFolder:
    """A `Folder`."""

    def __init__(self, client: "SFTPClient", path: str, asked: "Asked") -> None:
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


def _private_key(name: str, text: str) -> "SSHKey":
    import asyncssh

    try:
        return asyncssh.import_private_key(text.strip() + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        raise Misconfigured(
            f"{name} is no private key that can be read; put the whole file there with its lines, and without a "
            "passphrase"
        ) from None


def _is_folder(attributes: "SFTPAttrs") -> bool:
    import asyncssh

    return attributes.type == asyncssh.FILEXFER_TYPE_DIRECTORY


def _file(name: str, attributes: "SFTPAttrs") -> File:
    modified = datetime.fromtimestamp(attributes.mtime, UTC) if attributes.mtime else _NOBODY_KNOWS
    return File(name, attributes.size or 0, modified)


@dataclass(frozen=True, slots=True)
class Asked:
    """Waits for answers of one server. One that is too slow is hung up on: asyncssh waits for the rest even then."""

    connection: "SSHClientConnection"
    host: str

    async def __call__(self, what: str, call: Awaitable[T]) -> T:
        """The answer about `what`. Raises `TryLater` and `Misconfigured`."""
        import asyncssh

        loop = asyncio.get_running_loop()
        late = loop.call_later(MOST_SECONDS, self.connection.abort)
        try:
            return await call
        except (OSError, asyncssh.Error) as error:
            raise _ours(self.host, what, TimeoutError() if loop.time() >= late.when() else error) from None
        finally:
            late.cancel()


def _ours(host: str, what: str, error: Exception) -> Exception:
    """What to do about `error`, whose own text is the server's and is not repeated."""
    import asyncssh

    match error:
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath() | asyncssh.SFTPNotADirectory():
            return Misconfigured(f"{what} is not there on SFTP server {host}; make it, or correct path")
        case asyncssh.SFTPPermissionDenied() | asyncssh.SFTPOpUnsupported():
            return Misconfigured(
                f"{what} may not be read on SFTP server {host}; give the user leave to list and read it"
            )
        case TimeoutError():
            return TryLater(f"{what} came too slowly from SFTP server {host}")
        case asyncssh.ChannelOpenError():
            return Misconfigured(
                f"SFTP server {host} lets the user in and gives no SFTP; have its administrator allow it"
            )
        case _:
            return TryLater(f"SFTP server {host} cannot be reached, or broke off ({type(error).__name__})")
