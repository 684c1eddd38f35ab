"""One SSH connection to a server whose key is pinned: another key is a hard stop, and none is ever learned."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.files.places.algorithms import negotiable
from connectors.files.places.settings import Sftp, fingerprint
from shared.connector import Outside
from shared.errors import Misconfigured, TryLater

if TYPE_CHECKING:
    from asyncssh import SSHClientConnection, SSHKey

T = TypeVar("T")

CONNECTING_SECONDS = 20.0
MOST_SECONDS = 300.0
"""For one question or one file, however slowly it comes."""


async def connected(sftp: Sftp, outside: Outside) -> "SSHClientConnection":
    """A connection to the very server that is pinned. Raises `Misconfigured` and `TryLater`."""
    import asyncssh

    signing_in = await _signing_in(sftp, outside)
    trusted = [_host_key(key) for key in sftp.host_keys]
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
                outside.forget(name)
        raise Misconfigured(
            f"SFTP server {sftp.host} refuses user {sftp.user} with this key or password; have its administrator "
            "let the user in, or correct the secret"
        ) from None
    except asyncssh.HostKeyNotVerifiable:
        raise _another_server(sftp) from None
    except asyncssh.KeyExchangeFailed as error:
        raise _another_server(sftp) if "host key" in str(error) else _too_old(sftp) from None
    except (OSError, TimeoutError, asyncssh.Error) as error:
        raise _ours(sftp.host, sftp.host, error) from None


async def _signing_in(sftp: Sftp, outside: Outside) -> dict[str, Any]:
    found: dict[str, Any] = {"client_keys": None, "preferred_auth": []}
    if sftp.key:
        found["client_keys"] = [_private_key(sftp.key, await outside.secret(sftp.key))]
        found["preferred_auth"] += ["publickey"]
    if sftp.password:
        found["password"] = await outside.secret(sftp.password)
        found["preferred_auth"] += ["password", "keyboard-interactive"]
    return found


def _another_server(sftp: Sftp) -> Misconfigured:
    pinned = ", ".join(map(fingerprint, sftp.host_keys))
    return Misconfigured(
        f"SFTP server {sftp.host} shows another host key than the pinned {pinned}: it may be another "
        "server. Nothing was sent to it. Ask its administrator whether the key changed, and only then correct "
        "host_keys"
    )


def _too_old(sftp: Sftp) -> Misconfigured:
    return Misconfigured(
        f"SFTP server {sftp.host} knows only algorithms that are no longer safe; have it renewed, or "
        "name in old_algorithms which of them may be used all the same"
    )


def _host_key(text: str) -> "SSHKey":
    import asyncssh

    try:
        return asyncssh.import_public_key(text)
    except asyncssh.KeyImportError:
        raise Misconfigured(
            f"the {text.partition(' ')[0]} key in host_keys is damaged; copy it anew, and compare its fingerprint"
        ) from None


def _private_key(name: str, text: str) -> "SSHKey":
    import asyncssh

    try:
        return asyncssh.import_private_key(text.strip() + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        raise Misconfigured(
            f"{name} is no private key that can be read; put the whole file there with its lines, and without a "
            "passphrase"
        ) from None


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
