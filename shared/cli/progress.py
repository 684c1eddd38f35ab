"""One living line on stderr while something takes long; nothing at all where nobody is looking."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status


class Progress:
    """Called with what goes on and how many doorbells are left."""

    def __init__(self, console: Console) -> None:
        self._status = Status("starting", console=console) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._status:
            self._status.stop()

    def __call__(self, doing: str, left: int) -> None:
        if self._status:
            self._status.update(f"{doing}{f', {left:,} to look at' if left else ''}")
