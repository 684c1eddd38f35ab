"""What `joinly rename` does: give one person names by hand, or the old ones back, and say what became of it."""

from collections.abc import Mapping
from pathlib import Path

import click
from rich.text import Text

from shared.cli import report, terminal
from shared.cli.at_once import asked, carry_out
from shared.cli.holding import held_lines
from shared.cli.local import Local, open_local
from shared.cli.people import name_of
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of, target_of
from shared.engine import held, rename, undo
from shared.engine.records import human_of
from shared.errors import Misconfigured, Refused
from shared.model import Verb


def rename_person(policy: Path, data: Path, person: str, target: str, names: Mapping[str, str], *, back: bool) -> int:
    """The exit code. Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be asked."""
    return until_done(_rename(policy, data, person, target, names, back), "what was done is kept")


async def _rename(policy: Path, data: Path, person: str, target: str, names: Mapping[str, str], back: bool) -> int:
    async with open_local(policy, data, None, None) as local:
        place = target_of(local.engine, target)
        source = await source_of(local.engine, person)
        try:
            if back:
                names = await undo(local.engine, source, person, place, await who(local))
            else:
                await rename(local.engine, source, person, place, names, await who(local))
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        await carry_out(local)
        await _show(local, source, person, place, names)
        return report.complain_of(local)


async def _show(local: Local, source: str, hr_id: str, target: str, names: Mapping[str, str]) -> None:
    person = await human_of(local.engine, source, hr_id)
    page, engine = terminal.console(), local.engine
    if local.remote:
        said = f"{hr_id} is to be renamed on {target}: {', '.join(sorted(names))}."
        terminal.show(page, [Text(terminal.printable(one)) for one in (said, *asked(local))])
        return
    done = [action for who, where, action in local.story.actions if (who, where) == (person, target)]
    if any(action.verb is Verb.RENAME for action in done):
        name = await name_of(engine, person, target)
        said = f"{hr_id} is renamed on {target}: {', '.join(sorted(names))}. They are {name.account or hr_id} now."
    else:
        said = f"{hr_id} is not renamed on {target}."
    holds = [one for one in await held(engine) if one.person == person]
    terminal.show(page, [Text(terminal.printable(said)), *held_lines(page, holds, everyone=True)])


def names_of(given: tuple[str, ...]) -> Mapping[str, str]:
    """`--to NAME=VALUE`, as often as it is given."""
    pairs = [one.partition("=") for one in given]
    if odd := [one for one, (name, sign, value) in zip(given, pairs, strict=True) if not (name and sign and value)]:
        raise click.UsageError(f"--to {odd[0]}: write NAME=VALUE, such as userPrincipalName=anna@contoso.nl")
    return {name: value for name, _, value in pairs}
