"""That writes are stopped, as people and programs read it: by whom, since when, and why."""

from typing import Any

from rich.text import Text

from shared.cli import terminal
from shared.engine import Engine, Stop, halting


async def stopped_lines(engine: Engine) -> list[Text]:
    """One line for each stop; none while everything may be written."""
    return [Text(terminal.printable(_line(engine, one)), style="bold red") for one in await halting.stops(engine)]


async def stopped_json(engine: Engine) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"target": one.target, "by": one.by, "because": one.because, "since": one.since.isoformat()}
        for one in await halting.stops(engine)
    ]


def _line(engine: Engine, one: Stop) -> str:
    where = f"Writes to {one.target}" if one.target else "All writes"
    if one.because:
        at = one.since.astimezone(engine.policy.time_zone)
        where = f"{where} are stopped by {one.by} since {at.day} {at:%B %Y, %H:%M}: {one.because}."
    else:
        where = f"{where} are stopped by {one.by}."
    return f"{where} What is due waits; `joinly resume` lets it go on."
