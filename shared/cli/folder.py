"""The data folder: the state, the key of the change hashes and the simulated tenant; a preview gets a copy of it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.cli import lock
from shared.errors import Misconfigured

STATE, TENANT, KEY = "state.db", "tenant.db", "hash.key"
KEY_BYTES = 32
COPIED = (*(f"{name}{rest}" for name in (STATE, TENANT) for rest in ("", "-wal")), KEY)
"""SQLite's write-ahead log belongs to its database: a run that was killed leaves its last commits there."""


@contextmanager
def for_run(data: Path) -> Iterator[Path]:
    """`data`, made where it was not there, for this process alone. Raises `Misconfigured` and `TryLater`."""
    with lock.to_write(made(data)):
        yield data


def made(data: Path) -> Path:
    """`data`, made where it was not there. Raises `Misconfigured`."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise Misconfigured(f"{data}: it is a file; --data needs a folder") from None
    except OSError as error:
        raise Misconfigured(f"{data}: the data folder cannot be made ({error.strerror})") from None
    return data


@contextmanager
def for_preview(data: Path) -> Iterator[Path]:
    """A copy of `data` that only we can read and that goes when the preview ends; empty where there is no `data`."""
    with TemporaryDirectory(prefix="joinly-preview-", ignore_cleanup_errors=True) as copy:
        if data.exists() and not data.is_dir():
            raise Misconfigured(f"{data}: it is a file; --data needs a folder")
        with lock.to_read(data):
            for name in COPIED:
                _copy(data / name, Path(copy) / name)
        yield Path(copy)


def hash_key(folder: Path) -> bytes:
    """The key of the change hashes, made on first use, whole or not at all, and readable by its owner only."""
    file = folder / KEY
    try:
        if not file.exists():
            making = file.with_suffix(".new")
            making.unlink(missing_ok=True)
            handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as writing:
                writing.write(secrets.token_bytes(KEY_BYTES))
            making.replace(file)
        key = file.read_bytes()
    except OSError as error:
        raise Misconfigured(f"{file} cannot be used ({error.strerror}); check path and rights") from None
    if len(key) != KEY_BYTES:
        raise Misconfigured(f"{file} is damaged; remove it, and everybody in HR is compared anew")
    return key


def _copy(source: Path, to: Path) -> None:
    try:
        shutil.copyfile(source, to)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read ({error.strerror}); check its rights") from None
