"""What a person reads after a run: who was created, changed and disabled, what waits and why, and what it cost."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from shared.cli import stock, terminal
from shared.cli.ending import FAILED, LATER, OK, complain
from shared.cli.holding import held_lines, waiting
from shared.cli.local import Local
from shared.cli.people import ACCESS, Doings, by_event, doings
from shared.cli.stopped import stopped_json
from shared.engine import held
from shared.model import Verb

MOST = 8
"""People named in each part; the others are counted. One more is named rather than counted."""

TITLES = {
    Verb.CREATE: ("Created", "green"),
    Verb.CORRELATE: ("Adopted", "cyan"),
    Verb.RESTORE: ("Restored", "green"),
    Verb.DELETE: ("Deleted", "bold red"),
    Verb.DISABLE: ("Disabled", "red"),
    Verb.ENABLE: ("Enabled", "green"),
    Verb.RENAME: ("Renamed", "yellow"),
    Verb.UPDATE: ("Changed", "yellow"),
    ACCESS: ("Access changed", "yellow"),
}


def verbs(local: Local) -> dict[str, int]:
    """How many actions of each verb were done."""
    return dict(Counter(str(action.verb) for _, _, action in local.story.actions))


async def as_json(local: Local) -> dict[str, Any]:
    """One object for programs: ids, verbs and codes only."""
    return {
        "changes": local.story.changes,
        "actions": verbs(local),
        "held": waiting(await held(local.engine)),
        "seats": stock.as_json(await shelves(local)),
        "reads": local.meter.reads,
        "writes": local.meter.writes,
        "failures": [*(trouble.text for trouble in local.story.troubles), *local.story.bugs],
        "left": local.story.left,
        "stopped": await stopped_json(local.engine),
    }


async def shelves(local: Local) -> list[stock.Shelf]:
    """Licences whose seats have become fewer or more, and those of which there are too few."""
    after = await stock.free_seats(local.engine, local.story.stopped)
    return stock.shelves(local.story.seats, after, await held(local.engine))


async def lines(local: Local, page: Console, seconds: float, everyone: bool) -> list[Text]:
    """The summary; where something failed and nothing was done, only what it cost."""
    if not local.story.actions and not local.story.whole:
        return [Text(_cost(local, seconds))]
    done, policy = await doings(local.engine, local.story.actions), local.found.policy
    day = local.engine.today
    said = f"  {day.day} {day:%B %Y}  {terminal.counted(local.story.changes, 'change', 'changes')} in HR"
    return [
        Text.assemble((terminal.printable(policy.customer), "bold"), said),
        *(line for target, people in done.items() for line in target_lines(page, target, people, everyone)),
        *stock.lines(page, await shelves(local)),
        *held_lines(page, await held(local.engine), everyone),
        Text(),
        _closing(local, seconds),
    ]


def complain_of(local: Local) -> int:
    """Everything that went wrong, on stderr; the exit code that says so."""
    story = local.story
    for trouble in story.troubles:
        complain(trouble.text + ("; try again later" if trouble.passes else ""))
    for bug, count in story.bugs.items():
        complain(f"a bug in Joinly, {count:,} ×: {bug}; please report it")
    for hindrance, count in Counter(story.hindered.values()).most_common() if story.left else ():
        complain(f"{count:,} × {hindrance}")
    if story.left and not local.preview:
        complain(
            f"{terminal.counted(story.left, 'person is', 'people are')} left for another run; nothing of it is lost"
        )
    if story.bugs or not all(trouble.passes for trouble in story.troubles):
        return FAILED
    return OK if story.whole else LATER


def target_lines(page: Console, target: str, people: Sequence[Doings], everyone: bool) -> Iterator[Text]:
    """What was done on one target, by what happened to people."""
    events = by_event(people)
    said = [f"{len(some):,} {TITLES[verb][0].lower()}" for verb, some in events.items()]
    actions = Counter(action.verb for one in people for action in one.actions)
    given, taken = actions[Verb.GRANT], actions[Verb.REVOKE]
    if given or taken:
        said.append("groups and licences: " + ", ".join(_signed(given, taken)))
    yield terminal.hanging(page, Text(f"{target}  ", "bold"), Text(" · ".join(said) or "nothing to do"))
    for verb, some in events.items():
        title, colour = TITLES[verb]
        yield Text()
        yield Text(f"{title} ({len(some):,})", style=f"bold {colour}")
        shown = some if everyone or len(some) <= MOST + 1 else some[:MOST]
        yield from terminal.table(page, [(one.name.hr_id, one.name.account, _detail(one)) for one in shown], 2)
        if len(shown) < len(some):
            yield Text(f"  … and {len(some) - len(shown):,} more; --all names everyone", style="dim")


def _signed(given: int, taken: int) -> Iterator[str]:
    if given:
        yield f"{given:,} given"
    if taken:
        yield f"{taken:,} taken away"


def _detail(one: Doings) -> str:
    """What is worth knowing beside the name: what changed for who was there already, and why for the others."""
    if one.event in (Verb.RENAME, Verb.UPDATE, ACCESS):
        attributes = sorted({name for action in one.actions for name in action.attributes})
        groups = [
            f"{'+' if action.verb is Verb.GRANT else '-'} {action.entitlement.kind} {action.entitlement.name}"
            for action in one.actions
            if action.entitlement
        ]
        return ", ".join([*attributes, *groups])
    return "" if one.because == "in service" else one.because


def _cost(local: Local, seconds: float) -> str:
    reads, writes = local.meter.reads, local.meter.writes
    return (
        f"{terminal.counted(reads, 'read', 'reads')}, {terminal.counted(writes, 'write', 'writes')}, {seconds:.1f} s."
    )


def _closing(local: Local, seconds: float) -> Text:
    cost = _cost(local, seconds)
    if not local.story.whole:
        return Text.assemble(cost, " ", ("Not everything could be done.", "bold red"))
    if local.story.actions:
        return Text(f"{cost} Running it again changes nothing.")
    return Text(f"{cost} Everything was in line already.")
