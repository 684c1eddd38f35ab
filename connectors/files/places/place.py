"""What every place of exports can do: say which files are there, and fetch the whole of one that was seen.

Nothing is ever written, renamed or deleted there.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was seen; `tag` is another whenever it was written to, where the place has one."""

    name: str
    size: int
    modified: datetime
    tag: str = ""


class Folder(Protocol):
    """The folder with the exports, open."""

    async def listed(self) -> Sequence[File]:
        """Everything in it. Raises `TryLater` and `Misconfigured`, as all of these do."""
        ...

    async def look(self, name: str) -> File | None:
        """The file as it is now; None when there is none."""
        ...

    async def fetch(self, file: File, to: Path) -> None:
        """The whole file, as it was seen. Raises `TryLater` when it is another by now."""
        ...


class Place(Protocol):
    """Where exports are delivered. Making one does no I/O."""

    def opened(self, folder: str) -> AbstractAsyncContextManager[Folder]: ...
