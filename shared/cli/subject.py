"""What `joinly person` does: everything that is kept of one person, shown or taken out."""

import json
from pathlib import Path

import click

from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.engine import about, erase
from shared.errors import Misconfigured, Refused


def show_person(policy: Path, data: Path, person: str, source: str) -> int:
    """The exit code. Raises `Misconfigured` when nothing is kept of them."""
    return until_done(_show(policy, data, person, source), "nothing was written")


async def _show(policy: Path, data: Path, hr_id: str, source: str) -> int:
    async with open_local(policy, data, None, None, preview=True) as local:
        try:
            found = await about(local.engine, _source(local, source), hr_id)
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    return 0


def erase_person(policy: Path, data: Path, person: str, source: str, because: str) -> int:
    """The exit code. Raises `Misconfigured` when they cannot be erased yet."""
    return until_done(_erase(policy, data, person, source, because), "what is left goes when you ask again")


async def _erase(policy: Path, data: Path, hr_id: str, source: str, because: str) -> int:
    async with open_local(policy, data, None, None) as local:
        try:
            count = await erase(local.engine, _source(local, source), hr_id, await who(local), because)
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
    click.echo(
        f"{count:,} rows of {hr_id} are gone or no longer say whose they were. What counts for limits goes in a week, "
        "and their names once nobody else may be confused with them."
    )
    return 0


def _source(local: Local, given: str) -> str:
    """The source that is meant: the only one, where there is one. They may be unknown to HR by now."""
    sources = local.found.policy.sources
    if given in sources:
        return given
    if not given and len(sources) == 1:
        return next(iter(sources))
    raise Misconfigured(f"name one of the policy's sources with --source: {', '.join(sources)}")
