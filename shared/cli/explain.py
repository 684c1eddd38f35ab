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
from shared.cli.explanation import Veil, lines, plain
from shared.cli.local import Local, open_local
from shared.cli.stopping import until_done
from shared.engine import Explanation, detect, explain
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
    async with open_local(policy, data, on, hr, preview=True) as local:
        troubles = await _read(local)
        found = await explain(local.engine, person)
        if not found:
            if troubles:
                raise Misconfigured(troubles[0])
            raise Misconfigured(f"nobody in HR has the id {person}; it is the value of the key column, zeros included")
        _known(found, attribute)
        if wanted:
            click.echo(json.dumps([plain(one, attribute, veil) for one in found], ensure_ascii=False, indent=2))
        else:
            page = terminal.console()
            terminal.show(page, _pages(page, local, found, attribute, veil))
        for trouble in troubles:
            complain(f"{trouble}; this is what HR said before")
    return OK


async def _read(local: Local) -> list[str]:
    """Hear HR on the copy of the state that a preview has; what stands in the way of that."""
    troubles: list[str] = []
    for source in local.engine.sources:
        try:
            await detect(local.engine, source)
        except (TryLater, Misconfigured, Refused) as error:
            troubles.append(str(error))
    return troubles


def _known(found: list[Explanation], attribute: str) -> None:
    names = {one.name for explanation in found for target in explanation.targets for one in target.attributes}
    if attribute and attribute not in names:
        raise Misconfigured(f"the policy maps no attribute {attribute}{near(attribute, names)}")


def _pages(page: Console, local: Local, found: list[Explanation], attribute: str, veil: Veil) -> Iterator[Text]:
    for one in found:
        yield from lines(page, one, local.engine.today, attribute, veil)
        yield Text()
