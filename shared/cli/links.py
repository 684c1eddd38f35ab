"""What `joinly link` does: say whose account it is, have that carried out, and show what became of it."""

from pathlib import Path

from rich.text import Text

from shared.cli import report, terminal
from shared.cli.at_once import asked, carry_out
from shared.cli.holding import held_lines
from shared.cli.local import Local, open_local
from shared.cli.people import name_of
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of, target_of
from shared.engine import cut, held, join
from shared.engine.records import human_of
from shared.errors import Misconfigured, Refused


def link_person(policy: Path, data: Path, person: str, target: str, account: str, because: str) -> int:
    """Join `account` to the person or, for "", cut the link there is. The exit code.

    Raises `Ended`, `Misconfigured` and `TryLater` when nothing could be asked.
    """
    return until_done(_link(policy, data, person, target, account, because), "what was done is kept")


async def _link(policy: Path, data: Path, hr_id: str, target: str, account: str, because: str) -> int:
    async with open_local(policy, data, None, None) as local:
        place, source = target_of(local.engine, target), await source_of(local.engine, hr_id)
        try:
            if account:
                await join(local.engine, source, hr_id, place, account, await who(local), because)
                said = f"Account {account} on {place} is {hr_id}'s."
            else:
                before = await cut(local.engine, source, hr_id, place, await who(local), because)
                said = f"Account {before} on {place} is no longer {hr_id}'s; it is left as it is."
        except Refused as refused:
            raise Misconfigured(str(refused)) from None
        await carry_out(local)
        await _show(local, await human_of(local.engine, source, hr_id), place, said)
        return report.complain_of(local)


async def _show(local: Local, person: str, target: str, said: str) -> None:
    page = terminal.console()
    if local.remote:
        terminal.show(page, [Text(terminal.printable(one)) for one in (said, *asked(local))])
        return
    name = await name_of(local.engine, person, target)
    done = [str(action.verb) for who, where, action in local.story.actions if (who, where) == (person, target)]
    lines = [
        Text(said),
        Text(f"{name.hr_id} {name.account or 'has no account'}: {', '.join(done) or 'nothing to do'}."),
    ]
    holds = [one for one in await held(local.engine) if one.person == person]
    terminal.show(page, [*lines, *held_lines(page, holds, everyone=True)])
