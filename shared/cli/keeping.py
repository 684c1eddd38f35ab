"""What `joinly backup` and `restore` do: what nobody could find out again, in one file and back."""

import os
from pathlib import Path

import click

from shared.cli.local import open_local
from shared.cli.stopping import until_done
from shared.engine import backup, restore
from shared.errors import Misconfigured


def save(policy: Path, data: Path, file: Path) -> int:
    """The exit code. Raises `Misconfigured` when the file cannot be written, or is there already."""
    return until_done(_save(policy, data, file), "the file may not be whole")


async def _save(policy: Path, data: Path, file: Path) -> int:
    async with open_local(policy, data, None, None) as local:
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            count = 0
            with os.fdopen(handle, "w", encoding="utf-8") as writing:
                async for line in backup(local.engine):
                    writing.write(line + "\n")
                    count += 1
        except FileExistsError:
            raise Misconfigured(f"{file}: it is there already; name a new file") from None
        except OSError as error:
            raise Misconfigured(f"{file}: it cannot be written ({error.strerror})") from None
    click.echo(f"{count - 2:,} rows are in {file}. It holds personal data; only its owner can read it.")
    return 0


def put_back(policy: Path, data: Path, file: Path) -> int:
    """The exit code. Raises `Misconfigured` for what is no whole backup of this customer."""
    return until_done(_put_back(policy, data, file), "what was restored is kept; restore again for the rest")


async def _put_back(policy: Path, data: Path, file: Path) -> int:
    async with open_local(policy, data, None, None) as local:
        try:
            with file.open(encoding="utf-8") as reading:
                found = await restore(local.engine, reading)
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{file}: it cannot be read ({type(error).__name__})") from None
    click.echo(f"{found.added:,} rows were missing and are back; {found.same:,} were there.")
    if found.different:
        click.echo(f"{found.different:,} rows are there and differ from the backup; they were left as they are.")
    return 0
