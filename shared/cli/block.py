"""What `joinly block` and `joinly unblock` do: disable one person's accounts at once, and say of each whether it is."""

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import click

from shared import codec, layout
from shared.cli import at_once, report, terminal
from shared.cli.ending import FAILED, LATER, OK
from shared.cli.leftovers import forget_leases
from shared.cli.local import Local, open_local, open_state
from shared.cli.people import name_of
from shared.cli.place import is_deployment
from shared.cli.stopping import until_done
from shared.cli.who import who
from shared.cli.whom import source_of
from shared.engine import Engine, blocking, state_of
from shared.engine.holding import of_person
from shared.engine.records import human_of
from shared.errors import Misconfigured, Refused, TryLater
from shared.holds import State
from shared.model import Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """Whom somebody wants blocked, by HR's id or by an account, and how."""

    person: str
    account: str
    because: str
    strip: bool = False
    although_stopped: bool = False


def block_person(policy: Path, data: Path, word: Word) -> int:
    """The exit code, 0 when every account that is known is disabled. Raises what the engine refuses."""
    return until_done(_block(policy, data, word), "say it again; it may have been heard or not")


def unblock_person(policy: Path, data: Path, word: Word) -> int:
    return until_done(_unblock(policy, data, word), "say it again; it may have been heard or not")


async def _block(policy: Path, data: Path, word: Word) -> int:
    if is_deployment(policy):
        return await _there(policy, data, word)
    async with AsyncExitStack() as stack:
        try:
            local = await stack.enter_async_context(open_local(policy, data, None, None))
        except TryLater:
            return await _beside(policy, data, word)
        await forget_leases(local.engine)
        person = await _whom(local.engine, word)
        await _refuse_protected(local.engine, person)
        await _say(local, person, word)
        await at_once.carry_out(local)
        said, code = await _accounts(local, person)
        await at_once.show(local, person, said)
        return max(report.complain_of(local), code)


async def _beside(policy: Path, data: Path, word: Word) -> int:
    """While a run has the folder, the block is saved beside it; the run stops for this person, and looks again."""
    if not word.person:
        raise TryLater("another joinly is using the data folder; name the employee with --person")
    async with open_state(policy, data) as local:
        await _say(local, await _whom(local.engine, word), word)
    click.echo(
        f"{word.person} is blocked. Another joinly is at work: it enables nobody who is blocked, and disables their "
        "accounts before it ends; what it does not, the next run does."
    )
    return LATER


async def _there(policy: Path, data: Path, word: Word) -> int:
    """A deployment disables; the command looks on for a while, because whoever blocks must know whether it is done.

    Whether an account is protected is asked where the person at the keyboard may ask; the deployment asks in any case.
    """
    async with open_local(policy, data, None, None) as local:
        person = await _whom(local.engine, word)
        with suppress(Misconfigured):
            await _refuse_protected(local.engine, person)
        await _say(local, person, word)
        said, code = await _accounts(local, person)
        for _ in range(at_once.LOOKS):
            if code != LATER or local.unrung:
                break
            await asyncio.sleep(at_once.PAUSE)
            said, code = await _accounts(local, person)
        for line in (*said, *(at_once.asked(local) if code != OK else ())):
            click.echo(terminal.printable(line))
        return code


async def _say(local: Local, person: str, word: Word) -> None:
    by, how = await who(local), {"strip": word.strip, "although_stopped": word.although_stopped}
    await blocking.block(local.engine, person, by, word.because, **how)


async def _unblock(policy: Path, data: Path, word: Word) -> int:
    async with open_local(policy, data, None, None) as local:
        if local.remote is None:
            await forget_leases(local.engine)
        person = await _whom(local.engine, word)
        await blocking.unblock(local.engine, person, await who(local), word.because)
        await at_once.carry_out(local)
        await at_once.show(local, person, [f"{word.person or word.account} is not blocked any longer."])
        return report.complain_of(local)


async def _whom(engine: Engine, word: Word) -> str:
    """Our id of the person who is meant."""
    if word.person:
        return await human_of(engine, await source_of(engine, word.person), word.person)
    return await blocking.whose(engine, word.account)


async def _refuse_protected(engine: Engine, person: str) -> None:
    """Raises `Refused` when every account they have may be written to by nobody but a person."""
    why, linked = await blocking.protected(engine, person), await _links(engine, person)
    if linked and linked.keys() <= why.keys():
        raise Refused(f"{'; '.join(why.values())}. Nobody is blocked: disable it by hand")


async def _links(engine: Engine, person: str) -> dict[str, Link]:
    """Target → the account they have there; one that is not closed by itself is left as it is."""
    rows = await engine.rows_of(person)
    links = {
        target: codec.LINK.load(rows[key].data)
        for target, rules in engine.policy.targets.items()
        if rules.closes and (key := layout.link(person, target)) in rows
    }
    return {target: link for target, link in links.items() if link.account and not link.deleted}


async def _accounts(local: Local, person: str) -> tuple[list[str], int]:
    """What became of each account, and the exit code: whether it waits for a person, or for another try."""
    engine, said, code = local.engine, list[str](), OK
    links, rows = await _links(engine, person), await engine.rows_of(person)
    waits = {one.place for one in of_person(engine, person, rows) if state_of(engine, one) is State.WAITING}
    for target, rules in engine.policy.targets.items():
        if not rules.closes:
            continue
        name = await name_of(engine, person, target)
        if target not in links:
            said.append(f"{name.hr_id} is blocked. They have no account on {target}; one that comes stays disabled.")
        elif not links[target].enabled and not links[target].disabling:
            said.append(f"{name.hr_id} is blocked: {name.account or links[target].account} on {target} is disabled.")
        else:
            code = max(code, FAILED if target in waits else LATER)
            said.append(f"{name.hr_id} is blocked, but {links[target].account} on {target} is NOT disabled yet.")
    return said, code
