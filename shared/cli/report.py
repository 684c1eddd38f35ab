"""What a person reads after a run: who was created, changed and disabled, what waits and why, and what it cost."""

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shared import codec, layout
from shared.cli.local import Local
from shared.engine import Held, held
from shared.model import Action, Verb

MOST, FEW = 8, 4
"""People shown by name in each part, and for each reason that holds somebody; the rest are counted."""

TITLES = {
    Verb.CREATE: ("Created", "green"),
    Verb.CORRELATE: ("Adopted", "green"),
    Verb.RESTORE: ("Restored", "green"),
    Verb.UPDATE: ("Changed", "yellow"),
    Verb.DISABLE: ("Disabled", "red"),
    Verb.DELETE: ("Deleted", "red"),
}
COUNTED = {
    Verb.CREATE: "created",
    Verb.CORRELATE: "adopted",
    Verb.RESTORE: "restored",
    Verb.UPDATE: "changed",
    Verb.ENABLE: "enabled",
    Verb.DISABLE: "disabled",
    Verb.DELETE: "deleted",
    Verb.GRANT: "granted",
    Verb.REVOKE: "revoked",
}


async def as_json(local: Local) -> dict[str, Any]:
    """One object for programs: ids, verbs and codes only."""
    actions: dict[str, int] = {}
    for _, _, action in local.story.actions:
        actions[action.verb] = actions.get(action.verb, 0) + 1
    holds = await held(local.engine)
    return {
        "changes": local.story.changes,
        "actions": actions,
        "held": [{"person": one.hr_id, "reason": one.reason} for one in holds],
        "reads": local.meter.reads,
        "writes": local.meter.writes,
        "failures": [*local.story.failures, *local.story.bugs],
        "left": sum(local.story.later.values()),
    }


async def show(local: Local, console: Console, seconds: float) -> None:
    """The summary on a terminal."""
    names = {person: await name(local, person) for person in {person for person, _, _ in local.story.actions}}
    holds = await held(local.engine)
    policy = local.found.policy
    console.print()
    console.print(Text.assemble((policy.customer, "bold"), f"  {local.engine.today:%-d %B %Y}"))
    for target in policy.targets:
        mine = [(person, action) for person, where, action in local.story.actions if where == target]
        console.print(Text.assemble((f"{target}  ", "bold"), _counts(action for _, action in mine)))
        for verb, (title, colour) in TITLES.items():
            people = _people(mine, verb)
            if people:
                console.print(_part(title, colour, [names[person] for person in people]))
    if holds:
        console.print(_held(holds))
    for text in (*local.story.failures, *local.story.bugs):
        console.print(Text.assemble(("failed  ", "bold red"), text))
    for text, count in local.story.later.items():
        console.print(Text.assemble(("later  ", "bold yellow"), f"{count:,} × {text}; run again"))
    console.print()
    console.print(_closing(local, seconds))


async def name(local: Local, person: str) -> tuple[str, str]:
    """(HR id, account name or "") of somebody, for people to recognise."""
    rows = await local.engine.rows_of(person)
    row = rows.get(layout.person(person))
    hr_id = codec.PERSON.load(row.data).hr_id if row else person
    for key, found in rows.items():
        if key.startswith(layout.link(person, "")):
            link = codec.LINK.load(found.data)
            known = {**link.written, **link.identifiers}
            return hr_id, str(known.get("userPrincipalName") or known.get("displayName") or "")
    return hr_id, ""


def _counts(actions: Iterable[Action]) -> str:
    count = dict.fromkeys(COUNTED, 0)
    for action in actions:
        count[action.verb] += 1
    said = [f"{number:,} {COUNTED[verb]}" for verb, number in count.items() if number]
    return " · ".join(said) or "nothing to do"


def _people(mine: Sequence[tuple[str, Action]], verb: Verb) -> list[str]:
    """Whom `verb` was done to; somebody who was just created or adopted is not said to have changed as well."""
    new = {person for person, action in mine if action.verb in (Verb.CREATE, Verb.CORRELATE)}
    people = dict.fromkeys(person for person, action in mine if action.verb is verb)
    return [person for person in people if verb is not Verb.UPDATE or person not in new]


def _part(title: str, colour: str, people: Sequence[tuple[str, str]]) -> Group:
    table = Table.grid(padding=(0, 3))
    for hr_id, account in sorted(people)[:MOST]:
        table.add_row(hr_id, account)
    if len(people) > MOST:
        table.add_row("…", f"and {len(people) - MOST:,} more")
    return Group(Text(f"\n{title} ({len(people):,})", style=f"bold {colour}"), Padding(table, (0, 2)))


def _held(holds: Sequence[Held]) -> Group:
    """What waits, grouped by reason: one sentence for each reason and the people it concerns."""
    by_reason: dict[str, list[Held]] = {}
    for one in holds:
        by_reason.setdefault(one.reason, []).append(one)
    table = Table.grid(padding=(0, 3))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for reason, some in sorted(by_reason.items()):
        for one in some[:FEW]:
            table.add_row(reason, one.hr_id, one.because)
        if len(some) > FEW:
            table.add_row(reason, "…", f"and {len(some) - FEW:,} more")
    return Group(Text(f"\nHeld ({len(holds):,})", style="bold magenta"), Padding(table, (0, 2)))


def _closing(local: Local, seconds: float) -> Text:
    cost = f"{local.meter.reads:,} reads, {local.meter.writes:,} writes, {seconds:.1f} s."
    if not local.story.whole:
        return Text.assemble(cost, " ", ("Not everything could be done; see above.", "bold red"))
    if local.story.actions:
        return Text(f"{cost} Running it again changes nothing.")
    return Text(f"{cost} Everything was in line already.")
