"""What `joinly accept` does: one doubted answer of HR is believed after all, because a person says so."""

from datetime import date
from pathlib import Path

import click

from shared.cli.local import open_local
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine import accept


def accept_answer(policy: Path, data: Path, on: date | None, source: str, answer: str, because: str) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be saved."""
    return until_done(_accept(policy, data, on, source, answer, because), "what was accepted is kept")


async def _accept(policy: Path, data: Path, on: date | None, source: str, answer: str, because: str) -> int:
    async with open_local(policy, data, on, None) as local:
        await accept(local.engine, source, answer, await who(local), because)
        then = "the deployment goes by it when it next reads HR" if local.remote else "the next run goes by it"
    click.echo(f"Answer {answer} of {source} is accepted for a day; {then}.")
    return 0
