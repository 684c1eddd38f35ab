"""An SFTP server with an export on it, and settings that read it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
from csv_world import NAME, PEOPLE, answer, outside, settings, table

from connectors.files.settings import Settings
from local.files import Faults, SftpServer, User
from shared.connector import Edition
from shared.model import Person, Rejected

PASSWORD = "geheim-Kanarie"


@dataclass
class World:
    """A server, somebody's sign-in there, and what happened."""

    server: SftpServer
    key: asyncssh.SSHKey
    secrets: dict[str, str]
    forgotten: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def settings(self, sftp: dict[str, Any] | None = None, **changes: Any) -> Settings:
        where = {
            "host": "127.0.0.1",
            "port": self.server.port,
            "user": "joinly",
            "host_keys": [self.server.host_key],
            "key": "secret:sftp-key",
            **(sftp or {}),
        }
        given = {"path": NAME, "encoding": "utf-8", "delimiter": ";", "complete": {"settled_seconds": 0}, **changes}
        return settings(sftp=where, **given)

    async def answer(self, wanted: Settings) -> list[Person | Rejected | Edition]:
        async def secret(name: str) -> str:
            return self.secrets[name]

        async def sleep(seconds: float) -> None:
            self.waited.append(seconds)

        return await answer(outside(Path("/nowhere"), secret=secret, sleep=sleep, forget=self.forgotten.append), wanted)

    async def read(self, sftp: dict[str, Any] | None = None, **changes: Any) -> list[Person | Rejected]:
        found = await self.answer(self.settings(sftp, **changes))
        return [one for one in found if not isinstance(one, Edition)]


@asynccontextmanager
async def serving(folder: Path, faults: Faults | None = None, **options: Any) -> AsyncIterator[World]:
    (folder / NAME).write_text(table(*PEOPLE))
    key = asyncssh.generate_private_key("ssh-ed25519")
    user = User(name="joinly", password=PASSWORD, key=key.export_public_key().decode())
    secrets = {
        "secret:sftp-key": key.export_private_key().decode(),
        "secret:sftp-password": PASSWORD,
        "secret:wrong-key": asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode(),
        "secret:wrong-password": "Kanarie",
        "secret:no-key": PASSWORD,
        "secret:locked-key": key.export_private_key("pkcs8-pem", passphrase=PASSWORD).decode(),
    }
    async with SftpServer(folder, [user], faults, **options) as server:
        yield World(server, key, secrets)
