"""What `joinly history` does: one person day by day, what HR said, what was decided and why, and what was written."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from shared import codec, layout
from shared.cli import terminal
from shared.cli.ending import OK
from shared.cli.line import cohort_name, day_bounds, plain, sentences, who
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.engine.humans import records
from shared.engine.ledger import lines_of
from shared.errors import Misconfigured
from shared.ledger import Entry, Outcome
from shared.model import Verb

COLOURS = {"HR": "cyan", "policy": "blue", "limits": "magenta", "held": "bold magenta"}
BAD = {Outcome.REFUSED: "red", Outcome.UNANSWERED: "yellow"}
TAKEN = frozenset({Verb.DISABLE, Verb.DELETE, Verb.REVOKE})


def show_history(policy: Path, data: Path, person: str, since: date | None, *, redact: bool, as_json: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be told."""
    return until_done(_history(policy, data, person, since, redact, as_json), "nothing was written")


async def _history(policy: Path, data: Path, hr_id: str, since: date | None, redact: bool, as_json: bool) -> int:
    async with open_local(policy, data, None, None, preview=True) as local:
        found = await entries_of(local, hr_id, since)
        if as_json:
            rules = local.found.policy
            said = [plain(entry, hr_id, rules, values=not redact) for entry in found]
            click.echo(json.dumps({"person": hr_id, "lines": said}))
        else:
            page = terminal.console()
            terminal.show(page, _page(page, local, hr_id, found, values=not redact))
    return OK


async def entries_of(local: Local, hr_id: str, since: date | None = None) -> list[Entry]:
    """Every line about somebody, of all sources and all records of theirs. Raises `Misconfigured` for nobody known."""
    first, _ = day_bounds(local.found.policy, since, None)
    found: list[Entry] = []
    known, people = False, set[str]()
    for source in local.engine.policy.sources:
        own = layout.own_id(source, hr_id)
        row = await local.engine.store.get(layout.STATE, layout.bucket(own), layout.person(own))
        known = known or (row is not None and codec.readable(row.data))
        people |= {own, *await records(local.engine, source, hr_id)}
    for own in sorted(people):
        found += [entry async for entry in lines_of(local.engine, own, first)]
    if not found and not known:
        raise Misconfigured(f"the ledger tells of nobody with the id {hr_id}; it is the id HR uses, zeros included")
    return sorted(found, key=lambda entry: entry.at)


def _page(page: Console, local: Local, hr_id: str, found: Sequence[Entry], *, values: bool) -> Iterator[Text]:
    zone = local.found.policy.time_zone
    yield Text(terminal.printable(hr_id), style="bold")
    if not found:
        yield Text("Nothing is told of them since then.")
    allowed = approvals(found)
    for day, some in groupby(found, key=lambda entry: entry.at.astimezone(zone).date()):
        yield Text()
        yield Text(f"{day:%A} {day.day} {day:%B %Y}", style="bold")
        yield from _day(page, local, list(some), allowed, values=values)


def approvals(found: Sequence[Entry]) -> dict[str, str]:
    """Cohort of an approval → who said yes."""
    return {
        f"approval|{entry.beside['fingerprint']}": entry.by
        for entry in found
        if entry.by and "fingerprint" in entry.beside
    }


def _day(
    page: Console, local: Local, found: Sequence[Entry], allowed: dict[str, str], *, values: bool
) -> Iterator[Text]:
    zone, policy = local.found.policy.time_zone, local.found.policy
    wide = max(len(who(entry)) for entry in found) + terminal.GAP
    before = cause = ""
    for entry in found:
        at = f"{entry.at.astimezone(zone):%H:%M}"
        if entry.cause != cause:
            cause = entry.cause
            yield Text(f"  {at}  {_door(cause, allowed)}".rstrip(), style="dim")
        else:
            yield from [] if at == before else [Text(f"  {at}", style="dim")]
        before = at
        name, said = who(entry), "; ".join(sentences(entry, policy, values=values))
        lead = Text.assemble("    ", (terminal.printable(name).ljust(wide), COLOURS.get(name, "")))
        yield terminal.hanging(page, lead, Text(terminal.printable(said), style=_colour(entry)))


def _door(cause: str, allowed: dict[str, str]) -> str:
    return cohort_name(cause) + (f", allowed by {allowed[cause]}" if cause in allowed else "")


def _colour(entry: Entry) -> str:
    if entry.outcome in BAD:
        return BAD[Outcome(entry.outcome)]
    if not entry.written:
        return ""
    return "red" if entry.verb in TAKEN else "green"
