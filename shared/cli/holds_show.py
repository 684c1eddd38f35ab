"""One thing that waits, whole: whom it concerns, why, since when, who is asked, and what a yes would do."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.holds_page import EFFECTS, age
from shared.cli.plan import Step, step_lines
from shared.engine.seen import Seen
from shared.holds import State
from shared.reasons import sentence


def show_lines(
    page: Console, one: Seen, steps: Sequence[Step], policy: str, now: datetime, zone: ZoneInfo
) -> Iterator[Text]:
    """`steps` is what a yes would do; `policy` is the hash of the policy in force."""
    held = one.held
    yield Text()
    yield Text.assemble((terminal.printable(f"{held.hr_id}  {one.account}".rstrip()), "bold"), f"  {held.name}")
    rows = [
        ("what", f"{held.action} on {held.place}".strip()),
        ("why", f"{held.reason}: {held.because}"),
        ("", sentence(held.reason)),
        ("since", _since(one, now, zone)),
        ("account", held.account),
        ("for", f"version {held.version} of what is wanted, policy {policy}" if held.version else f"policy {policy}"),
        ("asks", " or ".join(one.roles) or "anybody who can run this command"),
        ("said", "; ".join(_said(one, zone))),
        ("a yes", EFFECTS[held.answer]),
    ]
    yield from terminal.table(page, [row for row in rows if row[1]], 2)
    for step in steps:
        yield from step_lines(page, step, because=step.action.because, indent=11)


def _since(one: Seen, now: datetime, zone: ZoneInfo) -> str:
    since = one.held.since
    if since is None:
        return ""
    local = since.astimezone(zone)
    late = ", overdue" if one.overdue else ""
    return f"{local:%Y-%m-%d %H:%M} ({age(now - since)}{late})"


def _said(one: Seen, zone: ZoneInfo) -> Iterator[str]:
    if one.needed > 1:
        yield f"{len(one.yes)} of {one.needed} people said yes" + (f": {', '.join(one.yes)}" if one.yes else "")
    if one.said is not None:
        until = f" until {one.said.until}" if one.said.until else ""
        why = f": {terminal.printable(one.said.because)}" if one.said.because else ""
        yield f"{one.state}{until} by {one.said.by} on {one.said.at.astimezone(zone):%Y-%m-%d}{why}"
    if one.state is State.LAPSED:
        yield "nobody answered in time; it counts as rejected"
