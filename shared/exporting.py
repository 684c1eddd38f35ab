"""Exports that a system makes by itself once it is told to: asked for now and then, and not waited for without end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from shared.errors import Anew

Files: TypeAlias = tuple[str, ...]
"""The addresses of an export's files, in order; an export of nothing has none."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How often is asked whether an export is ready, and for how long."""

    first: float = 4.0
    """Seconds after the first round of questions; each wait is half as long again as the one before."""
    longest: float = 30.0
    """Seconds between two rounds, at most; whoever reads must show a sign of life every two minutes."""
    deadline: timedelta = timedelta(hours=1)
    """Since the exports were asked for: one that is not ready by then never will be."""


async def ready(
    system: str,
    names: Iterable[str],
    look: Callable[[str], Awaitable[Files | None]],
    patience: Patience,
    *,
    began: datetime,
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> AsyncIterator[Mapping[str, Files]]:
    """The files of all exports that are ready so far, after each round of questions; the last time, of all `names`.

    `look` asks for one: None while it is being made. They were asked for at `began`, perhaps by another process.
    Raises `Anew` when the deadline passes first, for then others must be asked for; and whatever `look` raises.
    """
    left, found, wait = list(names), dict[str, Files](), patience.first
    while True:
        for name in tuple(left):
            files = await look(name)
            if files is not None:
                found[name] = files
                left.remove(name)
        yield dict(found)
        if not left:
            return
        if clock() + timedelta(seconds=wait) - began > patience.deadline:
            minutes = patience.deadline.total_seconds() / 60
            raise Anew(
                f"{system}: the export of {', '.join(left)} was not ready within {minutes:g} minutes; "
                "it is asked for anew at the next poll"
            )
        await sleep(wait)
        wait = min(wait * 1.5, patience.longest)
