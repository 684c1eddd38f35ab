"""What waits as people read it: by reason and action, whom it concerns, since when, and the name to answer it by."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.engine.seen import Seen
from shared.holds import Answer, State, fingerprint
from shared.picking import listed
from shared.reasons import sentence

MOST = 10
"""Things named of each kind; the others are counted. One more is named rather than counted."""

LETTERS = 8
"""Characters of a fingerprint that are shown of one thing."""

EFFECTS = {
    Answer.PERMIT: "exactly this is done, and nothing that came since",
    Answer.RELEASE: "the account is enabled, once",
    Answer.RECREATE: "with --recreate the account is brought back, or made anew where it is gone for good",
    Answer.JOIN: "the records are one human from now on, with one set of accounts",
    Answer.LEAVE: "they count as a leaver from now on, until HR names them again",
    Answer.EXTEND: "they stay as it says, and no longer",
    Answer.NOTHING: "nothing: repair the cause, and it goes by itself",
}

Kind = tuple[str, str, str]
"""Reason, place and what."""


def page_lines(page: Console, some: Sequence[Seen], now: datetime, policy: Path, everyone: bool) -> list[Text]:
    """The whole page."""
    if not some:
        return [Text("Nothing waits for an answer.", style="bold")]
    groups: dict[Kind, list[Seen]] = {}
    for one in some:
        groups.setdefault((one.held.reason, one.held.place, one.held.what), []).append(one)
    pressing = sorted(groups, key=lambda kind: (not any(one.overdue for one in groups[kind]), kind))
    lines = [line for kind in pressing for line in _group(page, kind, groups[kind], now, everyone)]
    return [_title(some), *lines, *_foot(some, policy)]


def _title(some: Sequence[Seen]) -> Text:
    waiting = [one for one in some if one.state is State.WAITING]
    repaired = sum(one.held.answer is Answer.NOTHING for one in waiting)
    people = terminal.counted(len({one.held.person for one in waiting}), "person waits", "people wait")
    counts = {
        "to answer": len(waiting) - repaired,
        "to repair": repaired,
        "overdue": sum(one.overdue for one in waiting),
        "rejected or put off": len(some) - len(waiting),
    }
    said = [people, *(f"{count:,} {what}" for what, count in counts.items() if count)]
    return Text(" · ".join(said), style="bold")


def _group(page: Console, kind: Kind, some: Sequence[Seen], now: datetime, everyone: bool) -> Iterator[Text]:
    reason, place, _ = kind
    on = f"{some[0].held.action} on {place}".strip()
    yield Text()
    yield Text.assemble((f"{reason}", "bold magenta"), (f"  {terminal.printable(on)} ({len(some):,})", "bold"))
    if said := sentence(reason):
        yield terminal.hanging(page, Text("  "), Text(said))
    told = [[said for said in (one.held.because, _notes(one)) if said] for one in some]
    common = [said for said in told[0] if len(some) > 1 and all(said in each for each in told)]
    for said in common:
        yield terminal.hanging(page, Text("  "), Text(terminal.printable(said), style="dim"))
    shown = some if everyone or len(some) <= MOST + 1 else some[:MOST]
    rows = terminal.table(page, [_row(one, now) for one in shown], 2)
    for row, each in zip(rows, told, strict=False):
        yield row
        for said in (said for said in each if said not in common):
            yield terminal.hanging(page, Text(" " * (LETTERS + 4)), Text(terminal.printable(said), style="dim"))
    if len(shown) < len(some):
        yield Text(f"  … and {len(some) - len(shown):,} more; --all names everyone", style="dim")
    answered = [one.held for one in some if one.state is State.WAITING and one.held.answer is not Answer.NOTHING]
    if len(answered) > 1:
        yield Text.assemble("  ", (f"all {len(answered):,} of these", "dim"), "  ", (fingerprint(answered), "cyan"))


def _row(one: Seen, now: datetime) -> tuple[str, ...]:
    waited = age(now - one.held.since) if one.held.since is not None else ""
    return (
        one.held.name[:LETTERS],
        one.held.hr_id or "(no id)",
        one.account,
        f"{waited}, overdue" if one.overdue else waited,
    )


def _notes(one: Seen) -> str:
    return "; ".join(_answers(one))


def _answers(one: Seen) -> Iterator[str]:
    """What is to be known of the answers, given and asked for."""
    if one.said is not None:
        until = f" until {one.said.until}" if one.said.until else ""
        yield f"{one.state}{until} by {one.said.by}" + (f" ({one.said.because})" if one.said.because else "")
    elif one.state is State.LAPSED:
        yield "lapsed: nobody answered"
    if one.roles:
        yield f"asks {' or '.join(one.roles)}"
    if one.yes:
        yield f"{len(one.yes)} of {one.needed} said yes: {', '.join(one.yes)}"
    elif one.needed > 1:
        yield f"{one.needed} people must say yes"


def _foot(some: Sequence[Seen], policy: Path) -> Iterator[Text]:
    """How to answer; the fingerprint of all that a yes lets be done, where that is more than one kind."""
    waiting = [one.held for one in some if one.state is State.WAITING]
    reasons = {one.reason for one in waiting}
    everything = listed(waiting, by_reason=len(reasons) == 1)
    yield Text()
    if len({(one.reason, one.place, one.what) for one in everything}) > 1:
        yield Text.assemble(
            (f"all {len(everything):,} that a yes lets be done", "dim"), "  ", (fingerprint(everything), "cyan")
        )
    if any(one.answer is not Answer.NOTHING for one in waiting):
        yield Text(f"joinly holds show|approve|reject|snooze {policy} FINGERPRINT …", style="dim")
    elif waiting:
        yield Text(f"joinly holds show|snooze {policy} FINGERPRINT …", style="dim")
    else:
        yield Text(f"joinly holds reconsider {policy} FINGERPRINT …", style="dim")


def age(waited: timedelta) -> str:
    """How long it has waited, in one unit."""
    minutes = int(waited.total_seconds() // 60)
    for unit, name in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= unit:
            return terminal.counted(minutes // unit, name, name + "s")
    return "new"
