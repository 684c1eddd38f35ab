"""What `joinly records` does: show which records of HR are one human, and join or part two by a person's word."""

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.text import Text

from shared.cli import at_once, report, terminal
from shared.cli.ending import OK
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of
from shared.engine import Twin, join_records, part_record, twins
from shared.errors import Misconfigured, Refused

Named = tuple[str, str]
"""The id HR uses, and the source, "" where it is to be found out."""


def list_records(policy: Path, data: Path, *, as_json: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be read."""
    return until_done(_list(policy, data, as_json), "nothing was written")


def join_two(policy: Path, data: Path, one: Named, other: Named, because: str, *, lets_go: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing was joined."""
    return until_done(_join(policy, data, one, other, because, lets_go), "what was done is kept")


def part_one(policy: Path, data: Path, one: Named, because: str) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing was parted."""
    return until_done(_part(policy, data, one, because), "what was done is kept")


async def _list(policy: Path, data: Path, as_json: bool) -> int:
    async with open_local(policy, data, None, None, preview=True) as local:
        found = await twins(local.engine)
    if as_json:
        click.echo(json.dumps({"records": [asdict(one) for one in found]}))
        return OK
    page = terminal.console()
    if not found:
        terminal.show(page, [Text("Each record of HR is somebody of their own.")])
        return OK
    heading = Text(f"Other records of one human ({len(found):,})", style="bold")
    terminal.show(page, [heading, *terminal.table(page, [_row(one) for one in found], 2)])
    return OK


def _row(one: Twin) -> tuple[str, str, str]:
    return _called(one.human), f"also {_called(one.record)}", f"joined by {one.by}"


def _called(record: tuple[str, str]) -> str:
    source, hr_id = record
    return f"{hr_id} of {source}" if hr_id else "(not read yet)"


async def _join(policy: Path, data: Path, one: Named, other: Named, because: str, lets_go: bool) -> int:
    async with open_local(policy, data, None, None) as local:
        both = await _record(local, *one), await _record(local, *other)
        try:
            found = await join_records(local.engine, *both, await who(local), because, lets_go=lets_go)
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        await at_once.carry_out(local)
        left = [
            f"Account {account} on {target} is nobody's and stays as it is: close it by hand once nobody uses it."
            for target, account in sorted(found.accounts.items())
        ]
        await at_once.show(local, found.human, [f"{one[0]} and {other[0]} are one human from now on.", *left])
        return report.complain_of(local)


async def _part(policy: Path, data: Path, one: Named, because: str) -> int:
    async with open_local(policy, data, None, None) as local:
        try:
            record, _ = await part_record(local.engine, await _record(local, *one), await who(local), because)
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        await at_once.carry_out(local)
        await at_once.show(local, record, [f"{one[0]} is somebody of their own from now on."])
        return report.complain_of(local)


async def _record(local: Local, hr_id: str, source: str) -> tuple[str, str]:
    """(source, HR id)."""
    sources = local.engine.policy.sources
    if source and source not in sources:
        raise Misconfigured(f"the policy has no source {source}; it has {', '.join(sources)}")
    return source or await source_of(local.engine, hr_id), hr_id
