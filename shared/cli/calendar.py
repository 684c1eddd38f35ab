"""What `joinly calendar` does: what the coming days bring though HR says nothing new; nothing is written."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from shared.calendar import Coming
from shared.cli import plan, terminal
from shared.cli.ending import OK, complain
from shared.cli.leftovers import forget_polls
from shared.cli.local import Local, open_local
from shared.cli.people import Doings, Name, name_of
from shared.cli.progress import Progress
from shared.cli.stopping import until_done
from shared.engine import detect, foresee
from shared.errors import Misconfigured, Refused, TryLater
from shared.model import Action, Verb

FEW = 5
"""People named on one day; the others are counted. One more is named rather than counted."""

NOUNS = {
    Verb.CREATE: "created",
    Verb.CORRELATE: "adopted",
    Verb.RESTORE: "brought back",
    Verb.ENABLE: "enabled",
    Verb.UPDATE: "changed",
    Verb.RENAME: "renamed",
    Verb.GRANT: "with other access",
    Verb.DISABLE: "disabled",
    Verb.DELETE: "deleted",
}
"""In the order in which a day is told; each person is counted once, under what matters most."""

ASKED, PROBLEM = "asked about", "that cannot be worked out"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a day brings to one person on one target."""

    name: Name
    coming: Coming

    @property
    def event(self) -> Verb | None:
        """None where it cannot be worked out, and for what is only asked."""
        return None if self.coming.problem or self.coming.asks else Doings(self.name, list(self.coming.actions)).event

    @property
    def order(self) -> tuple[date, int, Name, str]:
        place = list(NOUNS).index(self.event) if self.event else len(NOUNS)
        return self.coming.day, place, self.name, self.coming.target


def calendar_policy(
    policy: Path, data: Path, on: date | None, hr: Path | None, days: int, person: str, *, everyone: bool, as_json: bool
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be said."""
    work = _calendar(policy, data, on, hr, days, person, everyone, as_json)
    return until_done(work, "nothing was written")


async def _calendar(
    policy: Path, data: Path, on: date | None, hr: Path | None, days: int, person: str, everyone: bool, as_json: bool
) -> int:
    async with open_local(policy, data, on, hr, preview=True, asks=True) as local:
        with Progress(Console(stderr=True, highlight=False)) as progress:
            troubles = await _read(local, progress)
            if person and not await plan.known(local, person):
                raise Misconfigured(
                    troubles[0] if troubles else f"nobody in HR has the id {person}; it is the value of the key column"
                )
            entries = await _entries(local, local.engine.today + timedelta(days), person, progress)
        if as_json:
            click.echo(json.dumps(_plain(local, days, entries, troubles)))
        else:
            page = terminal.console()
            terminal.show(page, _lines(page, local, days, entries, everyone or bool(person)))
        for trouble in troubles:
            complain(f"{trouble}; this is what HR said before")
    return OK


async def _read(local: Local, progress: Progress) -> list[str]:
    """Hear HR on the copy of the state that a preview has; what stands in the way of that."""
    troubles: list[str] = []
    await forget_polls(local.engine)
    for source in local.engine.sources:
        progress(f"reading {source}", 0)
        try:
            await detect(local.engine, source)
        except (TryLater, Misconfigured, Refused) as error:
            troubles.append(str(error))
    return troubles


async def _entries(local: Local, until: date, person: str, progress: Progress) -> list[Entry]:
    progress("looking ahead", 0)
    found = [
        Entry(await name_of(local.engine, own, one.target), one)
        async for own, one in foresee(local.engine, until, person)
    ]
    return sorted(found, key=lambda entry: entry.order)


def _lines(page: Console, local: Local, days: int, entries: Sequence[Entry], everyone: bool) -> Iterator[Text]:
    today = local.engine.today
    span = f"  {_date(today)} – {_date(today + timedelta(days))}"
    yield Text.assemble((terminal.printable(local.found.policy.customer), "bold"), span)
    yield Text()
    yield from _table(page, list(_shown(entries, everyone)), several=len(local.found.policy.targets) > 1, full=everyone)
    yield Text()
    yield _closing(entries, days)


def _shown(entries: Sequence[Entry], everyone: bool) -> Iterator[tuple[str, Entry, str]]:
    """Who is named, under which day, and what is said below them of those who are not."""
    year = 0
    for day, some in groupby(entries, key=lambda entry: entry.coming.day):
        those = list(some)
        shown = those if everyone or len(those) <= FEW + 1 else those[:FEW]
        rest = (
            f"… and {len(those) - len(shown):,} more: {_said(those[len(shown) :])}" if len(shown) < len(those) else ""
        )
        head = f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != year else "")
        for one in shown:
            yield head, one, rest if one is shown[-1] else ""
            head = ""
        year = day.year


def _table(page: Console, shown: Sequence[tuple[str, Entry, str]], *, several: bool, full: bool) -> Iterator[Text]:
    """One line for each person under the days; what matters most on a day stands first."""
    rows = [[head, _what(one), *_whom(one, several), "; ".join(_details(one, full))] for head, one, _ in shown]
    left = max((len(row[0]) for row in rows), default=0) + terminal.GAP
    for (_, one, rest), row, line in zip(shown, rows, terminal.table(page, rows, 0), strict=True):
        line.stylize("bold", 0, left)
        line.stylize(plan.MARKS[one.event][1] if one.event else "magenta", left, left + len(row[1]))
        yield line
        if rest:
            yield Text(" " * left + rest, style="dim")


def _what(one: Entry) -> str:
    if one.event:
        return f"{plan.MARKS[one.event][0]} {one.event}"
    return "? ask" if one.coming.asks else "! held"


def _whom(one: Entry, several: bool) -> list[str]:
    return [one.name.hr_id, one.name.account, *([one.coming.target] if several else [])]


def _details(one: Entry, full: bool) -> Iterator[str]:
    """Why, and of a change what; `full` tells of everything what it is."""
    if said := one.coming.problem or one.coming.asks:
        yield said
        return
    small = one.event in (Verb.UPDATE, Verb.GRANT)
    if not small:
        yield one.coming.because
    if not (small or full):
        return
    updates = [action for action in one.coming.actions if action.verb is Verb.UPDATE]
    if names := sorted({name for action in updates for name in action.attributes}):
        yield ", ".join(names)
    signs = {Verb.GRANT: "+", Verb.REVOKE: "-"}
    for action in one.coming.actions:
        if action.entitlement:
            yield f"{signs[action.verb]} {action.entitlement.kind} {action.entitlement.name}"


def _said(entries: Sequence[Entry]) -> str:
    count: Mapping[Verb | None, int] = Counter(one.event for one in entries)
    parts = [f"{count[verb]:,} {noun}" for verb, noun in NOUNS.items() if verb in count]
    asked = sum(bool(one.coming.asks) for one in entries)
    rest = {ASKED: asked, PROBLEM: count[None] - asked}
    return " · ".join([*parts, *(f"{number:,} {said}" for said, number in rest.items() if number)])


def _closing(entries: Sequence[Entry], days: int) -> Text:
    if not entries:
        span = terminal.counted(days, "day", "days")
        return Text(f"Nothing changes within {span} unless HR says something new. Nothing was written.", style="bold")
    dates = terminal.counted(len({one.coming.day for one in entries}), "day", "days")
    who = terminal.counted(len({one.name.hr_id for one in entries}), "person", "people")
    return Text(f"{who} on {dates}: {_said(entries)}. Nothing was written.", style="bold")


def _plain(local: Local, days: int, entries: Sequence[Entry], troubles: list[str]) -> dict[str, Any]:
    """For programs: ids, verbs and the names of attributes; no values."""
    today = local.engine.today
    return {
        "from": today.isoformat(),
        "until": (today + timedelta(days)).isoformat(),
        "days": [
            {"day": day.isoformat(), "people": [_entry(one) for one in some]}
            for day, some in groupby(entries, key=lambda entry: entry.coming.day)
        ],
        "failures": troubles,
    }


def _entry(one: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {"person": one.name.hr_id, "account": one.name.account, "target": one.coming.target}
    if one.coming.problem:
        return {**shown, "problem": one.coming.problem}
    if one.coming.asks:
        return {**shown, "asks": one.coming.asks}
    return {**shown, "because": one.coming.because, "actions": [_action(action) for action in one.coming.actions]}


def _action(action: Action) -> dict[str, Any]:
    shown: dict[str, Any] = {"verb": str(action.verb)}
    if action.attributes:
        shown["attributes"] = sorted(action.attributes)
    if action.entitlement:
        shown["entitlement"] = {"kind": action.entitlement.kind, "name": action.entitlement.name}
    return shown


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
