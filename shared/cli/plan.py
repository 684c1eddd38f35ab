"""A plan as people read it: by person, what will be done and why, with the old value beside the new one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from shared import layout
from shared.cli import terminal
from shared.cli.local import Local
from shared.engine.planned import HIDDEN, Shift, Step, planned
from shared.model import Action, Verb

__all__ = ["HIDDEN", "MARKS", "MOST", "Shift", "Step", "closing", "known", "lines", "step_lines", "steps", "verbs"]

MOST = 20
"""People whose plan is shown; the others are counted."""

MARKS = {
    Verb.CREATE: ("+", "green"),
    Verb.CORRELATE: ("=", "cyan"),
    Verb.RESTORE: ("+", "green"),
    Verb.UPDATE: ("~", "yellow"),
    Verb.RENAME: ("~", "yellow"),
    Verb.ENABLE: ("+", "green"),
    Verb.DISABLE: ("-", "red"),
    Verb.DELETE: ("-", "bold red"),
    Verb.GRANT: ("+", "green"),
    Verb.REVOKE: ("-", "red"),
}
"""In the order in which a plan is counted."""


async def steps(local: Local, actions: Sequence[tuple[str, str, Action]] | None = None) -> list[Step]:
    """The plan in order of person: what a preview did, unless other (person, target, action) are given."""
    return await planned(local.engine, local.story.actions if actions is None else actions, local.before)


async def known(local: Local, hr_id: str) -> bool:
    """Whether HR has ever given us somebody with this id."""
    for source in local.engine.policy.sources:
        person = layout.own_id(source, hr_id)
        if await local.engine.store.get(layout.STATE, layout.bucket(person), layout.person(person)):
            return True
    return False


def verbs(some: Iterable[Step]) -> dict[str, int]:
    return dict(Counter(str(step.action.verb) for step in some))


def lines(page: Console, some: Sequence[Step], everyone: bool) -> Iterator[Text]:
    """Each person under a heading with the reason, then one line for each thing that will be done."""
    people = [list(steps) for _, steps in groupby(some, key=lambda step: (step.name, step.target))]
    shown = people if everyone or len(people) <= MOST + 1 else people[:MOST]
    for one in shown:
        yield from _person(page, one)
    if len(shown) < len(people):
        rest = len(people) - len(shown)
        yield Text()
        yield Text(f"… and {rest:,} more people; --all shows everyone, --person ID shows one", style="dim")


def closing(some: Sequence[Step], held: int) -> Text:
    """How much it is, and that nothing of it has been done."""
    waits = f" {held:,} held." if held else ""
    if not some:
        return Text(f"Nothing to do.{waits} Nothing was written.", style="bold")
    count = verbs(some)
    said = " · ".join(f"{count[verb]:,} {verb}" for verb in MARKS if verb in count)
    who = terminal.counted(len({step.name for step in some}), "person", "people")
    actions = terminal.counted(len(some), "action", "actions")
    return Text(f"Plan: {actions} for {who}: {said}.{waits} Nothing was written.", style="bold")


def _person(page: Console, some: Sequence[Step]) -> Iterator[Text]:
    first = some[0]
    reasons = {step.action.because for step in some}
    why = f"  {reasons.pop()}" if len(reasons) == 1 else ""
    heading = terminal.printable(f"{first.hr_id}  {first.name.account}".rstrip())
    yield Text()
    yield Text.assemble((heading, "bold"), (f"  {first.target}{why}", "dim"))
    for step in some:
        yield from step_lines(page, step, because="" if why else step.action.because)


def step_lines(page: Console, step: Step, *, because: str = "", indent: int = 2) -> Iterator[Text]:
    """One action, and each attribute with the old value beside the new one."""
    mark, colour = MARKS[step.action.verb]
    what = f" {step.action.entitlement.kind} {step.action.entitlement.name}" if step.action.entitlement else ""
    line = Text.assemble(" " * indent, (f"{mark} {step.action.verb}", colour), terminal.printable(what))
    yield line.append(f"  {because}", style="dim") if because else line
    yield from terminal.table(page, [(one.name, str(one)) for one in step.shifts], indent + 4)
