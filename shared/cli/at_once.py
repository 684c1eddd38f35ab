"""What somebody asked for is carried out by the command that asks, which says what became of that one person.

A deployment carries it out itself: there the command says only that it was asked to.
"""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.drive import until_nothing_is_due
from shared.cli.holding import held_lines
from shared.cli.local import Local
from shared.cli.plan import MARKS
from shared.cli.progress import Progress
from shared.cli.stopped import stopped_lines
from shared.engine import held

LOOKS, PAUSE = 45, 1.0
"""How often, and after how many seconds, it is looked whether a deployment has done what cannot wait."""


async def carry_out(local: Local) -> None:
    """Do everything that follows from what was asked and is due now."""
    if local.remote:
        return
    with Progress(Console(stderr=True, highlight=False)) as progress:
        await until_nothing_is_due(local.engine, local.bus, local.story, progress)


def asked(local: Local) -> list[str]:
    """What a deployment does about what was saved for it; nothing is said of an engine that is our own."""
    if not local.remote:
        return []
    if local.unrung:
        return [f"It is saved, and the deployment finds it with its next sweep: {local.unrung[0]}."]
    return [f"The deployment carries it out now; `joinly history {local.remote} --person ID` tells what it did."]


async def show(local: Local, person: str, said: Sequence[str]) -> None:
    """What was asked, what was done for `person` (our id), what waits, and that writes are stopped where they are."""
    page = terminal.console()
    done = []
    for who, target, action in local.story.actions:
        if who == person:
            mark, colour = MARKS[action.verb]
            one = action.entitlement
            what = f" {one.kind} {one.name}" if one else ""
            done.append(Text.assemble("  ", (f"{mark} {action.verb}", colour), terminal.printable(f"{what}  {target}")))
    waits = [] if local.remote else [one for one in await held(local.engine) if one.person == person]
    lines = [Text(terminal.printable(one)) for one in (*said, *asked(local))]
    terminal.show(page, [*await stopped_lines(local.engine), *lines, *done, *held_lines(page, waits, everyone=True)])
