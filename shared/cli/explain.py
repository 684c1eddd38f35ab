"""What `joinly explain` does: where each value of one person comes from, as HR says it now; nothing is written."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from shared.cli import terminal
from shared.cli.ending import OK, complain
from shared.cli.explanation import Veil, lines
from shared.cli.explanation_json import plain
from shared.cli.holding import held_lines, waiting
from shared.cli.leftovers import forget_polls
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.engine import Explanation, Held, detect, explain, held
from shared.errors import Misconfigured, Refused, TryLater
from shared.policy_words import near


def explain_policy(
    policy: Path,
    data: Path,
    on: date | None,
    hr: Path | None,
    person: str,
    attribute: str,
    *,
    veil: Veil,
    as_json: bool,
) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing can be said."""
    return until_done(_explain(policy, data, on, hr, person, attribute, veil, as_json), "nothing was written")


async def _explain(
    policy: Path, data: Path, on: date | None, hr: Path | None, person: str, attribute: str, veil: Veil, wanted: bool
) -> int:
    async with open_local(policy, data, on, hr, preview=True, asks=True) as local:
        known_attribute(local, attribute)
        troubles = await hear(local)
        found = await explain(local.engine, person)
        holds = [one for one in await held(local.engine) if one.hr_id == person]
        if not found and not holds:
            if troubles:
                raise Misconfigured(troubles[0])
            raise Misconfigured(f"nobody in HR has the id {person}; it is the value of the key column, zeros included")
        if wanted:
            today = local.engine.today
            said = [plain(one, today, attribute, veil) for one in found]
            reasons = [one["reason"] for one in waiting(holds)]
            click.echo(json.dumps({"found": said, "held": reasons, "failures": troubles}))
        else:
            page = terminal.console()
            terminal.show(page, _pages(page, local, found, holds, attribute, veil))
        for trouble in troubles:
            complain(f"{trouble}; this is what HR said before")
    return OK


async def hear(local: Local) -> list[str]:
    """Hear HR on the copy of the state that a preview has; what stands in the way of that."""
    troubles: list[str] = []
    await forget_polls(local.engine)
    for source in local.engine.sources:
        try:
            await detect(local.engine, source)
        except (TryLater, Misconfigured, Refused) as error:
            troubles.append(str(error))
    return troubles


def known_attribute(local: Local, attribute: str) -> None:
    names = {name for target in local.found.policy.targets.values() for name in target.attributes}
    if attribute and attribute not in names:
        raise Misconfigured(f"the policy maps no attribute {attribute}{near(attribute, names)}")


def _pages(
    page: Console, local: Local, found: list[Explanation], holds: list[Held], attribute: str, veil: Veil
) -> Iterator[Text]:
    for number, one in enumerate(found):
        if number:
            yield Text()
        yield from lines(page, one, local.engine.today, attribute, veil)
    if veil.whole and holds:
        yield Text(f"\nHeld: {', '.join(sorted({one.reason for one in holds}))}", style="bold magenta")
    elif holds:
        yield from held_lines(page, holds, everyone=True)
