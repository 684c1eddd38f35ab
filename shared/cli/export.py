"""What `joinly ledger export` does: the ledger, one line each, for an auditor's own tools; it is never held whole."""

import json
from datetime import date
from pathlib import Path

import click

from shared import codec, layout
from shared.cli.cells import cell, csv_line
from shared.cli.ending import OK
from shared.cli.line import day_bounds, plain
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.engine.ledger import all_lines

COLUMNS = (
    "at", "person", "id", "place", "what", "outcome", "reason", "account", "attributes", "entitlement", "because",
    "rule", "contract", "cohort", "by", "version", "policy", "operation", "beside",
)  # fmt: skip


def export_ledger(
    policy: Path, data: Path, since: date | None, until: date | None, *, values: bool, as_json: bool
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be read."""
    return until_done(_export(policy, data, since, until, values, as_json), "nothing was written")


async def _export(policy: Path, data: Path, since: date | None, until: date | None, values: bool, as_json: bool) -> int:
    async with open_local(policy, data, None, None, preview=True) as local:
        first, last = day_bounds(local.found.policy, since, until)
        columns = (*COLUMNS, "values") if values else COLUMNS
        if not as_json:
            click.echo(csv_line(columns), nl=False)
        person = hr_id = ""
        async for entry in all_lines(local.engine, first, last):
            if entry.person != person:
                person, hr_id = entry.person, await _hr_id(local, entry.person)
            line = plain(entry, hr_id, local.found.policy, values=values)
            click.echo(
                json.dumps(line) if as_json else csv_line([cell(line.get(name, "")) for name in columns]), nl=as_json
            )
    return OK


async def _hr_id(local: Local, person: str) -> str:
    """The id HR uses; "" for somebody who is no longer kept."""
    row = await local.engine.store.get(layout.STATE, layout.bucket(person), layout.person(person))
    return codec.PERSON.load(row.data).hr_id if row and codec.readable(row.data) else ""
