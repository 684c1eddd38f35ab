"""A real SFTP server on loopback (asyncssh) over one folder: it checks keys and passwords, refuses writing, remembers.

Its host key and algorithms can be others than a client expects; what goes wrong besides is in `Faults`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import asyncssh

from local.files.faults import Faults
from local.serve import HOST
from shared.errors import Misconfigured

_PACE = 0.05
"""Seconds for a byte that trickles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """Who may sign in: with a password, or with a key, given as its public line."""

    name: str
    password: str = field(default="", repr=False)
    key: str = ""


class SftpServer:
    """`async with SftpServer(folder, users) as server: server.port, server.host_key`

    Port 0 takes any free one. Raises `Misconfigured` when the port is taken.
    """

    def __init__(
        self,
        folder: Path,
        users: Sequence[User],
        faults: Faults | None = None,
        *,
        port: int = 0,
        kind: str = "ssh-ed25519",
        algorithms: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.folder, self.users = folder, {user.name: user for user in users}
        self.faults = faults or Faults()
        self.asked: list[tuple[str, str]] = []
        """What was done to which file, in order: `stat`, `list`, `open` and what was refused."""
        self.signed_in: list[str] = []
        self.closing = asyncio.Event()
        self._asked_port = port
        self._kind, self._algorithms = kind, dict(algorithms or {})
        self._key = asyncssh.generate_private_key(kind)
        self._listening: asyncssh.SSHAcceptor | None = None

    @property
    def port(self) -> int:
        assert self._listening is not None  # noqa: S101 - inside its block only
        return self._listening.get_port()

    @property
    def host_key(self) -> str:
        """As `ssh-keyscan` prints it."""
        return self._key.export_public_key().decode().strip()

    def change_host_key(self) -> None:
        """From the next connection on, it is another server as far as anybody can tell."""
        assert self._listening is not None  # noqa: S101 - inside its block only
        self._key = asyncssh.generate_private_key(self._kind)
        self._listening.update(server_host_keys=[self._key])

    async def __aenter__(self) -> Self:
        more: dict[str, Any] = dict(self._algorithms)
        try:
            self._listening = await asyncssh.listen(
                HOST,
                self._asked_port,
                server_host_keys=[self._key],
                server_factory=lambda: _Door(self),
                sftp_factory=None if self.faults.no_sftp else lambda channel: _Files(channel, self),
                **more,
            )
        except OSError:
            raise Misconfigured(f"port {self._asked_port} on {HOST} cannot be used; choose another") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closing.set()
        if self._listening is not None:
            self._listening.close()
            await self._listening.wait_closed()


class _Door(asyncssh.SSHServer):
    """Who is let in."""

    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        if self._server.faults.hangs_up:
            self._connection.abort()
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        user = self._server.users.get(username)
        return self._let_in(username, user is not None and bool(user.password) and user.password == password)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        user = self._server.users.get(username)
        return self._let_in(
            username, user is not None and bool(user.key) and asyncssh.import_public_key(user.key) == key
        )

    def _let_in(self, username: str, right: bool) -> bool:
        if right and not self._server.faults.signs_in_late:
            self._server.signed_in.append(username)
            return True
        return False


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file as it was when it was opened."""

    path: Path
    content: bytes


class _Files(asyncssh.SFTPServer):
    """One session, confined to the folder, which it only reads."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", server: SftpServer) -> None:
        super().__init__(channel, chroot=str(server.folder).encode())
        self._server = server

    def _note(self, what: str, path: bytes) -> Faults:
        self._server.asked.append((what, path.decode()))
        return self._server.faults

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        faults = self._note("list", path)
        if faults.no_listing:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if faults.slow_listing:
            await self._server.closing.wait()
        async for name in super().scandir(path):
            yield name

    def stat(self, path: bytes) -> Any:
        self._note("stat", path)
        return super().stat(path)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        if pflags & ~asyncssh.FXF_READ:
            self._refuse("write", path)
        if self._note("open", path).no_reading:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        there = Path(self.map_path(path).decode())
        try:
            return _Opened(there, there.read_bytes())
        except FileNotFoundError:
            raise asyncssh.SFTPNoSuchFile("No such file") from None

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        assert isinstance(file_obj, _Opened)  # noqa: S101 - what `open` gave
        faults = self._server.faults
        if faults.resets and offset + size > faults.resets_after:
            faults.resets -= 1
            self.connection.abort()
            raise asyncssh.SFTPConnectionLost("Connection reset")
        if faults.grows:
            file_obj.path.write_bytes(file_obj.content + b"x" * faults.grows)
            faults.grows = 0
        if faults.trickles:
            await asyncio.sleep(_PACE)
            size = 1
        return file_obj.content[offset : offset + size]

    def fstat(self, file_obj: object) -> Any:
        assert isinstance(file_obj, _Opened)  # noqa: S101 - what `open` gave
        return file_obj.path.stat()

    def close(self, file_obj: object) -> None:
        """Nothing is held open."""

    def remove(self, path: bytes) -> None:
        self._refuse("remove", path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        self._refuse("rename", oldpath)

    def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self._refuse("mkdir", path)

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        self._refuse("setstat", path)

    def _refuse(self, what: str, path: bytes) -> None:
        self._note(f"refused {what}", path)
        raise asyncssh.SFTPPermissionDenied("Permission denied")
